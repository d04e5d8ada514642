//! Dates in any printed style. `03/04/2025` has two values until the document decides.

use jiff::civil::Date;

use crate::reading::lexicon::lexicon;
use crate::reading::normalise::{folded, with_ascii_digits};

/// Order of day and month in numeric dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// `31/12/2025`.
    DayFirst,
    /// `12/31/2025`.
    MonthFirst,
}

/// A printed date with its possible values; at least one is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PrintedDate {
    day_first: Option<Date>,
    month_first: Option<Date>,
    /// True when day and month are both numbers divided by something else than a point, so
    /// that one value alone proves the order.
    numeric: bool,
}

impl PrintedDate {
    fn certain(date: Date) -> Self {
        Self {
            day_first: Some(date),
            month_first: Some(date),
            numeric: false,
        }
    }

    /// True when the two orders give two dates.
    pub(crate) fn is_ambiguous(&self) -> bool {
        matches!((self.day_first, self.month_first), (Some(a), Some(b)) if a != b)
    }

    /// The order that this date proves.
    pub(crate) fn evidence(&self) -> Option<DateOrder> {
        match (self.numeric, self.day_first, self.month_first) {
            (true, Some(_), None) => Some(DateOrder::DayFirst),
            (true, None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// The date in an order; the only possible one where the order does not fit.
    pub(crate) fn value(&self, order: DateOrder) -> Option<Date> {
        match order {
            DateOrder::DayFirst => self.day_first.or(self.month_first),
            DateOrder::MonthFirst => self.month_first.or(self.day_first),
        }
    }
}

/// The first date of a text.
pub(crate) fn read_date(text: &str) -> Option<PrintedDate> {
    dates_in(text).first().copied()
}

/// All dates of a text.
pub(crate) fn dates_in(text: &str) -> Vec<PrintedDate> {
    if !text.chars().any(char::is_numeric) {
        return Vec::new();
    }
    let ascii = with_ascii_digits(text);
    let tokens = tokens(&ascii);
    let mut found = Vec::new();
    if let [
        Token {
            kind: Kind::Number(8),
            text,
            ..
        },
    ] = tokens.as_slice()
    {
        let date = parts(&[&text[0..4], &text[4..6], &text[6..8]]);
        found.extend(date.map(PrintedDate::certain));
        return found;
    }
    let mut index = 0;
    while index < tokens.len() {
        match date_at(&tokens[index..]) {
            Some((date, length)) => {
                found.push(date);
                index += length;
            }
            None => index += 1,
        }
    }
    found
}

/// First and last day of a period: two dates, a month, a quarter or a year.
pub(crate) fn read_period(text: &str, order: DateOrder) -> Option<(Date, Date)> {
    match dates_in(text).as_slice() {
        [first, second, ..] => {
            return Some((first.value(order)?, second.value(order)?));
        }
        [only] => {
            let date = only.value(order)?;
            return Some((date, date));
        }
        [] => {}
    }
    let ascii = with_ascii_digits(text);
    let tokens = tokens(&ascii);
    let year = tokens.iter().find(|token| token.kind == Kind::Number(4))?;
    let year: i16 = year
        .text
        .parse()
        .ok()
        .filter(|year| (1900..2200).contains(year))?;
    let small = tokens.iter().find_map(|token| match token.kind {
        Kind::Number(1 | 2) => token.text.parse::<i8>().ok(),
        _ => None,
    });
    let named = tokens.iter().find_map(Token::month);
    let quarter = tokens.iter().any(|token| {
        token.kind == Kind::Word
            && matches!(
                folded(token.text).as_str(),
                "q" | "t" | "quarter" | "quartal" | "trimestre" | "trim" | "kwartaal" | "kwartal"
            )
    });
    let (first_month, months) = match (named, small, quarter) {
        (None, Some(quarter), true) if (1..=4).contains(&quarter) => (quarter * 3 - 2, 3),
        (Some(month), _, _) | (None, Some(month), false) => (month, 1),
        (None, None, false) if tokens.len() <= 2 => (1, 12),
        _ => return None,
    };
    let start = Date::new(year, first_month, 1).ok()?;
    let last = Date::new(year, first_month + months - 1, 1)
        .ok()?
        .last_of_month();
    Some((start, last))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Digits, with their count.
    Number(usize),
    Word,
    Mark,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    start: usize,
    end: usize,
}

impl Token<'_> {
    fn month(&self) -> Option<i8> {
        (self.kind == Kind::Word).then(|| lexicon().month(&folded(self.text)))?
    }

    fn is_mark(&self, marks: &str) -> bool {
        self.kind == Kind::Mark && marks.contains(self.text)
    }

    fn is_word(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.contains(&folded(self.text).as_str())
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let class = |character: char| {
        if character.is_ascii_digit() {
            0
        } else if character.is_alphabetic() && !matches!(character, '年' | '月' | '日' | 'º') {
            1
        } else {
            2
        }
    };
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        if first.is_whitespace() {
            continue;
        }
        let kind = class(first);
        let mut end = start + first.len_utf8();
        while let Some(&(_, next)) = characters.peek() {
            if kind == 2 || class(next) != kind {
                break;
            }
            end += next.len_utf8();
            characters.next();
        }
        let piece = &text[start..end];
        let kind = match kind {
            0 => Kind::Number(piece.len()),
            1 => Kind::Word,
            _ => Kind::Mark,
        };
        tokens.push(Token {
            kind,
            text: piece,
            start,
            end,
        });
    }
    tokens
}

/// Words between day, month and year (`12 de marzo de 2024`, `1st of May`).
const LINKS: [&str; 8] = ["de", "of", "del", "di", "d", "den", "do", "da"];
/// Endings of ordinal day numbers.
const ORDINALS: [&str; 8] = ["st", "nd", "rd", "th", "er", "e", "ος", "η"];

/// A date at the beginning of the tokens, with the number of tokens it takes.
fn date_at(tokens: &[Token<'_>]) -> Option<(PrintedDate, usize)> {
    let first = tokens.first()?;
    match first.kind {
        Kind::Number(4) => year_first(tokens),
        Kind::Number(1 | 2) => numeric(tokens).or_else(|| day_month_name(tokens)),
        Kind::Word => month_name_first(tokens),
        _ => None,
    }
}

fn year_first(tokens: &[Token<'_>]) -> Option<(PrintedDate, usize)> {
    let [year, mark, month, second, day, ..] = tokens else {
        return None;
    };
    if !mark.is_mark("-/.年") || !second.is_mark("-/.月") {
        return None;
    }
    let month_text = month.month().map(|month| month.to_string());
    let date = parts(&[
        year.text,
        month_text.as_deref().unwrap_or(month.text),
        day.text,
    ])?;
    let length = if tokens.get(5).is_some_and(|token| token.is_mark("日")) {
        6
    } else {
        5
    };
    Some((PrintedDate::certain(date), length))
}

fn numeric(tokens: &[Token<'_>]) -> Option<(PrintedDate, usize)> {
    let [first, mark, second, other, year, ..] = tokens else {
        return None;
    };
    if !mark.is_mark("-/.") || !other.is_mark("-/.") || mark.text != other.text {
        return None;
    }
    if !matches!(second.kind, Kind::Number(1 | 2)) || !matches!(year.kind, Kind::Number(2 | 4)) {
        return None;
    }
    // Not the middle of a longer code (`12-34-56-78`).
    if let [next, after, ..] = &tokens[5..]
        && next.text == mark.text
        && next.start == year.end
        && after.start == next.end
        && matches!(after.kind, Kind::Number(_))
    {
        return None;
    }
    let day_first = parts(&[year.text, second.text, first.text]);
    let month_first = parts(&[year.text, first.text, second.text]);
    // Nobody prints the month first with points.
    let by_points = mark.text == ".";
    if by_points {
        return day_first.map(|date| (PrintedDate::certain(date), 5));
    }
    (day_first.is_some() || month_first.is_some()).then_some((
        PrintedDate {
            day_first,
            month_first,
            numeric: true,
        },
        5,
    ))
}

fn day_month_name(tokens: &[Token<'_>]) -> Option<(PrintedDate, usize)> {
    let day = tokens.first()?;
    let mut index = 1;
    let skip = |index: &mut usize| {
        while tokens.get(*index).is_some_and(|token| {
            token.is_mark("./-,º°'’") || token.is_word(&LINKS) || token.is_word(&ORDINALS)
        }) && *index < 6
        {
            *index += 1;
        }
    };
    skip(&mut index);
    let month = tokens.get(index)?.month()?;
    index += 1;
    skip(&mut index);
    let year = tokens.get(index)?;
    if !matches!(year.kind, Kind::Number(2 | 4)) {
        return None;
    }
    let date = parts(&[year.text, &month.to_string(), day.text])?;
    Some((PrintedDate::certain(date), index + 1))
}

fn month_name_first(tokens: &[Token<'_>]) -> Option<(PrintedDate, usize)> {
    let month = tokens.first()?.month()?;
    let mut index = 1;
    if tokens.get(index).is_some_and(|token| token.is_mark(".-")) {
        index += 1;
    }
    let day = tokens.get(index)?;
    if !matches!(day.kind, Kind::Number(1 | 2)) {
        return None;
    }
    index += 1;
    while tokens
        .get(index)
        .is_some_and(|token| token.is_mark(",.-") || token.is_word(&ORDINALS))
    {
        index += 1;
    }
    let year = tokens.get(index)?;
    if year.kind != Kind::Number(4) {
        return None;
    }
    let date = parts(&[year.text, &month.to_string(), day.text])?;
    Some((PrintedDate::certain(date), index + 1))
}

/// Year, month, day; two-digit years are of this century up to 79.
fn parts(texts: &[&str; 3]) -> Option<Date> {
    let [year, month, day] = texts;
    let mut number: i16 = year.parse().ok()?;
    if year.len() == 2 {
        number += if number < 80 { 2000 } else { 1900 };
    }
    (1900..2200).contains(&number).then_some(())?;
    Date::new(number, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn certain_dates_in_many_languages() {
        for text in [
            "2024-03-12",
            "2024/03/12",
            "2024.03.12",
            "12.03.2024",
            "12.3.24",
            "20240312",
            "2024年3月12日",
            "12 March 2024",
            "March 12, 2024",
            "Mar 12, 2024",
            "12. März 2024",
            "12 de marzo de 2024",
            "12-Mar-2024",
            "12 mars 2024",
            "12 marzo 2024",
            "12 maart 2024",
            "12 de março de 2024",
            "12 marca 2024",
            "12 martie 2024",
            "12 mars 2024",
            "12. marts 2024",
            "12. maaliskuuta 2024",
            "12. března 2024",
            "12 Μαρτίου 2024",
            "12 Mart 2024",
            "12. mart 2024",
            "12. март 2024",
            "12 مارس 2024",
            "12th of March 2024",
            "2024-03-12T10:15:00Z",
            "12.03.2024 14:07",
            "2024-Mar-12",
            "١٢ مارس ٢٠٢٤",
            "Tue, 12 Mar 2024 10:00",
            "March 12th, 2024",
        ] {
            let read = read_date(text).unwrap_or_else(|| panic!("{text} is not read"));
            assert!(!read.is_ambiguous(), "{text}");
            assert_eq!(
                read.value(DateOrder::DayFirst),
                Some(date(2024, 3, 12)),
                "{text}"
            );
        }
        let first = read_date("1er mars 2024").unwrap();
        assert_eq!(first.value(DateOrder::MonthFirst), Some(date(2024, 3, 1)));
    }

    #[test]
    fn slashes_are_ambiguous_or_prove_the_order() {
        assert!(read_date("03/04/2024").unwrap().is_ambiguous());
        assert_eq!(read_date("31/04/2024"), None);
        assert_eq!(
            read_date("30/04/2024").unwrap().evidence(),
            Some(DateOrder::DayFirst)
        );
        assert_eq!(
            read_date("04/30/2024").unwrap().evidence(),
            Some(DateOrder::MonthFirst)
        );
        assert_eq!(read_date("05/05/2024").unwrap().evidence(), None);
    }

    #[test]
    fn periods() {
        let period = |text| read_period(text, DateOrder::DayFirst);
        let april = Some((date(2025, 4, 1), date(2025, 4, 30)));
        for text in [
            "2025-04",
            "04/2025",
            "April 2025",
            "01.04.2025 - 30.04.2025",
            "2025-04-01; 2025-04-30",
            "kwiecień 2025",
            "1 April 2025 to 30 April 2025",
        ] {
            assert_eq!(period(text), april, "{text}");
        }
        assert_eq!(
            period("Q2 2025"),
            Some((date(2025, 4, 1), date(2025, 6, 30)))
        );
        assert_eq!(period("2025"), Some((date(2025, 1, 1), date(2025, 12, 31))));
        assert_eq!(period("INV-0042"), None);
    }
}
