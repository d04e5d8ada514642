//! Numbers in any printed style.

use rust_decimal::Decimal;

use crate::money::{is_in_range, without_noise};
use crate::reading::normalise::{ascii_digit, with_ascii_digits};

/// Which mark separates the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum DecimalMark {
    /// `1,234.56`.
    Point,
    /// `1.234,56`.
    Comma,
}

/// A printed number: its value under either decimal mark. Both are given and differ only for
/// numbers like `1.234`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    as_point: Decimal,
    as_comma: Decimal,
    /// The mark that this number proves.
    pub(crate) evidence: Option<DecimalMark>,
}

impl Number {
    /// A number of one value.
    pub(crate) fn certain(value: Decimal) -> Self {
        Self {
            as_point: value,
            as_comma: value,
            evidence: None,
        }
    }

    /// The value under a decimal mark.
    pub(crate) fn value(&self, mark: DecimalMark) -> Decimal {
        match mark {
            DecimalMark::Point => self.as_point,
            DecimalMark::Comma => self.as_comma,
        }
    }

    /// The value under the other mark, where it differs.
    pub(crate) fn other_value(&self, mark: DecimalMark) -> Option<Decimal> {
        let other = match mark {
            DecimalMark::Point => self.as_comma,
            DecimalMark::Comma => self.as_point,
        };
        (self.as_comma != self.as_point).then_some(other)
    }

    /// `None` for what is too large to be an amount; see [`crate::money::is_in_range`].
    fn bounded(self) -> Option<Self> {
        let fits = is_in_range(self.as_point) && is_in_range(self.as_comma);
        fits.then(|| Self {
            as_point: without_noise(self.as_point),
            as_comma: without_noise(self.as_comma),
            evidence: self.evidence,
        })
    }

    fn negated(self) -> Self {
        Self {
            as_point: -self.as_point,
            as_comma: -self.as_comma,
            ..self
        }
    }
}

/// Debit or credit printed beside an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SideMark {
    /// `DR`.
    Debit,
    /// `CR`.
    Credit,
}

/// A text that is a number with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrintedAmount {
    /// The number, with its sign.
    pub(crate) number: Number,
    /// True for `19 %`.
    pub(crate) is_percent: bool,
    /// `DR` or `CR` beside it.
    pub(crate) side: Option<SideMark>,
    /// The words beside the number (currency, unit), trimmed.
    pub(crate) beside: String,
}

/// A number inside a text, by byte positions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberInText {
    /// First byte of its digits.
    pub(crate) start: usize,
    /// One past its last digit.
    pub(crate) end: usize,
    /// The number without sign.
    pub(crate) number: Number,
}

/// Reads a text that holds one number and perhaps a currency, unit, sign or percent.
pub(crate) fn read_amount(text: &str) -> Option<PrintedAmount> {
    let ascii = with_ascii_digits(text.trim());
    let mut found = numbers_in(&ascii).into_iter();
    let first = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let before = ascii[..first.start].trim();
    let after = ascii[first.end..].trim();
    let is_percent = after.starts_with(['%', '٪']) || before.ends_with('%');
    let parenthesised = before.contains('(') && after.contains(')');
    let minus = |part: &str, outer: bool| {
        let part = part.trim();
        if outer {
            part.ends_with(MINUS)
        } else {
            part.starts_with(MINUS)
        }
    };
    // `12.-` and `12,-` print a dash for no cents; `500:-` is Swedish.
    let dash_for_cents = [".-", ",-", ".–", ",–", ":-", ".—", ",—"]
        .iter()
        .any(|dash| after.starts_with(dash));
    let leading = minus(before, true) || minus(before, false) && before.len() <= '−'.len_utf8() + 4;
    let negative = leading
        || parenthesised
        || !dash_for_cents && (minus(after, false) || after.ends_with(MINUS));
    let beside = format!("{before} {after}");
    let beside = beside
        .trim_matches(|character: char| {
            character.is_whitespace() || "()-−–—+.,:;%=*".contains(character)
        })
        .to_owned();
    let side = side_mark(&beside);
    let number = if negative {
        first.number.negated()
    } else {
        first.number
    };
    Some(PrintedAmount {
        number,
        is_percent,
        side,
        beside,
    })
}

const MINUS: [char; 3] = ['-', '−', '–'];

fn side_mark(beside: &str) -> Option<SideMark> {
    beside
        .split(|character: char| !character.is_alphanumeric())
        .find_map(|word| match word.to_ascii_uppercase().as_str() {
            "CR" => Some(SideMark::Credit),
            "DR" => Some(SideMark::Debit),
            _ => None,
        })
}

