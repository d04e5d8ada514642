//! What a document is to the company: module, action, direction and counterparty, with the
//! evidence for each claim. The relevance gate comes first; then our side; then the kind of
//! paper and the side give the action.

pub(crate) mod bank;
mod both_sides;
mod by_kind;
pub(crate) mod known;
pub(crate) mod names;
pub(crate) mod perspective;
mod reply;
mod shape;

use crate::catalogue::{Action, Direction, Module};
use crate::checks::Check;
use crate::company::Company;
use crate::facts::{DocumentFacts, DocumentKind, PartyFact};
use crate::lexicon::BankClass;
use perspective::OurSide;

pub use reply::{Alternative, Determination, Evidence};
pub(crate) use shape::kind_of;

/// A determination in the making.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    /// The chosen action.
    pub action: Action,
    /// Its weight before other answers are set against it, 0 to 1.
    pub weight: f64,
    /// Which way the business goes.
    pub direction: Direction,
    /// Our side, where the document has two.
    pub side: Option<OurSide>,
    /// The kind of paper that the action was drawn from.
    pub kind: Option<DocumentKind>,
    /// The other party.
    pub counterparty: Option<PartyFact>,
    /// The other party's name where it is no party of the document (a bank line's).
    pub counterparty_name: Option<String>,
    /// Other actions with their weights.
    pub candidates: Vec<(Action, f64)>,
    /// What the claims rest on.
    pub evidence: Vec<Evidence>,
    /// What a person should look at.
    pub findings: Vec<Check>,
    /// What the bank's words say.
    pub bank: Option<BankClass>,
    /// False for what has neither an amount nor a word of accounting: no model is asked of it.
    pub is_relevant: bool,
}

impl Decided {
    fn new(action: Action, direction: Direction, weight: f64) -> Self {
        Self {
            action,
            weight,
            direction,
            side: None,
            kind: None,
            counterparty: None,
            counterparty_name: None,
            candidates: Vec::new(),
            evidence: Vec::new(),
            findings: Vec::new(),
            bank: None,
            is_relevant: true,
        }
    }

    /// Takes another action than the rules' first choice.
    pub(crate) fn choose(&mut self, action: Action, weight: f64) {
        self.candidates.retain(|(other, _)| *other != action);
        if action != self.action {
            self.candidates.push((self.action, self.weight));
        }
        self.action = action;
        self.weight = weight;
        (self.direction, self.side) = match action.module() {
            Module::AccountsPayable | Module::Expenses | Module::Purchasing => {
                (Direction::Purchase, Some(OurSide::Buyer))
            }
            Module::AccountsReceivable | Module::Sales => (Direction::Sale, Some(OurSide::Seller)),
            _ => (self.direction, self.side),
        };
        match action {
            Action::RecordPaymentMade | Action::RecordVendorDeposit | Action::RefundCustomer => {
                self.direction = Direction::MoneyOut;
            }
            Action::RecordPaymentReceived | Action::RecordCustomerDeposit => {
                self.direction = Direction::MoneyIn;
            }
            Action::Nothing | Action::CreateJournalEntry => self.direction = Direction::Neutral,
            _ => {}
        }
    }

    /// The other party's name as printed.
    pub(crate) fn party_name(&self) -> Option<String> {
        self.counterparty
            .as_ref()
            .and_then(|party| party.name.as_ref())
            .map(|name| name.value.clone())
            .or_else(|| self.counterparty_name.clone())
    }

    /// The determination as the reply carries it.
    pub(crate) fn reply(&self) -> Determination {
        let others: f64 = self.candidates.iter().map(|(_, weight)| weight).sum();
        let sum = self.weight + others;
        let share = |weight: f64| if sum > 0.0 { weight / sum } else { 0.0 };
        let mut alternatives: Vec<_> = self
            .candidates
            .iter()
            .map(|(action, weight)| Alternative {
                module: action.module(),
                action: *action,
                p: share(*weight),
            })
            .collect();
        alternatives.sort_by(|left, right| right.p.total_cmp(&left.p));
        Determination {
            module: self.action.module(),
            action: self.action,
            direction: self.direction,
            counterparty: self.party_name(),
            alternatives,
            confidence: share(self.weight).min(self.weight),
            calibrated: false,
            evidence: self.evidence.clone(),
        }
    }
}

/// Decides what a document is to the company.
pub(crate) fn determine(facts: &DocumentFacts, company: &Company) -> Decided {
    by_kind::determine(facts, company)
}
