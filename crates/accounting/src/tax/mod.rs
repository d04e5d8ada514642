//! Taxes: how a document is taxed, and the rates of countries as data.

mod rates;
mod reason;
mod treatment;

pub use rates::{is_known_rate, standard_rate};
pub(crate) use reason::complete_categories;
pub use treatment::TaxTreatment;
pub(crate) use treatment::{category, treatment};
