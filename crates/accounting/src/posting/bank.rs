//! Bank lines: the bank account against what the movement is.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures, Target};
use super::invoice::scaled;
use super::payment::settled_role;
use super::{Context, Posting, PostingError};
use crate::catalogue::Action;
use crate::chart::Role;
use crate::checks::Check;
use crate::determination::bank::{signed_amount, words};
use crate::determination::names;
use crate::facts::{AmountConcept, DocumentKind};
use crate::lexicon::{BankClass, expense_roles};

/// Whether the document is a single movement of an account.
pub(super) fn is_bank_line(context: &Context<'_>) -> bool {
    context.decided.kind == Some(DocumentKind::BankTransaction)
}

/// Bank / counter account by the movement's sign.
pub(super) fn bank_line(context: &Context<'_>) -> Result<Posting, PostingError> {
    let amount = signed_amount(context.facts)
        .map(|amount| scaled(amount.value, context.currency))
        .filter(|amount| !amount.is_zero())
        .ok_or(PostingError::NoAmount("amount"))?;
    let mut posting = context.posting(Vec::new(), Figures::gross(amount))?;
    let counter = counter_account(context, &mut posting.findings);
    let text: String = words(context.facts).chars().take(120).collect();
    let party = context.decided.party_name();
    posting.lines = vec![
        // A negative movement turns both lines round.
        Draft::debit(Role::Bank, amount, text.clone()),
        Draft::credit(counter, amount, text).of(party),
    ];
    Ok(posting)
}

fn counter_account(context: &Context<'_>, findings: &mut Vec<Check>) -> Target {
    let decided = context.decided;
    let role = match (decided.action, decided.bank) {
        (Action::RecordBankFee, _) => Role::BankCharges,
        (Action::RecordInterestIncome, _) => Role::InterestIncome,
        (Action::CategorizeAsExpense, Some(BankClass::InterestExpense)) => Role::InterestExpense,
        (Action::CategorizeAsExpense, _) => expense_of(context),
        (Action::CategorizeAsIncome, _) => Role::OtherIncome,
        (Action::RecordCashWithdrawal, _) | (_, Some(BankClass::CashDeposit)) => Role::Cash,
        (Action::RecordBankTransfer, Some(BankClass::CardSettlement)) => Role::CreditCard,
        // The other own account is not named by its code; what is on its way stands there.
        (Action::RecordBankTransfer, _) => Role::UndepositedFunds,
        (Action::RecordTaxPayment, _) => Role::TaxPayable,
        (Action::RecordPayroll, _) => Role::PayrollPayable,
        (Action::CreateJournalEntry, _) => {
            if decided.bank == Some(BankClass::LoanInstalment) {
                let message =
                    "the bank line does not split the instalment into principal and interest";
                findings.push(Check::review("instalment_not_split", "", message));
            }
            Role::LoanPayable
        }
        (action, _) => return settled_account(context, action, findings),
    };
    role.into()
}

fn expense_of(context: &Context<'_>) -> Role {
    expense_roles(&words(context.facts))
        .first()
        .map_or(Role::ServicesExpense, |hit| hit.meaning)
}

/// A payment settles the control account when the counterparty is known; otherwise it waits.
fn settled_account(context: &Context<'_>, action: Action, findings: &mut Vec<Check>) -> Target {
    let named = context.decided.party_name();
    let text = words(context.facts);
    let known = context.company.known_parties().iter().any(|party| {
        named
            .as_deref()
            .is_some_and(|name| names::similarity(name, &party.name) >= 0.8)
            || crate::lexicon::fold(&text).contains(&names::core_name(&party.name))
    });
    let control: Target = settled_role(action, context.decided.direction).into();
    if known {
        return control;
    }
    // What comes back or is given back goes where the payment went, whoever it was.
    let goes_back = matches!(action, Action::ReversePayment | Action::RefundCustomer);
    let (target, message) = if named.is_some() || goes_back || names_an_invoice(&text) {
        (control, "the counterparty is none that the company knows")
    } else {
        let message = "no counterparty is named: the movement waits on the suspense account";
        (Role::Suspense.into(), message)
    };
    findings.push(Check::review("counterparty_unknown", "", message));
    target
}

/// Whether a bank's text names an invoice: a word or prefix of invoices with a number.
fn names_an_invoice(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "inv",
        "invoice",
        "bill",
        "re",
        "rg",
        "rnr",
        "rechnung",
        "rechnungsnr",
        "fac",
        "fact",
        "fra",
        "facture",
        "factura",
        "fattura",
        "ft",
        "fatt",
        "factuur",
        "fct",
        "fv",
        "faktura",
        "fatura",
        "fak",
        "lasku",
        "rn",
    ];
    let folded = crate::lexicon::fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_number = |word: &str| word.chars().any(|c| c.is_ascii_digit());
    let spaced = words
        .windows(2)
        .any(|pair| WORDS.contains(&pair[0]) && is_number(pair[1]));
    let joined = words.iter().any(|word| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        letters.len() < word.len() && WORDS.contains(&letters)
    });
    spaced || joined
}

/// Dr receiving / Cr sending account of our own, from a paper that is no bank line.
pub(super) fn own_transfer(context: &Context<'_>) -> Result<Posting, PostingError> {
    let facts = context.facts;
    let amount: Decimal = signed_amount(facts)
        .map(|amount| amount.value)
        .or_else(|| {
            facts
                .amount(AmountConcept::AmountSettled)
                .map(|amount| amount.amount.value)
        })
        .map(|amount| scaled(amount, context.currency))
        .filter(|amount| !amount.is_zero())
        .ok_or(PostingError::NoAmount("amount"))?;
    let text: String = words(facts).chars().take(120).collect();
    let (to, from) = match context.decided.bank {
        Some(BankClass::CashWithdrawal) => (Role::Cash, Role::Bank),
        Some(BankClass::CashDeposit) => (Role::Bank, Role::Cash),
        Some(BankClass::CardSettlement) => (Role::CreditCard, Role::Bank),
        _ if context.decided.action == Action::RecordCashWithdrawal => (Role::Cash, Role::Bank),
        _ => (Role::UndepositedFunds, Role::Bank),
    };
    let lines = vec![
        Draft::debit(to, amount.abs(), text.clone()),
        Draft::credit(from, amount.abs(), text),
    ];
    context.posting(lines, Figures::gross(amount))
}
