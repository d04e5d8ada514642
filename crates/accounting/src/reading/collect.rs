//! One walk over the outline: what stands where, by meaning, before any value is read.

use super::classify::{Meaning, classify};
use super::field::Field;
use super::lexicon::Languages;
use super::outline::{Content, Node};
use super::row_kind::{RowKind, row_kind};
use super::value::date::dates_in;
use super::value::number::read_amount;

/// A labelled value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    /// What its label means.
    pub(crate) meaning: Meaning,
    /// The value.
    pub(crate) node: &'a Node,
}

/// A row of a table: its cells.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    /// Its labelled values.
    pub(crate) cells: Vec<Cell<'a>>,
}

impl<'a> Row<'a> {
    /// The first cell of a field.
    pub(crate) fn cell(&self, field: Field) -> Option<&Cell<'a>> {
        self.cells.iter().find(|cell| cell.meaning.field == field)
    }

    /// The first cell of the first field that the row has.
    pub(crate) fn first_of(&self, fields: &[Field]) -> Option<&Cell<'a>> {
        fields.iter().find_map(|field| self.cell(*field))
    }
}

/// The parts of a document by meaning.
#[derive(Debug, Default)]
pub(crate) struct Collected<'a> {
    /// Labelled values outside of parties and rows.
    pub(crate) scalars: Vec<Cell<'a>>,
    /// What is said of parties, by role; an element is one group or one flat key.
    pub(crate) parties: Vec<(Field, Vec<Cell<'a>>)>,
    /// Rows by kind.
    pub(crate) rows: Vec<(RowKind, Vec<Row<'a>>)>,
    /// Free texts.
    pub(crate) texts: Vec<&'a Node>,
}

impl<'a> Collected<'a> {
    /// Walks an outline.
    pub(crate) fn from_outline(root: &'a Node, languages: Languages) -> Self {
        let mut collected = Self::default();
        let walker = Walker { languages };
        walker.group(root.children(), &mut collected);
        collected
    }

    /// Values of a field, best explained label first, in document order.
    pub(crate) fn of(&self, field: Field) -> Vec<&Cell<'a>> {
        let mut cells: Vec<&Cell<'a>> = self
            .scalars
            .iter()
            .filter(|cell| cell.meaning.field == field)
            .collect();
        cells.sort_by_key(|cell| std::cmp::Reverse(cell.meaning.exactness));
        cells
    }

    /// Rows of a kind.
    pub(crate) fn rows_of(&self, kind: RowKind) -> impl Iterator<Item = &Row<'a>> {
        self.rows
            .iter()
            .filter(move |(found, _)| *found == kind)
            .flat_map(|(_, rows)| rows)
    }
}

struct Walker {
    languages: Languages,
}

impl Walker {
    fn group<'a>(&self, nodes: &'a [Node], into: &mut Collected<'a>) {
        let mut indexed: Vec<(u32, Row<'a>)> = Vec::new();
        for node in nodes {
            let meaning = classify(&node.label, self.languages);
            if let Some(meaning) = meaning
                && let (true, Some(index), true) =
                    (meaning.in_line, meaning.index, node.is_scalar())
            {
                let position = indexed.iter().position(|(known, _)| *known == index);
                let position = position.unwrap_or_else(|| {
                    indexed.push((index, Row { cells: Vec::new() }));
                    indexed.len() - 1
                });
                if let Some((_, row)) = indexed.get_mut(position) {
                    row.cells.push(Cell { meaning, node });
                }
                continue;
            }
            self.node(node, meaning, into);
        }
        if !indexed.is_empty() {
            let rows = indexed.into_iter().map(|(_, row)| row).collect();
            into.rows.push((RowKind::Lines, rows));
        }
    }

