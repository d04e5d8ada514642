//! How the whole document is taxed.

use rust_decimal::Decimal;

use crate::closed_enum::closed_enum;
use crate::facts::{DocumentFacts, TaxCategory, TaxLineFact};

closed_enum! {
    /// How the whole document is taxed.
    TaxTreatment {
        /// One positive rate.
        Standard => "standard",
        /// Several positive rates.
        MultiRate => "multi_rate",
        /// Taxed lines beside zero, exempt or out-of-scope ones.
        Mixed => "mixed",
        /// Zero rated.
        ZeroRated => "zero_rated",
        /// Exempt.
        Exempt => "exempt",
        /// The buyer owes the tax.
        ReverseCharge => "reverse_charge",
        /// Supply within the European Union.
        IntraCommunity => "intra_community",
        /// Export.
        Export => "export",
        /// Taxed, with tax withheld by the buyer.
        Withholding => "withholding",
        /// Outside the scope of tax.
        OutOfScope => "out_of_scope",
        /// No tax is mentioned.
        NoTax => "no_tax",
    }
}

/// The treatment of a document, from its withholdings, its tax lines and its total tax.
pub(crate) fn treatment(facts: &DocumentFacts) -> TaxTreatment {
    if !facts.withholdings.is_empty() {
        return TaxTreatment::Withholding;
    }
    let counts = |line: &&TaxLineFact| {
        let is_nothing = |fact: &Option<crate::facts::Fact<Decimal>>| {
            fact.as_ref().is_none_or(|fact| fact.value.is_zero())
        };
        !(is_nothing(&line.base) && is_nothing(&line.amount))
    };
    let lines: Vec<&TaxLineFact> = facts.tax_lines.iter().filter(counts).collect();
    let mut rates: Vec<Decimal> = lines
        .iter()
        .filter_map(|line| line.rate.as_ref())
        .map(|rate| rate.value.normalize())
        .filter(|rate| !rate.is_zero())
        .collect();
    rates.sort_unstable();
    rates.dedup();
    let untaxed: Vec<TaxCategory> = lines
        .iter()
        .filter_map(|line| category(line))
        .filter(|c| *c != TaxCategory::S)
        .collect();
    match (rates.len(), untaxed.first()) {
        (0, None) => {
            let taxed = facts
                .totals
                .tax
                .as_ref()
                .is_some_and(|tax| !tax.value.is_zero());
            if taxed {
                TaxTreatment::Standard
            } else {
                TaxTreatment::NoTax
            }
        }
        (0, Some(category)) => of_category(*category),
        (1, None) => TaxTreatment::Standard,
        (_, None) => TaxTreatment::MultiRate,
        (_, Some(_)) => TaxTreatment::Mixed,
    }
}

/// The category of a tax line: as stated, else what its rate says.
pub(crate) fn category(line: &TaxLineFact) -> Option<TaxCategory> {
    line.category.or_else(|| {
        let rate = line.rate.as_ref()?.value;
        Some(if rate.is_zero() {
            TaxCategory::Z
        } else {
            TaxCategory::S
        })
    })
}

fn of_category(category: TaxCategory) -> TaxTreatment {
    match category {
        TaxCategory::S | TaxCategory::L | TaxCategory::M => TaxTreatment::Standard,
        TaxCategory::Z => TaxTreatment::ZeroRated,
        TaxCategory::E => TaxTreatment::Exempt,
        TaxCategory::AE => TaxTreatment::ReverseCharge,
        TaxCategory::K => TaxTreatment::IntraCommunity,
        TaxCategory::G => TaxTreatment::Export,
        TaxCategory::O => TaxTreatment::OutOfScope,
    }
}
