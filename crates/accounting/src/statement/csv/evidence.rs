//! What a file decides itself: the order of its dates and the mark of its decimals. A reading
//! counts only if every cell has it, and only if it is the only one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::mapping::DecimalMark;
use super::table::Row;
use crate::statement::amount;
use crate::statement::error::{FilePlace, StatementError};

/// A cell with its place.
pub(super) type Cell<'a> = (FilePlace, &'a str);

/// The cells of a column that are not empty.
pub(super) fn cells(rows: &[Row], column: usize) -> Vec<Cell<'_>> {
    rows.iter()
        .map(|row| (row.place(), row.cell(column)))
        .filter(|(_, cell)| !cell.is_empty())
        .collect()
}

/// A date format as `strptime` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFormat(String);

impl DateFormat {
    /// The format that the caller says.
    pub(super) fn said(text: &str) -> Result<Self, StatementError> {
        let wrong = || {
            let message = "is day, month and year as in dd.mm.yyyy, or a format of strptime";
            StatementError::mapping("/date_format", message)
        };
        let format = if text.contains('%') {
            text.to_owned()
        } else {
            from_letters(text).ok_or_else(wrong)?
        };
        // A format that does not read what it writes, or reads no whole date, is none.
        let day = jiff::civil::date(2023, 11, 25);
        let format = Self(format);
        let moment = day.at(0, 0, 0, 0);
        let written = jiff::fmt::strtime::format(&format.0, moment).map_err(|_| wrong())?;
        if format.parse(&written) == Some(day) {
            Ok(format)
        } else {
            Err(wrong())
        }
    }

