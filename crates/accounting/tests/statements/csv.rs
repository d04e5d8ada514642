//! CSV with a mapping.

use ledgergate_accounting::InputError;
use serde_json::{Value, json};

use crate::{codes, detail, read};

fn with(text: &str, mapping: &Value) -> Result<Value, InputError> {
    read(&json!({"statement": {"csv": text}, "mapping": mapping}))
}

const GERMAN: &str = "Konto;DE89 3704 0044 0532 0130 00\n\n\
    Buchungstag;Wertstellung;Auftraggeber;Verwendungszweck;Betrag;Saldo;Kategorie\n\
    31.12.2024;02.01.2025;Nordlicht GmbH;Rechnung RE-42;1.190,00;2.190,00;Umsatz\n\
    03.01.2025;03.01.2025;Bank;\"Entgelt;\nJanuar\";-10,50;2.179,50;\n";

fn german() -> Value {
    json!({"columns": {"date": "Buchungstag", "value_date": "Wertstellung", "amount": "Betrag",
        "counterparty_name": "Auftraggeber", "description": "Verwendungszweck", "balance": "Saldo"},
        "currency": "EUR", "account": "DE89 3704 0044 0532 0130 00"})
}

#[test]
fn the_file_decides_what_the_mapping_leaves_out() {
    let reply = with(GERMAN, &german()).unwrap();
    assert_eq!(codes(&reply), Vec::<&str>::new());
    let statement = &reply["statements"][0];
    assert_eq!(statement["account"], "DE89370400440532013000");
    assert_eq!(
        statement["opening"],
        json!({"date": "2024-12-31", "amount": "1000.00"})
    );
    assert_eq!(
        statement["closing"],
        json!({"date": "2025-01-03", "amount": "2179.50"})
    );
    assert_eq!(statement["lines"][0]["value_date"], "2025-01-02");
    assert_eq!(statement["lines"][1]["description"], "Entgelt;\nJanuar");
    assert_eq!(statement["lines"][1]["amount"], "-10.50");
    assert_eq!(detail(statement, 0, "Kategorie"), Some("Umsatz"));
    assert_eq!(
        reply["details"][0]["value"],
        "Konto | DE89 3704 0044 0532 0130 00"
    );
}

#[test]
fn balances_are_followed_from_either_end() {
    let newest_first =
        "d,a,b\n2025-01-03,5.00,12.00\n2025-01-02,-3.00,7.00\n2025-01-01,10.00,10.00\n";
    let mapping =
        json!({"columns": {"date": "d", "amount": "a", "balance": "b"}, "currency": "EUR"});
    let found = with(newest_first, &mapping).unwrap();
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert_eq!(found["statements"][0]["opening"]["amount"], "0.00");
    assert_eq!(found["statements"][0]["closing"]["amount"], "12.00");
    let broken = newest_first.replace("7.00", "7.10");
    let found = with(&broken, &mapping).unwrap();
    assert_eq!(codes(&found), ["running_balance_does_not_follow"]);
    assert_eq!(found["valid"], false);
    assert_eq!(found["checks"][0]["path"], "/csv#3");
}

#[test]
fn amounts_in_two_columns_or_with_an_indicator() {
    let columns = |more: Value| {
        let mut columns = json!({"date": 0});
        columns
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"columns": columns, "currency": "USD", "date_format": "mm/dd/yyyy",
            "opening": {"amount": "10"}, "closing": {"amount": "12.50", "date": "2025-01-03"}})
    };
    let split = "01/02/2025,2.50,\n01/03/2025,,5\n";
    let found = with(split, &columns(json!({"debit": 1, "credit": 2}))).unwrap();
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert_eq!(found["statements"][0]["lines"][0]["amount"], "-2.50");
    let negative = split.replace("2.50", "-2.50");
    let found = with(&negative, &columns(json!({"debit": 1, "credit": 2}))).unwrap();
    assert_eq!(found["statements"][0]["lines"][0]["amount"], "-2.50");
    let mixed = split.to_owned() + "01/03/2025,-1,\n";
    let error = with(&mixed, &columns(json!({"debit": 1, "credit": 2}))).unwrap_err();
    assert_eq!(error.pointer, "/mapping/columns/debit");

    let indicated = "01/02/2025,2.50,DBIT\n01/03/2025,5,CRDT\n";
    let mapping = columns(json!({"amount": 1, "indicator": 2}));
    let found = with(indicated, &mapping).unwrap();
    assert_eq!(found["statements"][0]["lines"][0]["amount"], "-2.50");
    let german = indicated.replace("DBIT", "S").replace("CRDT", "H");
    let error = with(&german, &mapping).unwrap_err();
    assert_eq!(error.pointer, "/mapping/indicator");
    let mut mapping = mapping;
    mapping["indicator"] = json!({"debit": ["S"], "credit": ["H"]});
    let found = with(&german, &mapping).unwrap();
    assert_eq!(found["statements"][0]["lines"][1]["amount"], "5.00");
}

