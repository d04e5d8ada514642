//! A prediction, as a reply or a prediction file holds it.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::company::decimal_of;

/// What the metric looks at. A field that is absent or of another form counts as wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prediction {
    pub(super) module: Option<String>,
    pub(super) action: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) counterparty: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) net: Option<Decimal>,
    pub(super) tax: Option<Decimal>,
    pub(super) gross: Option<Decimal>,
    pub(super) tax_lines: Vec<[Option<Decimal>; 3]>,
    pub(super) functional: Option<PredictedFunctional>,
    /// Account, debit, credit.
    pub(super) lines: Vec<(String, Decimal, Decimal)>,
    pub(super) auto: bool,
}

/// Figures in the company's currency.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PredictedFunctional {
    pub(super) currency: Option<String>,
    pub(super) figures: [Option<Decimal>; 3],
}

impl Prediction {
    /// The prediction of a processed reply's JSON.
    pub fn from_json(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
        Self {
            module: text("module"),
            action: text("action"),
            direction: text("direction"),
            counterparty: text("counterparty"),
            currency: text("currency"),
            net: decimal_of(&value["net"]),
            tax: decimal_of(&value["tax"]),
            gross: decimal_of(&value["gross"]),
            tax_lines: rows(&value["tax_lines"])
                .iter()
                .map(|line| ["rate", "base", "amount"].map(|key| decimal_of(&line[key])))
                .collect(),
            functional: value["functional"]
                .is_object()
                .then(|| PredictedFunctional {
                    currency: value["functional"]["currency"].as_str().map(str::to_owned),
                    figures: ["net", "tax", "gross"]
                        .map(|key| decimal_of(&value["functional"][key])),
                }),
            lines: rows(&value["journal"]["lines"]).iter().map(line).collect(),
            auto: value["auto"].as_bool().unwrap_or(false),
        }
    }
}

fn line(value: &Value) -> (String, Decimal, Decimal) {
    let account = match &value["account"] {
        Value::String(code) => code.clone(),
        other => other.to_string(),
    };
    let amount = |key: &str| decimal_of(&value[key]).unwrap_or_default();
    (account, amount("debit"), amount("credit"))
}
