//! How this document prints numbers and dates, decided from all its values, and the reader
//! that applies it.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::lexicon::{LANGUAGES, Languages};
use super::outline::{Content, Node};
use super::value::country;
use super::value::currency::{CurrencyMark, read_mark};
use super::value::date::{DateOrder, PrintedDate, read_date};
use super::value::number::{DecimalMark, Number, SideMark, read_amount};
use crate::facts::{Fact, Source};
use crate::money::{is_in_range, without_noise};

/// A number as read under the document's style.
#[derive(Debug, Clone)]
pub(crate) struct ReadNumber {
    /// The value.
    pub(crate) value: Decimal,
    /// The value under the other decimal mark, for a number like `1.234`.
    pub(crate) alternative: Option<Decimal>,
    /// The currency beside it.
    pub(crate) mark: Option<CurrencyMark>,
    /// `19 %`.
    pub(crate) is_percent: bool,
    /// `DR` or `CR`.
    pub(crate) side: Option<SideMark>,
}

/// Reads values in the document's style.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    /// Decimal mark for numbers that do not say it themselves.
    pub(crate) mark: DecimalMark,
    /// Order for dates that do not say it themselves.
    pub(crate) order: DateOrder,
    /// False when nothing decides the order.
    pub(crate) order_is_known: bool,
    /// The document's languages.
    pub(crate) languages: Languages,
}

/// What the surroundings tell about the style: countries in order of trust, the language.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// Seller's country first, then the company's.
    pub(crate) countries: Vec<String>,
    /// Language of the document's words.
    pub(crate) language: Option<&'static str>,
}

impl Reader {
    /// The reader for an outline.
    pub(crate) fn for_outline(root: &Node, languages: Languages, around: &Surroundings) -> Self {
        let mut evidence = Evidence::default();
        root.visit(&mut |node| {
            if let Content::Text(text) = &node.content {
                evidence.add(text);
            }
        });
        let by_language = match around.language {
            None | Some("en" | "ar" | "ja" | "zh" | "shared") => None,
            Some(_) => Some((DecimalMark::Comma, DateOrder::DayFirst)),
        };
        let mark = evidence
            .mark()
            .or_else(|| {
                around
                    .countries
                    .iter()
                    .find_map(|code| country::decimal_mark(code))
            })
            .or(by_language.map(|(mark, _)| mark))
            .unwrap_or(DecimalMark::Point);
        let order = evidence
            .order()
            .or(by_language.map(|(_, order)| order))
            .or_else(|| {
                around
                    .countries
                    .iter()
                    .find_map(|code| country::date_order(code))
            });
        Self {
            mark,
            order: order.unwrap_or(DateOrder::DayFirst),
            order_is_known: order.is_some(),
            languages,
        }
    }

    /// The number of a node.
    pub(crate) fn number(&self, node: &Node) -> Option<ReadNumber> {
        match &node.content {
            Content::Number(value) if is_in_range(*value) => Some(ReadNumber {
                value: without_noise(*value),
                alternative: None,
                mark: None,
                is_percent: false,
                side: None,
            }),
            Content::Text(text) => self.number_in(text),
            _ => None,
        }
    }

    /// The number of a text.
    pub(crate) fn number_in(&self, text: &str) -> Option<ReadNumber> {
        let amount = read_amount(text)?;
        Some(ReadNumber {
            value: amount.number.value(self.mark),
            alternative: amount.number.other_value(self.mark),
            mark: read_mark(&amount.beside),
            is_percent: amount.is_percent,
            side: amount.side,
        })
    }

    /// A number found inside a text.
    pub(crate) fn resolve(&self, number: &Number) -> Decimal {
        number.value(self.mark)
    }

    /// The date of a node.
    pub(crate) fn date(&self, node: &Node) -> Option<(Date, PrintedDate)> {
        let printed = read_date(&node.printed()?)?;
        printed.value(self.order).map(|date| (date, printed))
    }

    /// A text of a node in one line.
    pub(crate) fn text(node: &Node) -> Option<String> {
        let text = node.printed()?;
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!line.is_empty()).then_some(line)
    }

    /// The fact of a value that a node prints.
    pub(crate) fn fact<T>(node: &Node, value: T) -> Fact<T> {
        Fact::new(value, source(node))
    }
}

/// The source of what a node prints.
pub(crate) fn source(node: &Node) -> Source {
    Source::new(
        node.path.clone(),
        node.printed().unwrap_or_default(),
        node.rule,
    )
}

/// Longest text that is looked at for the style: a value, not prose.
const LONGEST_VALUE: usize = 40;

#[derive(Debug, Default)]
struct Evidence {
    points: usize,
    commas: usize,
    day_first: usize,
    month_first: usize,
}

impl Evidence {
    fn add(&mut self, text: &str) {
        if text.len() > LONGEST_VALUE || !text.chars().any(char::is_numeric) {
            return;
        }
        if let Some(amount) = read_amount(text) {
            match amount.number.evidence {
                Some(DecimalMark::Point) => self.points += 1,
                Some(DecimalMark::Comma) => self.commas += 1,
                None => {}
            }
        } else if let Some(date) = read_date(text) {
            match date.evidence() {
                Some(DateOrder::DayFirst) => self.day_first += 1,
                Some(DateOrder::MonthFirst) => self.month_first += 1,
                None => {}
            }
        }
    }

    fn mark(&self) -> Option<DecimalMark> {
        match self.points.cmp(&self.commas) {
            std::cmp::Ordering::Greater => Some(DecimalMark::Point),
            std::cmp::Ordering::Less => Some(DecimalMark::Comma),
            std::cmp::Ordering::Equal => None,
        }
    }

    fn order(&self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (1.., 0) => Some(DateOrder::DayFirst),
            (0, 1..) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// The ISO 639-1 name of the language with a bit.
pub(crate) fn language_name(bit: usize) -> Option<&'static str> {
    LANGUAGES.get(bit).map(|(name, _)| *name)
}
