//! Twelve countries: currencies, words, names, references with check digits.

/// A small generator of numbers (splitmix64): the same seed gives the same ledger.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap();
        low + i64::try_from(self.next() % span).unwrap()
    }

    /// True in so many of a hundred.
    pub(crate) fn percent(&mut self, chance: i64) -> bool {
        self.between(0, 99) < chance
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let last = i64::try_from(from.len()).unwrap() - 1;
        &from[usize::try_from(self.between(0, last)).unwrap()]
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            let other = self.between(0, i64::try_from(end).unwrap());
            list.swap(end, usize::try_from(other).unwrap());
        }
    }
}

pub(crate) struct Country {
    pub code: &'static str,
    pub currency: &'static str,
    pub foreign: &'static str,
    pub chart: &'static str,
    pub prefix: &'static str,
    pub invoice: &'static str,
    pub forms: &'static [&'static str],
    pub words: &'static [&'static str],
    pub returned: &'static str,
    pub charges: &'static str,
    pub salary: &'static str,
    pub structured: Structured,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Structured {
    None,
    Rf,
    Qrr,
    Ogm,
    Luhn,
    Viite,
}

pub(crate) const COUNTRIES: [Country; 12] = [
    Country {
        code: "DE",
        currency: "EUR",
        foreign: "USD",
        chart: "de_skr04_subset",
        prefix: "RE-",
        invoice: "Rechnung",
        forms: &["GmbH", "AG", "GmbH & Co. KG"],
        words: &[
            "Müller",
            "Schröder",
            "Nordlicht",
            "Werkzeugbau",
            "Elektrotechnik",
            "Maschinenbau",
            "Grünwald",
            "Bäckerei",
            "Logistik",
            "Hansa",
        ],
        returned: "RUECKLASTSCHRIFT",
        charges: "Kontoführung Entgeltabschluss",
        salary: "Lohn und Gehalt",
        structured: Structured::Rf,
    },
    Country {
        code: "FR",
        currency: "EUR",
        foreign: "GBP",
        chart: "fr_pcg_subset",
        prefix: "FA",
        invoice: "facture",
        forms: &["SARL", "SAS", "SA"],
        words: &[
            "Lefèvre",
            "Dubois",
            "Boulangerie",
            "Électricité",
            "Moderne",
            "Provence",
            "Matériaux",
            "Garnier",
            "Océan",
            "Transports",
        ],
        returned: "REJET DE PRELEVEMENT",
        charges: "Frais de tenue de compte",
        salary: "Virement salaires",
        structured: Structured::None,
    },
    Country {
        code: "IT",
        currency: "EUR",
        foreign: "USD",
        chart: "intl_4digit",
        prefix: "FT/",
        invoice: "fattura",
        forms: &["S.r.l.", "S.p.A."],
        words: &[
            "Rossi",
            "Bianchi",
            "Officine",
            "Meccaniche",
            "Tessitura",
            "Adriatica",
            "Colori",
            "Ferramenta",
            "Lombarda",
            "Vinicola",
        ],
        returned: "INSOLUTO",
        charges: "Spese tenuta conto",
        salary: "Stipendi",
        structured: Structured::Rf,
    },
    Country {
        code: "ES",
        currency: "EUR",
        foreign: "USD",
        chart: "intl_4digit",
        prefix: "F-",
        invoice: "factura",
        forms: &["S.L.", "S.A."],
        words: &[
            "García",
            "Hermanos",
            "Muñoz",
            "Construcciones",
            "Ibérica",
            "Levante",
            "Suministros",
            "Talleres",
            "Peñalver",
            "Conservas",
        ],
        returned: "DEVOLUCION RECIBO",
        charges: "Comisión de mantenimiento",
        salary: "Nóminas",
        structured: Structured::None,
    },
    Country {
        code: "NL",
        currency: "EUR",
        foreign: "GBP",
        chart: "intl_4digit",
        prefix: "",
        invoice: "factuur",
        forms: &["B.V.", "N.V."],
        words: &[
            "Jansen",
            "De Vries",
            "Bouwbedrijf",
            "Bakkerij",
            "Waterland",
            "Installatie",
            "Groothandel",
            "Tuinders",
            "Scheepvaart",
            "Oranje",
        ],
        returned: "STORNERING INCASSO",
        charges: "Kosten betalingsverkeer",
        salary: "Salaris",
        structured: Structured::Rf,
    },
    Country {
        code: "BE",
        currency: "EUR",
        foreign: "USD",
        chart: "intl_4digit",
        prefix: "VF",
        invoice: "factuur",
        forms: &["BV", "NV", "SRL"],
        words: &[
            "Peeters",
            "Brasserie",
            "Ardennes",
            "Claes",
            "Drukkerij",
            "Vlaamse",
            "Houthandel",
            "Meubelen",
            "Chocolaterie",
            "Lambert",
        ],
        returned: "RETOUR LASTSCHRIFT",
        charges: "Frais bancaires",
        salary: "Lonen",
        structured: Structured::Ogm,
    },
    Country {
        code: "CH",
        currency: "CHF",
        foreign: "EUR",
        chart: "intl_4digit",
        prefix: "R",
        invoice: "Rechnung",
        forms: &["AG", "GmbH"],
        words: &[
            "Keller",
            "Zürcher",
            "Uhrenfabrik",
            "Käserei",
            "Alpenblick",
            "Treuhand",
            "Bündner",
            "Schreinerei",
            "Hofstetter",
            "Sanitär",
        ],
        returned: "RUECKBUCHUNG",
        charges: "Bankspesen",
        salary: "Lohnzahlung",
        structured: Structured::Qrr,
    },
    Country {
        code: "NO",
        currency: "NOK",
        foreign: "EUR",
        chart: "intl_4digit",
        prefix: "",
        invoice: "faktura",
        forms: &["AS", "ASA"],
        words: &[
            "Hansen",
            "Fjellheim",
            "Sjømat",
            "Rørlegger",
            "Bygg",
            "Østlandet",
            "Trelast",
            "Nordsjø",
            "Verksted",
            "Kristiansen",
        ],
        returned: "RETUR BETALING",
        charges: "Bankgebyr",
        salary: "Lønn",
        structured: Structured::Luhn,
    },
    Country {
        code: "SE",
        currency: "SEK",
        foreign: "EUR",
        chart: "intl_4digit",
        prefix: "",
        invoice: "faktura",
        forms: &["AB"],
        words: &[
            "Andersson",
            "Göteborgs",
            "Snickeri",
            "Åkeri",
            "Skåne",
            "Trävaror",
            "Lindström",
            "Mekaniska",
            "Norrlands",
            "Bageri",
        ],
        returned: "RETURBETALNING",
        charges: "Bankavgift",
        salary: "Lön",
        structured: Structured::Luhn,
    },
    Country {
        code: "FI",
        currency: "EUR",
        foreign: "SEK",
        chart: "intl_4digit",
        prefix: "L",
        invoice: "lasku",
        forms: &["Oy", "Oyj"],
        words: &[
            "Virtanen",
            "Sähkö",
            "Rakennus",
            "Järvinen",
            "Pohjola",
            "Kuljetus",
            "Mäkinen",
            "Puutavara",
            "Leipomo",
            "Saimaan",
        ],
        returned: "PALAUTUS MAKSU",
        charges: "Palvelumaksu",
        salary: "Palkka",
        structured: Structured::Viite,
    },
    Country {
        code: "PL",
        currency: "PLN",
        foreign: "EUR",
        chart: "intl_4digit",
        prefix: "FV/",
        invoice: "faktura",
        forms: &["Sp. z o.o.", "S.A."],
        words: &[
            "Kowalski",
            "Łódzkie",
            "Hurtownia",
            "Wiśniewski",
            "Budownictwo",
            "Śląskie",
            "Meble",
            "Zakłady",
            "Piekarnia",
            "Bałtyk",
        ],
        returned: "ZWROT PRZELEWU",
        charges: "Opłata za prowadzenie rachunku",
        salary: "Wynagrodzenia",
        structured: Structured::None,
    },
    Country {
        code: "US",
        currency: "USD",
        foreign: "EUR",
        chart: "intl_4digit",
        prefix: "INV-",
        invoice: "invoice",
        forms: &["Inc.", "LLC", "Corp."],
        words: &[
            "Smith",
            "Lakeside",
            "Hardware",
            "Johnson",
            "Pacific",
            "Plumbing",
            "Riverside",
            "Printing",
            "Evergreen",
            "Freight",
        ],
        returned: "RETURNED PAYMENT R02",
        charges: "Monthly service charge",
        salary: "Payroll",
        structured: Structured::None,
    },
];

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

/// Upper case without diacritics, as banks print.
pub(crate) fn as_banks_print(text: &str) -> String {
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
