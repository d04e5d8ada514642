//! Raw and OCR text as an outline: till receipts, invoices of labelled lines and columns,
//! letters.

use super::blocks::{
    Block, Line, is_party_label, labelled_lines, meaning_of, party_node, split_figure, split_label,
    table_nodes,
};
use super::classify::Exactness;
use super::columns::{columns, table_at};
use super::field::Field;
use super::letterhead::{addressed, issuer, labelled_parties, letterhead, name_of_head, recipient};
use super::lexicon::{SHARED, lexicon};
use super::normalise::words;
use super::outline::{Content, Node};
use super::side_by_side::unfolded;
use super::value::date::dates_in;
use super::value::number::read_amount;

const ROOT: &str = "/raw_text";
/// Lines at the top that may name the paper and its issuer.
const TOP_LINES: usize = 12;
/// Bytes of a line that may be a label with its value; a longer one is prose.
const LONGEST_LABELLED: usize = 300;
/// Words of a line that may be a title.
const TITLE_WORDS: usize = 5;

/// The outline of a raw text.
pub(crate) fn outline(text: &str) -> Node {
    let unfolded = unfolded(text);
    let lines: Vec<Line<'_>> = unfolded
        .iter()
        .map(|(number, line)| Line {
            number: *number,
            text: line.trim(),
        })
        .filter(|line| !line.text.is_empty() && !is_ruler(line.text))
        .collect();
    let mut nodes = Vec::new();
    let mut items = Vec::new();
    nodes.extend(title(&lines));
    let addressed = addressed(&lines);
    let is_addressed = |line: &Line<'_>| addressed.is_some_and(|to| to.number == line.number);
    let issuer = issuer(&lines).filter(|line| !is_addressed(line));
    let (seller_is_labelled, buyer_is_labelled) = labelled_parties(&lines);
    let addressed_block = addressed
        .as_ref()
        .filter(|_| !buyer_is_labelled)
        .map(|line| Block {
            label: "buyer",
            lines: std::slice::from_ref(line),
        });
    let block = if lines.iter().any(|line| is_tender(line.text)) {
        None
    } else if addressed_block.is_some() {
        addressed_block
    } else {
        letterhead(&lines, issuer).or_else(|| recipient(&lines, issuer))
    };
    nodes.extend(block.iter().map(|block| party_node(block, ROOT)).chain(
        issuer.iter().filter(|_| !seller_is_labelled).map(|line| {
            let path = format!("{ROOT}#{}", line.number);
            Node::text("merchant", path, "position", name_of_head(line.text))
        }),
    ));
    let taken = |line: Line<'_>| {
        let block = block.iter().flat_map(|block| block.lines);
        let merchant = issuer.iter().filter(|_| !seller_is_labelled);
        block.chain(merchant).any(|head| head.number == line.number)
    };
    let mut index = 0;
    let mut dated = false;
    while index < lines.len() {
        let line = lines[index];
        if taken(line) {
            index += 1;
            continue;
        }
        if let Some((rows, end)) = table_at(&lines, index) {
            nodes.extend(table_nodes(&rows, true, ROOT));
            index = end;
            continue;
        }
        let label = line.text.trim_end_matches([':', '：']);
        if is_party_label(label) && !label.is_empty() {
            let length = lines[index + 1..]
                .iter()
                .take(5)
                .scan(None, |previous, next| {
                    // A gap ends the block.
                    let gap = previous.is_some_and(|number: usize| next.number > number + 1);
                    *previous = Some(next.number);
                    (!gap).then_some(next)
                })
                .take_while(|next| label_without_colon(next.text).is_none())
                .take_while(|next| {
                    split_label(next.text)
                        .is_none_or(|(_, _, meaning)| meaning.field.is_party_attribute())
                        && !is_party_label(next.text.trim_end_matches([':', '：']))
                })
                .take_while(|next| split_figure(next.text).is_none() || !next.text.contains("  "))
                .count();
            if length > 0 {
                let block = Block {
                    label,
                    lines: &lines[index + 1..=index + length],
                };
                nodes.push(party_node(&block, ROOT));
                index += length + 1;
                continue;
            }
        }
        read_line(line, &mut nodes, &mut items, &mut dated);
        index += 1;
    }
    if !items.is_empty() {
        let content = Content::List(items);
        nodes.push(Node {
            label: "items".to_owned(),
            path: ROOT.to_owned(),
            rule: "position",
            content,
        });
    }
    Node::group("", "", nodes)
}

fn is_ruler(text: &str) -> bool {
    text.chars()
        .all(|character| "-=_*.#~+ ".contains(character))
}

fn text_node(label: &str, line: Line<'_>, rule: &'static str) -> Node {
    Node::text(label, format!("{ROOT}#{}", line.number), rule, line.text)
}

