//! Parts that markdown and raw text share: labelled lines, blocks of a party, tables.

use super::classify::{Exactness, Meaning, classify};
use super::field::Field;
use super::lexicon::SHARED;
use super::normalise::words;
use super::outline::{Content, Node};
use super::parties::is_tax_id_line;
use super::value::country::read_country;
use super::value::number::read_amount;

/// A line of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// From 1.
    pub(crate) number: usize,
    /// Without space around it.
    pub(crate) text: &'a str,
}

/// Lines under a label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    /// The label.
    pub(crate) label: &'a str,
    /// The lines under it.
    pub(crate) lines: &'a [Line<'a>],
}

/// Texts are classified before their language is known, so all languages count alike.
pub(crate) fn meaning_of(label: &str) -> Option<Meaning> {
    classify(label, SHARED)
}

/// Most words of a label.
const LONGEST_LABEL: usize = 6;

/// True for a label that opens a block of a party.
pub(crate) fn is_party_label(label: &str) -> bool {
    words(label).len() <= LONGEST_LABEL
        && meaning_of(label).is_some_and(|meaning| match meaning.field {
            // "Our Company" is as likely a name.
            Field::Counterparty => meaning.exactness == Exactness::Exact,
            Field::Seller | Field::Buyer | Field::From | Field::To => {
                meaning.exactness >= Exactness::Covered
            }
            _ => false,
        })
}

/// A party's block as a group: the first line is the name, the others address, country and
/// ids, by their form or their own labels.
pub(crate) fn party_node(block: &Block<'_>, root: &str) -> Node {
    let mut parts = Vec::new();
    let mut address = Vec::new();
    let mut address_path = String::new();
    for line in block.lines.iter().filter(|line| !line.text.is_empty()) {
        let path = format!("{root}#{}", line.number);
        let text = without_markup(line.text);
        if let Some((label, value, meaning)) = split_label(&text)
            && (meaning.field.is_party_attribute() || meaning.field == Field::OtherNumber)
        {
            parts.push(Node::text(label, path, "label", value));
        } else if parts.is_empty() {
            parts.push(Node::text("name", path, "block", &text));
        } else if is_tax_id_line(&text) {
            parts.push(Node::text("tax_id", path, "block", &text));
        } else if let Some(code) = read_country(&text) {
            parts.push(Node::text("country", path, "block", &code));
        } else {
            if address.is_empty() {
                address_path = path;
            }
            address.push(text);
        }
    }
    if !address.is_empty() {
        parts.push(Node::text(
            "address",
            address_path,
            "block",
            &address.join(", "),
        ));
    }
    let first = block.lines.first().map_or(0, |line| line.number);
    Node::group(block.label, format!("{root}#{first}"), parts)
}

/// A line as labelled values; loose text where it has no label.
pub(crate) fn labelled_lines(line: Line<'_>, root: &str) -> Vec<Node> {
    let path = format!("{root}#{}", line.number);
    let text = without_markup(line.text);
    if let Some((label, value, _)) = split_label(&text) {
        return vec![Node::text(label, path, "label", value)];
    }
    if let Some(node) = trailing_figure(&text, &path) {
        return vec![node];
    }
    vec![Node::text("", path, "text", &text)]
}

/// Without list marks and emphasis.
pub(crate) fn without_markup(text: &str) -> String {
    let text = text
        .trim_start_matches("- ")
        .trim_start_matches("* ")
        .trim_start_matches("> ");
    text.replace("**", "")
        .replace("__", "")
        .replace('`', "")
        .trim()
        .to_owned()
}

/// `Label: value`, where the label means something.
pub(crate) fn split_label(text: &str) -> Option<(&str, &str, Meaning)> {
    let (label, value) = text
        .split_once([':', '：'])
        .or_else(|| text.split_once('\t'))?;
    let (label, value) = (label.trim(), value.trim());
    if value.is_empty() || label.is_empty() || words(label).len() > LONGEST_LABEL + 2 {
        return None;
    }
    // A time (`14:07`) is no label.
    if label.ends_with(|character: char| character.is_ascii_digit())
        && value.starts_with(|character: char| character.is_ascii_digit())
        && !label.contains('%')
    {
        return None;
    }
    meaning_of(label).map(|meaning| (label, value, meaning))
}

/// `TOTAL GBP 12.00` or `Summe EUR 5,00`: a known label with its figure behind it.
pub(crate) fn trailing_figure(text: &str, path: &str) -> Option<Node> {
    let (label, figure) = split_figure(text)?;
    let meaning = meaning_of(label)?;
    let telling = meaning.exactness >= Exactness::Covered && words(label).len() <= LONGEST_LABEL;
    telling.then(|| Node::text(label, path, "label", figure))
}

