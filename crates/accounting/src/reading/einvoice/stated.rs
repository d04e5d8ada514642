//! What an XML invoice states, in the terms that both syntaxes share, and its way to the facts.

use rust_decimal::Decimal;

use super::codes::{self, TypeCode};
use super::place::Place;
use super::values::Values;
use super::{rules, sign};
use crate::facts::{
    AllowanceCharge, DocumentFacts, DocumentKind, Fact, PaymentMeans, TaxCategory, TaxLineFact,
};

/// What a document states. The facts hold all that the rest of the crate asks for; beside them
/// stand the terms that only the reading itself needs.
#[derive(Debug, Default)]
pub(super) struct Stated {
    pub(super) facts: DocumentFacts,
    /// Invoice type code (BT-3).
    pub(super) type_code: Option<Fact<String>>,
    /// What the root element says of the kind; the one of CII says nothing.
    pub(super) kind_of_root: Option<DocumentKind>,
    /// Sum of the lines' amounts (BT-106).
    pub(super) line_total: Option<Fact<Decimal>>,
    /// Sum of the document's allowances (BT-107).
    pub(super) allowance_total: Option<Fact<Decimal>>,
    /// Sum of the document's charges (BT-108).
    pub(super) charge_total: Option<Fact<Decimal>>,
}

impl Stated {
    /// Decides the kind and the sign, and tries the sums.
    pub(super) fn into_facts(mut self, root: &Place<'_>, mut values: Values) -> DocumentFacts {
        self.name_missing_totals(root, &mut values);
        let code = self.read_kind(root, &mut values);
        sign::make_positive(&mut self, code, &mut values);
        // Lines of an XML invoice are without tax by definition (BT-131).
        self.facts.totals.lines_include_tax = Some(false);
        self.facts.equations = rules::equations(&self);
        self.facts.doubts.extend(values.doubts);
        self.facts
    }

    /// The totals that every invoice has (BR-12 to BR-15), as far as they are absent; one that
    /// is there but unreadable has its doubt already.
    fn name_missing_totals(&self, root: &Place<'_>, values: &mut Values) {
        let totals = &self.facts.totals;
        let unreadable = values
            .doubts
            .iter()
            .any(|doubt| doubt.code == "unreadable_amount");
        for (figure, name) in [
            (&self.line_total, "sum of the lines (BT-106, BR-12)"),
            (&totals.net, "total without tax (BT-109, BR-13)"),
            (&totals.gross, "total with tax (BT-112, BR-14)"),
            (&totals.amount_due, "amount due (BT-115, BR-15)"),
        ] {
            if figure.is_none() && !unreadable {
                values.doubt(
                    "missing_total",
                    &root.path,
                    format!("the {name} is missing"),
                );
            }
        }
    }

    fn read_kind(&mut self, root: &Place<'_>, values: &mut Values) -> Option<TypeCode> {
        let Some(code) = &self.type_code else {
            let message = "the type code (BT-3, BR-4) is missing";
            values.doubt("unknown_type_code", &root.path, message);
            self.facts.kind = self.kind_of_root.map(|kind| root.fact(kind));
            return None;
        };
        let meaning = codes::type_code(&code.value);
        let by_code = match meaning {
            Some(TypeCode::Kind(kind)) => Some(kind),
            Some(TypeCode::Correction) => Some(DocumentKind::Invoice),
            None => {
                let message = format!("'{}' is no type code of EN 16931 (BT-3)", code.value);
                values.doubt("unknown_type_code", &code.source.path, message);
                None
            }
        };
        let is_credit = |kind| kind == DocumentKind::CreditNote;
        if let (Some(by_code), Some(by_root)) = (by_code, self.kind_of_root)
            && is_credit(by_code) != is_credit(by_root)
        {
            let message = format!(
                "the type code '{}' and the root element '{}' contradict each other",
                code.value, root.element.name
            );
            values.doubt("conflicting_values", &code.source.path, message);
        }
        // The element of a credit note says so itself, whatever its code.
        let credit_by_root = self.kind_of_root.filter(|kind| is_credit(*kind));
        let kind = credit_by_root.or(by_code);
        self.facts.kind = kind.map(|kind| Fact::new(kind, code.source.clone()));
        meaning
    }
}

/// The paths of one syntax from a group of tax (`cac:TaxCategory`, `ram:ApplicableTradeTax`) to
/// its parts.
pub(super) struct TaxNames {
    pub(super) category: &'static str,
    pub(super) rate: &'static str,
}

