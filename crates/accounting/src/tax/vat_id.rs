//! Check digits of VAT ids of the European Union, Great Britain, Switzerland and Norway, by the
//! algorithms that the authorities publish (European Commission, VIES, "Algorithms"; HMRC; UID
//! register, eCH-0097; Brønnøysund register).
//!
//! A right check digit says only that an id was not misread: whether somebody has it, the
//! authority knows.

use crate::company::TaxId;

/// Whether the check digits of an id with its country's prefix are right. `None` where it has no
/// prefix of these countries, or where its form is none of those that have a check digit.
pub fn has_right_check_digits(id: &TaxId) -> Option<bool> {
    let text = id.as_str();
    let (prefix, rest) = match text.strip_prefix("CHE") {
        Some(rest) => ("CH", rest),
        None => text.split_at_checked(2)?,
    };
    match prefix {
        "NL" => netherlands(text, rest),
        "FR" => france(rest),
        "ES" => spain(rest),
        "IE" => ireland(rest),
        "CY" => cyprus(rest),
        "GB" | "XI" => britain(rest),
        _ => {
            let rest = match prefix {
                "AT" => rest.strip_prefix('U')?,
                "CH" => rest.trim_end_matches(char::is_alphabetic),
                "NO" => rest.strip_suffix("MVA").unwrap_or(rest),
                _ => rest,
            };
            by_digits(prefix, &digits(rest)?)
        }
    }
}

/// The digits of a text that has nothing else.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|digit| digit.to_digit(10)).collect()
}

