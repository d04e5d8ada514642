//! The wording of questions. Prompts are short: small models answer them, and the document's
//! text is clipped to the words that bear on the question. The reading saw all of it.

use super::{Assessment, Question, QuestionId, QuestionOption};
use crate::catalogue::Action;
use crate::posting::choices;

/// Most options of a question.
const MOST_OPTIONS: usize = 20;
/// Most characters of the document in a prompt, about 100 tokens.
const MOST_CHARACTERS: usize = 400;

pub(super) fn question(assessment: &Assessment, id: QuestionId) -> Option<Question> {
    let (task, options) = match id {
        QuestionId::Action => ("What is this document to the company?", actions(assessment)),
        QuestionId::Account => (
            "Which account do these goods or services belong to?",
            accounts(assessment),
        ),
    };
    if options.len() < 2 {
        return None;
    }
    Some(Question {
        id,
        prompt_system: "You sort documents for a bookkeeper.".to_owned(),
        prompt_user: format!(
            "Company: {}\nDocument: {}\n\n{task}",
            assessment.company.name(),
            relevant_words(assessment)
        ),
        options,
    })
}

fn actions(assessment: &Assessment) -> Vec<QuestionOption> {
    const FREQUENT: [Action; 12] = [
        Action::CreateBill,
        Action::CreateInvoice,
        Action::CreateVendorCredit,
        Action::CreateCreditNote,
        Action::CreateExpense,
        Action::RecordPaymentMade,
        Action::RecordPaymentReceived,
        Action::CreatePurchaseOrder,
        Action::CreateEstimate,
        Action::CreateSalesOrder,
        Action::CreateJournalEntry,
        Action::Nothing,
    ];
    let decided = &assessment.decided;
    let mut actions = vec![decided.action];
    for action in decided
        .candidates
        .iter()
        .map(|(action, _)| *action)
        .chain(FREQUENT)
    {
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    actions.truncate(MOST_OPTIONS);
    // In the catalogue's order, so that the rules' favourite does not always come first.
    actions.sort_unstable();
    let option = |action: Action| QuestionOption {
        key: action.code().to_owned(),
        label: action.label().to_owned(),
    };
    actions.into_iter().map(option).collect()
}

fn accounts(assessment: &Assessment) -> Vec<QuestionOption> {
    choices(&assessment.company, assessment.decided.action, MOST_OPTIONS)
        .into_iter()
        .map(|account| QuestionOption {
            key: account.code().to_string(),
            label: account.name().to_owned(),
        })
        .collect()
}

fn relevant_words(assessment: &Assessment) -> String {
    let facts = &assessment.facts;
    let mut words: Vec<String> = Vec::new();
    words.extend(facts.kind.iter().map(|kind| kind.source.text.clone()));
    words.extend(assessment.decided.party_name());
    for line in &facts.lines {
        words.extend(line.description.iter().map(|text| text.value.clone()));
    }
    for movement in &facts.movements {
        words.extend(movement.description.iter().map(|text| text.value.clone()));
    }
    words.extend(facts.texts.iter().map(|text| text.value.clone()));
    words.retain(|word| !word.trim().is_empty());
    words.dedup();
    words.join("; ").chars().take(MOST_CHARACTERS).collect()
}
