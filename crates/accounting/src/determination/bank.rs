//! Bank lines: what a movement is, by the bank's words and its sign.

use super::Decided;
use super::perspective::OurSide;
use super::reply::Evidence;
use crate::catalogue::{Action, Direction};
use crate::company::Company;
use crate::facts::{AmountConcept, DocumentFacts, Fact, PartyRole};
use crate::lexicon::{BankClass, bank_class};
use rust_decimal::Decimal;

/// The movement's signed amount: of the movement itself, else of an amount that the document
/// labels.
pub(crate) fn signed_amount(facts: &DocumentFacts) -> Option<Fact<Decimal>> {
    let labelled = || {
        [AmountConcept::AmountSettled, AmountConcept::Amount]
            .into_iter()
            .find_map(|concept| facts.amount(concept))
            .map(|amount| amount.amount.clone())
    };
    facts
        .movements
        .first()
        .map(|movement| movement.amount.clone())
        .or_else(labelled)
        .or_else(|| facts.totals.gross.clone())
}

/// The words that say what a movement is.
pub(crate) fn words(facts: &DocumentFacts) -> String {
    let mut words: Vec<&str> = Vec::new();
    for movement in &facts.movements {
        words.extend(movement.description.iter().map(|text| text.value.as_str()));
    }
    words.extend(facts.texts.iter().map(|text| text.value.as_str()));
    words.extend(
        facts
            .lines
            .iter()
            .filter_map(|line| line.description.as_ref())
            .map(|d| d.value.as_str()),
    );
    words.join(" ")
}

/// The counterparty of a movement, where one is named apart from the text.
pub(crate) fn named_counterparty(facts: &DocumentFacts, company: &Company) -> Option<Fact<String>> {
    let movement = facts
        .movements
        .first()
        .and_then(|movement| movement.counterparty.clone());
    movement.or_else(|| {
        [PartyRole::Unclear, PartyRole::Seller, PartyRole::Buyer]
            .into_iter()
            .filter_map(|role| facts.party(role))
            .find(|party| !super::perspective::is_company(party, company))
            .and_then(|party| party.name.clone())
    })
}

/// A number of four digits or more, as invoice and order numbers have.
fn has_reference(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|word| word.chars().filter(char::is_ascii_digit).count() >= 4)
}

/// What a bank line is.
pub(crate) fn decide(facts: &DocumentFacts, company: &Company) -> Option<Decided> {
    let amount = signed_amount(facts)?;
    let is_out = amount.value.is_sign_negative();
    let text = words(facts);
    let counterparty = named_counterparty(facts, company);
    let allow_weak = counterparty.is_none() && (is_out || !has_reference(&text));
    let hit = bank_class(&text, is_out, allow_weak);
    let class = hit.as_ref().map(|hit| hit.meaning);
    let action = action_of(class, is_out);
    let direction = if is_out {
        Direction::MoneyOut
    } else {
        Direction::MoneyIn
    };
    let mut decided = Decided::new(action, direction, if hit.is_some() { 0.95 } else { 0.85 });
    decided.bank = class;
    decided.side = Some(if is_out {
        OurSide::Buyer
    } else {
        OurSide::Seller
    });
    decided.counterparty_name = counterparty.map(|fact| fact.value);
    let source = facts
        .movements
        .first()
        .and_then(|movement| movement.description.as_ref())
        .map_or(&amount.source, |description| &description.source);
    decided.evidence.push(Evidence {
        claim: format!("action: {action}"),
        path: source.path.clone(),
        text: source.text.clone(),
        rule: hit.map_or_else(
            || "sign of the movement, no word of the bank".to_owned(),
            |hit| format!("the bank's word '{}'", hit.term),
        ),
    });
    decided.evidence.push(Evidence {
        claim: format!("direction: {direction}"),
        path: amount.source.path.clone(),
        text: amount.source.text.clone(),
        rule: "sign of the movement".to_owned(),
    });
    let other = if is_out {
        Action::CategorizeAsExpense
    } else {
        Action::CategorizeAsIncome
    };
    if other != action {
        decided.candidates.push((other, 0.1));
    }
    Some(decided)
}

fn action_of(class: Option<BankClass>, is_out: bool) -> Action {
    match class {
        Some(BankClass::BankFee) => Action::RecordBankFee,
        Some(BankClass::InterestIncome) => Action::RecordInterestIncome,
        Some(BankClass::InterestExpense) => Action::CategorizeAsExpense,
        Some(BankClass::DividendIncome) => Action::CategorizeAsIncome,
        Some(BankClass::CashWithdrawal) => Action::RecordCashWithdrawal,
        Some(BankClass::CashDeposit | BankClass::CardSettlement | BankClass::Transfer) => {
            Action::RecordBankTransfer
        }
        Some(BankClass::TaxPayment) => Action::RecordTaxPayment,
        Some(BankClass::Payroll) => Action::RecordPayroll,
        Some(BankClass::LoanInstalment | BankClass::LoanDrawdown) => Action::CreateJournalEntry,
        Some(BankClass::Deposit) if is_out => Action::RecordVendorDeposit,
        Some(BankClass::Deposit) => Action::RecordCustomerDeposit,
        Some(BankClass::Refund) if is_out => Action::RefundCustomer,
        // A supplier gives back what we paid: our payment, sides swapped.
        Some(BankClass::Refund | BankClass::ReturnedPayment) => Action::ReversePayment,
        None if is_out => Action::RecordPaymentMade,
        None => Action::RecordPaymentReceived,
    }
}
