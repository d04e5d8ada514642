//! A document beside those of the same company that came before: the same again, nearly the same,
//! or a sum that is not like this party's others.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Check;
use crate::determination::names::core_name;
use crate::history::{EarlierDocument, Standing, number_essence};
use crate::money::Currency;

/// Two documents of one sum whose dates are no further apart may be one printed twice.
const NEAR_DAYS: i32 = 7;
/// Fewer earlier documents of a party say nothing about what is usual.
const FEWEST_FOR_USUAL: usize = 8;
/// Robust deviations from the median beyond which a sum is unusual. Sums of one supplier are
/// skewed, so the bound is wide; on the scale of logarithms, so that it works both ways.
const UNUSUAL_DEVIATIONS: f64 = 6.0;
/// The least spread of logarithms taken for one deviation (10 %): equal sums every month do not
/// make the first other one a finding.
const LEAST_SPREAD: f64 = 0.1;
/// Makes the median absolute deviation of a normal distribution its standard deviation.
const MAD_TO_DEVIATION: f64 = 1.4826;

/// What of a new document is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub counterparty: Option<&'a str>,
    pub number: Option<&'a str>,
    pub number_path: &'a str,
    pub issue_date: Option<Date>,
    pub currency: Currency,
    pub gross: Option<Decimal>,
}

pub(crate) fn history(document: &Compared<'_>, earlier: &[EarlierDocument]) -> Vec<Check> {
    duplicate(document, earlier)
        .into_iter()
        .chain(unusual_sum(document, earlier))
        .collect()
}

/// The finding about the earlier document that is most certainly the same one.
fn duplicate(document: &Compared<'_>, earlier: &[EarlierDocument]) -> Option<Check> {
    let alike = |test: fn(&Compared<'_>, &EarlierDocument) -> bool| {
        earlier
            .iter()
            .filter(|before| test(document, before))
            .min_by_key(|before| match before.standing {
                Standing::Approved => 0,
                Standing::Automatic => 1,
                Standing::Open => 2,
            })
    };
    let path = document.number_path;
    if let Some(before) = alike(is_same) {
        let id = &before.result_id;
        return match before.standing {
            Standing::Approved => {
                let message = format!("the same document was approved before, as {id}");
                Some(Check::error("duplicate_document", path, message))
            }
            Standing::Automatic => {
                let message =
                    format!("the same document was fit for automatic posting before, as {id}");
                Some(Check::review("duplicate_document", path, message))
            }
            // Nobody has taken the first one up: what is asked again is no second document.
            Standing::Open => None,
        };
    }
    let before = alike(is_nearly_same).filter(|before| before.standing != Standing::Open)?;
    let message = format!(
        "a document of the same party and sum with a like number or date came before, as {}",
        before.result_id
    );
    let finding = Check::review("near_duplicate", path, message);
    let shown = |number: Option<&str>, date: Option<Date>| {
        let date = date.map_or_else(|| "no date".to_owned(), |date| date.to_string());
        format!("{} of {date}", number.unwrap_or("no number"))
    };
    Some(finding.with(
        format!(
            "another document than {}",
            shown(before.document_number.as_deref(), before.issue_date)
        ),
        shown(document.number, document.issue_date),
    ))
}

fn is_same(document: &Compared<'_>, before: &EarlierDocument) -> bool {
    let (Some(number), Some(earlier)) = (document.number, &before.document_number) else {
        return false;
    };
    (has_same_party(document, before) || have_no_party(document, before))
        && has_same_sum(document, before)
        && number_essence(number) == number_essence(earlier)
        && dates_apart(document, before).is_none_or(|days| days == 0)
}

/// One sum of one party, and a number that differs by a slip or dates that are close while a number
/// is missing. A supplier's next invoice has another number: that alone is no finding.
fn is_nearly_same(document: &Compared<'_>, before: &EarlierDocument) -> bool {
    if !has_same_party(document, before) || !has_same_sum(document, before) {
        return false;
    }
    let close = dates_apart(document, before).is_some_and(|days| days <= NEAR_DAYS);
    match (document.number, &before.document_number) {
        (Some(number), Some(earlier)) => {
            let (number, earlier) = (number_essence(number), number_essence(earlier));
            number == earlier || (close && is_slip(&number, &earlier))
        }
        _ => close,
    }
}

fn has_same_party(document: &Compared<'_>, before: &EarlierDocument) -> bool {
    match (document.counterparty, &before.counterparty) {
        (Some(party), Some(earlier)) => core_name(party) == core_name(earlier),
        _ => false,
    }
}