    fn node<'a>(&self, node: &'a Node, meaning: Option<Meaning>, into: &mut Collected<'a>) {
        match &node.content {
            Content::Empty => {}
            Content::Group(parts) => self.part_group(parts, meaning, into),
            Content::List(elements) => self.list(elements, meaning, into),
            _ => Self::scalar(node, meaning, into),
        }
    }

    fn scalar<'a>(node: &'a Node, meaning: Option<Meaning>, into: &mut Collected<'a>) {
        let Some(mut meaning) = meaning else {
            if matches!(node.content, Content::Text(_)) {
                into.texts.push(node);
            }
            return;
        };
        by_value(&mut meaning, node);
        let cell = Cell { meaning, node };
        match (meaning.role, meaning.field) {
            (Some(role), _) => into.parties.push((role, vec![cell])),
            (None, role) if role.is_role() => into.parties.push((role, vec![cell])),
            (
                None,
                Field::Note
                | Field::LineNote
                | Field::Description
                | Field::Reason
                | Field::PaymentTerms,
            ) => {
                into.texts.push(node);
                into.scalars.push(cell);
            }
            _ => into.scalars.push(cell),
        }
    }

    fn part_group<'a>(
        &self,
        parts: &'a [Node],
        meaning: Option<Meaning>,
        into: &mut Collected<'a>,
    ) {
        let role = meaning.and_then(|meaning| match meaning.field {
            Field::From => Some(Field::Seller),
            Field::To => Some(Field::Buyer),
            field if field.is_role() => Some(field),
            _ => None,
        });
        if let Some(role) = role {
            let cells = self.party(parts, into);
            into.parties.push((role, cells));
            return;
        }
        let field = meaning.map(|meaning| meaning.field);
        if matches!(
            field,
            Some(Field::Tax | Field::TaxBreakdown | Field::TaxAmount)
        ) && let Some(rows) = self.tax_group(parts)
        {
            into.rows.push((RowKind::TaxRows, rows));
            return;
        }
        // Rows under keys ({"1": {…}, "2": {…}}) are rows as well.
        if parts.len() > 1
            && parts
                .iter()
                .all(|part| matches!(part.content, Content::Group(_)))
            && parts
                .iter()
                .all(|part| classify(&part.label, self.languages).is_none())
        {
            self.list(parts, meaning, into);
            return;
        }
        let cells = self.cells(parts);
        let has = |field| {
            cells
                .iter()
                .any(|cell: &Cell<'_>| cell.meaning.field == field)
        };
        let names_a_party = has(Field::Name)
            && (has(Field::TaxId) || has(Field::Address) || has(Field::Street) || has(Field::Iban));
        let is_document = [
            Field::Number,
            Field::IssueDate,
            Field::Gross,
            Field::Total,
            Field::Net,
        ]
        .into_iter()
        .any(has);
        if names_a_party && !is_document {
            let cells = self.party(parts, into);
            into.parties.push((Field::Counterparty, cells));
            return;
        }
        self.group(parts, into);
    }

    /// `{"19%": "12.00"}`, `{"19%": {"base": …}}` or one row `{"rate": …, "amount": …}`.
    fn tax_group<'a>(&self, parts: &'a [Node]) -> Option<Vec<Row<'a>>> {
        let labelled_by_rate = parts.iter().all(|part| part.label.contains('%'));
        if labelled_by_rate && !parts.is_empty() {
            return Some(
                parts
                    .iter()
                    .map(|part| {
                        let mut cells = self.cells(part.children());
                        let meaning = classify("tax 1%", self.languages);
                        if part.is_scalar() {
                            cells.extend(meaning.map(|meaning| Cell {
                                meaning,
                                node: part,
                            }));
                        }
                        Row { cells }
                    })
                    .collect(),
            );
        }
        let cells = self.cells(parts);
        let has = |field| cells.iter().any(|cell| cell.meaning.field == field);
        let one_row = parts.iter().all(Node::is_scalar)
            && has(Field::TaxRate)
            && (has(Field::TaxBase)
                || has(Field::Amount)
                || has(Field::TaxAmount)
                || has(Field::Tax));
        one_row.then(|| vec![Row { cells }])
    }

    /// Everything said of a party, nested addresses included; texts inside go to the texts.
    fn party<'a>(&self, parts: &'a [Node], into: &mut Collected<'a>) -> Vec<Cell<'a>> {
        let mut cells = Vec::new();
        for part in parts {
            let meaning = classify(&part.label, self.languages);
            match (&part.content, meaning) {
                (Content::Empty, _) => {}
                (Content::Group(inner) | Content::List(inner), _) => {
                    let mut found = self.party(inner, into);
                    // Unlabelled elements take the label of their list.
                    if let Some(meaning) = meaning {
                        let loose = inner
                            .iter()
                            .filter(|node| node.label.is_empty() && node.is_scalar());
                        found.extend(loose.map(|node| Cell { meaning, node }));
                    }
                    cells.extend(found);
                }
                (_, Some(meaning)) => cells.push(Cell {
                    meaning,
                    node: part,
                }),
                (_, None) if !part.label.is_empty() => into.texts.push(part),
                (_, None) => {}
            }
        }
        cells
    }

    fn list<'a>(&self, elements: &'a [Node], meaning: Option<Meaning>, into: &mut Collected<'a>) {
        if elements.iter().all(Node::is_scalar) {
            Self::scalar_list(elements, meaning, into);
            return;
        }
        let rows: Vec<Row<'a>> = elements
            .iter()
            .filter(|element| !element.is_scalar())
            .map(|element| Row {
                cells: self.row_cells(element.children()),
            })
            .collect();
        match row_kind(meaning.map(|meaning| meaning.field), &rows) {
            Some(RowKind::Parties) => {
                for row in rows {
                    let role = row.first_of(&[Field::Role, Field::Type]).and_then(|cell| {
                        classify(&cell.node.printed()?, self.languages).map(|meaning| meaning.field)
                    });
                    let role = role
                        .filter(|role| role.is_role())
                        .unwrap_or(Field::Counterparty);
                    into.parties.push((role, row.cells));
                }
            }
            Some(kind) => {
                for element in elements {
                    element.visit(&mut |inner| {
                        let note = inner.is_scalar()
                            && classify(&inner.label, self.languages).is_none_or(|meaning| {
                                matches!(meaning.field, Field::LineNote | Field::Note)
                            });
                        if note && matches!(inner.content, Content::Text(_)) {
                            into.texts.push(inner);
                        }
                    });
                }
                into.rows.push((kind, rows));
            }
            None => {
                for element in elements {
                    if element.is_scalar() {
                        Self::scalar(element, None, into);
                    } else {
                        self.group(element.children(), into);
                    }
                }
            }
        }
    }

    fn scalar_list<'a>(elements: &'a [Node], meaning: Option<Meaning>, into: &mut Collected<'a>) {
        let dates = elements.iter().filter(|element| {
            element
                .printed()
                .is_some_and(|text| !dates_in(&text).is_empty())
        });
        if elements.len() == 2
            && dates.count() == 2
            && let (Some(start), Some(end)) =
                (classify("period start", 0), classify("period end", 0))
        {
            let meanings = [start, end];
            into.scalars.extend(
                meanings
                    .into_iter()
                    .zip(elements)
                    .map(|(meaning, node)| Cell { meaning, node }),
            );
            return;
        }
        for element in elements {
            Self::scalar(element, meaning, into);
        }
    }

    fn cells<'a>(&self, parts: &'a [Node]) -> Vec<Cell<'a>> {
        parts
            .iter()
            .filter(|part| part.content != Content::Empty)
            .filter_map(|node| {
                let mut meaning = classify(&node.label, self.languages)?;
                by_value(&mut meaning, node);
                Some(Cell { meaning, node })
            })
            .collect()
    }

    /// The cells of a row, with those of groups inside it (`{"item": {"name": …}}`).
    fn row_cells<'a>(&self, parts: &'a [Node]) -> Vec<Cell<'a>> {
        let mut cells = Vec::new();
        for part in parts {
            if let Content::Group(inner) = &part.content {
                cells.extend(self.row_cells(inner));
            } else {
                cells.extend(self.cells(std::slice::from_ref(part)));
            }
        }
        cells
    }
}

