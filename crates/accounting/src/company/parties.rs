//! Customers and suppliers that the company knows.

use crate::chart::AccountCode;
use crate::closed_enum::closed_enum;

use super::{Iban, TaxId};

closed_enum! {
    /// What a known party is to the company.
    PartyKind {
        /// Supplier.
        Supplier => "supplier",
        /// Customer.
        Customer => "customer",
        /// Both.
        Both => "both",
    }
}

/// A party of the company's master data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownParty {
    /// Name.
    pub name: String,
    /// What it is to us.
    pub kind: PartyKind,
    /// Tax id.
    pub tax_id: Option<TaxId>,
    /// The bank account that we pay to or are paid from.
    pub iban: Option<Iban>,
    /// The account that its invoices are charged to.
    pub account: Option<AccountCode>,
}