/// Of papers that name nobody only number, sum and date can tell. That is enough to find the same
/// one; a like number or a close date is not, and there is no sum that is usual.
fn have_no_party(document: &Compared<'_>, before: &EarlierDocument) -> bool {
    document.counterparty.is_none() && before.counterparty.is_none()
}

fn has_same_sum(document: &Compared<'_>, before: &EarlierDocument) -> bool {
    before.currency == Some(document.currency)
        && document.gross.is_some_and(|gross| !gross.is_zero())
        && document.gross == before.gross
}

fn dates_apart(document: &Compared<'_>, before: &EarlierDocument) -> Option<i32> {
    let days = document.issue_date? - before.issue_date?;
    Some(days.get_days().abs())
}

/// Letters that are read for digits or the other way round, or two neighbours changed places:
/// what happens to one number. One digit more is the next number.
fn is_slip(number: &str, earlier: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) =
        (number.chars().collect(), earlier.chars().collect());
    if left.len() != right.len() {
        return false;
    }
    let differing: Vec<usize> = (0..left.len())
        .filter(|at| left[*at] != right[*at])
        .collect();
    match differing[..] {
        [at] => look_alike(left[at], right[at]),
        [first, second] => {
            second == first + 1 && left[first] == right[second] && left[second] == right[first]
        }
        _ => false,
    }
}

fn look_alike(left: char, right: char) -> bool {
    const GROUPS: [&str; 5] = ["0oq", "1il", "5s", "8b", "2z"];
    GROUPS
        .iter()
        .any(|group| group.contains(left) && group.contains(right))
}

/// A sum far from what this party's documents came to so far, up or down.
fn unusual_sum(document: &Compared<'_>, earlier: &[EarlierDocument]) -> Option<Check> {
    let logarithm = |amount: Decimal| amount.abs().to_f64().filter(|x| *x > 0.0).map(f64::ln);
    let found = logarithm(document.gross?)?;
    let mut usual: Vec<f64> = earlier
        .iter()
        .filter(|before| before.standing != Standing::Open)
        .filter(|before| has_same_party(document, before))
        .filter(|before| before.currency == Some(document.currency))
        .filter_map(|before| logarithm(before.gross?))
        .collect();
    if usual.len() < FEWEST_FOR_USUAL {
        return None;
    }
    let median = median_of(&mut usual);
    let mut deviations: Vec<f64> = usual.iter().map(|value| (value - median).abs()).collect();
    let spread = (median_of(&mut deviations) * MAD_TO_DEVIATION).max(LEAST_SPREAD);
    ((found - median).abs() > UNUSUAL_DEVIATIONS * spread).then(|| {
        let message = format!(
            "the total is far from what the {} earlier documents of this party came to",
            usual.len()
        );
        let code = document.currency.code();
        Check::review("unusual_amount", "", message).with(
            format!("about {:.0} {code}", median.exp()),
            format!("{} {code}", document.gross.unwrap_or_default()),
        )
    })
}

