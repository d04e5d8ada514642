//! What sort of paper this is: its own words first, then its contents.

use super::collect::{Cell, Collected};
use super::field::Field;
use super::lexicon::{Hit, lexicon};
use super::normalise::{compact, words};
use super::outline::{Content, Node};
use super::row_kind::RowKind;
use super::style::{Reader, source};
use crate::facts::{AmountConcept, DocumentFacts, DocumentKind, Fact, ReadingDoubt, Source};

/// The kind of the document.
pub(crate) fn read_kind(
    collected: &Collected<'_>,
    root: &Node,
    reader: &Reader,
) -> Option<Fact<DocumentKind>> {
    let titled = by_title(collected, reader).or_else(|| by_labels(collected, root, reader));
    let content = by_content(collected);
    match (titled, content) {
        // A title that only says "invoice" on a till receipt, and the like, stands.
        (Some(titled), _) => Some(titled),
        (None, content) => content.or_else(|| by_texts(collected, reader)),
    }
}

/// A doubt for a title whose words say nothing here: what a paper looks like does not tell an
/// invoice from an order. A heading counts only where no label names the paper either, since
/// letters are headed by names and subjects too.
pub(crate) fn unread_title(
    collected: &Collected<'_>,
    reader: &Reader,
    facts: &DocumentFacts,
) -> Option<ReadingDoubt> {
    let titles = || collected.of(Field::DocumentType).into_iter();
    let text_of = |cell: &Cell<'_>| {
        Reader::text(cell.node).filter(|text| text.chars().any(char::is_alphabetic))
    };
    if titles().any(|cell| text_of(cell).is_some_and(|text| kind_in(&text, reader).is_some())) {
        return None;
    }
    let by_content = facts
        .kind
        .as_ref()
        .is_none_or(|kind| kind.source.rule == "content");
    let is_party = |text: &str| {
        let named = facts
            .parties
            .iter()
            .filter_map(|(_, party)| party.name.as_ref());
        named
            .into_iter()
            .any(|name| compact(&name.value) == compact(text))
    };
    titles().find_map(|cell| {
        let text = text_of(cell)?;
        let is_heading = cell.node.rule == "heading";
        if is_heading && (!by_content || is_party(&text)) {
            return None;
        }
        Some(ReadingDoubt {
            code: "title_not_recognised".to_owned(),
            path: cell.node.path.clone(),
            message: format!("the title '{text}' names no kind of paper that is known"),
        })
    })
}

/// Titles: a document type, headings. The longest document word counts, the first of equals.
fn by_title(collected: &Collected<'_>, reader: &Reader) -> Option<Fact<DocumentKind>> {
    let titles = collected.of(Field::DocumentType);
    let types = collected.of(Field::Type);
    titles.into_iter().chain(types).find_map(|cell| {
        let text = Reader::text(cell.node)?;
        let kind = kind_in(&text, reader)?;
        Some(Reader::fact(cell.node, kind))
    })
}

/// The kind that the words of a title name.
pub(crate) fn kind_in(text: &str, reader: &Reader) -> Option<DocumentKind> {
    let text_words = words(text);
    let hits = lexicon().kinds_in(&text_words);
    if let Some(hit) = longest(&hits) {
        return hit.meaning(reader.languages);
    }
    text_words
        .iter()
        .find_map(|word| compound_kind(word, reader))
}

/// The longest hit, the first among equals.
fn longest<T>(hits: &[Hit<T>]) -> Option<&Hit<T>> {
    hits.iter().rev().max_by_key(|hit| hit.length)
}

/// Shortest document word that is looked for inside a compound.
const SHORTEST_PART: usize = 6;

/// `schlussrechnung` and `gutschriftsnummer` hold a document word at an end.
fn compound_kind(word: &str, reader: &Reader) -> Option<DocumentKind> {
    let boundaries: Vec<usize> = word.char_indices().map(|(index, _)| index).collect();
    let suffixes = boundaries.iter().map(|start| &word[*start..]);
    let prefixes = boundaries.iter().rev().map(|end| &word[..*end]);
    suffixes
        .chain(prefixes)
        .filter(|part| part.len() >= SHORTEST_PART)
        .find_map(|part| {
            lexicon()
                .kinds_in(&[part.to_owned()])
                .first()?
                .meaning(reader.languages)
        })
}

/// Labels that name the paper: `credit_note_number`, `is_credit_note: true`, or the one group
/// that holds the whole document.
fn by_labels(
    collected: &Collected<'_>,
    root: &Node,
    reader: &Reader,
) -> Option<Fact<DocumentKind>> {
    if let [only] = root.children()
        && !only.is_scalar()
        && let Some(kind) = kind_in(&only.label, reader)
    {
        return Some(Fact::new(
            kind,
            Source::new(only.path.clone(), &only.label, "key"),
        ));
    }
    let mut flagged = None;
    root.visit(&mut |node| {
        if node.content == Content::Flag(true) && flagged.is_none() {
            flagged = kind_in(&node.label, reader)
                .map(|kind| Fact::new(kind, Source::new(node.path.clone(), &node.label, "key")));
        }
    });
    flagged.or_else(|| {
        collected.of(Field::Number).into_iter().find_map(|cell| {
            let kind = kind_in(&cell.node.label, reader)?;
            let source = Source::new(cell.node.path.clone(), &cell.node.label, cell.node.rule);
            Some(Fact::new(kind, source))
        })
    })
}

