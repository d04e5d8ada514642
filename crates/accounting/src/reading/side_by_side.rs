//! Blocks that a letter prints beside each other, put below each other: the customer's address
//! left of the number and the dates, or seller and buyer in two columns.

use super::blocks::{is_party_label, split_label};

/// Fewest blanks between two columns of an address block.
const GAP: usize = 3;
/// How far a column's lines may begin from where its first line does.
const SLACK: usize = 2;

/// A line of the text with its number, from 1.
pub(crate) type Numbered = (usize, String);

/// The lines of a text, blocks that stand beside each other one after the other.
pub(crate) fn unfolded(text: &str) -> Vec<Numbered> {
    let lines: Vec<Numbered> = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.to_owned()))
        .collect();
    let mut out = Vec::with_capacity(lines.len());
    let mut index = 0;
    while index < lines.len() {
        let columns = block_at(&lines[index..]);
        let Some((left, right)) = columns else {
            out.push(lines[index].clone());
            index += 1;
            continue;
        };
        index += left.len();
        out.extend(left);
        out.extend(right);
    }
    out
}

/// The two columns of a block that begins here, as many lines each; a place that is empty in
/// one of them is an empty line.
fn block_at(lines: &[Numbered]) -> Option<(Vec<Numbered>, Vec<Numbered>)> {
    let (_, first) = lines.first()?;
    let (left, start, right) = halves(first)?;
    if !opens_party(left) && !opens_party(right) {
        return None;
    }
    let mut columns = (Vec::new(), Vec::new());
    for (number, line) in lines.iter().take_while(|(_, line)| !line.trim().is_empty()) {
        let (left, right) = match halves(line) {
            Some((left, at, right)) if at.abs_diff(start) <= SLACK => (left, right),
            None if indent(line) + SLACK >= start => ("", line.trim()),
            None if line.trim().chars().count() < start => (line.trim(), ""),
            Some(_) | None => break,
        };
        columns.0.push((*number, left.to_owned()));
        columns.1.push((*number, right.to_owned()));
    }
    (columns.0.len() > 1).then_some(columns)
}

/// `Bill to:` alone, or `Bill to: Name`.
fn opens_party(text: &str) -> bool {
    let label = text.trim_end_matches([':', '：']);
    is_party_label(label) || split_label(text).is_some_and(|(label, _, _)| is_party_label(label))
}

fn indent(line: &str) -> usize {
    line.chars()
        .take_while(|character| character.is_whitespace())
        .count()
}

/// A line of exactly two pieces: the left one, where the right one begins, the right one.
fn halves(line: &str) -> Option<(&str, usize, &str)> {
    let gap = " ".repeat(GAP);
    let (left, rest) = line.trim_start().split_once(gap.as_str())?;
    let right = rest.trim();
    let one_piece = !right.contains(gap.as_str());
    let start = line.trim_end().chars().count() - right.chars().count();
    (one_piece && !left.is_empty() && !right.is_empty()).then_some((left.trim(), start, right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        unfolded(text).into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn columns_of_an_address_block_come_one_after_the_other() {
        let text = "Acme Ltd\n\nBill to:              Invoice No: 7\nBeta GmbH             Date: 2025-03-01\n12 Mill Lane\n\nTotal      5.00";
        assert_eq!(
            texts(text),
            [
                "Acme Ltd",
                "",
                "Bill to:",
                "Beta GmbH",
                "12 Mill Lane",
                "Invoice No: 7",
                "Date: 2025-03-01",
                "",
                "",
                "Total      5.00"
            ]
        );
    }

    #[test]
    fn figures_beside_labels_stay_where_they_are() {
        let text = "Subtotal       10.00\nVAT 20%         2.00\nTotal          12.00";
        assert_eq!(texts(text).join("\n"), text);
    }
}