/// Settles labels whose meaning depends on the value: `due` with a date or an amount, `from`
/// with a date or a party, `vat` with an id, a rate or an amount.
fn by_value(meaning: &mut Meaning, node: &Node) {
    let text = node.printed().unwrap_or_default();
    let is_date = || !dates_in(&text).is_empty();
    let amount = || read_amount(&text);
    meaning.field = match meaning.field {
        Field::Due => {
            if is_date() {
                Field::DueDate
            } else {
                Field::AmountDue
            }
        }
        Field::From => {
            if is_date() {
                Field::PeriodStart
            } else {
                Field::Seller
            }
        }
        Field::To => {
            if is_date() {
                Field::PeriodEnd
            } else {
                Field::Buyer
            }
        }
        Field::Tax | Field::TaxAmount if looks_like_tax_id(&text) => Field::TaxId,
        Field::Tax | Field::TaxAmount
            if amount().is_some_and(|amount| amount.is_percent) && !meaning.rate_in_label =>
        {
            Field::TaxRate
        }
        Field::TaxBreakdown if amount().is_some_and(|amount| !amount.is_percent) => {
            Field::TaxAmount
        }
        Field::Type if amount().is_some_and(|amount| amount.is_percent) => Field::TaxRate,
        Field::AmountDue | Field::Total | Field::Gross | Field::Net if is_date() => {
            if meaning.field == Field::AmountDue {
                Field::DueDate
            } else {
                Field::OtherDate
            }
        }
        field => field,
    };
}

/// An id has letters beside seven or more digits, or is a whole number of that length.
fn looks_like_tax_id(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || " -/".contains(character));
    let code_currency = text
        .split_whitespace()
        .any(|word| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase()));
    digits >= 7 && plain && !code_currency
}