fn by_digits(prefix: &str, id: &[u32]) -> Option<bool> {
    let n = id.len();
    let last = *id.last()?;
    Some(match (prefix, n) {
        ("AT", 8) => {
            let sum: u32 = (0..7)
                .map(|index| {
                    if index % 2 == 0 {
                        id[index]
                    } else {
                        doubled(id[index])
                    }
                })
                .sum();
            last == (96 - sum) % 10
        }
        ("BE", 10) => number(&id[8..]) == 97 - number(&id[..8]) % 97,
        ("BG", 9) => bulgarian_company(id),
        ("BG", 10) => {
            let weighed = |weights: [u32; 9]| weighed(id, &weights);
            let citizen = weighed([2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
            let foreigner = weighed([21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
            let other = (11 - weighed([4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            [citizen, foreigner, other].contains(&last)
        }
        ("CH", 9) => last == (11 - weighed(id, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11,
        ("CZ", 8) => last == (11 - weighed(id, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 10,
        ("CZ", 10) => number(id).is_multiple_of(11) || number(&id[..9]) % 11 == 10 && last == 0,
        ("DE", 9) | ("HR", 11) => iso_11_10(id),
        ("DK", 8) => weighed(id, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11),
        ("EE", 9) => weighed(id, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10),
        ("EL" | "GR", 9) => last == weighed(id, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10,
        ("FI", 8) => last == (11 - weighed(id, &[7, 9, 10, 5, 8, 4, 2]) % 11) % 11,
        ("HU", 8) => weighed(id, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10),
        ("IT", 11) => luhn(id),
        ("LT", 9 | 12) => lithuanian(id),
        ("LU", 8) => number(&id[6..]) == number(&id[..6]) % 89,
        // Ids of people have another form, whose digits are a birthday.
        ("LV", 11) if id[0] > 3 => weighed(id, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3,
        ("MT", 8) => weighed(id, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37),
        ("NO", 9) => last == (11 - weighed(id, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11,
        ("PL", 10) => last == weighed(id, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11,
        ("PT", 9) => {
            let rest = (11 - weighed(id, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            last == rest % 10
        }
        ("RO", 2..=10) => {
            let weights = &[7, 5, 3, 2, 1, 7, 5, 3, 2][10 - n..];
            last == weighed(id, weights) * 10 % 11 % 10
        }
        ("SE", 12) => luhn(&id[..10]),
        ("SI", 8) => {
            let rest = 11 - weighed(id, &[8, 7, 6, 5, 4, 3, 2]) % 11;
            rest != 11 && last == rest % 10
        }
        ("SK", 10) => number(id).is_multiple_of(11),
        _ => return None,
    })
}

/// The sum of the first digits, each times its weight.
fn weighed(id: &[u32], weights: &[u32]) -> u32 {
    id.iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

fn number(id: &[u32]) -> u64 {
    id.iter()
        .fold(0, |number, digit| number * 10 + u64::from(*digit))
}

/// Twice a digit, its own digits added.
fn doubled(digit: u32) -> u32 {
    digit / 5 + digit * 2 % 10
}

/// ISO/IEC 7812-1: every second digit from the right doubled, divisible by ten.
fn luhn(id: &[u32]) -> bool {
    let sum: u32 = id
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            if index % 2 == 1 {
                doubled(*digit)
            } else {
                *digit
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO/IEC 7064, MOD 11,10.
fn iso_11_10(id: &[u32]) -> bool {
    let Some((last, first)) = id.split_last() else {
        return false;
    };
    let product = first.iter().fold(10, |product, digit| {
        let sum = match (digit + product) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (product + last) % 10 == 1
}

fn bulgarian_company(id: &[u32]) -> bool {
    let check = match weighed(id, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11 {
        10 => weighed(id, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10,
        check => check,
    };
    id.last() == Some(&check)
}

fn lithuanian(id: &[u32]) -> bool {
    let first = id.len() - 1;
    let with = |start: usize| -> u32 {
        let weight = |index: usize| u32::try_from((start + index) % 9 + 1).unwrap_or(1);
        id[..first]
            .iter()
            .enumerate()
            .map(|(index, digit)| digit * weight(index))
            .sum::<u32>()
            % 11
    };
    let check = match with(0) {
        10 => with(2) % 10,
        check => check,
    };
    id.last() == Some(&check)
}

/// Until 2020 by weights, since then ISO 7064 MOD 97-10 over the whole id.
fn netherlands(whole: &str, rest: &str) -> Option<bool> {
    let (company, branch) = rest.split_once('B')?;
    let id = digits(company).filter(|id| id.len() == 9)?;
    digits(branch).filter(|branch| branch.len() == 2)?;
    let by_weights = weighed(&id, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == id[8];
    let remainder = whole.chars().try_fold(0, |remainder, character| {
        let value = character.to_digit(36)?;
        let shift = if value > 9 { 100 } else { 10 };
        Some((remainder * shift + value) % 97)
    })?;
    Some(by_weights || remainder == 1)
}

/// Two digits over the number of the register; keys of letters are not checked.
fn france(rest: &str) -> Option<bool> {
    let id = digits(rest).filter(|id| id.len() == 11)?;
    Some(number(&id[..2]) == (number(&id[2..]) * 100 + 12) % 97)
}

fn britain(rest: &str) -> Option<bool> {
    let id = digits(rest).filter(|id| matches!(id.len(), 9 | 12))?;
    let sum = u64::from(weighed(&id[..7], &[8, 7, 6, 5, 4, 3, 2])) + number(&id[7..9]);
    Some(sum.is_multiple_of(97) || (sum + 55).is_multiple_of(97))
}

fn cyprus(rest: &str) -> Option<bool> {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let (first, letter) = rest.split_at_checked(8)?;
    let id = digits(first)?;
    let sum: u32 = id
        .iter()
        .enumerate()
        .map(|(index, digit)| {
            if index % 2 == 0 {
                ODD.get(*digit as usize).copied().unwrap_or_default()
            } else {
                *digit
            }
        })
        .sum();
    let wanted = char::from_digit(sum % 26 + 10, 36)?.to_ascii_uppercase();
    Some(letter.len() == 1 && letter.starts_with(wanted))
}

fn ireland(rest: &str) -> Option<bool> {
    const LETTERS: &[u8] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let bytes = rest.as_bytes();
    let mut id = digits(rest.get(..7)?);
    // The old form has a letter second; it counts as 0 and its first digit last.
    if id.is_none() && bytes.get(1)?.is_ascii_alphabetic() {
        let mut old = vec![0];
        old.extend(digits(rest.get(2..7)?)?);
        old.extend(digits(rest.get(..1)?)?);
        id = Some(old);
    }
    let letters = bytes.get(7..)?;
    let second = match letters {
        [_] | [_, b'W'] => 0,
        [_, second] if second.is_ascii_uppercase() => u32::from(second - b'A') + 1,
        _ => return None,
    };
    let sum = weighed(&id?, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second;
    Some(LETTERS.get(sum as usize % 23) == letters.first())
}

fn spain(rest: &str) -> Option<bool> {
    const PEOPLE: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    const COMPANIES: &[u8] = b"JABCDEFGHI";
    let bytes = rest.as_bytes();
    let (first, last) = (*bytes.first()?, *bytes.last()?);
    if bytes.len() != 9 {
        return None;
    }
    // A citizen's number, or a foreigner's whose letter stands for a digit.
    let of_person = match first {
        b'0'..=b'9' => Some(0).zip(digits(&rest[..8])),
        b'X' | b'Y' | b'Z' => Some(u64::from(first - b'X')).zip(digits(&rest[1..8])),
        b'K' | b'L' | b'M' => Some(0).zip(digits(&rest[1..8])),
        _ => None,
    };
    if let Some((leading, id)) = of_person {
        let index = (leading * 10_000_000 + number(&id)) % 23;
        return Some(PEOPLE.get(usize::try_from(index).ok()?) == Some(&last));
    }
    let id = digits(&rest[1..8])?;
    let sum: u32 = id
        .iter()
        .enumerate()
        .map(|(index, digit)| {
            if index % 2 == 0 {
                doubled(*digit)
            } else {
                *digit
            }
        })
        .sum();
    let check = (10 - sum % 10) % 10;
    let as_digit = last.is_ascii_digit() && u32::from(last - b'0') == check;
    let as_letter = COMPANIES.get(check as usize) == Some(&last);
    Some(as_digit || as_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Option<bool> {
        has_right_check_digits(&TaxId::parse(text).unwrap())
    }

    /// Ids of large companies and authorities, as they print them themselves.
    const RIGHT: [&str; 38] = [
        "ATU13585627",
        "BE0428759497",
        "BG175074752",
        "CY10259033P",
        "CZ25123891",
        "DE136695976",
        "DK13585628",
        "EE100931558",
        "EL094259216",
        "ESB58378431",
        "ES54362315K",
        "ESX2482300W",
        "ESJ99216582",
        "FI20774740",
        "FR40303265045",
        "FR83404833048",
        "HR33392005961",
        "HU12892312",
        "IE6433435F",
        "IE8D79739I",
        "IE6433435OA",
        "IT00743110157",
        "LT119511515",
        "LU15027442",
        "LV40003521600",
        "MT11679112",
        "NL004495445B01",
        "PL8567346215",
        "PT501964843",
        "RO18547290",
        "SE556188840401",
        "SI50223054",
        "SK2022749619",
        "GB980780684",
        "CHE-100.155.212 MWST",
        "CHE 107.787.577 IVA",
        "NO 974 760 673 MVA",
        "NO923609016",
    ];

    #[test]
    fn right_ids_are_right() {
        let wrong: Vec<&str> = RIGHT
            .into_iter()
            .filter(|id| checked(id) != Some(true))
            .collect();
        assert_eq!(wrong, Vec::<&str>::new());
    }

    /// A single wrong digit passes only where a remainder of ten becomes zero, or where several
    /// sums are allowed.
    #[test]
    fn one_wrong_digit_is_noticed() {
        let mut missed = 0;
        for id in RIGHT {
            let compact = TaxId::parse(id).unwrap().as_str().to_owned();
            for (index, digit) in compact.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
                // The Swedish and Dutch suffixes count branches.
                let is_suffix = matches!(&compact[..2], "SE" | "NL") && index >= 12;
                for other in ('0'..='9').filter(|other| *other != digit) {
                    let mut changed = compact.clone();
                    changed.replace_range(index..=index, &other.to_string());
                    missed += usize::from(!is_suffix && checked(&changed) == Some(true));
                }
            }
        }
        assert!(missed <= 16, "{missed} wrong digits passed");
    }

    #[test]
    fn what_has_no_check_digit_is_not_judged() {
        for id in [
            "136695976",
            "US123456789",
            "FRXX999999999",
            "DE12345",
            "SEX",
        ] {
            let parsed = TaxId::parse(id);
            assert_eq!(
                parsed.and_then(|id| has_right_check_digits(&id)),
                None,
                "{id}"
            );
        }
    }
}