/// All numbers of a text. Letters directly before or after digits make a code, not a number
/// (`INV-12`, `A4`, `iPad2`), save for units and currencies behind it.
pub(crate) fn numbers_in(text: &str) -> Vec<NumberInText> {
    let mut numbers = Vec::new();
    let mut position = 0;
    while let Some(offset) = text[position..].find(|character| ascii_digit(character).is_some()) {
        let mut start = position + offset;
        let end = run_end(text, start);
        if text[..start].ends_with(['.', ','])
            && !text[..start - 1].ends_with(char::is_alphanumeric)
        {
            start -= 1;
        }
        match read_core(&text[start..end]).and_then(Number::bounded) {
            Some(number) => numbers.push(NumberInText { start, end, number }),
            // A run of digits that is no number (a date, a code) still counts as one.
            None => numbers.push(NumberInText {
                start,
                end,
                number: NOT_A_NUMBER,
            }),
        }
        position = end;
    }
    numbers.retain(|found| found.number != NOT_A_NUMBER);
    numbers
}

const NOT_A_NUMBER: Number = Number {
    as_point: Decimal::MIN,
    as_comma: Decimal::MAX,
    evidence: None,
};

/// The end of a run of digits with separators inside it. A space separates groups only
/// before exactly three digits.
fn run_end(text: &str, start: usize) -> usize {
    // Only the run itself, since a text can be long and full of numbers.
    let in_run = |character: char| {
        ascii_digit(character).is_some() || is_mark(character) || is_group_space(character)
    };
    let bytes: Vec<(usize, char)> = text[start..]
        .char_indices()
        .take_while(|(_, character)| in_run(*character))
        .collect();
    let length = bytes
        .last()
        .map_or(0, |(offset, character)| offset + character.len_utf8());
    let digit = |index: usize| {
        bytes
            .get(index)
            .is_some_and(|(_, character)| ascii_digit(*character).is_some())
    };
    let mut index = 0;
    let mut leading = 0;
    while index < bytes.len() {
        let character = bytes[index].1;
        if digit(index) {
            leading += 1;
        } else if is_mark(character) {
            if !digit(index + 1) {
                break;
            }
            leading = 4;
        } else if is_group_space(character) {
            let group =
                digit(index + 1) && digit(index + 2) && digit(index + 3) && !digit(index + 4);
            if !group || leading == 0 || leading > 3 {
                break;
            }
            leading = 0;
        } else {
            break;
        }
        index += 1;
    }
    start + bytes.get(index).map_or(length, |(offset, _)| *offset)
}

fn is_mark(character: char) -> bool {
    matches!(character, '.' | ',' | '٫' | '٬' | '\'' | '’' | '·')
}

