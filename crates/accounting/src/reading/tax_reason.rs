//! Tax categories from printed codes and from words about the tax.

use super::lexicon::lexicon;
use super::normalise::words;
use crate::facts::TaxCategory;

/// A printed EN 16931 category code (BT-118), alone or with the Peppol code of a reason.
pub(crate) fn category_code(text: &str) -> Option<TaxCategory> {
    Some(match text.trim() {
        // The codes "N…" are the Italian "natura" of the Agenzia delle Entrate (FatturaPA 1.2.2).
        "S" | "AA" => TaxCategory::S,
        "Z" => TaxCategory::Z,
        "E" | "VATEX-EU-132" | "N4" => TaxCategory::E,
        "AE" | "VATEX-EU-AE" => TaxCategory::AE,
        "K" | "VATEX-EU-IC" | "N3.2" => TaxCategory::K,
        "G" | "VATEX-EU-G" | "N3.1" => TaxCategory::G,
        "O" | "VATEX-EU-O" | "N1" => TaxCategory::O,
        "L" => TaxCategory::L,
        "M" => TaxCategory::M,
        text if text.starts_with("N6") => TaxCategory::AE,
        text if text.starts_with("N2") => TaxCategory::O,
        _ => return None,
    })
}

/// The category that words of a note give: the most particular one named.
pub(crate) fn category_of_text(text: &str) -> Option<TaxCategory> {
    lexicon()
        .reasons_in(&words(text))
        .iter()
        .max_by_key(|hit| hit.length)
        .and_then(|hit| hit.meanings.first())
        .map(|(category, _)| *category)
}
