//! Whatever a model answers, it makes nothing automatic that was not, and changes no figure that
//! the document gives.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use jiff::civil::date;
use ledgergate_accounting::accuracy::Case;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::question::Answer;
use serde_json::Value;

fn cases() -> Vec<Case> {
    [
        include_str!("golden/dev_cases.jsonl"),
        include_str!("golden/gap_cases.jsonl"),
    ]
    .into_iter()
    .flat_map(|text| Case::parse_lines(text).unwrap())
    .collect()
}

fn assess(case: &Case, llm: LlmUse) -> Assessment {
    let options = Options {
        today: date(2026, 6, 1),
        llm,
    };
    let document = Document::from_json(&case.document).unwrap();
    Assessment::new(
        &document,
        Company::from_json(&case.company).unwrap(),
        options,
    )
}

/// The reply with every question answered by the option at `place`, quite surely.
fn answered(case: &Case, llm: LlmUse, place: usize) -> Value {
    let mut assessment = assess(case, llm);
    while let Some(question) = assessment.next_question() {
        let chosen = place % question.options.len();
        let mut probabilities = vec![0.0; question.options.len()];
        probabilities[chosen] = 1.0;
        let answer = Answer {
            chosen,
            probabilities,
            orders: Vec::new(),
            model: "sure of everything".to_owned(),
        };
        assessment.answer(&question.id, answer).unwrap();
    }
    serde_json::to_value(assessment.finish()).unwrap()
}

#[test]
fn no_answer_makes_an_item_automatic_or_moves_a_figure() {
    let mut changed_accounts = 0;
    for case in cases() {
        let without = serde_json::to_value(assess(&case, LlmUse::Never).finish()).unwrap();
        for llm in [LlmUse::Auto, LlmUse::Always] {
            for place in [0, 1, 3, 7, 11] {
                let with = answered(&case, llm, place);
                let about = format!("{}, {llm}, option {place}", case.id);
                assert!(without["auto"] == true || with["auto"] == false, "{about}");
                // A model that chooses another action may turn to another figure of the document.
                if with["action"] == without["action"] {
                    for key in ["net", "tax", "gross", "tax_lines", "amount_due", "currency"] {
                        assert_eq!(with[key], without[key], "{about}: {key}");
                    }
                    changed_accounts += usize::from(with["journal"] != without["journal"]);
                }
            }
        }
    }
    // The answers do reach the entry.
    assert!(changed_accounts > 20, "{changed_accounts}");
}
