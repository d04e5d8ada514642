//! Readers of printed values: numbers, dates, currencies, countries. A printed number or date
//! can be ambiguous by itself; these readers keep the possible values, and
//! [`super::style`] decides from the whole document.

pub(crate) mod country;
pub(crate) mod currency;
pub(crate) mod date;
pub(crate) mod number;
