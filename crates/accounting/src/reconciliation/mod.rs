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
//! a clock, the store, the call of a model.

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
pub mod free_text;
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

/// Matches bank lines with open items, by rule alone. [`free_text`] asks a model about what is
/// left.
pub fn reconcile(request: &Request) -> Reconciliation {
    reconcile_counting(request).0
}

/// The same, with what it cost.
pub fn reconcile_counting(request: &Request) -> (Reconciliation, Effort) {
    let ledger = settle(request);
    let effort = ledger.work.effort();
    let mut answer = ledger.into_answer();
    free_text::flag(request, &mut answer);
    (answer, effort)
}

/// What the evidence decides, stage by stage.
fn settle(request: &Request) -> Ledger<'_> {
    let mut ledger = Ledger::new(request);
    returns::leave_returned(&mut ledger);
    payouts::match_payouts(&mut ledger);
    payouts::match_runs(&mut ledger);
    by_reference::match_by_reference(&mut ledger);
    by_party::match_by_party(&mut ledger);
    ledger
}
