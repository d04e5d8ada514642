//! A statement file as a document: `determine`, `process` and `validate`.

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::validate::validate;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::printing::statements;

fn company() -> Company {
    Company::from_json(
        &json!({"name": "Acme", "country": "DE", "base_currency": "EUR",
        "chart_of_accounts": "de_skr04_subset"}),
    )
    .unwrap()
}

fn process(document: &Value) -> Value {
    let options = Options {
        today: date(2026, 6, 1),
        llm: LlmUse::Auto,
    };
    let document = Document::from_json(document).unwrap();
    let assessment = Assessment::new(&document, company(), options);
    assert!(
        assessment.next_question().is_none(),
        "a statement file leaves nothing to ask"
    );
    serde_json::to_value(assessment.finish()).unwrap()
}

const WRONG: &str = ":20:A\n:25:X\n:28C:5\n:60F:C250101EUR1,00\n:61:250102C1,00NTRFNONREF\n:62F:C250102EUR3,00\n-\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_file_of_any_format_is_imported_and_posts_nothing(truth in statements()) {
        let (csv, mapping) = truth.csv();
        for document in [
            json!({"mt940": truth.mt940()}),
            json!({"camt053": truth.camt053()}),
            json!({"ofx": truth.ofx()}),
            json!({"csv": csv, "mapping": mapping}),
        ] {
            let reply = process(&document);
            prop_assert_eq!(&reply["module"], "BANKING");
            prop_assert_eq!(&reply["action"], "import_bank_statement");
            prop_assert_eq!(&reply["document_type"], "bank_statement");
            prop_assert_eq!(&reply["currency"], truth.currency);
            prop_assert_eq!(&reply["journal"]["lines"], &json!([]));
            prop_assert_eq!(&reply["valid"], true, "{}", reply["checks"]);
            prop_assert_eq!(&reply["statement"]["transaction_count"], truth.lines.len());
            prop_assert_eq!(&reply["statement"]["closing_balance"], &truth.closing().to_string());
        }
    }
}

#[test]
fn the_checks_of_the_file_are_those_of_the_reply() {
    let reply = process(&json!({"mt940": WRONG}));
    assert_eq!(reply["valid"], false);
    assert_eq!(reply["document_number"], "5");
    assert_eq!(reply["statement"]["total_in"], "1.00");
    assert_eq!(reply["statement"]["total_out"], "0.00");
    let checks = reply["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 1, "{checks:?}");
    assert_eq!(checks[0]["code"], "statement_does_not_close");
    assert_eq!(checks[0]["path"], "/mt940#6");
}

#[test]
fn validate_takes_a_file_as_document_and_as_statement() {
    let file = json!({"mt940": WRONG});
    let document = Document::from_json(&file).unwrap();
    let by_document = validate(Some(&document), None, None, company(), date(2025, 6, 1)).unwrap();
    let by_statement = validate(None, None, Some(&file), company(), date(2025, 6, 1)).unwrap();
    assert_eq!(by_document.checks, by_statement.checks);
    assert!(!by_statement.valid);
    let broken = json!({"mt940": "nothing"});
    let error = validate(None, None, Some(&broken), company(), date(2025, 6, 1)).unwrap_err();
    assert_eq!(error.pointer, "/statement/mt940");
}

#[test]
fn a_file_that_cannot_be_read_is_no_document() {
    let error = Document::from_json(&json!({"camt053": "<a/>"})).unwrap_err();
    assert_eq!(error.pointer(), "/camt053");
    let error = Document::from_json(&json!({"csv": "a;b"})).unwrap_err();
    assert_eq!(error.pointer(), "/mapping");
    // A key of that name among others is a document of keys.
    assert!(Document::from_json(&json!({"ofx": "yes", "total": "3"})).is_ok());
}
