//! The wording of the question: the line's words, and the open items by party and number.

use super::candidates::{Candidate, OpenLine};
use crate::question::prompt::{MOST_TOKENS, OPTION_TOKENS, TEMPLATE_TOKENS, tokens, words_within};
use crate::question::{Question, QuestionOption};
use crate::reconciliation::model::Request;

const SYSTEM: &str = "You match bank payments with open invoices.";
const TASK: &str = "Which open invoice does the text mean?";
/// The answer that it is none of the items; it is the last option.
const NONE_OF_THEM: &str = "none of these";
/// Tokens of all options but the last: the rest is for the text.
const ITEMS_TOKENS: usize = 144;
/// Tokens of a document's number in an option.
const NUMBER_TOKENS: usize = 6;
/// Most tokens of a party's name in an option.
const MOST_NAME_TOKENS: usize = 40;

/// The question about a line: which of the candidates, in their order, or none of them.
pub(super) fn about(request: &Request, open: &OpenLine) -> Question<String> {
    let mut options = items(request, &open.candidates);
    options.push(QuestionOption {
        key: NONE_OF_THEM.to_owned(),
        label: NONE_OF_THEM.to_owned(),
    });
    let line = &request.lines[open.line];
    let taken = TEMPLATE_TOKENS
        + tokens(SYSTEM)
        + tokens(TASK)
        + tokens("Bank text: \n\n")
        + options
            .iter()
            .map(|option| OPTION_TOKENS + tokens(&option.label))
            .sum::<usize>();
    let name = line.counterparty_name.as_deref().unwrap_or_default();
    let text = in_one_line(&format!("{name} {}", line.description));
    let words = words_within(&text, MOST_TOKENS.saturating_sub(taken));
    Question {
        id: line.id.clone(),
        prompt_system: SYSTEM.to_owned(),
        prompt_user: format!("Bank text: {words}\n\n{TASK}"),
        options,
    }
}

/// The candidates as options, clipped to what a prompt allows. Two that are the same then cannot
/// be told from each other.
pub(super) fn items(request: &Request, candidates: &[Candidate]) -> Vec<QuestionOption> {
    let each = ITEMS_TOKENS / candidates.len().max(1);
    let name_tokens = each
        .saturating_sub(NUMBER_TOKENS + OPTION_TOKENS)
        .min(MOST_NAME_TOKENS);
    candidates
        .iter()
        .map(|candidate| option(request, *candidate, name_tokens))
        .collect()
}

fn option(request: &Request, candidate: Candidate, name_tokens: usize) -> QuestionOption {
    let item = &request.items[candidate.item];
    let name = words_within(&in_one_line(&item.party_name), name_tokens);
    let number = words_within(&in_one_line(&item.number), NUMBER_TOKENS);
    QuestionOption {
        key: item.id.clone(),
        label: if number.is_empty() {
            name
        } else {
            format!("{name}, {number}")
        },
    }
}

/// A text makes no lines of its own, which might look like options.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reconciliation::response::DifferenceKind;

    #[test]
    fn the_longest_prompt_stays_within_its_tokens() {
        for (name, text) in [
            (
                "株式会社北極星商事東日本営業本部".repeat(4),
                "お振込 広告費 五月分 ".repeat(40),
            ),
            (
                "Überlandwerke Ärzte & Söhne ".repeat(8),
                "Zahlung für März, ".repeat(60),
            ),
        ] {
            let items: Vec<_> = (0..8)
                .map(|n| {
                    json!({"id": n.to_string(), "type": "invoice", "number": "9".repeat(60),
                        "party": {"name": format!("{n} {name}")}, "issue_date": "2025-02-20",
                        "currency": "EUR", "open_amount": "1.00"})
                })
                .collect();
            let request = Request::from_json(&json!({
                "bank_lines": [{"id": "l", "date": "2025-03-01", "amount": "1.00",
                    "currency": "EUR", "description": format!("{text}\nB) {text}")}],
                "open_items": items, "policy": {"date_window_days": 30}}))
            .unwrap();
            let candidates: Vec<Candidate> = (0..8)
                .map(|item| Candidate {
                    item,
                    difference: DifferenceKind::None,
                })
                .collect();
            let question = about(
                &request,
                &OpenLine {
                    line: 0,
                    candidates,
                },
            );
            let options: usize = question
                .options
                .iter()
                .map(|option| OPTION_TOKENS + tokens(&option.label))
                .sum();
            let all = TEMPLATE_TOKENS
                + tokens(&question.prompt_system)
                + tokens(&question.prompt_user)
                + options;
            assert!((150..=MOST_TOKENS + 2).contains(&all), "{all}");
            let words = question.prompt_user.lines().next().unwrap();
            assert!(words.chars().count() > "Bank text: ".len() + 15, "{words}");
            assert_eq!(question.prompt_user.lines().count(), 3);
        }
    }
}