fn is_group_space(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// A run of digits and separators as a number.
fn read_core(core: &str) -> Option<Number> {
    let mut cleaned = String::with_capacity(core.len());
    let mut grouped_by_space = false;
    for character in core.chars() {
        match character {
            '٫' => cleaned.push(','),
            '٬' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => {
                grouped_by_space = true;
            }
            '·' => cleaned.push('.'),
            other => cleaned.push(other),
        }
    }
    let points = cleaned.matches('.').count();
    let commas = cleaned.matches(',').count();
    let arabic = core.contains('٫').then_some(DecimalMark::Comma);
    let evidence = match (points, commas) {
        (0, 0) => return Some(Number::certain(cleaned.parse().ok()?)),
        (1.., 1..) => {
            let point_last = cleaned.rfind('.') > cleaned.rfind(',');
            let (mark, decimals) = if point_last {
                (DecimalMark::Point, points)
            } else {
                (DecimalMark::Comma, commas)
            };
            if decimals > 1 {
                return None;
            }
            mark
        }
        (2.., 0) => return grouped(&cleaned, '.', DecimalMark::Comma),
        (0, 2..) => return grouped(&cleaned, ',', DecimalMark::Point),
        (1, 0) | (0, 1) => {
            let (mark, character) = if points == 1 {
                (DecimalMark::Point, '.')
            } else {
                (DecimalMark::Comma, ',')
            };
            let (before, after) = cleaned.split_once(character)?;
            let could_group = after.len() == 3
                && (1..=3).contains(&before.len())
                && !before.starts_with('0')
                && !grouped_by_space
                && arabic.is_none();
            if could_group {
                let decimal = under(&cleaned, mark)?;
                let group = under(&cleaned, other(mark))?;
                let (as_point, as_comma) = if mark == DecimalMark::Point {
                    (decimal, group)
                } else {
                    (group, decimal)
                };
                return Some(Number {
                    as_point,
                    as_comma,
                    evidence: None,
                });
            }
            mark
        }
    };
    let value = under(&cleaned, evidence)?;
    Some(Number {
        as_point: value,
        as_comma: value,
        evidence: Some(evidence),
    })
}

fn other(mark: DecimalMark) -> DecimalMark {
    match mark {
        DecimalMark::Point => DecimalMark::Comma,
        DecimalMark::Comma => DecimalMark::Point,
    }
}

/// `1.234.567` or `1,23,456`: several of one mark can only group.
fn grouped(cleaned: &str, character: char, decimal: DecimalMark) -> Option<Number> {
    let groups: Vec<&str> = cleaned.split(character).collect();
    let (first, rest) = groups.split_first()?;
    let (last, middle) = rest.split_last()?;
    let western = middle.iter().all(|group| group.len() == 3);
    // Indian grouping: lakh and crore take two digits.
    let indian = character == ',' && middle.iter().all(|group| group.len() == 2);
    let valid = last.len() == 3 && (1..=3).contains(&first.len()) && (western || indian);
    let value = groups.concat().parse().ok()?;
    valid.then_some(Number {
        as_point: value,
        as_comma: value,
        evidence: Some(decimal),
    })
}

fn under(cleaned: &str, mark: DecimalMark) -> Option<Decimal> {
    let text = match mark {
        DecimalMark::Point => cleaned.replace(',', ""),
        DecimalMark::Comma => cleaned.replace('.', "").replace(',', "."),
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;

    fn value(text: &str) -> Decimal {
        let amount = read_amount(text).unwrap_or_else(|| panic!("{text} is not read"));
        assert_eq!(
            amount.number.other_value(DecimalMark::Point),
            None,
            "{text} is ambiguous"
        );
        amount.number.value(DecimalMark::Point)
    }

    #[test]
    fn printed_styles() {
        for text in [
            "1,234.56",
            "1.234,56",
            "1 234,56",
            "1\u{a0}234,56",
            "1'234.56",
            "1’234.56",
            "1\u{202f}234,56",
            "EUR 1.234,56",
            "1.234,56 €",
            "€1,234.56",
            "$1,234.56",
            "1234.56",
            "1234,56 zł",
            "US$ 1,234.56",
            "١٬٢٣٤٫٥٦",
            "CHF 1'234.56",
            "1,234.56 CR",
        ] {
            assert_eq!(value(text), dec!(1234.56), "{text}");
        }
        assert_eq!(value("1,23,456.00"), dec!(123456));
        assert_eq!(value("12,34,567"), dec!(1234567));
        assert_eq!(value("1.234.567"), dec!(1234567));
        assert_eq!(value("12.-"), dec!(12));
        assert_eq!(value("500:-"), dec!(500));
        assert_eq!(value("Fr. 12.–"), dec!(12));
        assert_eq!(value(".50"), dec!(0.50));
        assert_eq!(value("0,125"), dec!(0.125));
        assert_eq!(value("69.7182"), dec!(69.7182));
        assert_eq!(value("12 345 678"), dec!(12345678));
    }

    #[test]
    fn negatives() {
        for text in [
            "-12.50",
            "12.50-",
            "(12.50)",
            "−12,50",
            "-€12.50",
            "€-12.50",
            "EUR -12,50",
            "($12.50)",
            "- 12,50 €",
            "12,50- EUR",
        ] {
            assert_eq!(value(text), dec!(-12.50), "{text}");
        }
    }

    #[test]
    fn percent_and_sides() {
        assert!(read_amount("19 %").unwrap().is_percent);
        assert!(read_amount("% 19").unwrap().is_percent);
        assert_eq!(read_amount("12.00 DR").unwrap().side, Some(SideMark::Debit));
        assert_eq!(read_amount("5 Stk").unwrap().beside, "Stk");
    }

    #[test]
    fn a_lone_group_of_three_keeps_both_values() {
        let number = read_amount("5,000").unwrap().number;
        assert_eq!(number.value(DecimalMark::Point), dec!(5000));
        assert_eq!(number.other_value(DecimalMark::Point), Some(dec!(5.000)));
    }

    #[test]
    fn dates_and_several_numbers_are_no_amount() {
        for text in ["01.02.2024", "2024-01-02", "12 of 14", "1.2.3"] {
            assert_eq!(read_amount(text), None, "{text}");
        }
    }
}
