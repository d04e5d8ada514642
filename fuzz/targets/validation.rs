//! Requests of `validate`: company, entry and statement as JSON.
#![no_main]

use jiff::civil::date;
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::validate::validate;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let Ok(request) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let Ok(company) = Company::from_json(&request["company"]) else {
        return;
    };
    let document = Document::from_json(&request["document"]).ok();
    // A refusal is an answer; a reply is JSON.
    if let Ok(reply) = validate(
        document.as_ref(),
        request.get("entry"),
        request.get("statement"),
        company,
        date(2025, 6, 30),
    ) {
        serde_json::to_string(&reply).expect("a reply is JSON");
    }
});
