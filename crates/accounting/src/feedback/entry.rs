//! An entry that a person corrected must balance like any other.

use rust_decimal::Decimal;
use serde_json::Value;

use super::correction::Correction;
use super::field::{Field, ReplyField};
use crate::input_error::InputError;

/// Refuses corrections of the entry's lines after which it would not be one.
pub(super) fn check(corrections: &[Correction], reply: &Value) -> Result<(), InputError> {
    if !corrections
        .iter()
        .any(|correction| correction.field.is_of_entry())
    {
        return Ok(());
    }
    let lines = corrected_lines(corrections, reply);
    let amount = |line: &Value, side: &str| {
        line.get(side)
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<Decimal>().ok())
            .unwrap_or_default()
    };
    let sides: Vec<_> = lines
        .iter()
        .map(|line| (amount(line, "debit"), amount(line, "credit")))
        .collect();
    let refused = |message: String| Err(InputError::new("/corrections", message));
    if lines.len() == 1 {
        return refused("the corrected entry has one line; it needs at least two".to_owned());
    }
    if let Some(index) = sides
        .iter()
        .position(|(debit, credit)| debit.is_zero() == credit.is_zero())
    {
        return refused(format!(
            "line {index} of the corrected entry must have either a debit or a credit"
        ));
    }
    let debits: Decimal = sides.iter().map(|side| side.0).sum();
    let credits: Decimal = sides.iter().map(|side| side.1).sum();
    if debits != credits {
        return refused(format!(
            "the corrected entry does not balance: debits {debits}, credits {credits}"
        ));
    }
    Ok(())
}

fn corrected_lines(corrections: &[Correction], reply: &Value) -> Vec<Value> {
    let anew = corrections
        .iter()
        .find(|correction| correction.field == Field::Whole(ReplyField::JournalLines));
    let stated = match anew {
        Some(correction) => Some(&correction.expected),
        None => reply.pointer(ReplyField::JournalLines.code()),
    };
    let mut lines = stated
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for correction in corrections {
        if let Field::JournalLine(index, part) = correction.field
            && let Some(value) = lines
                .get_mut(index)
                .and_then(|line| line.get_mut(part.code()))
        {
            *value = correction.expected.clone();
        }
    }
    lines
}