#[test]
fn what_the_file_does_not_decide_is_asked_for_by_name() {
    let pointer = |text: &str, mapping: Value| with(text, &mapping).unwrap_err().pointer;
    let text = "d;a;c\n03/04/2025;1.234;EUR\n";
    let columns = json!({"date": "d", "amount": "a"});
    assert_eq!(
        pointer(text, json!({"columns": columns})),
        "/mapping/currency"
    );
    assert_eq!(
        pointer(text, json!({"columns": columns, "currency": "EUR"})),
        "/mapping/date_format"
    );
    let kuwait = json!({"columns": columns, "currency": "KWD", "date_format": "dd/mm/yyyy"});
    assert_eq!(pointer(text, kuwait), "/mapping/decimal_mark");
    assert_eq!(
        pointer(
            "a\n1\n",
            json!({"columns": {"date": 0, "amount": 0}, "currency": "EUR"})
        ),
        "/mapping/delimiter"
    );
    assert_eq!(
        pointer(text, json!({"columns": {"date": "d"}, "currency": "EUR"})),
        "/mapping/columns/amount"
    );
    assert_eq!(
        pointer(
            text,
            json!({"columns": {"date": "d", "debit": "a"}, "currency": "EUR"})
        ),
        "/mapping/columns/credit"
    );
    assert_eq!(
        pointer(text, json!({"columns": {"amount": "a"}})),
        "/mapping/columns/date"
    );
    assert_eq!(
        pointer(
            text,
            json!({"columns": {"date": "Day", "amount": "a"}, "currency": "EUR", "delimiter": ";"})
        ),
        "/mapping/columns"
    );
    assert_eq!(
        pointer(text, json!({"columns": columns, "currency": "€"})),
        "/mapping/currency"
    );
    assert_eq!(
        pointer(text, json!({"columns": columns, "colour": 1})),
        "/mapping/colour"
    );
    assert_eq!(
        read(&json!({"statement": {"csv": text}}))
            .unwrap_err()
            .pointer,
        "/mapping"
    );
    let mt940 = json!({"statement": {"mt940": ":20:"}, "mapping": {"columns": columns}});
    assert_eq!(read(&mt940).unwrap_err().pointer, "/mapping");
}

#[test]
fn a_row_that_cannot_be_read_is_named_with_its_line() {
    let mapping = json!({"columns": {"date": "d", "amount": "a"}, "currency": "EUR",
        "date_format": "yyyy-mm-dd", "delimiter": ";"});
    let message = |text: &str| {
        let error = with(text, &mapping).unwrap_err();
        assert_eq!(error.pointer, "/statement/csv");
        error.message
    };
    assert!(message("d;a\n2025-01-01;1.00\n2025-13-01;1.00\n").starts_with("line 3: '2025-13-01'"));
    assert!(message("d;a\n2025-01-01;1.00\n2025-01-02;one\n").starts_with("line 3: 'one'"));
    assert!(
        message("d;a\n2025-01-01;1.00\n2025-01-02\n").starts_with("line 3: the row has 1 columns")
    );
    assert!(message("d;a\n2025-01-01;\n").starts_with("line 2: the row has no amount"));
    assert!(message("d;a\n2025-01-01;\"1.00\n").contains("quotes"));
    assert!(message("d;a\n").contains("no line"));
    // A quote inside of a cell is a character of it.
    assert!(with("d;a;t\n2025-01-01;1.00;pipe 5\" long\n", &mapping).is_ok());
    let mut footed = mapping.clone();
    footed["footer_rows"] = json!(1);
    let found = with("d;a\n2025-01-01;1.00\nSum;1.00\n", &footed).unwrap();
    assert_eq!(found["statements"][0]["lines"].as_array().unwrap().len(), 1);
    assert_eq!(found["details"][0]["value"], "Sum | 1.00");
}

#[test]
fn each_account_and_currency_is_a_statement() {
    let text = "d,a,c,k\n2025-01-01,1.00,EUR,A\n2025-01-01,2.00,USD,A\n2025-01-02,3.00,EUR,A\n";
    let mapping = json!({"columns": {"date": "d", "amount": "a", "currency": "c", "account": "k"}});
    let found = with(text, &mapping).unwrap();
    let statements = found["statements"].as_array().unwrap();
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[0]["lines"].as_array().unwrap().len(), 2);
    assert_eq!(statements[1]["currency"], "USD");
    let mut balanced = mapping;
    balanced["opening"] = json!({"amount": "0"});
    assert_eq!(
        with(text, &balanced).unwrap_err().pointer,
        "/mapping/opening"
    );
}
