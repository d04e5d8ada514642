//! What another hand writes from the same contract: other numbers, other noise, other bank
//! texts. Every kind of noise has a label, so that recall can be told for each.

use super::books::Builder;

/// Words before a number, in no order of languages: payers write what their software prints.
const WORDS: [&str; 16] = [
    "RE-Nr.",
    "Rg.",
    "INV",
    "Invoice no.",
    "inv#",
    "Ihre Rechnung",
    "FACT. N°",
    "fatt. n.",
    "Fra.",
    "Faktura nr",
    "nota",
    "Betr.:",
    "your ref",
    "factuurnr.",
    "Payment of",
    "",
];

impl Builder {
    fn label(&mut self, label: &'static str) {
        self.noise.insert(label);
    }

    /// The text of a payment that names documents.
    pub(super) fn other_text(&mut self, numbers: &[String]) -> String {
        let word = *self.dice.pick(&WORDS);
        let named = match numbers {
            [number] => self.other_number(number),
            several => self.other_list(several),
        };
        let text = format!("{word} {named}").trim().to_owned();
        self.bank_text(text, numbers.len())
    }

    fn other_number(&mut self, number: &str) -> String {
        let mut letters: Vec<char> = number.chars().collect();
        let digits: Vec<usize> = (0..letters.len())
            .filter(|place| letters[*place].is_ascii_digit())
            .collect();
        let place = *self.dice.pick(&digits);
        match self.dice.between(0, 19) {
            0 | 1 => {
                self.label("letters for digits");
                for letter in &mut letters {
                    *letter = match *letter {
                        '0' if self.dice.percent(40) => 'O',
                        '1' if self.dice.percent(40) => 'I',
                        '5' if self.dice.percent(30) => 'S',
                        '8' if self.dice.percent(30) => 'B',
                        other => other,
                    };
                }
            }
            2 => {
                self.label("space inside");
                letters.insert(place, ' ');
            }
            3 => {
                self.label("other separators");
                for letter in &mut letters {
                    if !letter.is_ascii_alphanumeric() {
                        *letter = *self.dice.pick(&['.', '_', ' ', '/', '-']);
                    }
                }
            }
            4 if digits.len() >= 5 => {
                self.label("digit lost");
                letters.remove(place);
            }
            5 if digits.len() >= 5 => {
                self.label("digit doubled");
                letters.insert(place, letters[place]);
            }
            6 if digits.len() >= 5 => {
                self.label("digits swapped");
                let last = digits[digits.len() - 1];
                let before = digits[digits.len() - 2];
                letters.swap(last, before);
            }
            7 if digits.len() >= 6 => {
                self.label("digit wrong");
                letters[place] = *self.dice.pick(&['2', '4', '6', '7', '9']);
            }
            8 | 9 => {
                self.label("without prefix");
                return number
                    .trim_start_matches(|c: char| !c.is_ascii_digit())
                    .to_owned();
            }
            10 => {
                self.label("last digits alone");
                let run = number.rsplit(|c: char| !c.is_ascii_digit()).next();
                return run.filter(|run| run.len() > 2).unwrap_or(number).to_owned();
            }
            11 => {
                self.label("lower case, solid");
                letters.retain(char::is_ascii_alphanumeric);
                return letters.iter().collect::<String>().to_lowercase();
            }
            _ => {}
        }
        letters.into_iter().collect()
    }

    /// Several numbers: one by one, as a range, or the first in full and the last digits of the
    /// others.
    fn other_list(&mut self, numbers: &[String]) -> String {
        let ends: Vec<(&str, &str)> = numbers
            .iter()
            .map(|number| number.split_at(number.len().saturating_sub(2)))
            .collect();
        let is_series = ends.iter().all(|(head, tail)| {
            *head == ends[0].0 && tail.len() == 2 && tail.chars().all(|c| c.is_ascii_digit())
        });
        let values: Vec<i64> = ends
            .iter()
            .filter_map(|(_, tail)| tail.parse().ok())
            .collect();
        let follow = is_series && values.windows(2).all(|pair| pair[1] == pair[0] + 1);
        if follow && numbers.len() > 2 && self.dice.percent(50) {
            self.label("range");
            return format!("{}-{}", numbers[0], ends[ends.len() - 1].1);
        }
        if is_series && self.dice.percent(50) {
            self.label("series");
            let separator = *self.dice.pick(&["/", ", ", "+", " / "]);
            let tails: Vec<&str> = ends[1..].iter().map(|(_, tail)| *tail).collect();
            return format!("{}{separator}{}", numbers[0], tails.join(separator));
        }
        let separator = *self.dice.pick(&[", ", " ", " + ", ";", " und ", "/"]);
        if separator == "/" {
            self.label("slashes between");
        }
        let mut written = Vec::new();
        for number in numbers {
            let is_noisy = self.dice.percent(15);
            written.push(if is_noisy {
                self.other_number(number)
            } else {
                number.clone()
            });
        }
        written.join(separator)
    }

