//! The grammar engine has a state for each remainder of a `multipleOf`, and multiplies those that
//! hold for one number in 32 bits: so they must be small, alone and together.

use serde_json::Value;

use super::keywords::{LISTS_OF_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA};
use super::walk::below;

/// Remainders of one `multipleOf`, in units of its last digit.
const MOST_ALONE: u64 = 2_000;
/// Remainders of all together, in units of the last digit of any.
const MOST_TOGETHER: u64 = 60_000;

pub(super) const WHY: &str = "`multipleOf` can be enforced for small numbers only, and for few \
    different ones in a schema";

/// The first `multipleOf` that is too much.
pub(super) fn too_large(schema: &Value) -> Option<String> {
    let mut found = Vec::new();
    collect(schema, "", &mut found);
    let mut together = Multiple {
        digits: 1,
        decimals: 0,
    };
    for (pointer, multiple) in found {
        let multiple = multiple.filter(|multiple| multiple.digits <= MOST_ALONE);
        match multiple.and_then(|multiple| together.with(multiple)) {
            Some(all) if all.digits <= MOST_TOGETHER => together = all,
            _ => return Some(pointer),
        }
    }
    None
}

/// A positive decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Multiple {
    digits: u64,
    decimals: u32,
}

impl Multiple {
    /// `None` for what has an exponent or too many digits.
    fn of(number: &Value) -> Option<Self> {
        let text = number.as_f64()?.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        Some(Self {
            digits: format!("{whole}{fraction}")
                .parse()
                .ok()
                .filter(|digits| *digits > 0)?,
            decimals: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// The least common multiple.
    fn with(self, other: Self) -> Option<Self> {
        let decimals = self.decimals.max(other.decimals);
        let scaled = |multiple: Self| {
            10_u64
                .checked_pow(decimals - multiple.decimals)
                .and_then(|factor| factor.checked_mul(multiple.digits))
        };
        let (one, other) = (scaled(self)?, scaled(other)?);
        Some(Self {
            digits: (one / common_divisor(one, other)).checked_mul(other)?,
            decimals,
        })
    }
}

fn common_divisor(one: u64, other: u64) -> u64 {
    if other == 0 {
        one
    } else {
        common_divisor(other, one % other)
    }
}

fn collect(schema: &Value, pointer: &str, found: &mut Vec<(String, Option<Multiple>)>) {
    let Some(keywords) = schema.as_object() else {
        return;
    };
    for (keyword, value) in keywords {
        let here = below(pointer, keyword);
        let name = keyword.as_str();
        if name == "multipleOf" {
            found.push((here, Multiple::of(value)));
        } else if ONE_SCHEMA.contains(&name) {
            collect(value, &here, found);
        } else if LISTS_OF_SCHEMAS.contains(&name) {
            for (index, part) in value.as_array().into_iter().flatten().enumerate() {
                collect(part, &below(&here, &index.to_string()), found);
            }
        } else if NAMED_SCHEMAS.contains(&name) {
            for (key, part) in value.as_object().into_iter().flatten() {
                collect(part, &below(&here, key), found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_accounting_has_is_small_and_the_rest_is_told() {
        let amounts = json!({"properties": {"a": {"multipleOf": 0.01}, "b": {"multipleOf": 0.05},
            "c": {"multipleOf": 0.25}, "d": {"multipleOf": 5}, "e": {"multipleOf": 12}}});
        assert_eq!(too_large(&amounts), None);
        let large = json!({"items": {"multipleOf": 99_991}});
        assert_eq!(too_large(&large).as_deref(), Some("/items/multipleOf"));
        let together = json!({"allOf": [{"multipleOf": 701}, {"multipleOf": 991}]});
        assert_eq!(too_large(&together).as_deref(), Some("/allOf/1/multipleOf"));
        assert!(too_large(&json!({"multipleOf": 1e-300})).is_some());
    }
}
