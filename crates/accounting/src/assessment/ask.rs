//! The wording of questions. Prompts are short, since small models answer them on slow machines:
//! the document's text is clipped to the words that bear on the question, and to what a number of
//! tokens allows. The reading saw all of it.

use super::{Assessment, Question, QuestionId, candidates};
use crate::catalogue::Action;
use crate::facts::Fact;
use crate::posting::choices;
use crate::question::QuestionOption;
use crate::question::prompt::{MOST_TOKENS, OPTION_TOKENS, TEMPLATE_TOKENS, tokens, words_within};

/// Most options of a question.
const MOST_OPTIONS: usize = 20;
/// Most characters of one option.
const LONGEST_OPTION: usize = 40;

pub(super) fn question(assessment: &Assessment, id: QuestionId) -> Option<Question> {
    let (task, options) = match id {
        QuestionId::Action => ("What is this document to the company?", actions(assessment)),
        QuestionId::Counterparty => (
            "Which of these is the other party of the document, not the company itself?",
            parties(assessment),
        ),
        QuestionId::Account => (
            "Which account do these goods or services belong to?",
            accounts(assessment),
        ),
    };
    if options.len() < 2 {
        return None;
    }
    let prompt_system = "You sort documents for a bookkeeper.".to_owned();
    let company = clipped(assessment.company.name(), 60);
    let taken = TEMPLATE_TOKENS
        + tokens(&prompt_system)
        + tokens(&company)
        + tokens(task)
        + tokens("Company: \nDocument: \n\n")
        + options
            .iter()
            .map(|option| OPTION_TOKENS + tokens(&option.label))
            .sum::<usize>();
    let words = words_within(
        &relevant_words(assessment, id),
        MOST_TOKENS.saturating_sub(taken),
    );
    Some(Question {
        id,
        prompt_system,
        prompt_user: format!("Company: {company}\nDocument: {words}\n\n{task}"),
        options,
    })
}

fn clipped(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

fn parties(assessment: &Assessment) -> Vec<QuestionOption> {
    let names = candidates::names(&assessment.facts, &assessment.company);
    let nobody = QuestionOption {
        key: candidates::NOBODY.to_owned(),
        label: "none of these".to_owned(),
    };
    let option = |name: Fact<String>| QuestionOption {
        label: clipped(&name.value, LONGEST_OPTION),
        key: name.value,
    };
    names
        .into_iter()
        .map(option)
        .chain(std::iter::once(nobody))
        .collect()
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
            label: clipped(account.name(), LONGEST_OPTION),
        })
        .collect()
}

/// The words that bear on the question: what was bought before what the letter says besides.
fn relevant_words(assessment: &Assessment, id: QuestionId) -> String {
    let facts = &assessment.facts;
    // What speaks to a model is not for a model's eyes.
    let addresses = |path: &str| {
        facts
            .doubts
            .iter()
            .any(|doubt| doubt.code == "addresses_the_model" && doubt.path == path)
    };
    let plain = |text: &&Fact<String>| !addresses(&text.source.path);
    let mut words: Vec<String> = Vec::new();
    let kind = facts.kind.iter();
    let kind = kind.filter(|kind| !addresses(&kind.source.path));
    words.extend(kind.map(|kind| kind.source.text.clone()));
    words.extend(assessment.decided.party_name());
    if id != QuestionId::Counterparty {
        for line in &facts.lines {
            words.extend(
                line.description
                    .iter()
                    .filter(plain)
                    .map(|text| text.value.clone()),
            );
        }
        for movement in &facts.movements {
            words.extend(
                movement
                    .description
                    .iter()
                    .filter(plain)
                    .map(|text| text.value.clone()),
            );
        }
    }
    words.extend(
        facts
            .texts
            .iter()
            .filter(plain)
            .map(|text| text.value.clone()),
    );
    words.retain(|word| !word.trim().is_empty());
    words.dedup();
    words.join("; ")
}