    /// The only format that all dates have.
    pub(super) fn decided_by(dates: &[Cell<'_>]) -> Result<Self, StatementError> {
        let mut readings: BTreeMap<Vec<Date>, Self> = BTreeMap::new();
        for separator in ["-", ".", "/", ""] {
            for order in [["%Y", "%m", "%d"], ["%d", "%m", "%Y"], ["%m", "%d", "%Y"]] {
                let long = order.join(separator);
                let short = long.replace("%Y", "%y");
                // Without separators only the order of ISO 8601 is in use.
                let formats = if separator.is_empty() && order[0] != "%Y" {
                    Vec::new()
                } else {
                    vec![long, short]
                };
                for format in formats.into_iter().map(Self) {
                    let all = dates.iter().map(|(_, cell)| format.parse(cell));
                    if let Some(read) = all.collect::<Option<Vec<Date>>>() {
                        readings.entry(read).or_insert(format);
                    }
                }
            }
        }
        match (readings.len(), readings.pop_first()) {
            (1, Some((_, format))) => Ok(format),
            (0, _) => Err(StatementError::mapping(
                "/date_format",
                format!(
                    "no usual format reads all dates, the first of which is '{}': say which it is",
                    dates.first().map_or("", |(_, cell)| cell)
                ),
            )),
            _ => Err(StatementError::mapping(
                "/date_format",
                "the dates have more than one reading: say which format they have",
            )),
        }
    }

    /// A date of this format, its year written with as many digits as the format says.
    pub(super) fn parse(&self, text: &str) -> Option<Date> {
        let runs = text.split(|c: char| !c.is_ascii_digit());
        let longest = runs.map(str::len).max()?;
        let is_written = match (self.is_compact(), self.0.contains("%y")) {
            (true, false) => longest == 8,
            (true, true) => longest == 6,
            (false, false) => longest >= 4,
            (false, true) => longest <= 2,
        };
        let date = Date::strptime(&self.0, text).ok()?;
        (is_written && (1900..2200).contains(&date.year())).then_some(date)
    }

    fn is_compact(&self) -> bool {
        matches!(
            self.0.as_str(),
            "%Y%m%d" | "%y%m%d" | "%d%m%Y" | "%d%m%y" | "%m%d%Y" | "%m%d%y"
        )
    }
}

/// `dd.mm.yyyy` as `%d.%m.%Y`.
fn from_letters(text: &str) -> Option<String> {
    let mut format = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest
            .chars()
            .take_while(|c| c.eq_ignore_ascii_case(&first))
            .count();
        let written = match (first.to_ascii_lowercase(), length) {
            ('d', 1 | 2) => "%d",
            ('m', 1 | 2) => "%m",
            ('m', 3) => "%b",
            ('m', 4) => "%B",
            ('y', 2) => "%y",
            ('y', 4) => "%Y",
            (letter, _) if letter.is_alphanumeric() => return None,
            _ => {
                format.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        format.push_str(written);
        rest = &rest[length..];
    }
    let once = |part: &[&str]| {
        part.iter()
            .map(|part| format.matches(part).count())
            .sum::<usize>()
            == 1
    };
    (once(&["%d"]) && once(&["%m", "%b", "%B"]) && once(&["%y", "%Y"])).then_some(format)
}

/// The only mark with which all amounts are amounts of at most `decimals` decimals, or the first
/// of two that give the same amounts.
pub(super) fn decimal_mark(
    amounts: &[Cell<'_>],
    decimals: u32,
) -> Result<DecimalMark, StatementError> {
    let read = |mark: DecimalMark| -> Option<Vec<Decimal>> {
        amounts
            .iter()
            .map(|(_, cell)| {
                figure(cell, mark).filter(|figure| figure.normalize().scale() <= decimals)
            })
            .collect()
    };
    let undecided = |message: String| StatementError::mapping("/decimal_mark", message);
    match (read(DecimalMark::Point), read(DecimalMark::Comma)) {
        (Some(point), Some(comma)) if point == comma => Ok(DecimalMark::Point),
        (Some(_), Some(_)) => Err(undecided(
            "the amounts have more than one reading: say '.' or ','".to_owned(),
        )),
        (Some(_), None) => Ok(DecimalMark::Point),
        (None, Some(_)) => Ok(DecimalMark::Comma),
        (None, None) => {
            // Under the mark that reads more of them, the first that it does not read is wrong.
            let unread = |mark: DecimalMark| {
                amounts
                    .iter()
                    .filter(move |(_, cell)| figure(cell, mark).is_none())
            };
            let (point, comma) = (unread(DecimalMark::Point), unread(DecimalMark::Comma));
            let mut wrong = if point.clone().count() <= comma.clone().count() {
                point.collect::<Vec<_>>()
            } else {
                comma.collect()
            }
            .into_iter();
            match wrong.next() {
                Some((place, cell)) => Err(place.error(format!("'{cell}' is no amount"))),
                None => Err(undecided(format!(
                    "no mark gives all amounts at most {decimals} decimals"
                ))),
            }
        }
    }
}

/// A signed amount: a sign before or behind it, or parentheses; groups of three digits by the
/// other mark, a blank or an apostrophe.
pub(super) fn figure(text: &str, mark: DecimalMark) -> Option<Decimal> {
    let text = text.trim().replace('\u{2212}', "-");
    let (is_negative, digits) = if let Some(inner) = text.strip_prefix('(') {
        (true, inner.strip_suffix(')')?)
    } else if let Some(digits) = text.strip_prefix('-').or_else(|| text.strip_suffix('-')) {
        (true, digits)
    } else {
        (
            false,
            text.strip_prefix('+')
                .or_else(|| text.strip_suffix('+'))
                .unwrap_or(&text),
        )
    };
    let digits = digits.trim();
    let mark = mark.character();
    let (whole, fraction) = digits.split_once(mark).unwrap_or((digits, ""));
    let is_group =
        |c: char| matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}') && c != mark;
    let groups: Vec<&str> = whole.split(is_group).collect();
    let separators: Vec<char> = whole.chars().filter(|c| is_group(*c)).collect();
    let are_alike = separators.windows(2).all(|pair| pair[0] == pair[1]);
    let are_groups = groups.len() == 1
        || (groups.iter().skip(1).all(|group| group.len() == 3)
            && groups
                .first()
                .is_some_and(|first| (1..=3).contains(&first.len())));
    if !are_alike || !are_groups {
        return None;
    }
    let figure = amount::decimal(&format!("{}{mark}{fraction}", groups.concat()), mark)?;
    Some(if is_negative { -figure } else { figure })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal_macros::dec;

    use super::*;

    fn placed<'a>(texts: &[&'a str]) -> Vec<Cell<'a>> {
        texts
            .iter()
            .map(|text| (FilePlace::Line(1), *text))
            .collect()
    }

    #[test]
    fn dates_decide_their_order_or_are_asked_for() {
        let read = |texts: &[&str]| {
            DateFormat::decided_by(&placed(texts)).map(|format| format.parse(texts[0]))
        };
        assert_eq!(
            read(&["03/04/2025", "25/04/2025"]),
            Ok(Some(date(2025, 4, 3)))
        );
        assert_eq!(
            read(&["03/04/2025", "04/25/2025"]),
            Ok(Some(date(2025, 3, 4)))
        );
        assert_eq!(read(&["2025-04-03"]), Ok(Some(date(2025, 4, 3))));
        assert_eq!(read(&["20250403"]), Ok(Some(date(2025, 4, 3))));
        assert_eq!(read(&["05.05.2025"]), Ok(Some(date(2025, 5, 5))));
        for open in [
            &["03/04/2025"][..],
            &["03.04.2025"],
            &["01.02.03"],
            // The day or the year may come first.
            &["31.12.25"],
            &["Monday"],
        ] {
            assert!(read(open).is_err(), "{open:?}");
        }
    }

    #[test]
    fn said_formats_are_of_letters_or_of_strptime() {
        let parse = |format: &str, text: &str| DateFormat::said(format).unwrap().parse(text);
        let day = Some(date(2025, 4, 3));
        assert_eq!(parse("dd.mm.yyyy", "03.04.2025"), day);
        assert_eq!(parse("D/M/YY", "3/4/25"), day);
        assert_eq!(parse("dd mmm yyyy", "03 Apr 2025"), day);
        assert_eq!(parse("%Y%m%d", "20250403"), day);
        assert_eq!(parse("dd.mm.yyyy", "03.04.25"), None);
        assert_eq!(parse("dd.mm.yy", "03.04.2025"), None);
        assert!(DateFormat::said("mm.yyyy").is_err());
        assert!(DateFormat::said("%H:%M").is_err());
        assert!(DateFormat::said("quarter").is_err());
    }

    #[test]
    fn amounts_decide_their_mark_or_are_asked_for() {
        let mark = |texts: &[&str]| decimal_mark(&placed(texts), 2);
        assert_eq!(mark(&["1.234,50", "7"]), Ok(DecimalMark::Comma));
        assert_eq!(mark(&["-1,234.5"]), Ok(DecimalMark::Point));
        assert_eq!(mark(&["12,5"]), Ok(DecimalMark::Comma));
        assert_eq!(mark(&["12", "-7"]), Ok(DecimalMark::Point));
        assert!(mark(&["1.234", "5"]).is_ok_and(|mark| mark == DecimalMark::Comma));
        assert!(mark(&["abc"]).unwrap_err().to_string().contains("line 1"));
        assert!(decimal_mark(&placed(&["1.234"]), 3).is_err());
    }

    #[test]
    fn figures_are_strict() {
        let of = |text: &str| figure(text, DecimalMark::Comma);
        assert_eq!(of("1.234.567,89"), Some(dec!(1234567.89)));
        assert_eq!(of("1 234,5-"), Some(dec!(-1234.5)));
        assert_eq!(of("(12,00)"), Some(dec!(-12)));
        assert_eq!(of("−3"), Some(dec!(-3)));
        for text in [
            "12.34",
            "1.23.456",
            "1,2,3",
            "1'234.567,0",
            "--1",
            "",
            "12 EUR",
            "1e3",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
