//! The company as the request writes it, and its parsing.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Company, Country, ExchangeRate, ExchangeRates, Iban, KnownParty, LockDate, PartyKind, Policy,
    TaxId,
};
use crate::catalogue::Module;
use crate::chart::{self, Account, AccountCode, AccountInput, AccountType, Chart};
use crate::input_error::{InputError, from_value};
use crate::money::{Currency, is_exchange_rate, is_in_range};

/// Characters of a company's name.
const LONGEST_NAME: usize = 255;

/// The company of a request. Exactly one of `chart_of_accounts` and `accounts` is given.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Company")]
pub struct CompanyInput {
    /// Name, as documents print it; at most 255 characters.
    #[schemars(length(max = 255))]
    pub name: String,
    /// ISO 3166 alpha-2 code.
    pub country: String,
    /// ISO 4217 code of the books' currency.
    pub base_currency: String,
    /// VAT or other tax id.
    #[serde(default)]
    pub tax_id: Option<String>,
    /// Several tax ids.
    #[serde(default)]
    pub tax_ids: Vec<String>,
    /// The company's own bank account.
    #[serde(default)]
    pub iban: Option<String>,
    /// Id of a built-in chart.
    #[serde(default)]
    pub chart_of_accounts: Option<String>,
    /// The company's own chart.
    #[serde(default)]
    pub accounts: Option<Vec<AccountInput>>,
    /// Exchange rates, for documents in other currencies.
    #[serde(default)]
    pub exchange_rates: Vec<ExchangeRateInput>,
    /// Periods in which nothing is posted any more.
    #[serde(default)]
    pub lock_dates: Vec<LockDateInput>,
    /// Known customers and suppliers.
    #[serde(default)]
    pub known_parties: Vec<KnownPartyInput>,
    /// The company's own rules.
    #[serde(default)]
    pub policy: PolicyInput,
}

/// One unit of `from` = `rate` units of `to` on `date`.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRateInput {
    /// ISO 4217 code.
    pub from: String,
    /// ISO 4217 code.
    pub to: String,
    /// Positive decimal.
    #[serde(deserialize_with = "decimal")]
    pub rate: Decimal,
    /// ISO 8601 day.
    #[schemars(with = "String")]
    pub date: Date,
}

/// A lock: nothing is posted on or before `until`.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockDateInput {
    /// The locked module, absent for all.
    #[serde(default)]
    pub module: Option<Module>,
    /// The last locked day, ISO 8601.
    #[schemars(with = "String")]
    pub until: Date,
}

/// A customer or supplier.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownPartyInput {
    /// Name.
    pub name: String,
    /// What it is to the company.
    #[serde(default = "both")]
    pub kind: PartyKind,
    /// Tax id.
    #[serde(default)]
    pub tax_id: Option<String>,
    /// Bank account.
    #[serde(default)]
    pub iban: Option<String>,
    /// Account code of its invoices.
    #[serde(default)]
    pub account: Option<String>,
}

/// The company's own rules.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CompanyPolicyInput")]
pub struct PolicyInput {
    /// Whether input tax is recoverable; where absent, as the country's tax is: value added and
    /// goods-and-services taxes are, sales taxes are not.
    #[serde(default)]
    pub recovers_input_tax: Option<bool>,
    /// Account code for purchases that nothing else places.
    #[serde(default)]
    pub default_expense_account: Option<String>,
    /// Account code for sales that nothing else places.
    #[serde(default)]
    pub default_income_account: Option<String>,
}

fn both() -> PartyKind {
    PartyKind::Both
}

/// Reads a decimal from a string or a number, without a detour through floats.
pub(crate) fn decimal<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Decimal, D::Error> {
    let value = Value::deserialize(input)?;
    decimal_of(&value).ok_or_else(|| {
        serde::de::Error::custom(format!("{value} is not a decimal number up to 10^13"))
    })
}

/// The decimal of a JSON string or number, within what a figure may be.
pub(crate) fn decimal_of(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    text.parse()
        .or_else(|_| Decimal::from_scientific(&text))
        .ok()
        .filter(|figure| is_in_range(*figure))
}

impl Company {
    /// Reads a company from the request's JSON.
    ///
    /// # Errors
    /// [`InputError`] with a pointer to the field: an unknown field name, a missing one, a
    /// country or currency that no standard lists, an unknown chart, an account code given
    /// twice, a rate that is not positive, an IBAN with wrong check digits.
    pub fn from_json(value: &Value) -> Result<Self, InputError> {
        Self::from_input(&from_value(value)?)
    }

