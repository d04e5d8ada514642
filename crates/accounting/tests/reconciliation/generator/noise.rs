//! Numbers and names as payers and banks leave them.

use super::Setting;
use super::books::Builder;

impl Builder {
    /// A structured reference as transmitted: another hand writes a digit wrong now and then,
    /// which breaks its check digits.
    pub(super) fn misread(&mut self, reference: &str) -> String {
        if self.setting != Setting::OtherHand || !self.dice.percent(8) {
            return reference.to_owned();
        }
        self.noise.insert("check digits broken");
        let mut letters: Vec<char> = reference.chars().collect();
        let places: Vec<usize> = (1..letters.len())
            .filter(|place| {
                letters[*place].is_ascii_digit()
                    && letters[place - 1].is_ascii_digit()
                    && letters[*place] != letters[place - 1]
            })
            .collect();
        if let Some(place) = places.last() {
            letters.swap(*place, place - 1);
        }
        letters.into_iter().collect()
    }

    /// The number as the payer and the bank leave it.
    pub(super) fn noisy(&mut self, number: &str) -> String {
        if !self.is_hard() || self.dice.percent(45) {
            return number.to_owned();
        }
        let solid: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
        match self.dice.between(0, 6) {
            0 => solid,
            1 => number.replace(['-', '/'], " "),
            2 => number.to_lowercase(),
            3 => {
                let (head, tail) = number.split_at(number.len() - 3);
                format!("{head} {tail}")
            }
            4 => {
                // Two neighbours swapped.
                let mut bytes = number.as_bytes().to_vec();
                let places: Vec<usize> = (1..bytes.len())
                    .filter(|i| {
                        bytes[*i].is_ascii_digit()
                            && bytes[i - 1].is_ascii_digit()
                            && bytes[*i] != bytes[i - 1]
                    })
                    .collect();
                if !places.is_empty() {
                    let place = *self.dice.pick(&places);
                    bytes.swap(place, place - 1);
                }
                String::from_utf8(bytes).unwrap()
            }
            5 => {
                let last = number
                    .rsplit(|c: char| !c.is_ascii_digit())
                    .find(|run| run.len() > 2);
                last.unwrap_or(number).trim_start_matches('0').to_owned()
            }
            _ => number.replace("2025-0", "2025-").replace("2025/0", "2025/"),
        }
    }

    pub(super) fn bank_name(&mut self, party: usize) -> Option<String> {
        let name = self.parties[party].name.clone();
        match self.setting {
            Setting::Easy => return Some(name),
            Setting::OtherHand => return self.other_name(party),
            Setting::Hard => {}
        }
        let printed = as_banks_print(&name);
        match self.dice.between(0, 9) {
            0 => None,
            1 | 2 => Some(printed.chars().take(18).collect()),
            3 => {
                let words: Vec<&str> = printed.split(' ').collect();
                Some(words[..2.min(words.len())].join(" "))
            }
            4 => Some(format!(
                "{} {}",
                printed,
                self.country.words[0].to_uppercase()
            )),
            5 => {
                let mut letters: Vec<char> = printed.chars().collect();
                letters.swap(2, 3);
                Some(letters.into_iter().collect())
            }
            6 | 7 => Some(printed),
            _ => Some(name),
        }
    }
}

/// Upper case without diacritics, as banks print.
pub(super) fn as_banks_print(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'ä' | 'á' | 'à' | 'å' | 'Å' | 'ą' => "A".to_owned(),
            'ü' | 'ú' => "U".to_owned(),
            'ö' | 'ó' | 'ø' | 'Ø' => "O".to_owned(),
            'é' | 'è' | 'É' => "E".to_owned(),
            'í' => "I".to_owned(),
            'ñ' => "N".to_owned(),
            'ł' | 'Ł' => "L".to_owned(),
            'ś' | 'Ś' => "S".to_owned(),
            other => other.to_uppercase().collect(),
        })
        .collect()
}
