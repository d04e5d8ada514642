//! Journal vouchers, loans and revaluations.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures, Target};
use super::invoice::scaled;
use super::payroll::stated;
use super::{Context, Posting, PostingError, voucher_lines};
use crate::chart::Role;
use crate::checks::Check;
use crate::determination::bank::words;
use crate::facts::{AmountConcept, DocumentKind};
use crate::lexicon::{VoucherClass, expense_roles, fold, voucher_class, voucher_classes};

/// The one amount that a voucher states.
pub(super) fn stated_amount(context: &Context<'_>) -> Result<Decimal, PostingError> {
    let totals = &context.facts.totals;
    stated(context, AmountConcept::Amount)
        .or_else(|| {
            totals
                .gross
                .as_ref()
                .map(|gross| scaled(gross.value.abs(), context.currency))
        })
        .or_else(|| {
            totals
                .net
                .as_ref()
                .map(|net| scaled(net.value.abs(), context.currency))
        })
        .or_else(|| {
            let first = context.facts.amounts.first()?;
            Some(scaled(first.amount.value.abs(), context.currency))
        })
        .filter(|amount| !amount.is_zero())
        .ok_or(PostingError::NoAmount("amount"))
}

/// As stated, else by what the words say.
pub(super) fn voucher(context: &Context<'_>) -> Result<Posting, PostingError> {
    if !context.facts.journal_lines.is_empty() {
        return voucher_lines::as_stated(context);
    }
    let text = words(context.facts);
    let class = match context.decided.kind {
        Some(DocumentKind::Loan) => {
            let instalment = stated(context, AmountConcept::Interest).is_some();
            let by_words = voucher_class(&text).map(|hit| hit.meaning);
            match by_words {
                Some(VoucherClass::LoanInstalment) => VoucherClass::LoanInstalment,
                _ if instalment => VoucherClass::LoanInstalment,
                _ => VoucherClass::LoanDrawdown,
            }
        }
        _ => voucher_class(&text)
            .map(|hit| hit.meaning)
            .ok_or(PostingError::NotUnderstood)?,
    };
    if class == VoucherClass::LoanInstalment {
        return instalment(context);
    }
    let amount = match class {
        VoucherClass::LoanDrawdown => stated(context, AmountConcept::Principal),
        _ => None,
    };
    let amount = amount.map_or_else(|| stated_amount(context), Ok)?;
    let mut findings = Vec::new();
    let (debit, credit) = accounts_of(class, &text, &mut findings);
    let others = voucher_classes(&text);
    if others
        .iter()
        .any(|other| other.meaning != class && !class.releases(other.meaning))
    {
        let message = "the words fit more than one kind of voucher";
        findings.push(Check::review("voucher_ambiguous", "", message));
    }
    let memo: String = text.chars().take(120).collect();
    let lines = vec![
        Draft::debit(debit, amount, memo.clone()),
        Draft::credit(credit, amount, memo),
    ];
    let mut posting = context.posting(lines, Figures::gross(amount))?;
    posting.findings = findings;
    Ok(posting)
}

/// The debited and the credited account of what a voucher books.
fn accounts_of(class: VoucherClass, text: &str, findings: &mut Vec<Check>) -> (Target, Target) {
    let mut expense = || {
        expense_roles(text).first().map_or_else(
            || {
                let message = "no word says which expense it is";
                findings.push(Check::review("account_by_default", "", message));
                Role::ServicesExpense
            },
            |hit| hit.meaning,
        )
    };
    let sales = || {
        let goods = fold(text)
            .split(' ')
            .any(|word| matches!(word, "goods" | "waren" | "merchandise"));
        if goods {
            Role::SalesGoods
        } else {
            Role::SalesServices
        }
    };
    let paid = is_paid(text);
    let (debit, credit) = match class {
        VoucherClass::Accrual => (expense(), Role::AccruedExpenses),
        VoucherClass::AccrualRelease => (Role::AccruedExpenses, expense()),
        // Paid in advance, the money left; otherwise what was charged is deferred.
        VoucherClass::Prepayment if paid => (Role::PrepaidExpense, Role::Bank),
        VoucherClass::Prepayment => (Role::PrepaidExpense, expense()),
        VoucherClass::PrepaymentRelease => (expense(), Role::PrepaidExpense),
        VoucherClass::DeferredRevenue if paid => (Role::Bank, Role::DeferredRevenue),
        VoucherClass::DeferredRevenue => (sales(), Role::DeferredRevenue),
        VoucherClass::RevenueRecognition => (Role::DeferredRevenue, sales()),
        VoucherClass::Depreciation => (Role::Depreciation, Role::AccumulatedDepreciation),
        VoucherClass::LoanDrawdown => (Role::Bank, Role::LoanPayable),
        VoucherClass::LoanInstalment => (Role::LoanPayable, Role::Bank),
        VoucherClass::Dividend => (Role::RetainedEarnings, Role::Bank),
        VoucherClass::Drawings => (Role::OwnerDrawings, Role::Bank),
        VoucherClass::Capital => (Role::Bank, Role::ShareCapital),
        VoucherClass::BadDebt => (Role::BadDebt, Role::ArControl),
    };
    (debit.into(), credit.into())
}

