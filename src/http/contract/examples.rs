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

/// A line that names its invoice, and one that fits two alike.
pub(in crate::http) fn ledger() -> Value {
    let rent = |id: &str, number: &str| {
        json!({
            "id": id, "type": "invoice", "number": number, "party": {"name": "Hafen Miete KG"},
            "issue_date": "2025-03-01", "due_date": "2025-03-31", "currency": "EUR",
            "open_amount": "480.00"
        })
    };
    json!({
        "bank_lines": [
            {"id": "line-1", "date": "2025-03-14", "amount": "1166.20", "currency": "EUR",
             "description": "RE-2025-0042 ABZGL. 2% SKONTO", "counterparty_name": "NORDLICHT WERBUNG"},
            {"id": "line-2", "date": "2025-03-17", "amount": "480.00", "currency": "EUR",
             "description": "Miete", "counterparty_name": "Hafen Miete KG"}
        ],
        "open_items": [
            {"id": "item-1", "type": "invoice", "number": "RE-2025-0042",
             "party": {"name": "Nordlicht Werbung GmbH"}, "issue_date": "2025-03-05",
             "due_date": "2025-04-04", "currency": "EUR", "open_amount": "1190.00",
             "terms": {"discount_percent": "2", "discount_days": 10}},
            rent("item-2", "RE-2025-0038"),
            rent("item-3", "RE-2025-0039")
        ],
        "policy": {
            "fee_tolerance": "15.00", "fee_tolerance_percent": "2", "rounding_tolerance": "0.02",
            "date_window_days": 30, "discount_grace_days": 2
        },
        "company": company()
    })
}

/// The answer to [`ledger`].
pub(in crate::http) fn reconciled() -> Value {
    json!({
        "id": "res_0197bdc4e5a07a3b8f6a2d9c41e07b55",
        "schema_version": "1",
        "model": null,
        "timings_ms": {"code": 1.204, "model": 0.0, "total": 1.204},
        "matches": [{
            "lines": ["line-1"],
            "items": ["item-1"],
            "kind": "with_discount",
            "allocations": [{"line": "line-1", "item": "item-1", "amount": "1190.00"}],
            "difference": {"kind": "discount", "amount": "23.80"},
            "entry": {"date": "2025-03-14", "lines": [
                {"account": "1800", "debit": "1166.20", "credit": "0.00"},
                {"account": "1200", "debit": "0.00", "credit": "1190.00"},
                {"account": "4700", "debit": "23.80", "credit": "0.00"}
            ]},
            "confidence": 0.97,
            "auto": true,
            "reasons": [
                "the line names the item",
                "the amount is less by the discount for early payment, in time",
                "the party agrees"
            ]
        }],
        "unmatched_lines": [],
        "unmatched_items": [],
        "ambiguous": [{
            "lines": ["line-2"],
            "alternatives": [{"items": ["item-2"]}, {"items": ["item-3"]}],
            "reasons": [
                "several items of the party have this amount, and nothing tells them apart"
            ]
        }]
    })
}

/// The result of these is made up: whoever tries them puts in one of their own.
const RESULT: &str = "res_0197c1f2b0007000800000000000002a";

/// Feedback on a result with nothing wrong.
pub(in crate::http) fn agreement() -> Value {
    json!({"result_id": RESULT, "verdict": "correct", "reviewer": "a.meier"})
}

/// Feedback that names what was wrong.
pub(in crate::http) fn correction() -> Value {
    json!({
        "result_id": RESULT,
        "verdict": "corrected",
        "corrections": [
            {"field": "/action", "expected": "create_expense"},
            {"field": "/journal/lines/2/account", "expected": "1800"}
        ],
        "reason": "paid by card at the counter",
        "reviewer": "a.meier"
    })
}

/// Feedback that only says that a result is wrong.
pub(in crate::http) fn rejection() -> Value {
    json!({
        "result_id": RESULT,
        "verdict": "rejected",
        "reason": "two invoices in one file",
        "reviewer": "a.meier"
    })
}

/// A bank statement file of SWIFT's format.
pub(in crate::http) fn mt940() -> Value {
    json!({
        "statement": {
            "mt940": ":20:STATEMENT\n:25:DE89370400440532013000\n:28C:7/1\n:60F:C250301EUR1000,00\n\
                 :61:2503020302C119,00NTRFNONREF//8327000\n\
                 :86:166?00GUTSCHRIFT?20EREF+E2E-77?21SVWZ+Rechnung 2025-0042\
                 ?31DE02120300000000202051?32Nordlicht GmbH\n\
                 :62F:C250302EUR1119,00\n-\n"
        }
    })
}

/// A bank statement file of a bank's own columns.
pub(in crate::http) fn csv() -> Value {
    json!({
        "statement": {
            "csv": "Buchungstag;Auftraggeber;Verwendungszweck;Betrag;Saldo\n\
                 27.02.2025;Nordlicht GmbH;Rechnung 2025-0042;119,00;1.119,00\n\
                 03.03.2025;Bank;Entgelt;-3,50;1.115,50\n"
        },
        "mapping": {
            "columns": {
                "date": "Buchungstag",
                "amount": "Betrag",
                "balance": "Saldo",
                "description": "Verwendungszweck",
                "counterparty_name": "Auftraggeber"
            },
            "currency": "EUR",
            "account": "DE89370400440532013000"
        }
    })
}
