//! The company whose books these are, parsed once from the request.

mod exchange_rates;
mod identifiers;
mod input;
mod parties;

use jiff::civil::Date;

use crate::catalogue::Module;
use crate::chart::{AccountCode, Chart};
use crate::money::Currency;

pub use exchange_rates::{ExchangeRate, ExchangeRates, TableRate};
pub use identifiers::{Country, Iban, TaxId};
pub use input::CompanyInput;
pub(crate) use input::{decimal, decimal_of};
pub use parties::{KnownParty, PartyKind};

/// A company and its bookkeeping: the chart, the rates, what is locked, whom it knows.
#[derive(Debug, Clone)]
pub struct Company {
    pub(crate) name: String,
    pub(crate) country: Country,
    pub(crate) base_currency: Currency,
    pub(crate) tax_ids: Vec<TaxId>,
    pub(crate) iban: Option<Iban>,
    pub(crate) chart: Chart,
    pub(crate) exchange_rates: ExchangeRates,
    pub(crate) lock_dates: Vec<LockDate>,
    pub(crate) known_parties: Vec<KnownParty>,
    pub(crate) policy: Policy,
}

/// Nothing is posted on or before this date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockDate {
    /// The module that is locked, `None` for all.
    pub module: Option<Module>,
    /// The last locked day.
    pub until: Date,
}

/// The company's own rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether the company may deduct input tax; false for a business without that right.
    pub recovers_input_tax: bool,
    /// The account for purchases that no rule and no model places.
    pub default_expense_account: Option<AccountCode>,
    /// The account for sales that no rule and no model places.
    pub default_income_account: Option<AccountCode>,
}

impl Company {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is established.
    pub fn country(&self) -> Country {
        self.country
    }

    /// The currency of its books.
    pub fn base_currency(&self) -> Currency {
        self.base_currency
    }

    /// Its tax ids.
    pub fn tax_ids(&self) -> &[TaxId] {
        &self.tax_ids
    }

    /// Its bank account.
    pub fn iban(&self) -> Option<&Iban> {
        self.iban.as_ref()
    }

    /// Its chart of accounts.
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// Its exchange rates.
    pub fn exchange_rates(&self) -> &ExchangeRates {
        &self.exchange_rates
    }

    /// Its own rules.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Customers and suppliers that it knows.
    pub fn known_parties(&self) -> &[KnownParty] {
        &self.known_parties
    }

    /// The last day that is locked for `module`, if any.
    pub fn locked_until(&self, module: Module) -> Option<Date> {
        self.lock_dates
            .iter()
            .filter(|lock| lock.module.is_none_or(|locked| locked == module))
            .map(|lock| lock.until)
            .max()
    }
}
