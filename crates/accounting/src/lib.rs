//! The pure accounting domain of Ledgergate: no I/O, no clock, no model.
//!
//! A document goes through `reading` (document and company give facts with their sources),
//! `determination` (module, action and the questions that stay open), `posting` (a balanced
//! journal entry) and `checks`. A question that only a model can answer leaves this crate as
//! data, with its closed set of answers, and comes back as a choice with probabilities; an
//! amount never does.

pub mod facts;
pub mod money;