/// Category and rate of a group of tax.
pub(super) fn category_and_rate(
    group: &Place<'_>,
    names: &TaxNames,
    values: &mut Values,
) -> (Option<TaxCategory>, Option<Fact<Decimal>>) {
    let category = values.one(group, names.category).and_then(|place| {
        let code = place.text()?;
        let category = codes::tax_category(code);
        if category.is_none() {
            let message = format!("'{code}' is no tax category of EN 16931 (BT-118)");
            values.doubt("unknown_tax_category", &place.path, message);
        }
        category
    });
    (category, values.number(group, names.rate))
}

/// Text and code of an exemption reason (BT-120, BT-121) as one note.
pub(super) fn exemption_note(
    text: Option<Fact<String>>,
    code: Option<Fact<String>>,
) -> Option<Fact<String>> {
    match (text, code) {
        (Some(text), Some(code)) => Some(text.map(|text| format!("{text} ({})", code.value))),
        (text, code) => text.or(code),
    }
}

/// The paths of one syntax from an allowance or charge to its parts.
pub(super) struct AllowanceNames {
    pub(super) indicator: &'static str,
    pub(super) amount: &'static str,
    pub(super) reason: &'static str,
    pub(super) reason_code: &'static str,
    pub(super) tax: &'static str,
    pub(super) tax_parts: TaxNames,
}

/// Allowances and charges below `names` (BG-20, BG-21, BG-27, BG-28).
pub(super) fn allowances_charges(
    groups: &[Place<'_>],
    names: &AllowanceNames,
    values: &mut Values,
) -> Vec<AllowanceCharge> {
    let mut found = Vec::new();
    for group in groups {
        let is_charge = match values.text(group, names.indicator).map(|fact| fact.value) {
            Some(text) if matches!(text.as_str(), "true" | "1") => true,
            Some(text) if matches!(text.as_str(), "false" | "0") => false,
            _ => {
                let message = "neither an allowance nor a charge: the indicator is missing or no \
                               boolean of XML Schema";
                values.doubt("unreadable_amount", &group.path, message);
                continue;
            }
        };
        let Some(amount) = values.amount(group, names.amount) else {
            if group.first(names.amount).is_none() {
                let message = "an allowance or charge without an amount";
                values.doubt("unreadable_amount", &group.path, message);
            }
            continue;
        };
        let reason = values
            .text(group, names.reason)
            .or_else(|| values.text(group, names.reason_code));
        let (tax_category, tax_rate) = group
            .first(names.tax)
            .map(|tax| category_and_rate(&tax, &names.tax_parts, values))
            .unwrap_or_default();
        found.push(AllowanceCharge {
            is_charge,
            amount,
            reason: reason.map(|reason| reason.value),
            tax_rate,
            tax_category,
        });
    }
    found
}

/// The price of one unit: the price (BT-146) by its base quantity (BT-149).
pub(super) fn unit_price(
    price: Option<Fact<Decimal>>,
    base_quantity: Option<Fact<Decimal>>,
    values: &mut Values,
) -> Option<Fact<Decimal>> {
    let price = price?;
    let Some(base) = base_quantity.filter(|base| base.value != Decimal::ONE) else {
        return Some(price);
    };
    let Some(unit) = price.value.checked_div(base.value) else {
        values.doubt(
            "unreadable_amount",
            &base.source.path,
            "a price for a quantity of zero",
        );
        return None;
    };
    let mut source = price.source;
    "derived: price / base quantity".clone_into(&mut source.rule);
    Some(Fact::new(unit, source))
}

/// Name and description of an item (BT-153, BT-154) as one text.
pub(super) fn item_text(
    name: Option<Fact<String>>,
    description: Option<Fact<String>>,
) -> Option<Fact<String>> {
    match (name, description) {
        (Some(name), Some(description)) if name.value != description.value => {
            Some(name.map(|name| format!("{name}, {}", description.value)))
        }
        (name, description) => name.or(description),
    }
}

/// How it is paid, by the first code (BT-81) that names a way.
pub(super) fn payment_means(codes_stated: &[Place<'_>]) -> Option<Fact<PaymentMeans>> {
    codes_stated.iter().find_map(|place| {
        let means = codes::payment_means(place.text()?)?;
        Some(place.fact(means))
    })
}

/// An address in one line.
pub(super) fn address(group: &Place<'_>, names: &[&str]) -> Option<Fact<String>> {
    let parts: Vec<&str> = names
        .iter()
        .flat_map(|name| group.all(name))
        .filter_map(|place| place.text())
        .collect();
    (!parts.is_empty()).then(|| group.fact(parts.join(", ")))
}

/// A row of the breakdown, unless it says nothing.
pub(super) fn keep(row: TaxLineFact) -> Option<TaxLineFact> {
    (row.base.is_some() || row.amount.is_some()).then_some(row)
}