/// The last word of a line when it is an amount, with the currency before or behind it.
pub(crate) fn split_figure(text: &str) -> Option<(&str, &str)> {
    let trimmed = text.trim_end();
    let mut starts: Vec<usize> = trimmed
        .char_indices()
        .filter(|(index, character)| {
            !character.is_whitespace()
                && (*index == 0 || trimmed[..*index].ends_with(char::is_whitespace))
        })
        .map(|(index, _)| index)
        .collect();
    let last = starts.pop()?;
    let is_figure = |piece: &str| {
        read_amount(piece).is_some_and(|amount| {
            !amount.is_percent && (amount.beside.len() <= 4 && !piece.contains('/'))
        })
    };
    let mut start = last;
    if !is_figure(&trimmed[last..]) {
        // `12,00 EUR`: the figure stands before its currency.
        start = starts.pop()?;
        let currency = super::value::currency::read_mark(&trimmed[last..]).is_some();
        if !currency || !is_figure(trimmed[start..].split_whitespace().next()?) {
            return None;
        }
    }
    // `1 234,56`: groups are printed with spaces.
    while let Some(previous) = starts.last().copied() {
        let piece = trimmed[previous..start].trim_end();
        let digits = piece.len() <= 3 && piece.chars().all(|character| character.is_ascii_digit());
        let joined = read_amount(&trimmed[previous..]).is_some();
        if !(digits && joined) {
            break;
        }
        start = previous;
        starts.pop();
    }
    let label = trimmed[..start]
        .trim_end()
        .trim_end_matches([':', '.', '=', '-'])
        .trim_end();
    (!label.is_empty()).then_some((label, &trimmed[start..]))
}

/// The nodes of a table: a list of rows under its headings, or labelled values when it is a
/// list of pairs.
pub(crate) fn table_nodes(
    rows: &[(usize, Vec<String>)],
    has_separator: bool,
    root: &str,
) -> Vec<Node> {
    let Some(((_, headings), body)) = rows.split_first() else {
        return Vec::new();
    };
    let known = headings
        .iter()
        .filter(|heading| meaning_of(heading).is_some())
        .count();
    let numeric = headings
        .iter()
        .any(|heading| read_amount(heading).is_some() && !heading.contains('%'));
    let pairs = rows.iter().all(|(_, cells)| cells.len() == 2)
        && rows
            .iter()
            .filter(|(_, cells)| meaning_of(&cells[0]).is_some())
            .count()
            * 2
            >= rows.len()
        && (known < 2 || numeric);
    if pairs {
        return rows
            .iter()
            .filter(|(_, cells)| !cells[0].is_empty())
            .map(|(number, cells)| {
                Node::text(&*cells[0], format!("{root}#{number}"), "table", &cells[1])
            })
            .collect();
    }
    if known == 0 || numeric && !has_separator {
        return body
            .iter()
            .map(|(number, cells)| {
                Node::text("", format!("{root}#{number}"), "text", &cells.join(" "))
            })
            .collect();
    }
    let mut elements = Vec::new();
    let mut totals = Vec::new();
    for (number, cells) in body {
        let path = format!("{root}#{number}");
        if let Some((label, value)) = total_in_row(cells, headings.len()) {
            totals.push(Node::text(label, path, "table", value));
            continue;
        }
        let parts = headings
            .iter()
            .zip(cells)
            .map(|(heading, cell)| Node::text(heading.as_str(), path.clone(), "table", cell))
            .collect();
        elements.push(Node::group("", path, parts));
    }
    let path = rows
        .first()
        .map_or_else(String::new, |(number, _)| format!("{root}#{number}"));
    let list = Node {
        label: String::new(),
        path,
        rule: "table",
        content: Content::List(elements),
    };
    let mut nodes = vec![list];
    nodes.extend(totals);
    nodes
}

/// A row below the lines that has only a label and a figure (`| Total | | | 12.00 |`).
fn total_in_row(cells: &[String], columns: usize) -> Option<(&str, &str)> {
    let filled: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let [label, value] = filled.as_slice() else {
        return None;
    };
    let total = meaning_of(label).is_some_and(|meaning| {
        meaning.exactness >= Exactness::Covered
            && matches!(
                meaning.field,
                Field::Total
                    | Field::Net
                    | Field::Gross
                    | Field::Subtotal
                    | Field::Tax
                    | Field::TaxAmount
                    | Field::AmountDue
                    | Field::Prepaid
                    | Field::Rounding
            )
    });
    (columns > 2 && total && read_amount(value).is_some())
        .then_some((label.as_str(), value.as_str()))
}
