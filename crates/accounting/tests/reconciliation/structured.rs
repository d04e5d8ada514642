//! Structured references with their check digits.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Structured {
    None,
    Rf,
    Qrr,
    Ogm,
    Luhn,
    Viite,
}

impl Structured {
    /// A reference for a number, with its check digits.
    pub(crate) fn reference(self, number: u64) -> Option<String> {
        let digits = |text: &str| -> Vec<u64> {
            text.chars()
                .map(|c| u64::from(c.to_digit(10).unwrap()))
                .collect()
        };
        match self {
            Self::None => None,
            Self::Rf => {
                let body = format!("{number:09}");
                let value: u128 = format!("{body}271500").parse().unwrap();
                Some(format!("RF{:02}{body}", 98 - value % 97))
            }
            Self::Qrr => {
                const TABLE: [u64; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
                let body = format!(
                    "{:026}",
                    21_000_000_000_000_000_000_u128 + u128::from(number)
                );
                let carry = digits(&body).iter().fold(0, |carry, d| {
                    TABLE[usize::try_from((carry + d) % 10).unwrap()]
                });
                Some(format!("{body}{}", (10 - carry) % 10))
            }
            Self::Ogm => {
                let body = 900_000_000 + number;
                let check = if body.is_multiple_of(97) {
                    97
                } else {
                    body % 97
                };
                let whole = format!("{body:010}{check:02}");
                Some(format!(
                    "+++{}/{}/{}+++",
                    &whole[..3],
                    &whole[3..7],
                    &whole[7..]
                ))
            }
            Self::Luhn => {
                let body = format!("{number:08}");
                let sum: u64 = digits(&body)
                    .iter()
                    .rev()
                    .enumerate()
                    .map(|(place, d)| match (place % 2, d * 2) {
                        (1, _) => *d,
                        (_, doubled) if doubled > 9 => doubled - 9,
                        (_, doubled) => doubled,
                    })
                    .sum();
                Some(format!("{body}{}", (10 - sum % 10) % 10))
            }
            Self::Viite => {
                let body = format!("{number:07}");
                let sum: u64 = digits(&body)
                    .iter()
                    .rev()
                    .zip([7, 3, 1].into_iter().cycle())
                    .map(|(d, w)| d * w)
                    .sum();
                Some(format!("{body}{}", (10 - sum % 10) % 10))
            }
        }
    }
}
