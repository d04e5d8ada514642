//! Credit notes are positive in the facts, however they state their figures.

use rust_decimal::Decimal;

use super::codes::TypeCode;
use super::stated::Stated;
use super::values::Values;
use crate::facts::{AllowanceCharge, DocumentKind, Fact};

/// Turns the figures of a document with a negative total, which then is a credit note. A credit
/// note that is negative itself, and a correction with a positive total, leave a doubt: the
/// standard has both figures the other way round, or does not say what they replace.
pub(super) fn make_positive(stated: &mut Stated, code: Option<TypeCode>, values: &mut Values) {
    let totals = &stated.facts.totals;
    let total = [&totals.gross, &totals.net, &totals.amount_due]
        .into_iter()
        .flatten()
        .find(|total| !total.value.is_zero())
        .cloned();
    let kind = stated.facts.kind.clone();
    let is = |wanted| kind.as_ref().is_some_and(|kind| kind.value == wanted);
    let negative = total.filter(|total| total.value < Decimal::ZERO);
    if let Some(total) = negative {
        if is(DocumentKind::CreditNote) {
            let message = "a credit note with a negative total: EN 16931 states it positive";
            values.doubt("negative_credit_note", &total.source.path, message);
        } else if is(DocumentKind::Invoice) {
            let mut source = total.source;
            "negative totals".clone_into(&mut source.rule);
            stated.facts.kind = Some(Fact::new(DocumentKind::CreditNote, source));
        } else {
            return;
        }
        turn(stated);
    } else if let (Some(TypeCode::Correction), Some(kind)) = (code, kind) {
        let message = "a corrected invoice (384) replaces an earlier one, which may be booked";
        values.doubt("corrected_invoice", &kind.source.path, message);
    }
}

fn turn(stated: &mut Stated) {
    let totals = &mut stated.facts.totals;
    let single = [
        &mut stated.line_total,
        &mut stated.allowance_total,
        &mut stated.charge_total,
        &mut totals.net,
        &mut totals.tax,
        &mut totals.gross,
        &mut totals.prepaid,
        &mut totals.rounding,
        &mut totals.amount_due,
    ];
    single.into_iter().flatten().for_each(negate);
    let taxes = stated.facts.tax_lines.iter_mut();
    taxes
        .flat_map(|row| [&mut row.base, &mut row.amount])
        .flatten()
        .for_each(negate);
    for (_, tax) in &mut stated.facts.tax_in_currency {
        negate(tax);
    }
    for line in &mut stated.facts.lines {
        // The sign of an amount is that of its quantity or, more rarely, of its price.
        let quantity = line
            .quantity
            .as_mut()
            .filter(|quantity| is_negative(quantity));
        let price = line.unit_price.as_mut().filter(|price| is_negative(price));
        quantity.or(price).into_iter().for_each(negate);
        line.amount.iter_mut().for_each(negate);
        turn_each(&mut line.allowances_charges);
    }
    turn_each(&mut stated.facts.allowances_charges);
}

fn turn_each(items: &mut [AllowanceCharge]) {
    for item in items {
        negate(&mut item.amount);
    }
}

fn negate(fact: &mut Fact<Decimal>) {
    // Zero has no sign.
    if !fact.value.is_zero() {
        fact.value = -fact.value;
    }
}

fn is_negative(fact: &Fact<Decimal>) -> bool {
    fact.value < Decimal::ZERO
}
