//! Requests that Swagger UI offers to try; each is answered in a test.

use serde_json::{Value, json};

fn company() -> Value {
    json!({
        "name": "Our Company",
        "country": "DE",
        "base_currency": "EUR",
        "chart_of_accounts": "de_skr04_subset"
    })
}

/// A supplier's invoice as an extractor returned it.
pub(in crate::http) fn invoice() -> Value {
    json!({
        "document": {
            "Rechnungsnummer": "2025-0417",
            "Rechnungsdatum": "17.04.2025",
            "Fällig am": "17.05.2025",
            "Rechnungssteller": {"Name": "Büro & Papier GmbH", "USt-IdNr": "DE136695976"},
            "Rechnungsempfänger": {"Name": "Our Company"},
            "Positionen": [
                {"Bezeichnung": "Kopierpapier A4", "Menge": "20", "Einzelpreis": "4,50",
                 "Betrag": "90,00", "USt": "19%"}
            ],
            "Nettobetrag": "90,00",
            "Umsatzsteuer 19%": "17,10",
            "Gesamtbetrag": "107,10 EUR"
        },
        "company": company()
    })
}

/// The text of a till receipt.
pub(in crate::http) fn receipt() -> Value {
    json!({
        "document": {
            "raw_text": "CITY TAXI BERLIN\n03.03.2025 18:22\nFahrt Mitte - Flughafen\n\
                 Netto 42,06\nMwSt 7% 2,94\nGesamt EUR 45,00\nBAR 45,00"
        },
        "company": company(),
        "options": {"llm": "never"}
    })
}

/// An entry to be checked.
pub(in crate::http) fn entry() -> Value {
    json!({
        "entry": {
            "date": "2025-04-17",
            "currency": "EUR",
            "lines": [
                {"account": "6815", "debit": "90.00", "credit": "0.00"},
                {"account": "1400", "debit": "17.10", "credit": "0.00"},
                {"account": "3300", "debit": "0.00", "credit": "107.10"}
            ]
        },
        "company": company()
    })
}
