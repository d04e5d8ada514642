//! What is known of lines and items while they are being matched.

mod answer;
mod decisions;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

pub(crate) use decisions::Proposal;

use super::draft::{Fit, fit};
use super::model::{Item, Line, Minor, Request, days_between};
use super::parties::{Agreement, Origin, Parties};
use super::references::{LineReferences, Nearness, References};
use super::response::Match;
use super::subset_sum::{self, Subsets};
use super::wording::settles_nothing;
use super::work::Work;
use crate::lexicon::fold;
use crate::money::Currency;

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum LineState {
    Free,
    Matched {
        /// Its items are settled by it, with nothing over.
        in_full: bool,
    },
    Ambiguous,
    Unmatched(String),
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ItemState {
    Free,
    /// The match that settles it.
    Matched(usize),
    /// An alternative of an ambiguous line.
    Reserved,
}

/// Sets of items, each ascending, in order.
type Alternatives = Vec<Vec<usize>>;

/// The state of the work.
pub(crate) struct Ledger<'a> {
    pub request: &'a Request,
    pub parties: Parties,
    pub origins: Vec<Rc<Origin>>,
    pub references: References,
    pub read: Vec<LineReferences>,
    /// The lines of each party that they may come from.
    pub lines_of_party: HashMap<usize, Vec<usize>>,
    /// Items by currency and signed amount.
    pub by_amount: HashMap<(Currency, Minor), Vec<usize>>,
    lines: Vec<LineState>,
    items: Vec<ItemState>,
    matches: Vec<(Vec<usize>, Match)>,
    /// The lines of each set of equally good answers, and the reason.
    ties: BTreeMap<Alternatives, (Vec<usize>, String)>,
    /// Why a line that nothing settled in the end was not settled.
    notes: Vec<Option<String>>,
    /// Lines by currency and signed amount.
    lines_by_amount: HashMap<(Currency, Minor), Vec<usize>>,
    /// The lines that name each item in full.
    lines_naming: HashMap<usize, Vec<usize>>,
    /// How nearly lines name items, of those that were compared.
    nearness: RefCell<HashMap<(usize, usize), Option<Nearness>>>,
    resembling: RefCell<HashMap<(usize, usize), bool>>,
    /// Whether each line's text is of a movement that settles no item, once that was asked.
    settles_nothing: Vec<OnceCell<bool>>,
    pub work: Work,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(request: &'a Request) -> Self {
        let (lines, items) = (&request.lines, &request.items);
        let work = Work::new(lines.len());
        let parties = Parties::new(items);
        let origins = parties.origins(lines, &work);
        let references = References::new(items);
        let read: Vec<LineReferences> = lines
            .iter()
            .enumerate()
            .map(|(index, line)| references.read(line, |steps| work.spend(index, steps)))
            .collect();
        let mut by_amount: HashMap<(Currency, Minor), Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let key = (item.currency, item.sign() * item.open);
            by_amount.entry(key).or_default().push(index);
        }
        let mut lines_of_party: HashMap<usize, Vec<usize>> = HashMap::new();
        for (line, origin) in origins.iter().enumerate() {
            for (party, _) in &origin.parties {
                lines_of_party.entry(*party).or_default().push(line);
            }
        }
        let mut lines_by_amount: HashMap<(Currency, Minor), Vec<usize>> = HashMap::new();
        for (index, line) in lines.iter().enumerate() {
            let key = (line.currency, line.amount);
            lines_by_amount.entry(key).or_default().push(index);
        }
        let mut lines_naming: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, read) in read.iter().enumerate() {
            for item in read.mentions.iter().flat_map(|mention| &mention.items) {
                lines_naming.entry(*item).or_default().push(index);
            }
        }
        Self {
            lines_by_amount,
            lines_naming,
            work,
            parties,
            lines_of_party,
            origins,
            references,
            read,
            by_amount,
            lines: vec![LineState::Free; lines.len()],
            items: vec![ItemState::Free; items.len()],
            matches: Vec::new(),
            ties: BTreeMap::new(),
            notes: vec![None; lines.len()],
            nearness: RefCell::default(),
            resembling: RefCell::default(),
            settles_nothing: vec![OnceCell::new(); lines.len()],
            request,
        }
    }

    pub(crate) fn line(&self, line: usize) -> &'a Line {
        &self.request.lines[line]
    }

    pub(crate) fn item(&self, item: usize) -> &'a Item {
        &self.request.items[item]
    }

    pub(crate) fn is_free_line(&self, line: usize) -> bool {
        self.lines[line] == LineState::Free
    }

    pub(crate) fn is_free(&self, item: usize) -> bool {
        self.items[item] == ItemState::Free
    }

    /// Free and to be paid directly: neither through a processor nor by a payment run.
    pub(crate) fn is_payable(&self, item: usize) -> bool {
        self.is_free(item) && self.is_open(item)
    }

    /// To be paid directly, though perhaps by a line that fits others as well.
    pub(crate) fn is_open(&self, item: usize) -> bool {
        !self.is_settled(item)
            && self.item(item).collected_by.is_none()
            && self.item(item).payment_run.is_none()
    }

    /// Whether a match settled the item.
    pub(crate) fn is_settled(&self, item: usize) -> bool {
        matches!(self.items[item], ItemState::Matched(_))
    }

    /// Whether another line of the same amount and party was given to something that it does not
    /// pay in full, and so may as well pay this item.
    pub(crate) fn has_equal_claim(&self, line: usize, item: usize) -> bool {
        let found = self.line(line);
        let equal = self.lines_by_amount.get(&(found.currency, found.amount));
        if !self.work.spend(line, equal.map_or(0, Vec::len)) {
            return true;
        }
        equal.into_iter().flatten().any(|other| {
            *other != line
                && self.lines[*other] == LineState::Matched { in_full: false }
                && self.agreement(*other, item) >= Agreement::Similar
                && self.is_in_window(*other, item)
        })
    }

    /// Whether another item of the same amount and party was given to a line that may not be its
    /// own, and so may as well be what this line pays.
    pub(crate) fn has_equal_item_in_doubt(&self, line: usize, item: usize) -> bool {
        let found = self.line(line);
        let equal = self.by_amount.get(&(found.currency, found.amount));
        if !self.work.spend(line, equal.map_or(0, Vec::len)) {
            return true;
        }
        equal.into_iter().flatten().any(|other| {
            let is_in_doubt = match self.items[*other] {
                ItemState::Matched(by) => !self.matches[by].1.auto,
                ItemState::Free => false,
                ItemState::Reserved => true,
            };
            *other != item
                && is_in_doubt
                && self.agreement(line, *other) >= Agreement::Similar
                && self.is_in_window(line, *other)
        })
    }

    /// Free lines, ascending.
    pub(crate) fn free_lines(&self) -> Vec<usize> {
        (0..self.lines.len())
            .filter(|line| self.is_free_line(*line))
            .collect()
    }

    pub(crate) fn agreement(&self, line: usize, item: usize) -> Agreement {
        self.origins[line].agreement(self.parties.of_item[item])
    }

    /// How nearly a line names an item, within its work limit. Stages ask again and again, so that
    /// what was compared is kept.
    pub(crate) fn nearness(&self, line: usize, item: usize) -> Option<Nearness> {
        if let Some(known) = self.nearness.borrow().get(&(line, item)) {
            return *known;
        }
        let read = &self.read[line];
        let steps = self.references.steps_of_nearness(read, item, false);
        if !self.work.spend(line, steps) {
            return None;
        }
        let found = self.references.nearness(read, item);
        self.nearness.borrow_mut().insert((line, item), found);
        found
    }

    /// Whether something in a line may be the item's number written badly, within its work limit.
    pub(crate) fn resembles(&self, line: usize, item: usize) -> bool {
        if let Some(known) = self.resembling.borrow().get(&(line, item)) {
            return *known;
        }
        let read = &self.read[line];
        let steps = self.references.steps_of_nearness(read, item, true);
        if !self.work.spend(line, steps) {
            return false;
        }
        let found = self.references.resembles(read, item);
        self.resembling.borrow_mut().insert((line, item), found);
        found
    }

    /// Whether the text says that the movement is of a kind that settles no open item.
    pub(crate) fn speaks_of_no_item(&self, line: usize) -> bool {
        *self.settles_nothing[line].get_or_init(|| {
            let found = self.line(line);
            settles_nothing(&found.description, found.amount < 0)
        })
    }

    /// Without a reference an item is paid from its issue on, until some days after it is due.
    pub(crate) fn is_in_window(&self, line: usize, item: usize) -> bool {
        let (date, item) = (self.line(line).date, self.item(item));
        item.issue_date <= date
            && (date <= item.due_date
                || days_between(item.due_date, date)
                    <= i64::from(self.request.policy.date_window_days))
    }

    /// The signed value of an item in a line's currency.
    pub(crate) fn value(&self, line: usize, item: usize) -> Option<Minor> {
        self.item(item)
            .value_in(self.line(line).currency, self.request.base())
    }

    pub(crate) fn fit(&self, line: usize, items: &[usize]) -> Option<Fit> {
        fit(self.request, &[line], items)
    }

    /// Lines whose answers may be others now that these items are taken: they name one, are of
    /// its amount, or come from its party. Ascending.
    pub(crate) fn lines_touched_by(&self, items: &[usize]) -> Vec<usize> {
        let parties: BTreeSet<usize> = items.iter().map(|i| self.parties.of_item[*i]).collect();
        let amounts: HashSet<(Currency, Minor)> = items
            .iter()
            .map(|item| self.item(*item))
            .map(|item| (item.currency, item.sign() * item.open))
            .collect();
        let of_parties = parties.iter().filter_map(|p| self.lines_of_party.get(p));
        let of_amounts = amounts.iter().filter_map(|a| self.lines_by_amount.get(a));
        let naming = items.iter().filter_map(|item| self.lines_naming.get(item));
        let touched = of_parties.chain(of_amounts).chain(naming).flatten();
        let lines: BTreeSet<usize> = touched.copied().collect();
        lines.into_iter().collect()
    }

    /// Subsets of a line's candidates, within its work limit: beyond it nothing is found, and
    /// that is not complete.
    pub(crate) fn subsets(
        &self,
        line: usize,
        values: &[Minor],
        target: Minor,
        fewest: usize,
    ) -> Subsets {
        if self.work.spend(line, subset_sum::cost(values.len())) {
            subset_sum::subsets(values, target, fewest)
        } else {
            Subsets::default()
        }
    }

    /// Whether the counterparty is the company itself.
    pub(crate) fn is_own_transfer(&self, line: usize) -> bool {
        let Some(company) = &self.request.company else {
            return false;
        };
        let line = self.line(line);
        let own_account = company
            .iban()
            .is_some_and(|iban| line.counterparty_iban.as_deref() == Some(iban.as_str()));
        let own_name = line
            .counterparty_name
            .as_deref()
            .is_some_and(|name| fold(name) == fold(company.name()));
        own_account || own_name
    }
}
