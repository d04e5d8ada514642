//! Numbers in series: `RE-1001/02/03`, `1001, 1002-1004`. The first stands there in full, of the
//! others only the last digits, or only the first and the last of all.

use std::collections::HashMap;

use super::Target;
use crate::reconciliation::text::Atoms;

/// Last digits that stand for a whole number, at most.
const MOST_LAST_DIGITS: usize = 4;
/// Numbers from the first to the last of a range, at most.
const LONGEST_RANGE: u64 = 30;

/// What may be read beside the numbers in full.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Series {
    /// The numbers whose last digits are there.
    pub list: Vec<usize>,
    /// Those, and all between one number and the next.
    pub range: Vec<usize>,
}

/// A number that stands in a text in full.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    /// Its runs.
    pub from: usize,
    pub to: usize,
    pub key: String,
}

/// The series that begin with one of the numbers in full. `items_of` gives the items of a key.
pub(super) fn read<'t>(
    atoms: &Atoms,
    wholes: &[Whole],
    items_of: impl Fn(&str) -> &'t [Target],
) -> Series {
    let mut series = Series::default();
    let add = |key: &str, list: &mut Vec<usize>| {
        for target in items_of(key) {
            if let Target::Item { index, .. } = target {
                list.push(*index);
            }
        }
    };
    let begins: HashMap<usize, &Whole> = wholes.iter().map(|whole| (whole.from, whole)).collect();
    for whole in wholes {
        let (head, last) = whole.key.split_at(head_length(&whole.key));
        let mut before: Option<u64> = last.parse().ok();
        for next in whole.to.. {
            let following = begins.get(&next);
            if following.is_none() && is_date(atoms, next) {
                break;
            }
            let digits = match following {
                Some(other) => other.key.strip_prefix(head).unwrap_or_default(),
                None if atoms.is_number(next) => atoms.run(next),
                None if atoms.is_short_word(next) => continue,
                None => break,
            };
            let Some(value) = completed(last, digits) else {
                break;
            };
            if let Some(before) =
                before.filter(|from| *from < value && value - from <= LONGEST_RANGE)
            {
                for between in before + 1..value {
                    add(&spelled(head, last, between), &mut series.range);
                }
            }
            if following.is_some() {
                // It stands there in full, and begins a series of its own.
                break;
            }
            add(&spelled(head, last, value), &mut series.list);
            before = Some(value);
        }
    }
    series.range.extend(&series.list);
    for items in [&mut series.list, &mut series.range] {
        items.sort_unstable();
        items.dedup();
    }
    series
}

/// Whether a whole date begins here: day, month and a year of four digits, in any usual order.
fn is_date(atoms: &Atoms, from: usize) -> bool {
    let number = |at: usize, least: u32, most: u32| {
        let is_in_reach = |value: u32| (least..=most).contains(&value);
        atoms.is_number(at) && atoms.run(at).parse().is_ok_and(is_in_reach)
    };
    let year = |at| number(at, 1990, 2099);
    let month = |at| number(at, 1, 12);
    let day = |at| number(at, 1, 31);
    let second = from + 1;
    (year(from + 2) && (day(from) && month(second) || month(from) && day(second)))
        || (year(from) && month(second) && day(from + 2))
}

/// Where the last run of digits begins.
fn head_length(key: &str) -> usize {
    key.trim_end_matches(|letter: char| letter.is_ascii_digit())
        .len()
}

/// The last run of a number of which only the last digits are there.
fn completed(last: &str, digits: &str) -> Option<u64> {
    let kept = last.len().checked_sub(digits.len())?;
    let is_part = !digits.is_empty() && (digits.len() <= MOST_LAST_DIGITS || kept == 0);
    if !is_part || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("{}{digits}", last.get(..kept)?).parse().ok()
}

fn spelled(head: &str, last: &str, value: u64) -> String {
    format!("{head}{value:0width$}", width = last.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(text: &str, first: (usize, usize, &str)) -> (Vec<usize>, Vec<usize>) {
        // The items are re1001 to re1009, by their last digit.
        let targets: Vec<Vec<Target>> = (0..10)
            .map(|index| {
                vec![Target::Item {
                    index,
                    is_strong: true,
                }]
            })
            .collect();
        let whole = Whole {
            from: first.0,
            to: first.1,
            key: first.2.to_owned(),
        };
        let series = read(&Atoms::new(text), &[whole], |key| {
            key.strip_prefix("re100")
                .and_then(|digit| digit.parse::<usize>().ok())
                .and_then(|digit| targets.get(digit))
                .map(Vec::as_slice)
                .unwrap_or_default()
        });
        (series.list, series.range)
    }

    #[test]
    fn last_digits_stand_for_numbers() {
        let whole = (0, 2, "re1001");
        assert_eq!(read_in("RE1001/02/03", whole).0, [2, 3]);
        assert_eq!(read_in("RE1001, 3 und 5", whole).0, [3, 5]);
        assert_eq!(read_in("RE1001-04", whole), (vec![4], vec![2, 3, 4]));
        assert!(read_in("RE1001 thank you very much 2", whole).0.is_empty());
        assert!(read_in("RE1001 12.03.2025", whole).0.is_empty());
    }
}
