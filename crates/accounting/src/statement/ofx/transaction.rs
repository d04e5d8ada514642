//! `STMTTRN`, one movement.

use super::sgml::Element;
use super::{day, signed};
use crate::checks::Check;
use crate::money::Currency;
use crate::statement::amount;
use crate::statement::draft::{LineDraft, filled};
use crate::statement::error::StatementError;
use crate::statement::format::StatementFormat;

/// Reads a movement.
///
/// # Errors
/// [`StatementError`] with the line of what is missing or has another form.
pub(super) fn read(
    element: &Element,
    currency: Currency,
    checks: &mut Vec<Check>,
) -> Result<LineDraft, StatementError> {
    let required = |name: &str| {
        element
            .child(name)
            .ok_or_else(|| element.error(format!("has no {name}")))
    };
    let posted = required("DTPOSTED")?;
    let amount_element = required("TRNAMT")?;
    let amount = signed(amount_element)?;
    // An amount in another currency than the account's, not yet converted.
    let own = match element
        .child("CURRENCY")
        .and_then(|foreign| foreign.child("CURSYM"))
    {
        Some(code) => {
            Currency::from_code(&code.text).map_err(|error| code.error(error.to_string()))?
        }
        None => currency,
    };
    let mut line = LineDraft::new(element.place(), day(posted)?, amount, own);
    let mut taken = vec![
        "TRNAMT",
        "DTAVAIL",
        "NAME",
        "MEMO",
        "EXTDNAME",
        "PAYEE/NAME",
    ];
    if posted.text.len() <= 8 {
        taken.push("DTPOSTED");
    }
    if let Some(available) = element.child("DTAVAIL") {
        line.value_date = Some(day(available)?);
        if available.text.len() > 8 {
            taken.retain(|name| *name != "DTAVAIL");
        }
    }
    let payee = element.child("PAYEE").and_then(|payee| payee.value("NAME"));
    let name = element.value("NAME");
    line.counterparty_name = payee.or(name).and_then(filled);
    let texts = [element.value("MEMO"), element.value("EXTDNAME")];
    line.texts = texts.into_iter().flatten().map(str::to_owned).collect();
    // Banks without a memo write their text as the name.
    if line.texts.is_empty() || payee.is_some() {
        line.texts.extend(name.map(str::to_owned));
    }
    for account in ["BANKACCTTO", "CCACCTTO"] {
        let number = element
            .child(account)
            .and_then(|account| account.value("ACCTID"));
        if let Some(iban) = number.and_then(amount::iban) {
            line.counterparty_iban = Some(iban);
            taken.extend(["BANKACCTTO/ACCTID", "CCACCTTO/ACCTID"]);
        }
    }
    line.details = element.rest(&taken);
    checks.extend(contradicted_sign(element, amount_element));
    Ok(line)
}

/// The amount has the sign; a type that says the opposite means that one of them is wrong.
fn contradicted_sign(element: &Element, amount: &Element) -> Option<Check> {
    let is_negative = amount.text.starts_with('-');
    let expected = match (element.value("TRNTYPE"), is_negative) {
        (Some("DEBIT"), false) => "a negative amount",
        (Some("CREDIT"), true) => "a positive amount",
        _ => return None,
    };
    let message = "the sign of the amount is not that of the type";
    let path = amount.place().path(StatementFormat::Ofx);
    Some(Check::review("sign_contradicts_type", path, message).with(expected, &amount.text))
}
