//! Check digits of creditor references. A reference whose check digits are right is no misprint
//! of another one.

/// Whether a reference (folded, letters and digits only) carries check digits that are right:
/// RF (ISO 11649), QRR (Switzerland, recursive mod 10), KID and OCR (Norway, Denmark, Sweden:
/// Luhn, or mod 11), OGM (Belgium, mod 97), viite (Finland, weights 7-3-1).
pub(crate) fn has_right_check_digits(key: &str) -> bool {
    if let Some(rest) = key.strip_prefix("rf") {
        return is_rf(rest);
    }
    let Some(digits) = digits_of(key) else {
        return false;
    };
    match digits.len() {
        27 => recursive_mod_10(&digits),
        12 => ogm(&digits) || luhn(&digits) || mod_11(&digits) || viite(&digits),
        4..=25 => luhn(&digits) || mod_11(&digits) || viite(&digits),
        _ => false,
    }
}

/// A structured reference of a kind that cannot be mistaken for a plain number.
pub(crate) fn is_self_checking(key: &str) -> bool {
    key.strip_prefix("rf").is_some_and(is_rf)
        || digits_of(key).is_some_and(|digits| {
            (digits.len() == 27 && recursive_mod_10(&digits))
                || (digits.len() == 12 && ogm(&digits))
        })
}

fn digits_of(key: &str) -> Option<Vec<u32>> {
    key.chars()
        .map(|character| character.to_digit(10))
        .collect()
}

/// ISO 11649: check digits and "RF" behind the body, letters as 10 to 35, modulo 97 is 1.
fn is_rf(rest: &str) -> bool {
    if !(3..=23).contains(&rest.len()) || !rest.is_ascii() {
        return false;
    }
    let (check, body) = rest.split_at(2);
    let rearranged = body.chars().chain("rf".chars()).chain(check.chars());
    let mut remainder = 0;
    for character in rearranged {
        let Some(value) = character.to_digit(36) else {
            return false;
        };
        let shift = if value >= 10 { 100 } else { 10 };
        remainder = (remainder * shift + value) % 97;
    }
    remainder == 1
}

/// The Swiss recursive modulo 10.
fn recursive_mod_10(digits: &[u32]) -> bool {
    const TABLE: [u32; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let Some((check, body)) = digits.split_last() else {
        return false;
    };
    let carry = body.iter().fold(0_u32, |carry, digit| {
        TABLE
            .get(((carry + digit) % 10) as usize)
            .copied()
            .unwrap_or_default()
    });
    (10 - carry) % 10 == *check
}

/// Belgium: ten digits modulo 97 are the last two, 97 for 0.
fn ogm(digits: &[u32]) -> bool {
    let number = |part: &[u32]| {
        part.iter()
            .fold(0_u64, |number, digit| number * 10 + u64::from(*digit))
    };
    let (body, check) = digits.split_at(digits.len().saturating_sub(2));
    let expected = match number(body) % 97 {
        0 => 97,
        rest => rest,
    };
    expected == number(check)
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Weights 2 to 7 from the right, the check digit last.
fn mod_11(digits: &[u32]) -> bool {
    let Some((check, body)) = digits.split_last() else {
        return false;
    };
    let sum: u32 = body
        .iter()
        .rev()
        .zip((2..=7).cycle())
        .map(|(d, w)| d * w)
        .sum();
    (11 - sum % 11) % 11 == *check
}

/// Finland: weights 7, 3, 1 from the right.
fn viite(digits: &[u32]) -> bool {
    let Some((check, body)) = digits.split_last() else {
        return false;
    };
    let sum: u32 = body
        .iter()
        .rev()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(d, w)| d * w)
        .sum();
    (10 - sum % 10) % 10 == *check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_are_right_and_misprints_are_not() {
        // ISO 11649; Swiss Implementation Guidelines QR-bill; Febelfin; Finance Finland.
        for reference in [
            "rf18539007547034",
            "210000000003139471430009017",
            "090933755493",
            "1232",
        ] {
            assert!(has_right_check_digits(reference), "{reference}");
        }
        assert!(is_self_checking("rf18539007547034"));
        for misprint in ["rf18539007547035", "210000000003139471430009018"] {
            assert!(!has_right_check_digits(misprint), "{misprint}");
        }
    }
}
