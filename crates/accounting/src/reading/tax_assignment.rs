//! Which lines a printed tax is on, where the lines name no rate: the one division of the lines
//! among the rates that gives every printed tax.

use rust_decimal::Decimal;

use super::equations::EXACT;
use crate::money::round_half_away;

/// Most divisions that are tried.
const MOST_DIVISIONS: usize = 4096;

/// The bases of taxes, given as rate and amount, as sums of the lines; `None` when no division
/// of the lines gives the taxes, or two give them with different bases.
pub(crate) fn bases(taxes: &[(Decimal, Decimal)], lines: &[Decimal]) -> Option<Vec<Decimal>> {
    let exponent = u32::try_from(lines.len()).ok()?;
    let divisions = taxes
        .len()
        .checked_pow(exponent)
        .filter(|divisions| *divisions <= MOST_DIVISIONS)?;
    let mut found: Option<Vec<Decimal>> = None;
    for division in 0..divisions {
        let mut sums = vec![Decimal::ZERO; taxes.len()];
        let mut rest = division;
        for line in lines {
            if let Some(sum) = sums.get_mut(rest % taxes.len()) {
                *sum += line;
            }
            rest /= taxes.len();
        }
        let fits = sums.iter().zip(taxes).all(|(base, (rate, tax))| {
            let expected = round_half_away(base * rate / Decimal::ONE_HUNDRED, 2);
            (expected - tax).abs() <= EXACT
        });
        if !fits {
            continue;
        }
        if found.as_ref().is_some_and(|known| *known != sums) {
            return None;
        }
        found = Some(sums);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimals(texts: &[&str]) -> Vec<Decimal> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_only_division_that_gives_the_taxes_is_found() {
        let taxes = [(20, "656.32"), (5, "25.56")]
            .map(|(rate, tax)| (Decimal::from(rate), tax.parse().unwrap()));
        let lines = decimals(&["1934.22", "511.11", "1347.38"]);
        assert_eq!(
            bases(&taxes, &lines),
            Some(decimals(&["3281.60", "511.11"]))
        );
    }

    #[test]
    fn two_divisions_decide_nothing() {
        let taxes = [(Decimal::TEN, Decimal::ONE), (Decimal::TEN, Decimal::TWO)];
        let lines = decimals(&["10.00", "10.00", "10.00"]);
        assert_eq!(
            bases(&taxes, &lines),
            Some(decimals(&["10.00", "20.00"])),
            "equal bases agree"
        );
        let close = decimals(&["10.00", "10.01", "20.00"]);
        assert_eq!(bases(&taxes, &close), None);
    }
}
