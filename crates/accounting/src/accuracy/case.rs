//! A labelled case, as a line of a case file holds it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use crate::company::decimal_of;

/// A labelled case.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Id.
    pub id: String,
    /// Kind of document, for figures by kind.
    pub kind: String,
    /// Language.
    #[serde(default)]
    pub language: Option<String>,
    /// The document.
    pub document: Value,
    /// The company, as a request gives it.
    pub company: Value,
    /// The right answer.
    pub expected: Expected,
}

/// The right answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Expected {
    /// Module.
    pub module: String,
    /// Every right module, where more than one is.
    #[serde(default)]
    pub accept_modules: Option<Vec<String>>,
    /// Action.
    pub action: String,
    /// Every right action.
    pub accept_actions: Vec<String>,
    /// Direction.
    pub direction: String,
    /// Counterparty.
    #[serde(default)]
    pub counterparty: Option<String>,
    /// Currency.
    #[serde(default)]
    pub currency: Option<String>,
    /// Net.
    #[serde(default, deserialize_with = "amount")]
    pub net: Option<Decimal>,
    /// Tax.
    #[serde(default, deserialize_with = "amount")]
    pub tax: Option<Decimal>,
    /// Gross.
    #[serde(default, deserialize_with = "amount")]
    pub gross: Option<Decimal>,
    /// Tax treatment.
    #[serde(default)]
    pub tax_treatment: Option<String>,
    /// Tax lines.
    #[serde(default)]
    pub tax_lines: Option<Vec<ExpectedTaxLine>>,
    /// Whether an entry is made.
    #[serde(default)]
    pub posts_journal: bool,
    /// What the entry of a two-sided document must show.
    #[serde(default)]
    pub entry: Option<ExpectedEntry>,
    /// The lines of an entry, by role.
    #[serde(default)]
    pub journal_lines: Option<Vec<ExpectedLine>>,
    /// Other roles that are right for a role of `journal_lines`.
    #[serde(default)]
    pub line_role_alternatives: BTreeMap<String, Vec<String>>,
    /// The figures in the company's currency.
    #[serde(default)]
    pub functional: Option<ExpectedFunctional>,
}

/// An expected tax line.
#[derive(Debug, Clone, Deserialize)]
pub struct ExpectedTaxLine {
    /// Percent.
    #[serde(default, deserialize_with = "amount")]
    pub rate: Option<Decimal>,
    /// Taxable amount.
    #[serde(default, deserialize_with = "amount")]
    pub base: Option<Decimal>,
    /// Tax.
    #[serde(default, deserialize_with = "amount")]
    pub amount: Option<Decimal>,
}

/// What an entry must show.
#[derive(Debug, Clone, Deserialize)]
pub struct ExpectedEntry {
    /// Role of the control account.
    pub control_role: String,
    /// Other right control roles.
    #[serde(default)]
    pub control_role_alternatives: Option<Vec<String>>,
    /// `debit` or `credit`.
    pub control_side: String,
    /// Amount on the control account.
    #[serde(default, deserialize_with = "amount")]
    pub control_amount: Option<Decimal>,
    /// Other right amounts.
    #[serde(default, deserialize_with = "amounts")]
    pub control_amount_alternatives: Option<Vec<Decimal>>,
    /// Role of the tax account.
    #[serde(default)]
    pub tax_role: Option<String>,
    /// `debit`, `credit` or nothing.
    #[serde(default)]
    pub tax_side: Option<String>,
    /// Tax.
    #[serde(default, deserialize_with = "amount")]
    pub tax_amount: Option<Decimal>,
    /// Role of the other account, where only one is right.
    #[serde(default)]
    pub counter_role: Option<String>,
    /// Whether the buyer assesses the tax.
    #[serde(default)]
    pub self_assessed_tax: Option<bool>,
}

/// An expected line.
#[derive(Debug, Clone, Deserialize)]
pub struct ExpectedLine {
    /// Role.
    pub role: String,
    /// Debit.
    #[serde(default, deserialize_with = "amount")]
    pub debit: Option<Decimal>,
    /// Credit.
    #[serde(default, deserialize_with = "amount")]
    pub credit: Option<Decimal>,
}

/// Expected figures in the company's currency.
#[derive(Debug, Clone, Deserialize)]
pub struct ExpectedFunctional {
    /// Currency.
    pub currency: String,
    /// Net.
    #[serde(default, deserialize_with = "amount")]
    pub net: Option<Decimal>,
    /// Tax.
    #[serde(default, deserialize_with = "amount")]
    pub tax: Option<Decimal>,
    /// Gross.
    #[serde(default, deserialize_with = "amount")]
    pub gross: Option<Decimal>,
    /// Allowed difference.
    #[serde(deserialize_with = "crate::company::decimal")]
    pub tolerance: Decimal,
}

/// A line that is no case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the case file: {message}")]
pub struct CaseError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Case {
    /// The cases of a JSON Lines text; blank lines do not count.
    ///
    /// # Errors
    /// [`CaseError`] names the first line that is no case.
    pub fn parse_lines(text: &str) -> Result<Vec<Self>, CaseError> {
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| {
                serde_json::from_str(line).map_err(|error| CaseError {
                    line: index + 1,
                    message: error.to_string(),
                })
            })
            .collect()
    }
}

fn amount<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Decimal>, D::Error> {
    // The reference takes what is no number for nothing.
    Ok(decimal_of(&Value::deserialize(input)?))
}

fn amounts<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Vec<Decimal>>, D::Error> {
    let values = Option::<Vec<Value>>::deserialize(input)?;
    Ok(values.map(|values| values.iter().filter_map(decimal_of).collect()))
}
