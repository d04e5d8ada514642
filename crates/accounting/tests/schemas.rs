//! Replies against the schemas that are given out for them.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use jiff::civil::date;
use ledgergate_accounting::accuracy::Case;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::schema::schemas;
use serde_json::Value;

fn validator(name: &str) -> jsonschema::Validator {
    let (_, schema) = schemas()
        .into_iter()
        .find(|(known, _)| *known == name)
        .unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn assert_valid(validator: &jsonschema::Validator, value: &Value, id: &str) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{id}: {errors:#?}");
}

#[test]
fn every_reply_and_every_company_fits_its_schema() {
    let (processed, determination) = (validator("processed"), validator("determination"));
    let (entry, company_schema) = (validator("journal_entry"), validator("company"));
    for case in Case::parse_lines(include_str!("golden/dev_cases.jsonl")).unwrap() {
        assert_valid(&company_schema, &case.company, &case.id);
        let document = Document::from_json(&case.document).unwrap();
        let company = Company::from_json(&case.company).unwrap();
        let options = Options {
            today: date(2026, 6, 1),
            llm: LlmUse::Never,
        };
        let assessment = Assessment::new(&document, company, options);
        let determined = serde_json::to_value(assessment.determination()).unwrap();
        assert_valid(&determination, &determined, &case.id);
        let reply = serde_json::to_value(assessment.finish()).unwrap();
        assert_valid(&processed, &reply, &case.id);
        if reply["journal"]["lines"]
            .as_array()
            .is_some_and(|lines| !lines.is_empty())
        {
            assert_valid(&entry, &reply["journal"], &case.id);
        }
    }
}

#[test]
fn a_reply_without_its_action_does_not_fit() {
    let broken = serde_json::json!({"module": "AP"});
    assert!(!validator("determination").is_valid(&broken));
}

#[test]
fn a_reconciliation_and_its_request_fit_their_schemas() {
    use ledgergate_accounting::reconciliation::{Request, reconcile};

    let request = serde_json::json!({
        "bank_lines": [
            {"id": "l1", "date": "2025-03-01", "amount": "98.00", "currency": "EUR",
             "description": "INV-2025-0042", "counterparty_name": "Nordlicht AG"},
            {"id": "l2", "date": "2025-03-02", "amount": "-5", "currency": "EUR",
             "description": "fee"},
            {"id": "l3", "date": "2025-03-03", "amount": "70", "currency": "EUR",
             "description": "thanks", "counterparty_name": "Nordlicht AG"},
        ],
        "open_items": [
            {"id": "i1", "type": "invoice", "number": "INV-2025-0042",
             "party": {"name": "Nordlicht AG"}, "issue_date": "2025-02-20",
             "due_date": "2025-03-20", "currency": "EUR", "open_amount": "100",
             "terms": {"discount_percent": "2", "discount_days": 14}},
            {"id": "i2", "type": "invoice", "number": "INV-2025-0050",
             "party": {"name": "Nordlicht AG"}, "issue_date": "2025-02-20",
             "due_date": "2025-03-20", "currency": "EUR", "open_amount": "70"},
            {"id": "i3", "type": "invoice", "number": "INV-2025-0060",
             "party": {"name": "Nordlicht AG"}, "issue_date": "2025-02-21",
             "due_date": "2025-03-21", "currency": "EUR", "open_amount": "70.00"},
        ],
        "policy": {"fee_tolerance": "5", "date_window_days": 30},
        "company": {"name": "Acme", "country": "DE", "base_currency": "EUR",
                    "chart_of_accounts": "de_skr04_subset"},
    });
    assert_valid(&validator("reconciliation_request"), &request, "request");
    let answer = reconcile(&Request::from_json(&request).unwrap());
    let answer = serde_json::to_value(answer).unwrap();
    assert_valid(&validator("reconciliation"), &answer, "answer");
    assert_eq!(answer["matches"][0]["kind"], "with_discount");
    assert_eq!(answer["matches"][0]["difference"]["amount"], "2.00");
    assert_eq!(answer["matches"][0]["auto"], true);
    assert_eq!(
        answer["ambiguous"][0]["alternatives"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(answer["unmatched_lines"][0]["line"], "l2");
}

#[test]
fn statements_and_their_request_fit_their_schemas() {
    use ledgergate_accounting::statement::read_statements;

    let request = serde_json::json!({
        "statement": {"csv": "d;t;a;b;k\n2025-03-01;INV 42;98.00;100.00;x\n2025-03-02;fee;0;100.00;\n"},
        "mapping": {
            "columns": {"date": "d", "amount": "a", "balance": "b", "description": ["t"]},
            "currency": "EUR",
        },
        "company": {"name": "Acme", "country": "DE", "base_currency": "EUR",
                    "chart_of_accounts": "de_skr04_subset"},
    });
    assert_valid(&validator("statements_request"), &request, "request");
    let file = read_statements(&request).unwrap();
    let answer = serde_json::to_value(file).unwrap();
    assert_valid(&validator("statements"), &answer, "answer");
    let statement = &answer["statements"][0];
    assert_eq!(statement["opening"]["amount"], "2.00");
    assert_eq!(statement["not_booked"][0]["description"], "fee");
    assert_eq!(statement["details"][0]["name"], "k");
    // The lines are bank lines of a reconciliation.
    let request = serde_json::json!({
        "bank_lines": statement["lines"], "open_items": [], "policy": {"date_window_days": 30},
    });
    assert_valid(&validator("reconciliation_request"), &request, "bank lines");
}