    /// What the bank makes of the text.
    fn bank_text(&mut self, text: String, count: usize) -> String {
        let serial = self.dice.between(10_000, 99_999);
        let day = self.dice.between(10, 28);
        match self.dice.between(0, 19) {
            0 => {
                self.label("SEPA tags");
                format!("EREF+{day:02}03250{serial}MREF+M-{serial}SVWZ+{text}ABWA+NOTPROVIDED")
            }
            1 => {
                self.label("SEPA tags");
                format!("SVWZ+{text} EREF+NOTPROVIDED KREF+BK{serial}")
            }
            2 => {
                self.label("ACH or wire");
                format!(
                    "ORIG CO NAME:PAYER CO ENTRY DESCR:PAYMENT SEC:CCD TRACE#:02100002{serial}73 IND ID:{text}"
                )
            }
            3 => {
                self.label("ACH or wire");
                format!("WIRE IN REF {serial}220 OBI={text} BBI=/CHGS/")
            }
            4 => {
                self.label("lockbox");
                format!("LOCKBOX 00{serial} CHK {:06} {text}", serial * 3)
            }
            5 => {
                self.label("BACS");
                format!("{text} BGC {serial}").to_uppercase()
            }
            6 | 7 => {
                self.label("date and amount beside");
                format!(
                    "{text} vom {day:02}.02.2025 EUR {}.{:03},50",
                    day,
                    serial % 1000
                )
            }
            8 => {
                self.label("customer number beside");
                format!("Kd-Nr. {serial} {text}")
            }
            9 | 10 => {
                self.label("line break at 27");
                let mut broken = String::new();
                for (place, letter) in format!("Zahlungseingang {text}").chars().enumerate() {
                    if place > 0 && place % 27 == 0 {
                        broken.push(' ');
                    }
                    broken.push(letter);
                }
                broken
            }
            11 if count == 1 && text.len() > 12 => {
                self.label("cut off");
                let cut = text.chars().count() - 2;
                text.chars().take(cut).collect()
            }
            12 => {
                self.label("courtesies");
                format!("Vielen Dank, {text} / thank you")
            }
            _ => text,
        }
    }

    /// The party as the bank writes it.
    pub(super) fn other_name(&mut self, party: usize) -> Option<String> {
        let name = self.parties[party].name.clone();
        let forms = self.country.forms;
        let core = forms
            .iter()
            .fold(name.clone(), |name, form| {
                name.strip_suffix(form).map_or(name.clone(), str::to_owned)
            })
            .trim()
            .to_owned();
        let words: Vec<&str> = core.split(' ').collect();
        Some(match self.dice.between(0, 11) {
            0 => {
                self.label("no name");
                return None;
            }
            1 => {
                self.label("name reversed");
                let mut turned = words.clone();
                turned.reverse();
                turned.join(" ")
            }
            2 => {
                self.label("name abbreviated");
                let cut: String = words[0].chars().take(4).collect();
                format!("{cut}. {}", words[1..].join(" "))
            }
            3 => {
                self.label("no legal form");
                core
            }
            4 => {
                self.label("digraphs for diacritics");
                with_digraphs(&name).to_uppercase()
            }
            5 => {
                self.label("diacritics stripped");
                super::noise::as_banks_print(&name)
            }
            6 => {
                self.label("name cut at 14");
                super::noise::as_banks_print(&name)
                    .chars()
                    .take(14)
                    .collect()
            }
            7 => {
                self.label("letter wrong in the name");
                let mut letters: Vec<char> = name.chars().collect();
                let place = letters.len() / 2;
                letters.remove(place);
                letters.into_iter().collect()
            }
            8 => {
                self.label("name joined");
                core.replace(' ', "")
            }
            _ => name,
        })
    }
}

/// `ue` for `ü` and so on.
fn with_digraphs(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'ä' => "ae".to_owned(),
            'ö' | 'ø' => "oe".to_owned(),
            'ü' => "ue".to_owned(),
            'å' | 'Å' => "aa".to_owned(),
            'ß' => "ss".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
