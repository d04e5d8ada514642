//! OFX 1.x and 2.x (and QFX, which is OFX with additions of Intuit), by the specifications of
//! the OFX consortium: `STMTRS` of bank accounts and `CCSTMTRS` of cards. OFX states the balance
//! at the end (`LEDGERBAL`) and none at the beginning.

mod sgml;
mod transaction;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::amount;
use super::draft::{BalanceDraft, StatementDraft};
use super::error::{FilePlace, StatementError};
use super::reader::ReadFile;
use crate::money::Currency;
use sgml::Element;

/// Reads all statements of a file.
///
/// # Errors
/// [`StatementError`] with the line of the first element that cannot be read.
pub(super) fn read(text: &str) -> Result<ReadFile, StatementError> {
    let Some(start) = text.to_ascii_uppercase().find("<OFX>") else {
        let message = "the file has no <OFX>, so it is no OFX";
        return Err(StatementError::File(message.to_owned()));
    };
    let (header, body) = text.split_at(start);
    refuse_declarations(header)?;
    let root = sgml::parse(body, 1 + header.matches('\n').count())?;
    refuse_unread(&root)?;
    let mut file = ReadFile {
        details: header_values(header)?,
        ..ReadFile::default()
    };
    for (response, statement) in [("STMTTRNRS", "STMTRS"), ("CCSTMTTRNRS", "CCSTMTRS")] {
        let mut responses = Vec::new();
        root.descendants(response, &mut responses);
        for found in responses {
            succeeded(found)?;
            for statement in found
                .children
                .iter()
                .filter(|child| child.name == statement)
            {
                let draft = read_statement(statement, &mut file)?;
                file.statements.push(draft);
            }
            file.details.extend(found.rest(&["STMTRS", "CCSTMTRS"]));
        }
    }
    if file.statements.is_empty() {
        return Err(root.error("has neither STMTRS nor CCSTMTRS, so no statement"));
    }
    file.details
        .extend(root.rest(&["BANKMSGSRSV1/STMTTRNRS", "CREDITCARDMSGSRSV1/CCSTMTTRNRS"]));
    Ok(file)
}

/// Before `<OFX>` stand header values (1.x) or processing instructions (2.x).
fn refuse_declarations(header: &str) -> Result<(), StatementError> {
    match header.find("<!") {
        Some(at) => {
            let line = 1 + header[..at].matches('\n').count();
            Err(FilePlace::Line(line).error("a document type declaration (DTD) is refused"))
        }
        None => Ok(()),
    }
}

/// `OFXHEADER:100` and so on, or the attributes of `<?OFX ...?>`.
fn header_values(header: &str) -> Result<Vec<(String, String)>, StatementError> {
    let mut found = Vec::new();
    for (index, line) in header.lines().enumerate() {
        for word in line.split_whitespace() {
            let word = word.trim_start_matches("<?xml").trim_start_matches("<?OFX");
            let word = word.trim_end_matches("?>");
            if word.is_empty() {
                continue;
            }
            let Some((name, value)) = word.split_once([':', '=']) else {
                let message = format!("'{word}' before <OFX> is no header of OFX");
                return Err(FilePlace::Line(index + 1).error(message));
            };
            let value = value.trim_matches(['"', '\'']);
            if !value.is_empty() && value != "NONE" {
                found.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    Ok(found)
}

/// Investment statements have positions, not bank lines; a pending list is of lines that are
/// not booked.
fn refuse_unread(root: &Element) -> Result<(), StatementError> {
    let mut found = Vec::new();
    root.descendants("INVSTMTRS", &mut found);
    match found.first() {
        Some(investment) => Err(investment.error("investment statements are not read")),
        None => Ok(()),
    }
}

fn succeeded(response: &Element) -> Result<(), StatementError> {
    let Some(status) = response.child("STATUS") else {
        return Ok(());
    };
    let is_error = status.value("SEVERITY") == Some("ERROR");
    if is_error {
        let code = status.value("CODE").unwrap_or_default();
        let message = status.value("MESSAGE").unwrap_or_default();
        return Err(status.error(format!("the bank answered with error {code} {message}")));
    }
    Ok(())
}

fn read_statement(
    statement: &Element,
    file: &mut ReadFile,
) -> Result<StatementDraft, StatementError> {
    let code = statement
        .child("CURDEF")
        .ok_or_else(|| statement.error("has no CURDEF"))?;
    let currency =
        Currency::from_code(&code.text).map_err(|error| code.error(error.to_string()))?;
    let account = ["BANKACCTFROM", "CCACCTFROM"]
        .iter()
        .find_map(|name| statement.child(name));
    let mut lines = Vec::new();
    let list = statement.child("BANKTRANLIST");
    for child in list
        .map(|list| list.children.as_slice())
        .unwrap_or_default()
    {
        if child.name == "STMTTRN" {
            lines.push(transaction::read(child, currency, &mut file.checks)?);
        }
    }
    let closing = statement.child("LEDGERBAL").map(balance).transpose()?;
    let mut taken = vec![
        "CURDEF",
        "BANKTRANLIST/STMTTRN",
        "BANKACCTFROM/ACCTID",
        "CCACCTFROM/ACCTID",
        "LEDGERBAL/BALAMT",
    ];
    // A moment says more than the day that is taken of it.
    let moment = statement
        .child("LEDGERBAL")
        .and_then(|balance| balance.value("DTASOF"));
    if moment.is_none_or(|moment| moment.len() <= 8) {
        taken.push("LEDGERBAL/DTASOF");
    }
    Ok(StatementDraft {
        place: statement.place(),
        account: account
            .and_then(|account| account.value("ACCTID"))
            .map(amount::account),
        currency,
        number: None,
        opening: None,
        closing,
        lines,
        details: statement.rest(&taken),
    })
}

fn balance(element: &Element) -> Result<BalanceDraft, StatementError> {
    let figure = element
        .child("BALAMT")
        .ok_or_else(|| element.error("has no BALAMT"))?;
    Ok(BalanceDraft {
        place: element.place(),
        date: element.child("DTASOF").map(day).transpose()?,
        amount: signed(figure)?,
        is_intermediate: false,
    })
}

/// `YYYYMMDD`, with a time behind it or without; the time zone is that of the stated hour, so
/// the day is the stated one.
fn day(element: &Element) -> Result<Date, StatementError> {
    let text = element.text.as_str();
    let wrong = || element.error(format!("'{text}' is no date as in 20240131"));
    let digits = text
        .get(..8)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let digits = digits.ok_or_else(wrong)?;
    let next = text.as_bytes().get(8);
    let is_whole = next.is_none_or(|next| next.is_ascii_digit() || *next == b'[');
    let part = |from: usize, to: usize| {
        digits
            .get(from..to)
            .and_then(|part| part.parse::<i16>().ok())
    };
    let date = || {
        let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    date().filter(|_| is_whole).ok_or_else(wrong)
}

/// A signed amount with a point or a comma before its decimals, and no grouping.
fn signed(element: &Element) -> Result<Decimal, StatementError> {
    let text = element.text.as_str();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let figure = amount::decimal(digits, '.')
        .or_else(|| amount::decimal(digits, ','))
        .ok_or_else(|| element.error(format!("'{text}' is no amount as in -12.50")))?;
    Ok(if text.starts_with('-') {
        -figure
    } else {
        figure
    })
}
