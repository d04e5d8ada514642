//! One difference between a reply and what it should have been.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::expected::{self, Rules};
use super::field::{Field, ReplyField};
use crate::company::Company;
use crate::input_error::InputError;
use crate::money::Currency;

/// A difference as a caller writes it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionInput {
    /// JSON Pointer into the reply. One of `/module`, `/action`, `/direction`, `/counterparty`,
    /// `/document_type`, `/document_number`, `/issue_date`, `/due_date`, `/currency`, `/net`,
    /// `/tax`, `/gross`, `/prepaid`, `/rounding`, `/withheld`, `/amount_due`, `/tax_treatment`,
    /// `/tax_lines`, `/journal/date`, `/journal/lines`; or a part of a line,
    /// `/tax_lines/N/{category,rate,base,amount}`, `/journal/lines/N/{account,debit,credit,party}`.
    #[schemars(example = &"/action")]
    pub field: String,
    /// What it should have been, in the form of the reply: a code, a text, an ISO 8601 date, a
    /// decimal in a text, null for what should be absent; for `/tax_lines` and `/journal/lines`
    /// all lines anew.
    #[schemars(example = &"create_expense")]
    pub expected: Value,
}

/// A difference that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Where.
    pub field: Field,
    /// What the reply says.
    pub found: Value,
    /// What it should have said.
    pub expected: Value,
}

impl Serialize for Correction {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut fields = serializer.serialize_struct("Correction", 3)?;
        fields.serialize_field("field", &self.field.to_string())?;
        fields.serialize_field("found", &self.found)?;
        fields.serialize_field("expected", &self.expected)?;
        fields.end()
    }
}

pub(super) fn check_all(
    inputs: &[CorrectionInput],
    reply: &Value,
    company: Option<&Company>,
) -> Result<Vec<Correction>, InputError> {
    let rules = Rules {
        chart: company.map(Company::chart),
        currency: currency(inputs, reply)?,
    };
    let mut checked: Vec<Correction> = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let correction = check(input, reply, &rules).map_err(|error| {
            InputError::new(
                format!("/corrections/{index}{}", error.pointer),
                error.message,
            )
        })?;
        let twice = checked
            .iter()
            .any(|earlier| earlier.field.overlaps(correction.field));
        if twice {
            let message = "this field is corrected twice";
            return Err(InputError::new(
                format!("/corrections/{index}/field"),
                message,
            ));
        }
        checked.push(correction);
    }
    Ok(checked)
}

/// The currency of the amounts: the corrected one, else the reply's.
fn currency(inputs: &[CorrectionInput], reply: &Value) -> Result<Option<Currency>, InputError> {
    let pointer = ReplyField::Currency.code();
    let corrected = inputs.iter().position(|input| input.field == pointer);
    if let Some(index) = corrected
        && !inputs[index].expected.is_null()
    {
        return expected::currency(&inputs[index].expected)
            .map(Some)
            .map_err(|error| {
                InputError::new(format!("/corrections/{index}/expected"), error.message)
            });
    }
    let own = reply.pointer(pointer).and_then(Value::as_str);
    Ok(own.and_then(|code| Currency::from_code(code).ok()))
}

fn check(
    input: &CorrectionInput,
    reply: &Value,
    rules: &Rules<'_>,
) -> Result<Correction, InputError> {
    let field = Field::from_pointer(&input.field)
        .ok_or_else(|| InputError::new("/field", "is no field that feedback can correct"))?;
    let found = reply
        .pointer(&input.field)
        .ok_or_else(|| InputError::new("/field", "is no field of this result"))?;
    let expected = rules
        .value(field, &input.expected)
        .map_err(|error| InputError::new(format!("/expected{}", error.pointer), error.message))?;
    if same(field, found, &expected) {
        return Err(InputError::new(
            "/expected",
            "is what the result says; leave it out, or the verdict is 'correct'",
        ));
    }
    Ok(Correction {
        field,
        found: found.clone(),
        expected,
    })
}

/// Whether two values of a field mean the same: amounts by their worth, lines by the parts that
/// can be corrected.
fn same(field: Field, found: &Value, expected: &Value) -> bool {
    use rust_decimal::Decimal;

    let lists = matches!(
        field,
        Field::Whole(ReplyField::TaxLines | ReplyField::JournalLines)
    );
    if lists {
        return match (found.as_array(), expected.as_array()) {
            (Some(found), Some(expected)) => {
                found.len() == expected.len()
                    && found.iter().zip(expected).all(|(found, expected)| {
                        expected.as_object().is_some_and(|parts| {
                            parts.iter().all(|(key, value)| {
                                found.get(key).is_some_and(|found| found == value)
                            })
                        })
                    })
            }
            _ => false,
        };
    }
    let amount = |value: &Value| value.as_str().and_then(|text| text.parse::<Decimal>().ok());
    let is_number = !matches!(
        field,
        Field::Whole(ReplyField::DocumentNumber | ReplyField::Counterparty)
            | Field::JournalLine(
                _,
                super::JournalLinePart::Account | super::JournalLinePart::Party
            )
    );
    match (amount(found), amount(expected)) {
        (Some(found), Some(expected)) if is_number => found == expected,
        _ => found == expected,
    }
}
