//! Taxes: how a document is taxed, and the regimes of countries as data.

mod reason;
mod regime;
mod treatment;
mod vat_id;

pub(crate) use reason::complete_categories;
pub use regime::{
    RateClass, RatePeriod, Regime, TaxSystem, is_known_rate, regime, standard_rate, was_known_rate,
};
pub use treatment::TaxTreatment;
pub(crate) use treatment::{category, treatment};
pub use vat_id::has_right_check_digits;