/// The title: a short line near the top that names a sort of paper; else the sign of a till
/// receipt, a line of tender with its amount.
fn title(lines: &[Line<'_>]) -> Option<Node> {
    let named = lines.iter().take(TOP_LINES).find(|line| {
        let line_words = words(line.text);
        let hits = lexicon().kinds_in(&line_words);
        let named: usize = hits.iter().map(|hit| hit.length).sum();
        !hits.is_empty()
            && (line_words.len() <= TITLE_WORDS && named * 2 >= line_words.len()
                || hits
                    .iter()
                    .any(|hit| hit.start == 0 && line_words.len() <= TITLE_WORDS + 3)
                    && split_label(line.text).is_none())
            && split_figure(line.text).is_none_or(|(label, _)| {
                split_label(label).is_none()
                    && meaning_of(label).is_none_or(|meaning| meaning.field == Field::Number)
            })
    });
    if let Some(line) = named {
        return Some(text_node("document title", *line, "heading"));
    }
    let tender = lines.iter().find(|line| is_tender(line.text))?;
    Some(Node::text(
        "document title",
        format!("{ROOT}#{}", tender.number),
        "tender line",
        "receipt",
    ))
}

/// `VISA ****4410  12.00`, `CASH 20.00`: a way of payment first, a figure last.
fn is_tender(text: &str) -> bool {
    split_figure(text).is_some_and(|(label, _)| {
        let label_words = words(label);
        let hits = lexicon().means_in(&label_words);
        hits.iter().any(|hit| hit.start == 0) && label_words.len() <= TITLE_WORDS
    })
}

/// One line: a tender, a labelled value or figure, an item with its price, a date, or text.
fn read_line(line: Line<'_>, nodes: &mut Vec<Node>, items: &mut Vec<Node>, dated: &mut bool) {
    let path = format!("{ROOT}#{}", line.number);
    if is_tender(line.text) {
        nodes.push(Node::text(
            "payment method",
            path.clone(),
            "tender line",
            line.text,
        ));
        nodes.push(Node::text("paid", path, "tender line", "paid"));
        return;
    }
    if let Some((label, figure)) = split_figure(line.text)
        && split_label(line.text).is_none()
    {
        let meaning = meaning_of(label);
        let known = meaning.is_some_and(|meaning| meaning.exactness >= Exactness::Covered);
        let is_date = !dates_in(line.text).is_empty();
        if known && !is_date {
            nodes.push(Node::text(label, path, "label", figure));
            return;
        }
        let spaced = line.text.contains("  ") || line.text.contains('\t');
        if !is_date && (spaced || figure.contains(['.', ','])) && read_amount(figure).is_some() {
            items.push(item(label, figure, &path));
            return;
        }
    }
    if split_label(line.text).is_none()
        && let Some((label, value)) = label_without_colon(line.text)
    {
        nodes.push(Node::text(label, path, "label", value));
        return;
    }
    if split_label(line.text).is_none() && !dates_in(line.text).is_empty() && !*dated {
        *dated = true;
        nodes.push(Node::text("date", path, "position", line.text));
        return;
    }
    // Several labelled values side by side.
    let pieces = columns(line.text);
    if pieces.len() > 1
        && pieces
            .iter()
            .filter(|piece| split_label(piece).is_some())
            .count()
            > 1
    {
        for piece in &pieces {
            nodes.extend(labelled_lines(
                Line {
                    number: line.number,
                    text: piece,
                },
                ROOT,
            ));
        }
        return;
    }
    nodes.extend(labelled_lines(line, ROOT));
}

/// A line of goods: `2 x Coffee 5.00`, `Coffee x2 5.00`.
fn item(label: &str, figure: &str, path: &str) -> Node {
    let pieces = columns(label);
    let mut parts = vec![Node::text("amount", path, "position", figure)];
    let (description, figures) = match pieces.split_first() {
        Some((first, rest)) => (first.as_str(), rest),
        None => (label, &[][..]),
    };
    parts.push(Node::text("description", path, "position", description));
    if let [quantity, price] = figures
        && read_amount(quantity).is_some()
        && read_amount(price).is_some()
    {
        parts.push(Node::text("quantity", path, "position", quantity));
        parts.push(Node::text("unit_price", path, "position", price));
    }
    Node::group("", path, parts)
}

/// `VAT No GB 123 4567 89`, `Invoice No 123`: a label of ids and its value without a colon.
fn label_without_colon(text: &str) -> Option<(&str, &str)> {
    if text.len() > LONGEST_LABELLED {
        return None;
    }
    let ends: Vec<usize> = text
        .char_indices()
        .filter(|(_, character)| character.is_whitespace())
        .map(|(index, _)| index)
        .collect();
    ends.iter()
        .rev()
        .map(|end| (text[..*end].trim(), text[*end..].trim()))
        .find(|(label, value)| {
            let meaning = super::classify::classify(label, SHARED);
            let has_digit = value.chars().any(|character| character.is_ascii_digit());
            let short = words(value).len() <= 6;
            let plain = !label.chars().any(|character| character.is_ascii_digit());
            has_digit
                && plain
                && short
                && meaning.is_some_and(|meaning| {
                    meaning.exactness == Exactness::Exact
                        && matches!(
                            meaning.field,
                            Field::TaxId
                                | Field::Number
                                | Field::Iban
                                | Field::IssueDate
                                | Field::DueDate
                                | Field::OrderNumber
                                | Field::Registration
                                | Field::Contact
                                | Field::OtherNumber
                                | Field::Period
                                | Field::OtherDate
                        )
                })
        })
}