    fn from_input(input: &CompanyInput) -> Result<Self, InputError> {
        let name = input.name.trim().to_owned();
        if name.is_empty() {
            return Err(InputError::new("/name", "a company needs a name"));
        }
        if name.chars().count() > LONGEST_NAME {
            let message = format!("a company's name has at most {LONGEST_NAME} characters");
            return Err(InputError::new("/name", message));
        }
        let country = Country::parse(&input.country).ok_or_else(|| {
            let message = format!("'{}' is not an ISO 3166 alpha-2 code", input.country);
            InputError::new("/country", message)
        })?;
        let chart = chart_of(
            input.chart_of_accounts.as_deref(),
            input.accounts.as_deref(),
        )?;
        let mut tax_ids = Vec::new();
        if let Some(id) = &input.tax_id {
            tax_ids.push(tax_id(id, "/tax_id")?);
        }
        for (index, id) in input.tax_ids.iter().enumerate() {
            tax_ids.push(tax_id(id, &format!("/tax_ids/{index}"))?);
        }
        Ok(Self {
            name,
            country,
            base_currency: currency(&input.base_currency, "/base_currency")?,
            tax_ids,
            iban: input
                .iban
                .as_deref()
                .map(|text| iban(text, "/iban"))
                .transpose()?,
            exchange_rates: rates(&input.exchange_rates)?,
            lock_dates: input
                .lock_dates
                .iter()
                .map(|lock| LockDate {
                    module: lock.module,
                    until: lock.until,
                })
                .collect(),
            known_parties: parties(&input.known_parties, &chart)?,
            policy: policy(&input.policy, country, &chart)?,
            chart,
        })
    }
}

fn chart_of(id: Option<&str>, accounts: Option<&[AccountInput]>) -> Result<Chart, InputError> {
    match (id, accounts) {
        (Some(id), None) => chart::builtin(id),
        (None, Some(accounts)) => Chart::new("company", accounts, "/accounts"),
        (Some(_), Some(_)) => Err(InputError::new(
            "/accounts",
            "give either chart_of_accounts or accounts, not both",
        )),
        (None, None) => Err(InputError::new(
            "/chart_of_accounts",
            "give the id of a built-in chart here, or the company's own accounts",
        )),
    }
}

fn currency(code: &str, pointer: &str) -> Result<Currency, InputError> {
    Currency::from_code(code).map_err(|error| InputError::new(pointer, error.to_string()))
}

fn tax_id(text: &str, pointer: &str) -> Result<TaxId, InputError> {
    TaxId::parse(text).ok_or_else(|| {
        InputError::new(pointer, format!("'{text}' is not a tax id: too few digits"))
    })
}

fn iban(text: &str, pointer: &str) -> Result<Iban, InputError> {
    Iban::parse(text).ok_or_else(|| {
        InputError::new(
            pointer,
            format!("'{text}' is not an IBAN: its form or check digits are wrong"),
        )
    })
}

fn rates(rows: &[ExchangeRateInput]) -> Result<ExchangeRates, InputError> {
    let read = |(index, row): (usize, &ExchangeRateInput)| {
        let at = |field: &str| format!("/exchange_rates/{index}/{field}");
        if row.rate <= Decimal::ZERO || !is_exchange_rate(row.rate) {
            let message = "a rate is positive, at most 10^7 and at least 10^-7";
            return Err(InputError::new(at("rate"), message));
        }
        Ok(ExchangeRate {
            from: currency(&row.from, &at("from"))?,
            to: currency(&row.to, &at("to"))?,
            rate: row.rate,
            date: row.date,
        })
    };
    rows.iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()
        .map(ExchangeRates::new)
}

fn parties(rows: &[KnownPartyInput], chart: &Chart) -> Result<Vec<KnownParty>, InputError> {
    let read = |(index, row): (usize, &KnownPartyInput)| {
        let at = |field: &str| format!("/known_parties/{index}/{field}");
        Ok(KnownParty {
            name: row.name.clone(),
            kind: row.kind,
            tax_id: row
                .tax_id
                .as_deref()
                .map(|text| tax_id(text, &at("tax_id")))
                .transpose()?,
            iban: row
                .iban
                .as_deref()
                .map(|text| iban(text, &at("iban")))
                .transpose()?,
            account: partys_account(row, chart, &at("account"))?,
        })
    };
    rows.iter().enumerate().map(read).collect()
}