/// Contents that only one sort of paper has.
fn by_content(collected: &Collected<'_>) -> Option<Fact<DocumentKind>> {
    use AmountConcept as A;
    let special = |concept| {
        collected
            .of(Field::Special(concept))
            .first()
            .map(|cell| cell.node)
    };
    let scalar = |field| collected.of(field).first().map(|cell| cell.node);
    let has_rows = |kind| {
        collected
            .rows
            .iter()
            .any(|(found, rows)| *found == kind && !rows.is_empty())
    };
    let evidence = |kind, node: &Node| {
        let mut source = source(node);
        source.text.clone_from(&node.label);
        "content".clone_into(&mut source.rule);
        Some(Fact::new(kind, source))
    };
    let balance = special(A::OpeningBalance).or(special(A::ClosingBalance));
    if has_rows(RowKind::Movements)
        && let Some(node) = balance
    {
        return evidence(DocumentKind::BankStatement, node);
    }
    if let Some((_, rows)) = collected
        .rows
        .iter()
        .find(|(kind, _)| *kind == RowKind::JournalLines)
        && let Some(cell) = rows.first().and_then(|row| row.cells.first())
    {
        return evidence(DocumentKind::JournalVoucher, cell.node);
    }
    let payroll = special(A::GrossPay)
        .or(special(A::EmployerSocial))
        .or(special(A::NetPay));
    if let (Some(node), true) = (
        payroll,
        special(A::NetPay).is_some() || special(A::PayrollTax).is_some(),
    ) {
        return evidence(DocumentKind::Payroll, node);
    }
    let life = scalar(Field::LifeYears).or(scalar(Field::LifeMonths));
    if let Some(node) = special(A::Depreciation).or(life)
        && (special(A::AssetCost).is_some() || special(A::AccumulatedDepreciation).is_some())
    {
        return evidence(DocumentKind::Depreciation, node);
    }
    if let (Some(node), Some(_)) = (special(A::OutputTax), special(A::InputTax)) {
        return evidence(DocumentKind::TaxReturn, node);
    }
    let goods = has_rows(RowKind::Lines) || has_rows(RowKind::TaxRows);
    let dated = scalar(Field::IssueDate)
        .or(scalar(Field::OtherDate))
        .is_some();
    // One line of an account: a column for money out, one for money in, and the balance.
    if let (Some(node), true, false, None) = (
        special(A::Debit).or(special(A::Credit)),
        dated,
        goods,
        scalar(Field::Number),
    ) {
        return evidence(DocumentKind::BankTransaction, node);
    }
    let totals = [
        Field::Gross,
        Field::Net,
        Field::Total,
        Field::TaxAmount,
        Field::AmountDue,
    ];
    let total = totals.iter().find_map(|field| scalar(*field));
    if scalar(Field::Number).is_some()
        && let Some(node) = total.or_else(|| scalar(Field::Amount))
    {
        return evidence(DocumentKind::Invoice, node);
    }
    if let (true, Some(node)) = (goods, total) {
        return evidence(DocumentKind::Invoice, node);
    }
    if has_rows(RowKind::Movements)
        && let Some(cell) = collected
            .rows
            .iter()
            .flat_map(|(_, rows)| rows)
            .find_map(|row| row.cells.first())
    {
        return evidence(DocumentKind::BankStatement, cell.node);
    }
    let described = !collected.texts.is_empty();
    let signed = scalar(Field::Amount)
        .or(special(A::Debit))
        .or(special(A::Credit));
    if let (true, Some(node), None) = (described, signed, total) {
        return dated.then(|| evidence(DocumentKind::BankTransaction, node))?;
    }
    total.and_then(|node| evidence(DocumentKind::Invoice, node))
}

/// Words of the texts, where nothing else speaks; a document without any figure and without
/// any word of the trade is none.
fn by_texts(collected: &Collected<'_>, reader: &Reader) -> Option<Fact<DocumentKind>> {
    for node in &collected.texts {
        let text = Reader::text(node).unwrap_or_default();
        if let Some(hit) = lexicon()
            .kinds_in(&words(&text))
            .iter()
            .find(|hit| hit.length > 1)
            && let Some(kind) = hit.meaning(reader.languages)
        {
            let mut source = source(node);
            "text".clone_into(&mut source.rule);
            return Some(Fact::new(kind, source));
        }
    }
    let any_figure = collected.scalars.iter().any(|cell| {
        !matches!(
            cell.meaning.field,
            Field::DocumentType | Field::Note | Field::Description
        ) && reader.number(cell.node).is_some()
    });
    if any_figure || !collected.rows.is_empty() {
        return None;
    }
    let node = *collected.texts.first()?;
    let prints_money = collected.texts.iter().any(|node| {
        let text = node.printed().unwrap_or_default();
        super::prose::money_in(&text, reader).next().is_some()
    });
    let source = Source::new(
        node.path.clone(),
        node.printed().unwrap_or_default(),
        "no figure and no accounting word",
    );
    (!prints_money).then(|| Fact::new(DocumentKind::NotAccounting, source))
}