/// Words of money that has moved.
const PAID: &[&str] = &[
    "paid",
    "payment",
    "received",
    "cash",
    "bank",
    "bezahlt",
    "gezahlt",
    "zahlung",
    "erhalten",
    "paye",
    "payee",
    "regle",
    "recu",
    "paiement",
    "pagado",
    "pagada",
    "pago",
    "recibido",
    "pagato",
    "pagata",
    "pagamento",
    "incassato",
    "betaald",
    "ontvangen",
    "betaling",
    "recebido",
    "zaplacono",
    "zaplacone",
    "oplacone",
    "otrzymano",
    "betald",
    "betalt",
];

fn is_paid(text: &str) -> bool {
    fold(text).split(' ').any(|word| PAID.contains(&word))
}

/// Dr loan + interest / Cr bank.
fn instalment(context: &Context<'_>) -> Result<Posting, PostingError> {
    let interest = stated(context, AmountConcept::Interest).unwrap_or(Decimal::ZERO);
    let fee = stated(context, AmountConcept::Fee).unwrap_or(Decimal::ZERO);
    let principal = match stated(context, AmountConcept::Principal) {
        Some(principal) => principal,
        None => stated_amount(context)? - interest - fee,
    };
    let total = principal + interest + fee;
    let lines = vec![
        Draft::debit(Role::LoanPayable, principal, "Principal"),
        Draft::debit(Role::InterestExpense, interest, "Interest"),
        Draft::debit(Role::BankCharges, fee, "Fee"),
        Draft::credit(Role::Bank, total, "Instalment"),
    ];
    context.posting(lines, Figures::gross(total))
}

/// Words of what the company owes.
const PAYABLE: &[&str] = &[
    "payable",
    "payables",
    "creditor",
    "creditors",
    "liability",
    "verbindlichkeit",
    "verbindlichkeiten",
    "fournisseur",
    "fournisseurs",
    "dette",
    "dettes",
    "proveedores",
    "fornitori",
    "debiti",
    "crediteuren",
    "fornecedores",
    "zobowiazania",
    "ap",
    "supplier",
    "suppliers",
    "vendor",
];

/// A control account at the closing rate against its carrying rate (IAS 21.28), in the company's
/// currency.
pub(super) fn revalue(context: &Context<'_>) -> Result<Posting, PostingError> {
    let facts = context.facts;
    let base = context.company.base_currency();
    let foreign = facts.amounts.iter().find(|amount| {
        amount.currency.is_some_and(|currency| currency != base)
            || amount.concept == AmountConcept::InvoiceAmount
    });
    let booked = facts.rates.iter().find(|rate| rate.booked);
    let closing = facts.rates.iter().find(|rate| !rate.booked);
    let (Some(balance), Some(booked), Some(closing)) = (foreign, booked, closing) else {
        return Err(PostingError::NoAmount(
            "foreign balance with its booked and closing rates",
        ));
    };
    let balance = balance.amount.value.abs();
    let gain = base.round(balance * closing.rate.value) - base.round(balance * booked.rate.value);
    let text = words(facts);
    let is_payable = fold(&text).split(' ').any(|word| PAYABLE.contains(&word));
    let memo: String = text.chars().take(120).collect();
    let (control, gain) = if is_payable {
        (Role::ApControl, -gain)
    } else {
        (Role::ArControl, gain)
    };
    // What a liability grows by is a loss.
    let lines = if gain.is_sign_negative() {
        vec![
            Draft::debit(Role::FxLoss, -gain, memo.clone()),
            Draft::credit(control, -gain, memo),
        ]
    } else {
        vec![
            Draft::debit(control, gain, memo.clone()),
            Draft::credit(Role::FxGain, gain, memo),
        ]
    };
    let mut posting = context.posting(lines, Figures::gross(gain))?;
    posting.currency = base;
    Ok(posting)
}
