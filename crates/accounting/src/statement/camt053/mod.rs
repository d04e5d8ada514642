//! ISO 20022 `camt.053`, bank to customer statement, versions 02 to 13, by the message
//! definition reports: `Stmt` with its balances, an `Ntry` for each booking, `TxDtls` for each
//! payment in it.
//!
//! The versions differ in where a party's name stands (`Dbtr/Nm` to 07, `Dbtr/Pty/Nm` from 08)
//! and in whether a payment has an amount of its own (`Amt` from 03); both forms are read in all.

mod balances;
mod element;
mod entry;
mod payment;
mod values;

use super::amount;
use super::draft::StatementDraft;
use super::error::{FilePlace, StatementError};
use super::reader::ReadFile;
use crate::reading::einvoice::parse_guarded;
use element::{Element, Taken};
use entry::Account;

/// The namespace without the version.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";
const VERSIONS: std::ops::RangeInclusive<u8> = 2..=13;

/// Reads all statements of a file.
///
/// # Errors
/// [`StatementError`] for XML beyond its limits, another message, and with its path for the
/// first element that cannot be read.
pub(super) fn read(text: &str) -> Result<ReadFile, StatementError> {
    let document = parse_guarded(text)?;
    let taken = Taken::default();
    let root = document.root_element();
    let root = Element::new(root, format!("/{}", root.tag_name().name()), &taken);
    has_whole_texts(&document)?;
    let messages = messages(&root)?;
    let mut file = ReadFile::default();
    for message in &messages {
        for statement in message.all("Stmt") {
            let draft = read_statement(&statement, &mut file)?;
            file.statements.push(draft);
            statement.take_all();
        }
    }
    if file.statements.is_empty() {
        return Err(root.error("has no Stmt, so no statement"));
    }
    file.details = root.rest(&[]);
    Ok(file)
}

/// The message has no mixed content: a text is all that an element has.
fn has_whole_texts(document: &roxmltree::Document<'_>) -> Result<(), StatementError> {
    let is_text = |node: &roxmltree::Node<'_, '_>| {
        node.is_text() && node.text().is_some_and(|text| !text.trim().is_empty())
    };
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let texts = node.children().filter(is_text).count();
        if texts > 1 || (texts == 1 && node.children().any(|child| child.is_element())) {
            let line = document.text_pos_at(node.range().start).row;
            let message = format!("the text of '{}' is interrupted", node.tag_name().name());
            return Err(FilePlace::Line(usize::try_from(line).unwrap_or(0)).error(message));
        }
    }
    Ok(())
}

/// The messages, wherever an envelope has put them.
fn messages<'a>(root: &Element<'a>) -> Result<Vec<Element<'a>>, StatementError> {
    let mut found = Vec::new();
    find_messages(root, &mut found);
    for message in &found {
        let namespace = message.node.tag_name().namespace().unwrap_or_default();
        let version = namespace
            .strip_prefix(NAMESPACE)
            .and_then(|version| version.parse().ok());
        if !namespace.is_empty() && !version.is_some_and(|version: u8| VERSIONS.contains(&version))
        {
            let wrong = format!("is of namespace '{namespace}', not of camt.053.001.02 to .13");
            return Err(message.error(wrong));
        }
    }
    if found.is_empty() {
        let name = root.name();
        let wrong = format!("'{name}' contains no BkToCstmrStmt, so it is no camt.053");
        return Err(root.error(wrong));
    }
    Ok(found)
}

fn find_messages<'a>(element: &Element<'a>, found: &mut Vec<Element<'a>>) {
    if element.name() == "BkToCstmrStmt" {
        found.push(element.clone());
        return;
    }
    for child in element.children() {
        find_messages(&child, found);
    }
}

fn read_statement(
    statement: &Element<'_>,
    file: &mut ReadFile,
) -> Result<StatementDraft, StatementError> {
    let balances = balances::read(statement)?;
    let account = statement.at("Acct");
    let stated = account.as_ref().and_then(|account| account.at("Ccy"));
    let currency = match &stated {
        Some(code) => values::currency(code)?,
        None => match balances.currency {
            Some(currency) => currency,
            None => return Err(statement.error("neither the account nor a balance has a currency")),
        },
    };
    if let Some(other) = balances.currency.filter(|other| *other != currency) {
        return Err(statement.error(format!(
            "the account is in {currency}, its balances in {other}"
        )));
    }
    let number = account.as_ref().and_then(|account| {
        account
            .take_at("Id/IBAN")
            .or_else(|| account.take_at("Id/Othr/Id"))
    });
    let ours = Account {
        number: number.map(amount::account),
    };
    let (mut lines, mut entries) = (Vec::new(), Vec::new());
    for entry in statement.all("Ntry") {
        entries.push(entry::read(&entry, &ours, &mut lines, &mut file.checks)?);
    }
    file.checks
        .extend(balances::announced(statement, &entries)?);
    let id = statement.take_at("Id");
    let number = statement
        .take_at("ElctrncSeqNb")
        .or_else(|| statement.take_at("LglSeqNb"));
    let mut details = statement.rest(&["Ntry"]);
    if let (Some(id), Some(_)) = (id, number) {
        details.insert(0, ("Id".to_owned(), id.to_owned()));
    }
    Ok(StatementDraft {
        place: statement.place(),
        account: ours.number,
        currency,
        number: number.or(id).map(str::to_owned),
        opening: balances.opening,
        closing: balances.closing,
        lines,
        details,
    })
}
