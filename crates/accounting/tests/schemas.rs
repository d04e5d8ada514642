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
