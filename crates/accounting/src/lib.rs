//! The pure accounting domain of Ledgergate: no I/O, no clock, no model.
//!
//! A document goes through `reading` (document and company give facts with their sources),
//! `determination` (module, action and the questions that stay open), `posting` (a balanced
//! journal entry) and `checks`. A question that only a model can answer leaves this crate as
//! data, with its closed set of answers, and comes back as a choice with probabilities; an
//! amount never does.
//!
//! ```text
//! Document ──reading──▶ DocumentFacts ──determination──▶ action, side, counterparty
//!                            │                                  │
//!                            └────────────┬─────────────────────┘
//!                                      posting ──▶ JournalEntry (balanced, or an error)
//!                                         │
//!                                      checks ──▶ Processed { valid, auto, review_reasons }
//! ```
//!
//! [`statement`] reads bank statement files into the lines that [`reconciliation`] matches.
//!
//! [`assessment::Assessment`] is the way through; [`validate::validate`] checks without posting;
//! [`accuracy`] compares replies with labels. What only the store knows comes in as data: a
//! company's [earlier documents](history) make duplicates and unusual sums visible.

pub mod accuracy;
pub mod assessment;
pub mod catalogue;
pub mod chart;
pub mod checks;
mod closed_enum;
pub mod company;
pub mod determination;
pub mod document;
pub mod facts;
pub mod feedback;
pub mod fx;
pub mod history;
mod input_error;
pub mod journal;
mod lexicon;
pub mod money;
mod posting;
pub mod question;
pub mod reading;
pub mod reconciliation;
pub mod schema;
pub mod statement;
pub mod tax;
pub mod validate;

pub use input_error::InputError;
