//! A journal entry that the document states line by line.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures, Target};
use super::invoice::scaled;
use super::{Context, Posting, PostingError};
use crate::chart::{AccountCode, Role};
use crate::company::Company;
use crate::lexicon::fold;

/// The lines as stated. Accounts are found by code, by name, or by the name of a role.
pub(super) fn as_stated(context: &Context<'_>) -> Result<Posting, PostingError> {
    let mut lines = Vec::new();
    let mut debits = Decimal::ZERO;
    for stated in &context.facts.journal_lines {
        let printed = stated.account.value.as_str();
        let target = find_account(printed, context.company)
            .ok_or_else(|| PostingError::UnknownAccount(printed.to_owned()))?;
        let (debit, credit) = (
            scaled(stated.debit, context.currency),
            scaled(stated.credit, context.currency),
        );
        debits += debit;
        if !debit.is_zero() {
            lines.push(Draft::debit(target.clone(), debit, printed));
        }
        if !credit.is_zero() {
            lines.push(Draft::credit(target, credit, printed));
        }
    }
    context.posting(lines, Figures::gross(debits))
}

fn find_account(printed: &str, company: &Company) -> Option<Target> {
    let chart = company.chart();
    let postable = |code: &str| {
        chart
            .account(code)
            .filter(|account| account.is_postable())
            .map(|a| a.code().clone())
    };
    let by_code = |text: &str| -> Option<AccountCode> { postable(text) };
    // `6400 Wages` and `Wages (6400)` carry the code beside the name.
    let inside = || {
        printed
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().any(|c| c.is_ascii_digit()))
            .find_map(by_code)
    };
    let wanted = fold(printed);
    let by_name = || {
        chart
            .accounts()
            .iter()
            .find(|account| account.is_postable() && fold(account.name()) == wanted)
            .map(|account| account.code().clone())
    };
    let code = by_code(printed).or_else(inside).or_else(by_name);
    code.map(Target::Code)
        .or_else(|| Role::from_code(&wanted.replace(' ', "_")).map(Target::Role))
}
