//! Tables that a text prints in columns: headings over rows of as many pieces.

use super::blocks::{Line, meaning_of};
use super::classify::Exactness;
use super::value::number::read_amount;

/// Rows of a table with their line numbers, the headings first.
pub(crate) type Rows = Vec<(usize, Vec<String>)>;

/// Pieces of a line divided by tabs or by two or more spaces.
pub(crate) fn columns(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut spaces = 0;
    for character in text.chars() {
        if character == '\t' {
            spaces = 2;
        } else if character == ' ' {
            spaces += 1;
        } else {
            if spaces >= 2 && !piece.is_empty() {
                pieces.push(std::mem::take(&mut piece));
            } else if spaces == 1 {
                piece.push(' ');
            }
            spaces = 0;
            piece.push(character);
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// The table that begins with the line at `start`, and the index of the line behind it: a line
/// of three or more headings, most of them known, and rows of as many pieces. A row may be
/// broken in two, its text on one line and its figures on the next.
pub(crate) fn table_at(lines: &[Line<'_>], start: usize) -> Option<(Rows, usize)> {
    let line = lines.get(start)?;
    let mut headings = columns(line.text);
    let (first, _) = row_at(lines, start + 1)?;
    if headings.len() < first.len() {
        headings = unglued(headings, first.len());
    }
    let known = headings.iter().filter(|heading| {
        meaning_of(heading).is_some_and(|meaning| meaning.exactness >= Exactness::Covered)
            && read_amount(heading).is_none()
    });
    if headings.len() < 3 || known.count() * 3 < headings.len() * 2 {
        return None;
    }
    let width = headings.len();
    let mut rows = vec![(line.number, headings)];
    let mut index = start + 1;
    while let Some((pieces, end)) = row_at(lines, index).filter(|(row, _)| row.len() == width) {
        rows.push((lines[index].number, pieces));
        index = end;
    }
    (rows.len() > 1).then_some((rows, index))
}

/// The pieces of the row at `index` and the index behind it.
fn row_at(lines: &[Line<'_>], index: usize) -> Option<(Vec<String>, usize)> {
    let pieces = columns(lines.get(index)?.text);
    if let ([_], Some(next)) = (pieces.as_slice(), lines.get(index + 1)) {
        let figures = columns(next.text);
        let all_figures = figures.iter().all(|piece| read_amount(piece).is_some());
        if figures.len() > 1 && all_figures && next.number == lines[index].number + 1 {
            return Some(([pieces, figures].concat(), index + 2));
        }
    }
    Some((pieces, index + 1))
}

/// Headings that stand so close that they read as one (`Qté Prix unitaire`, `MengePreis`),
/// parted where both parts are known, until there are as many as the rows have pieces.
fn unglued(headings: Vec<String>, wanted: usize) -> Vec<String> {
    let mut missing = wanted - headings.len();
    let mut out = Vec::with_capacity(wanted);
    for heading in headings {
        match parted(&heading).filter(|parts| parts.len() <= missing + 1) {
            Some(parts) => {
                missing -= parts.len() - 1;
                out.extend(parts);
            }
            None => out.push(heading),
        }
    }
    out
}

/// The longest heading that is parted; a longer one is no heading.
const LONGEST_PARTED: usize = 200;

/// A heading as two or more known ones, as few as possible; `None` when it is one itself or
/// cannot be parted.
fn parted(heading: &str) -> Option<Vec<String>> {
    let known =
        |part: &str| meaning_of(part).is_some_and(|meaning| meaning.exactness == Exactness::Exact);
    if heading.len() > LONGEST_PARTED || known(heading) {
        return None;
    }
    let mut cuts = vec![0];
    cuts.extend(
        heading
            .char_indices()
            .skip(1)
            .filter(|(_, character)| character.is_uppercase() || *character == ' ')
            .map(|(at, _)| at),
    );
    cuts.push(heading.len());
    // From right to left: the fewest known parts of what follows each cut, so that a heading of
    // many cuts takes their square and no more.
    let mut fewest: Vec<Option<Vec<String>>> = vec![None; cuts.len()];
    if let Some(end) = fewest.last_mut() {
        *end = Some(Vec::new());
    }
    for from in (0..cuts.len().saturating_sub(1)).rev() {
        fewest[from] = (from + 1..cuts.len())
            .filter_map(|to| {
                let part = heading[cuts[from]..cuts[to]].trim();
                let rest = fewest[to].as_ref()?;
                known(part).then(|| [vec![part.to_owned()], rest.clone()].concat())
            })
            .min_by_key(Vec::len);
    }
    fewest.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Option<(Rows, usize)> {
        let lines: Vec<Line<'_>> = text
            .lines()
            .enumerate()
            .map(|(index, line)| Line {
                number: index + 1,
                text: line.trim(),
            })
            .collect();
        table_at(&lines, 0)
    }

    #[test]
    fn a_heading_of_many_capitals_is_parted_in_no_time() {
        for heading in ["D".repeat(190), format!("Datum{}", "D".repeat(180))] {
            let parts = parted(&heading).unwrap_or_default();
            assert_eq!(parts.concat(), heading);
        }
        assert_eq!(parted(&"D".repeat(201)), None);
        assert_eq!(
            parted("MengePreis"),
            Some(vec!["Menge".to_owned(), "Preis".to_owned()])
        );
    }

    #[test]
    fn a_row_broken_in_two_is_one_row() {
        let (rows, end) = table(
            "Description   Qty   Unit price   Amount\nSteel brackets\n   2   5.00   10.00\nNuts   1   1.00   1.00\nTotal   11.00",
        )
        .unwrap();
        assert_eq!(rows[1].1, ["Steel brackets", "2", "5.00", "10.00"]);
        assert_eq!((rows.len(), end), (3, 4));
    }

    #[test]
    fn headings_without_a_gap_are_parted_when_the_rows_ask_for_it() {
        let (rows, _) =
            table("Désignation   QtéPrix unitaire   Montant\nVis   2   5,00   10,00").unwrap();
        assert_eq!(
            rows[0].1,
            ["Désignation", "Qté", "Prix unitaire", "Montant"]
        );
    }
}
