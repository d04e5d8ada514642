//! The reason for a zero tax, where the document gives it in a text apart from its tax lines.

use rust_decimal::Decimal;

use crate::facts::{DocumentFacts, Fact, Source, TaxCategory, TaxLineFact};
use crate::reading::category_of_text;

/// Gives zero-rate tax lines without a category the one that the document's texts name, and a
/// document without tax lines the line that the words say. Texts that name several categories
/// decide nothing.
pub(crate) fn complete_categories(facts: &mut DocumentFacts) {
    let is_zero =
        |fact: &Option<Fact<Decimal>>| fact.as_ref().is_none_or(|fact| fact.value.is_zero());
    if !is_zero(&facts.totals.tax) && !facts.tax_lines.iter().any(is_bare) {
        return;
    }
    let Some((category, note)) = category_of_texts(facts) else {
        return;
    };
    for line in facts.tax_lines.iter_mut().filter(|line| is_bare(line)) {
        line.category = Some(category);
        line.note = Some(note.clone());
    }
    let untaxed_net = facts.totals.net.as_ref().or(facts.totals.gross.as_ref());
    if let (true, true, Some(net)) = (
        facts.tax_lines.is_empty(),
        is_zero(&facts.totals.tax),
        untaxed_net,
    ) {
        let derived = Source {
            rule: "derived: no tax, for the reason stated".to_owned(),
            ..net.source.clone()
        };
        let line = TaxLineFact {
            category: Some(category),
            rate: Some(Fact::new(Decimal::ZERO, derived.clone())),
            base: Some(Fact::new(net.value, derived.clone())),
            amount: Some(Fact::new(Decimal::ZERO, derived)),
            note: Some(note),
        };
        facts.tax_lines.push(line);
    }
}

/// A zero-rate line that gives neither category nor note.
fn is_bare(line: &TaxLineFact) -> bool {
    line.category.is_none()
        && line.note.is_none()
        && line.rate.as_ref().is_some_and(|rate| rate.value.is_zero())
}

fn category_of_texts(facts: &DocumentFacts) -> Option<(TaxCategory, Fact<String>)> {
    let mut named = facts
        .texts
        .iter()
        .filter_map(|text| category_of_text(&text.value).map(|category| (category, text.clone())))
        .filter(|(category, _)| *category != TaxCategory::S);
    let first = named.next()?;
    named
        .all(|(category, _)| category == first.0)
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;

    fn facts(text: &str) -> DocumentFacts {
        let source = || Source::new("/x", "x", "key");
        let mut facts = DocumentFacts {
            texts: vec![Fact::new(text.to_owned(), source())],
            ..DocumentFacts::default()
        };
        facts.totals.net = Some(Fact::new(dec!(200), source()));
        facts.totals.tax = Some(Fact::new(dec!(0), source()));
        facts
    }

    #[test]
    fn words_of_reverse_charge_make_its_tax_line() {
        let mut facts = facts("Autoliquidation");
        complete_categories(&mut facts);
        assert_eq!(facts.tax_lines.len(), 1);
        assert_eq!(facts.tax_lines[0].category, Some(TaxCategory::AE));
        assert_eq!(facts.tax_lines[0].base.as_ref().unwrap().value, dec!(200));
    }

    #[test]
    fn a_taxed_document_and_silent_words_stay_as_they_are() {
        let mut taxed = facts("Reverse charge");
        taxed.totals.tax = Some(Fact::new(dec!(38), Source::new("/x", "x", "key")));
        complete_categories(&mut taxed);
        assert!(taxed.tax_lines.is_empty());
        let mut silent = facts("Thank you");
        complete_categories(&mut silent);
        assert!(silent.tax_lines.is_empty());
    }
}
