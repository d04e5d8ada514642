//! Documents of every form, through the whole assessment. The first byte says the form: JSON of
//! any keys, Markdown, plain text, an XML invoice, or a bank statement file.
#![no_main]

use std::sync::LazyLock;

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

static COMPANY: LazyLock<Company> = LazyLock::new(|| {
    Company::from_json(&json!({
        "name": "Our Company",
        "country": "DE",
        "base_currency": "EUR",
        "chart_of_accounts": "de_skr04_subset"
    }))
    .expect("a company")
});

fuzz_target!(|data: &[u8]| {
    let Some((form, content)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(content) else {
        return;
    };
    let value = match form % 8 {
        0 => match serde_json::from_str::<Value>(text) {
            Ok(value) => value,
            Err(_) => return,
        },
        1 => json!({"markdown": text}),
        2 => json!({"raw_text": text}),
        3 => json!({"xml": text}),
        4 => json!({"mt940": text}),
        5 => json!({"camt053": text}),
        6 => json!({"ofx": text}),
        _ => json!({"csv": text, "mapping":
            {"columns": {"date": 0, "amount": 1}, "currency": "EUR"}}),
    };
    let Ok(document) = Document::from_json(&value) else {
        return;
    };
    let options = Options {
        today: date(2025, 6, 30),
        llm: LlmUse::Auto,
    };
    let mut assessment = Assessment::new(&document, COMPANY.clone(), options);
    while let Some(question) = assessment.next_question() {
        assert!(question.options.len() > 1, "a question without a choice");
        assessment.skip(&question.id, "no model".to_owned());
    }
    let processed = assessment.finish();
    let reply = serde_json::to_value(&processed).expect("a reply is JSON");
    let lines = reply["journal"]["lines"].as_array().expect("lines");
    assert!(
        reply["auto"] != json!(true) || reply["valid"] == json!(true),
        "posted without review, and not valid: {reply}"
    );
    assert!(lines.len() != 1, "one line balances nothing: {reply}");
});
