//! Keeps the numbers of a JSON answer to what doubles hold.
//!
//! JSON lets a number have any exponent and any number of digits, and so does the grammar. A
//! reader with doubles would take `1e999` for an error or for infinity, and `0.99999999999999999`
//! for 1, which may be the bound that it must stay below.

use toktrie::{SimpleVob, TokTrie};

/// Digits that a double always keeps apart.
const EXACT_DIGITS: u8 = 15;
/// Digits of the whole part.
const MOST_WHOLE_DIGITS: u8 = 30;
/// Digits of an exponent.
const MOST_EXPONENT_DIGITS: u8 = 2;
/// Tokens that hold more digits than this at once are not guarded against.
const LONGEST_TOKEN_DIGITS: u8 = 10;

/// Where in a number an answer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Number {
    whole: u8,
    fraction: Option<u8>,
    exponent: Option<u8>,
}

/// Follows an answer byte by byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct NumberGuard {
    in_string: bool,
    escaped: bool,
    number: Option<Number>,
}

impl NumberGuard {
    /// Takes what was written.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.step(*byte);
        }
    }

    /// The tokens of `mask` that keep numbers short; all of them where none does, since a schema
    /// may ask for a long number.
    pub(crate) fn narrowed(self, mask: SimpleVob, tokens: &TokTrie) -> SimpleVob {
        if !self.is_near_a_limit() {
            return mask;
        }
        let mut narrowed = mask.clone();
        for token in mask.iter() {
            if !self.allows(tokens.token(token)) {
                narrowed.disallow_token(token);
            }
        }
        if narrowed.is_zero() { mask } else { narrowed }
    }

    fn is_near_a_limit(self) -> bool {
        self.number.is_some_and(|number| {
            number.exponent.is_some()
                || number.whole + number.fraction.unwrap_or(0)
                    >= EXACT_DIGITS - LONGEST_TOKEN_DIGITS
        })
    }

    fn allows(mut self, token: &[u8]) -> bool {
        token.iter().all(|byte| {
            self.step(*byte);
            self.number.is_none_or(Number::is_short)
        })
    }

    fn step(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        self.number = match (self.number, byte) {
            (None, b'-') => Some(Number::default()),
            (number, b'0'..=b'9') => Some(number.unwrap_or_default().with_digit()),
            (Some(number), b'.') => Some(Number {
                fraction: Some(0),
                ..number
            }),
            (Some(number), b'e' | b'E') => Some(Number {
                exponent: Some(0),
                ..number
            }),
            (Some(number), b'+' | b'-') => Some(number),
            _ => None,
        };
        self.in_string = byte == b'"';
    }
}

impl Number {
    fn with_digit(mut self) -> Self {
        let digits = match (&mut self.exponent, &mut self.fraction) {
            (Some(digits), _) | (None, Some(digits)) => digits,
            (None, None) => &mut self.whole,
        };
        *digits = digits.saturating_add(1);
        self
    }

    fn is_short(self) -> bool {
        self.whole <= MOST_WHOLE_DIGITS
            && self.fraction.is_none_or(|digits| {
                digits <= 1 || self.whole.saturating_add(digits) <= EXACT_DIGITS
            })
            && self
                .exponent
                .is_none_or(|digits| digits <= MOST_EXPONENT_DIGITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(before: &str, token: &str) -> bool {
        let mut guard = NumberGuard::default();
        guard.push(before.as_bytes());
        guard.allows(token.as_bytes())
    }

    #[test]
    fn numbers_stay_short_and_texts_are_left_alone() {
        assert!(allows("[1e9", "9") && !allows("[1e99", "9") && allows("[1e99", ",1"));
        assert!(allows("0.12345678901234", "]") && !allows("0.12345678901234", "5"));
        assert!(allows("123456789012345", ".5") && !allows("123456789012345.5", "5"));
        assert!(!allows(&format!("-{}", "1".repeat(30)), "1"));
        assert!(allows("\"1e99", "9") && allows("\"\\\"1e99", "9"));
        assert!(!allows("{\"a\\\\\":1e99", "9"));
    }
}
