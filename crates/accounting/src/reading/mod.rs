//! From a document to its facts.
//!
//! Every document becomes one [`outline`] of labelled values (from JSON keys, markdown, raw
//! text); [`collect`] finds by the [`lexicon`] what each label means; the [`style`] of numbers
//! and dates is decided from the whole document; [`closure`] keeps the reading of the totals in
//! which the arithmetic holds. XML e-invoices and bank statement files need none of that: their
//! standards' terms are mapped exactly. What cannot be read becomes a doubt, never an error.

mod addressing;
mod adjustments;
mod blocks;
mod classify;
mod closure;
mod collect;
mod columns;
mod currency_choice;
mod dates;
pub(crate) mod einvoice;
mod equations;
mod field;
mod invoice;
mod kind;
mod language;
mod letterhead;
mod lexicon;
mod line_discounts;
mod lines;
mod markdown;
mod normalise;
mod outline;
mod parties;
mod plain_text;
mod prose;
mod range;
mod row_kind;
mod side_by_side;
mod special;
mod style;
mod tax_assignment;
mod tax_breakdown;
mod tax_reason;
mod totals;
mod value;

pub(crate) use addressing::addressing_doubt;
pub(crate) use tax_reason::category_of_text;

use crate::document::{Document, Form};
use crate::facts::{DocumentFacts, DocumentKind, Fact};
use crate::money::Currency;
use collect::{Cell, Collected};
use currency_choice::CurrencyContext;
use field::Field;
use outline::{Content, Node};
use style::{Reader, Surroundings, source};

/// What the reading knows of the company whose document it is; it decides ambiguous dates and
/// currency symbols, never who is who.
#[derive(Debug, Clone, Default)]
pub struct ReadingContext {
    /// The company's name.
    pub company_name: Option<String>,
    /// Its ISO 3166 country.
    pub country: Option<String>,
    /// Its currency.
    pub base_currency: Option<Currency>,
}

/// Reads a document. Never fails: what cannot be read is missing from the facts, and what is
/// doubtful stands in [`DocumentFacts::doubts`].
pub fn read(document: &Document, context: &ReadingContext) -> DocumentFacts {
    let root = match &document.0 {
        Form::Structured(object) => outline::from_json(object),
        Form::Markdown(text) => markdown::outline(text),
        Form::RawText(text) => plain_text::outline(text),
        Form::EInvoice(invoice) => return invoice.read(),
        Form::Statements(file) => return file.facts(),
    };
    read_outline(&root, context)
}

fn read_outline(root: &Node, context: &ReadingContext) -> DocumentFacts {
    let language = language::detect(root);
    let collected = Collected::from_outline(root, language.preferred);
    let mut countries: Vec<String> = parties::country_hint(&collected).into_iter().collect();
    countries.extend(context.country.clone());
    let around = Surroundings {
        countries: countries.clone(),
        language: language.of_values.or(language.name),
    };
    let reader = Reader::for_outline(root, language.preferred, &around);

    let mut facts = DocumentFacts {
        language: language.name.map(str::to_owned),
        kind: kind::read_kind(&collected, root, &reader),
        parties: parties::read_parties(&collected),
        doubts: addressing::addressing_doubts(root),
        ..DocumentFacts::default()
    };
    dates::read_dates(&collected, &reader, &mut facts);
    read_numbers(&collected, &mut facts);
    let currency = CurrencyContext {
        countries,
        base: context.base_currency,
    };
    facts.currency =
        currency_choice::read_currency(&collected, &reader, &currency, &mut facts.doubts);
    read_payment(&collected, &mut facts);
    facts.texts = collected
        .texts
        .iter()
        .filter_map(|node| Reader::text(node).map(|text| Fact::new(text, source(node))))
        .collect();

    let kind = facts.kind.as_ref().map(|kind| kind.value);
    let commercial = kind.is_none_or(is_commercial);
    facts.amounts = special::labelled_amounts(&collected, &reader, kind, commercial);
    facts
        .amounts
        .extend(special::settled_amounts(&collected, &reader));
    facts.rates = special::rates(&collected, &reader);
    facts.movements = special::movements(&collected, &reader, &facts);
    facts.journal_lines = special::journal_lines(&collected, &reader);
    facts.useful_life_months = special::useful_life(&collected, &reader);
    invoice::read_figures(&collected, &reader, commercial, &mut facts);
    facts.doubts.extend(range::too_large(&collected));
    let unread = kind::unread_title(&collected, &reader, &facts);
    facts.doubts.extend(unread);
    facts
}

/// Papers whose figures are those of an invoice.
fn is_commercial(kind: DocumentKind) -> bool {
    use DocumentKind as K;
    matches!(
        kind,
        K::Invoice
            | K::CreditNote
            | K::DepositInvoice
            | K::Proforma
            | K::Receipt
            | K::ExpenseClaim
            | K::Quote
            | K::Order
            | K::GoodsReceipt
            | K::DeliveryNote
            | K::AssetAcquisition
            | K::AssetDisposal
    )
}

fn read_numbers(collected: &Collected<'_>, facts: &mut DocumentFacts) {
    let text = |cell: &Cell<'_>| Reader::text(cell.node).map(|text| Reader::fact(cell.node, text));
    facts.number = collected.of(Field::Number).into_iter().find_map(text);
    facts.order_number = collected.of(Field::OrderNumber).into_iter().find_map(text);
    facts.refers_to = collected.of(Field::RefersTo).into_iter().find_map(|cell| {
        let printed = Reader::text(cell.node)?;
        let number = prose::document_number_in(&printed).unwrap_or_else(|| printed.clone());
        Some(Reader::fact(cell.node, number))
    });
    let kind = facts.kind.as_ref().map(|kind| kind.value);
    // An order's own number is often labelled as the order number.
    if facts.number.is_none() && matches!(kind, Some(DocumentKind::Order)) {
        facts.number = facts.order_number.take();
    }
}

/// How it was paid, and whether it is.
fn read_payment(collected: &Collected<'_>, facts: &mut DocumentFacts) {
    facts.payment_means = collected
        .of(Field::PaymentMeans)
        .into_iter()
        .find_map(|cell| {
            let printed = Reader::text(cell.node)?;
            let described = format!("{} {printed}", cell.node.label);
            let hits = lexicon::lexicon().means_in(&normalise::words(&described));
            let means = hits.first()?.meanings.first()?.0;
            Some(Reader::fact(cell.node, means))
        });
    facts.paid = collected.of(Field::Paid).into_iter().find_map(|cell| {
        let paid = match &cell.node.content {
            Content::Flag(flag) => *flag,
            Content::Text(text) => says_paid(text),
            _ => return None,
        };
        Some(Reader::fact(cell.node, paid))
    });
}

/// Words of a status that say paid, or deny it.
fn says_paid(text: &str) -> bool {
    let words = normalise::words(text);
    let denied = [
        "not", "un", "unpaid", "nicht", "non", "no", "open", "offen", "pending", "due", "niet",
        "nie",
    ];
    let unpaid = words.iter().any(|word| denied.contains(&word.as_str()));
    let known = lexicon::lexicon().fields_in(&words);
    let paid = known
        .iter()
        .flat_map(|hit| &hit.meanings)
        .any(|(field, _)| *field == Field::Paid);
    !unpaid
        && (paid
            || matches!(
                normalise::compact(text).as_str(),
                "yes" | "true" | "ja" | "oui" | "si"
            ))
}
