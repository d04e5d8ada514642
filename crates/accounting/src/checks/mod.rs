//! What is wrong with a document or an entry, what a person should look at, and what is worth
//! knowing.

mod arithmetic;
mod dates;
mod entry;
mod figures;
mod finding;
mod history;
mod parties;
mod taxes;
#[cfg(test)]
mod tests;

use jiff::civil::Date;

use crate::company::Company;
use crate::determination::Decided;
use crate::facts::DocumentFacts;

pub(crate) use entry::{locked_period, statement_closes};
pub use finding::{Check, Severity};
pub(crate) use history::{Compared, history};

/// What the checks look at.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub facts: &'a DocumentFacts,
    pub company: &'a Company,
    pub decided: &'a Decided,
    pub today: Date,
}

/// All checks of a document.
pub(crate) fn document(subject: &Subject<'_>) -> Vec<Check> {
    let mut findings: Vec<Check> = subject
        .facts
        .doubts
        .iter()
        .map(|doubt| Check::review(&doubt.code, doubt.path.as_str(), doubt.message.as_str()))
        .collect();
    findings.extend(arithmetic::check(subject));
    findings.extend(figures::check(subject));
    findings.extend(dates::check(subject));
    findings.extend(taxes::check(subject));
    findings.extend(parties::check(subject));
    findings
}