/// The account that a party's invoices are charged to: an expense or an asset of a supplier, an
/// income of a customer. Control, money and tax accounts are posted by their own rules.
fn partys_account(
    row: &KnownPartyInput,
    chart: &Chart,
    pointer: &str,
) -> Result<Option<AccountCode>, InputError> {
    let Some(code) = account(row.account.as_deref(), chart, pointer)? else {
        return Ok(None);
    };
    let found = chart.account(code.as_str());
    let kind = found.map(Account::account_type);
    let sells = matches!(kind, Some(AccountType::Expense | AccountType::Asset));
    let buys = kind == Some(AccountType::Income);
    let fits = match row.kind {
        PartyKind::Supplier => sells,
        PartyKind::Customer => buys,
        PartyKind::Both => sells || buys,
    };
    let reserved = found
        .and_then(Account::role)
        .is_some_and(|role| !role.is_counter_account());
    if fits && !reserved {
        return Ok(Some(code));
    }
    let message = format!(
        "account {code} does not take a {}'s invoices: a supplier needs an expense or an asset, a \
         customer an income, and no control, money or tax account",
        row.kind
    );
    Err(InputError::new(pointer, message))
}

fn policy(input: &PolicyInput, country: Country, chart: &Chart) -> Result<Policy, InputError> {
    let expense = input.default_expense_account.as_deref();
    let income = input.default_income_account.as_deref();
    Ok(Policy {
        recovers_input_tax: input
            .recovers_input_tax
            .unwrap_or_else(|| is_deductible(country)),
        default_expense_account: account(expense, chart, "/policy/default_expense_account")?,
        default_income_account: account(income, chart, "/policy/default_income_account")?,
    })
}

fn is_deductible(country: Country) -> bool {
    crate::tax::regime(country).is_none_or(crate::tax::Regime::is_deductible)
}

fn account(
    code: Option<&str>,
    chart: &Chart,
    pointer: &str,
) -> Result<Option<AccountCode>, InputError> {
    let Some(code) = code else { return Ok(None) };
    match chart.account(code) {
        Some(account) if account.is_postable() => Ok(Some(account.code().clone())),
        Some(_) => Err(InputError::new(
            pointer,
            format!("account {code} is not postable"),
        )),
        None => Err(InputError::new(
            pointer,
            format!("the chart has no account {code}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(changes: &Value) -> Result<Company, InputError> {
        let mut company = json!({
            "name": "Acme", "country": "DE", "base_currency": "EUR", "chart_of_accounts": "intl_4digit"
        });
        for (key, value) in changes.as_object().unwrap() {
            company[key] = value.clone();
        }
        Company::from_json(&company)
    }

    #[test]
    fn each_error_names_its_field() {
        for (changes, pointer) in [
            (json!({"name": " "}), "/name"),
            (json!({"name": "x".repeat(256)}), "/name"),
            (json!({"country": "Germany"}), "/country"),
            (json!({"base_currency": "EURO"}), "/base_currency"),
            (json!({"chart_of_accounts": "skr99"}), "/chart_of_accounts"),
            (json!({"iban": "DE00 1234"}), "/iban"),
            (
                json!({"policy": {"default_expense_account": "ASSETS"}}),
                "/policy/default_expense_account",
            ),
            (
                json!({"exchange_rates": [{"from": "EUR", "to": "USD", "rate": "0", "date": "2025-01-01"}]}),
                "/exchange_rates/0/rate",
            ),
            (
                json!({"exchange_rates": [{"from": "EUR", "to": "USD", "rate": "1", "date": "1.1.25"}]}),
                "/exchange_rates/0/date",
            ),
        ] {
            assert_eq!(with(&changes).unwrap_err().pointer, pointer, "{changes}");
        }
    }

    #[test]
    fn a_partys_account_fits_what_the_party_is() {
        let of = |kind: &str, account: &str| {
            with(&json!({"known_parties": [{"name": "X", "kind": kind, "account": account}]}))
                .map(|_| ())
                .map_err(|error| error.pointer)
        };
        let refused = Err("/known_parties/0/account".to_owned());
        assert_eq!(of("supplier", "6000"), Ok(()));
        assert_eq!(of("customer", "4000"), Ok(()));
        // Payables, input tax, the bank, and each other's accounts.
        for (kind, account) in [
            ("supplier", "2000"),
            ("supplier", "1300"),
            ("supplier", "1000"),
            ("supplier", "4000"),
            ("customer", "6000"),
            ("both", "2000"),
        ] {
            assert_eq!(of(kind, account), refused, "{kind} {account}");
        }
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let error = with(&json!({"curency": "EUR"})).unwrap_err();
        assert!(error.message.contains("curency"), "{error}");
    }

    #[test]
    fn rates_may_be_strings_or_numbers() {
        let company = with(&json!({"exchange_rates": [
            {"from": "EUR", "to": "USD", "rate": 1.25, "date": "2025-01-01"},
        ]}))
        .unwrap();
        let (eur, usd) = (company.base_currency(), Currency::from_code("USD").unwrap());
        let found = company
            .exchange_rates()
            .find(eur, usd, jiff::civil::date(2025, 1, 1))
            .unwrap();
        assert_eq!(found.rate.to_string(), "1.25");
    }
}