/// The middle value; the lower of the two middle ones of an even number.
fn median_of(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal_macros::dec;

    use super::*;
    use crate::checks::Severity;

    fn currency() -> Currency {
        Currency::from_code("EUR").unwrap()
    }

    fn earlier(number: &str, gross: Decimal, standing: Standing) -> EarlierDocument {
        EarlierDocument {
            result_id: "res_1".to_owned(),
            counterparty: Some("Café Müller GmbH".to_owned()),
            document_number: Some(number.to_owned()),
            issue_date: Some(date(2026, 3, 2)),
            currency: Some(currency()),
            gross: Some(gross),
            standing,
        }
    }

    fn new(number: Option<&str>, gross: Decimal, on: Date) -> Compared<'_> {
        Compared {
            counterparty: Some("Cafe Muller GmbH"),
            number,
            number_path: "/number",
            issue_date: Some(on),
            currency: currency(),
            gross: Some(gross),
        }
    }

    fn codes(document: &Compared<'_>, earlier: &[EarlierDocument]) -> Vec<(String, Severity)> {
        history(document, earlier)
            .into_iter()
            .map(|finding| (finding.code, finding.severity))
            .collect()
    }

    #[test]
    fn the_same_document_again_is_an_error_once_it_was_approved() {
        let again = new(Some("re 2026 42"), dec!(119), date(2026, 3, 2));
        for (standing, expected) in [
            (Standing::Approved, Some(Severity::Error)),
            (Standing::Automatic, Some(Severity::Review)),
            (Standing::Open, None),
        ] {
            let found = codes(&again, &[earlier("RE-2026/0042", dec!(119.00), standing)]);
            let expected: Vec<_> = expected
                .map(|severity| ("duplicate_document".to_owned(), severity))
                .into_iter()
                .collect();
            assert_eq!(found, expected, "{standing:?}");
        }
    }

    #[test]
    fn the_most_certain_of_several_is_told() {
        let before = [
            earlier("42", dec!(119), Standing::Open),
            earlier("42", dec!(119), Standing::Automatic),
            earlier("42", dec!(119), Standing::Approved),
        ];
        let again = new(Some("42"), dec!(119), date(2026, 3, 2));
        assert_eq!(codes(&again, &before)[0].1, Severity::Error);
    }

    #[test]
    fn another_party_sum_or_currency_is_another_document() {
        let before = earlier("42", dec!(119), Standing::Approved);
        let again = new(Some("42"), dec!(119), date(2026, 3, 2));
        let other_party = EarlierDocument {
            counterparty: Some("Other".to_owned()),
            ..before.clone()
        };
        let other_sum = EarlierDocument {
            gross: Some(dec!(120)),
            ..before.clone()
        };
        let other_currency = EarlierDocument {
            currency: Currency::from_code("USD").ok(),
            ..before
        };
        assert!(codes(&again, &[other_party, other_sum, other_currency]).is_empty());
    }

    #[test]
    fn papers_that_name_nobody_are_told_by_number_sum_and_date() {
        let before = EarlierDocument {
            counterparty: None,
            ..earlier("42", dec!(119), Standing::Approved)
        };
        let unnamed = |number, gross, on| Compared {
            counterparty: None,
            ..new(number, gross, on)
        };
        let on = date(2026, 3, 2);
        let same = vec![("duplicate_document".to_owned(), Severity::Error)];
        let found = |document| codes(&document, std::slice::from_ref(&before));
        assert_eq!(found(unnamed(Some("0042"), dec!(119), on)), same);
        for other in [
            unnamed(Some("43"), dec!(119), on),
            unnamed(None, dec!(119), on),
            unnamed(Some("42"), dec!(120), on),
            unnamed(Some("42"), dec!(119), date(2026, 3, 3)),
            new(Some("42"), dec!(119), on),
        ] {
            assert!(found(other).is_empty(), "{other:?}");
        }
    }

    #[test]
    fn a_slip_in_the_number_or_another_date_is_looked_at() {
        let before = [earlier("INV-1O45", dec!(50), Standing::Approved)];
        let near = vec![("near_duplicate".to_owned(), Severity::Review)];
        let misread = new(Some("INV-1045"), dec!(50), date(2026, 3, 3));
        assert_eq!(codes(&misread, &before), near);
        let changed_places = new(Some("INV-1O54"), dec!(50), date(2026, 3, 3));
        assert_eq!(codes(&changed_places, &before), near);
        let unnumbered = new(None, dec!(50), date(2026, 3, 8));
        assert_eq!(codes(&unnumbered, &before), near);
        let same_number_next_year = new(Some("INV-1O45"), dec!(50), date(2027, 3, 2));
        assert_eq!(codes(&same_number_next_year, &before), near);
    }

    #[test]
    fn the_next_invoice_of_a_subscription_is_no_duplicate() {
        let before = [earlier("1045", dec!(50), Standing::Approved)];
        let next = new(Some("1046"), dec!(50), date(2026, 3, 3));
        assert!(codes(&next, &before).is_empty());
        let unnumbered = new(None, dec!(50), date(2026, 4, 2));
        assert!(codes(&unnumbered, &before).is_empty());
    }

    #[test]
    fn a_sum_unlike_all_before_is_looked_at() {
        let sums = [100, 104, 98, 110, 95, 102, 99, 105];
        let before: Vec<_> = (1..)
            .zip(sums)
            .map(|(number, sum)| earlier(&format!("A{number}"), sum.into(), Standing::Approved))
            .collect();
        let unusual = vec![("unusual_amount".to_owned(), Severity::Review)];
        assert_eq!(
            codes(&new(Some("B1"), dec!(1000), date(2026, 9, 1)), &before),
            unusual
        );
        assert_eq!(
            codes(&new(Some("B1"), dec!(9.99), date(2026, 9, 1)), &before),
            unusual
        );
        assert!(codes(&new(Some("B1"), dec!(150), date(2026, 9, 1)), &before).is_empty());
        assert!(codes(&new(Some("B1"), dec!(1000), date(2026, 9, 1)), &before[1..]).is_empty());
    }
}
