//! `Bal` and `TxsSummry`: opening and closing balance, and the sums that the bank announces.

use rust_decimal::Decimal;

use super::element::Element;
use super::values;
use crate::checks::Check;
use crate::money::Currency;
use crate::statement::draft::BalanceDraft;
use crate::statement::error::StatementError;

/// The two balances that the entries lie between.
#[derive(Debug)]
pub(super) struct Balances {
    pub(super) opening: Option<BalanceDraft>,
    pub(super) closing: Option<BalanceDraft>,
    /// Of all balances.
    pub(super) currency: Option<Currency>,
}

/// Opening is `OPBD`, else `PRCD` (the closing balance of the day before), else the first
/// `ITBD`; closing is `CLBD`, else the last `ITBD`. The others stay in the details.
pub(super) fn read(statement: &Element<'_>) -> Result<Balances, StatementError> {
    let all = statement.all("Bal");
    let with_code = |wanted: &str| {
        all.iter()
            .filter(|balance| code(balance) == Some(wanted))
            .cloned()
            .collect::<Vec<_>>()
    };
    let only = |wanted: &str| match with_code(wanted).as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        [_, second, ..] => Err(second.error(format!("{wanted} is there twice"))),
    };
    let interim = with_code("ITBD");
    let (opening, closing) = (only("OPBD")?, only("CLBD")?);
    let opening = match opening {
        Some(found) => Some(found),
        None => only("PRCD")?.or_else(|| {
            // A single interim balance is one of the two; which, the other one tells.
            let is_opening = closing.is_some() || interim.len() > 1;
            interim.first().filter(|_| is_opening).cloned()
        }),
    };
    let closing = closing.or_else(|| {
        let is_closing = opening
            .as_ref()
            .is_some_and(|opening| code(opening) != Some("ITBD"));
        interim
            .last()
            .filter(|_| is_closing || interim.len() > 1)
            .cloned()
    });
    let mut currency = None;
    let mut draft = |balance: Element<'_>| -> Result<BalanceDraft, StatementError> {
        let (amount, of) = values::signed_amount(&balance)?;
        if currency.is_some_and(|known| known != of) {
            return Err(balance.error(format!("is in {of}, another balance is not")));
        }
        currency = Some(of);
        let date = balance
            .at("Dt")
            .map(|date| values::day(&date))
            .transpose()?;
        let is_page = balance.at("Tp/SubTp/Cd").and_then(|code| code.text()) == Some("INTM");
        let is_intermediate = is_page || code(&balance) == Some("ITBD");
        if let Some(kind) = balance.at("Tp/CdOrPrtry/Cd") {
            kind.take();
        }
        Ok(BalanceDraft {
            place: balance.place(),
            date,
            amount,
            is_intermediate,
        })
    };
    Ok(Balances {
        opening: opening.map(&mut draft).transpose()?,
        closing: closing.map(&mut draft).transpose()?,
        currency,
    })
}

fn code<'a>(balance: &Element<'a>) -> Option<&'a str> {
    balance.at("Tp/CdOrPrtry/Cd")?.text()
}

/// The bank's own count and sums of the entries against those that are there: a file that lost
/// entries shows here.
pub(super) fn announced(
    statement: &Element<'_>,
    entries: &[Decimal],
) -> Result<Vec<Check>, StatementError> {
    let mut findings = Vec::new();
    let sum = |wanted: fn(&Decimal) -> bool| -> Decimal {
        let amounts = entries.iter().filter(|amount| wanted(amount));
        amounts.sum::<Decimal>().abs()
    };
    let total =
        |path: &str, expected: Decimal, findings: &mut Vec<Check>| -> Result<(), StatementError> {
            let Some(stated) = statement.at(path) else {
                return Ok(());
            };
            let figure = values::figure(&stated, stated.text().unwrap_or_default())?;
            if figure != expected {
                let message = "the entries do not sum up to what the bank announces";
                findings.push(
                    Check::error("entries_not_total", stated.path.as_str(), message)
                        .with(figure, expected),
                );
            }
            Ok(())
        };
    if let Some(stated) = statement.at("TxsSummry/TtlNtries/NbOfNtries")
        && stated.text().and_then(|text| text.parse::<usize>().ok()) != Some(entries.len())
    {
        let message = "there are not as many entries as the bank announces";
        findings.push(
            Check::error("entries_not_counted", stated.path.as_str(), message)
                .with(stated.text().unwrap_or_default(), entries.len()),
        );
    }
    total(
        "TxsSummry/TtlCdtNtries/Sum",
        sum(Decimal::is_sign_positive),
        &mut findings,
    )?;
    total(
        "TxsSummry/TtlDbtNtries/Sum",
        sum(Decimal::is_sign_negative),
        &mut findings,
    )?;
    Ok(findings)
}
