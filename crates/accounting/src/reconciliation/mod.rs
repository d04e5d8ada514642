//! Bank reconciliation: which bank lines settle which open items, and nothing that is a guess.
//!
//! ```text
//! Request ──returns──▶ payouts, payment runs ──▶ by reference ──▶ by party ──▶ Reconciliation
//! ```
//!
//! Each stage takes what the evidence decides and leaves the rest to weaker evidence. Where
//! several answers are equally good the line is ambiguous, with all of them. Lines and items are
//! sorted by id on entry, so that the order of the request cannot matter; amounts are integers
//! of minor units.
//!
//! [`contract::violations`] holds an answer to the rules, whatever decided it. What is not here:
//! a model, a clock, the store.

mod allocation;
mod assignment;
mod by_party;
mod by_reference;
mod candidates;
mod check_digits;
mod components;
pub mod contract;
mod difference;
mod draft;
mod entry;
mod input;
mod ledger;
mod model;
mod names;
mod parse;
mod parties;
mod payouts;
mod references;
mod response;
mod returns;
mod rounds;
mod subset_sum;
mod text;
mod wording;
mod words;
mod work;

pub use input::{
    BankLineInput, CollectedInput, FxRateInput, InstructedInput, OpenItemInput, PartyInput,
    PolicyInput, ProcessorInput, RequestInput, TermsInput,
};
pub use model::{ItemType, Request};
pub use response::{
    Allocation, Alternative, Ambiguous, Difference, DifferenceKind, Entry, EntryLine, Match,
    MatchKind, Reconciliation, UnmatchedLine,
};

pub use work::Effort;

use ledger::Ledger;

/// Matches bank lines with open items.
pub fn reconcile(request: &Request) -> Reconciliation {
    reconcile_counting(request).0
}

/// The same, with what it cost.
pub fn reconcile_counting(request: &Request) -> (Reconciliation, Effort) {
    let mut ledger = Ledger::new(request);
    returns::leave_returned(&mut ledger);
    payouts::match_payouts(&mut ledger);
    payouts::match_runs(&mut ledger);
    by_reference::match_by_reference(&mut ledger);
    by_party::match_by_party(&mut ledger);
    let effort = ledger.work.effort();
    (ledger.into_answer(), effort)
}
