//! The assessment of one document, from facts to a checked entry, without I/O: what only a
//! model can say leaves as a [`Question`] and comes back as an [`Answer`].
//!
//! ```text
//! let mut assessment = Assessment::new(&document, company, options);
//! while let Some(question) = assessment.next_question() {
//!     // ask a model, or: assessment.skip(&question.id, "no model".to_owned());
//! }
//! let reply = assessment.finish();
//! ```

mod ask;
mod calibrate;
mod candidates;
mod finish;
mod options;
mod processed;
mod question;
mod status;
#[cfg(test)]
mod tests;

use crate::chart::AccountCode;
use crate::checks::Check;
use crate::company::Company;
use crate::determination::{Decided, Determination, Evidence, determine};
use crate::document::Document;
use crate::facts::DocumentFacts;
use crate::history::EarlierDocument;
use crate::posting::{AccountPlan, plan_accounts};
use crate::reading::{ReadingContext, read};
use crate::tax::complete_categories;

pub use options::{LlmUse, Options};
pub use processed::{Journal, NoEntry, NoEntryReason, Processed, Statement, TaxLine};
pub use question::{ModelChoice, Question, QuestionId};

use crate::question::{Answer, AnswerError, UNSURE_MARGIN, margin};

/// Below this weight the rules leave the action open.
const OPEN_WEIGHT: f64 = 0.55;

/// One document on its way to a reply.
#[derive(Debug, Clone)]
pub struct Assessment {
    facts: DocumentFacts,
    company: Company,
    options: Options,
    decided: Decided,
    plan: AccountPlan,
    settled: Vec<QuestionId>,
    choices: Vec<ModelChoice>,
    findings: Vec<Check>,
    earlier: Vec<EarlierDocument>,
}

impl Assessment {
    /// Reads a document and decides what its words decide.
    pub fn new(document: &Document, company: Company, options: Options) -> Self {
        let facts = read_for(document, &company);
        Self::from_facts(facts, company, options)
    }

    /// Begins with facts that were read before.
    pub fn from_facts(mut facts: DocumentFacts, company: Company, options: Options) -> Self {
        complete_categories(&mut facts);
        let decided = determine(&facts, &company);
        let plan = plan_accounts(&facts, &company, &decided);
        Self {
            facts,
            company,
            options,
            decided,
            plan,
            settled: Vec::new(),
            choices: Vec::new(),
            findings: Vec::new(),
            earlier: Vec::new(),
        }
    }

    /// Takes earlier documents of the same company and action into account: a duplicate or an
    /// unusual sum becomes a finding.
    pub fn compare_with(&mut self, earlier: Vec<EarlierDocument>) {
        self.earlier = earlier;
    }

    /// Says that earlier documents could not be looked at: then nobody knows whether it is a
    /// duplicate.
    pub fn cannot_compare(&mut self) {
        let message = "whether the document came before could not be looked up";
        self.findings
            .push(Check::review("history_unknown", "", message));
    }

    /// What was read.
    pub fn facts(&self) -> &DocumentFacts {
        &self.facts
    }

    /// What the document is to the company, as far as it is decided.
    pub fn determination(&self) -> Determination {
        let mut reply = self.decided.reply();
        reply.evidence.extend(self.plan.evidence());
        reply
    }

    /// The next question that only a model can answer, `None` when nothing is open.
    pub fn next_question(&self) -> Option<Question> {
        [
            QuestionId::Action,
            QuestionId::Counterparty,
            QuestionId::Account,
        ]
        .into_iter()
        .find(|id| self.is_open(*id))
        .and_then(|id| ask::question(self, id))
    }

    fn is_open(&self, id: QuestionId) -> bool {
        // The relevance gate comes first.
        let is_asked = self.decided.is_relevant && self.options.llm != LlmUse::Never;
        if self.settled.contains(&id) || !is_asked {
            return false;
        }
        let always = self.options.llm == LlmUse::Always;
        match id {
            QuestionId::Action => always || self.decided.weight < OPEN_WEIGHT,
            QuestionId::Counterparty => candidates::is_open(&self.facts, &self.decided),
            QuestionId::Account => self.plan.is_open() || (always && !self.plan.shares.is_empty()),
        }
    }

    /// Takes a model's answer. The rules' own decision stands where they made one; a different
    /// answer is then a reason for review. A choice that a model made is always one. An answer
    /// that depends on the order of the options is kept and reviewed, but not taken.
    ///
    /// # Errors
    /// [`AnswerError`] when the question is not open, or option and probabilities do not fit it.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "a question's id is borrowed from it"
    )]
    pub fn answer(&mut self, id: &QuestionId, answer: Answer) -> Result<(), AnswerError> {
        let question = self
            .next_question()
            .filter(|question| question.id == *id)
            .ok_or_else(|| AnswerError::NotOpen(id.to_string()))?;
        let probabilities = answer.fitting(question.options.len())?;
        let option = &question.options[answer.chosen];
        self.note_doubt(*id, &probabilities, &answer);
        // What changes with the order of the options is no opinion: the default stands.
        if !answer.depends_on_order() {
            match id {
                QuestionId::Action => self.take_action(&option.key, probabilities[answer.chosen]),
                QuestionId::Counterparty => self.take_counterparty(&option.key),
                QuestionId::Account => self.take_account(&option.key),
            }
        }
        self.choices.push(ModelChoice {
            question: *id,
            chosen: option.key.clone(),
            options: question
                .options
                .iter()
                .map(|option| option.key.clone())
                .collect(),
            probabilities,
            orders: answer.orders,
            model: answer.model,
        });
        self.settled.push(*id);
        Ok(())
    }

    /// Leaves a question without an answer: the default stands, and a person looks at it.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "a question's id is borrowed from it"
    )]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the reason is made for this call alone"
    )]
    pub fn skip(&mut self, id: &QuestionId, reason: String) {
        if !self.settled.contains(id) {
            self.settled.push(*id);
            let message = format!("the question '{id}' was not answered: {reason}");
            self.findings
                .push(Check::review("question_skipped", "", message));
        }
    }

    fn note_doubt(&mut self, id: QuestionId, probabilities: &[f64], answer: &Answer) {
        let message = if answer.depends_on_order() {
            format!("the model's answer to '{id}' depends on the order of the options and was left")
        } else if margin(probabilities, answer.chosen) < UNSURE_MARGIN {
            format!("the model is unsure of its answer to '{id}'")
        } else {
            return;
        };
        self.findings
            .push(Check::review("model_unsure", "", message));
    }

    fn take_action(&mut self, key: &str, probability: f64) {
        let Some(action) = crate::catalogue::Action::from_code(key) else {
            return;
        };
        if self.decided.weight >= OPEN_WEIGHT {
            if action != self.decided.action {
                let message = format!("the rules say {}, the model {action}", self.decided.action);
                self.findings
                    .push(Check::review("model_disagrees", "", message));
            }
            return;
        }
        self.decided.choose(action, probability);
        let message = format!("the action {action} was chosen by a model");
        self.findings
            .push(Check::review(calibrate::CHOSEN_BY_MODEL, "", message));
        self.plan = plan_accounts(&self.facts, &self.company, &self.decided);
    }

    fn take_counterparty(&mut self, key: &str) {
        let Some(name) = candidates::names(&self.facts, &self.company)
            .into_iter()
            .find(|name| name.value == key)
        else {
            // None of them: it stays open.
            return;
        };
        self.decided.evidence.push(Evidence {
            claim: format!("the other party is {}", name.value),
            path: name.source.path.clone(),
            text: name.source.text.clone(),
            rule: "chosen by a model".to_owned(),
        });
        let message = format!("the other party '{}' was chosen by a model", name.value);
        self.findings.push(Check::review(
            "counterparty_chosen_by_model",
            name.source.path.as_str(),
            message,
        ));
        self.decided.counterparty_name = Some(name.value);
    }

    fn take_account(&mut self, key: &str) {
        let Some(code) = self
            .company
            .chart()
            .account(key)
            .map(|account| account.code().clone())
        else {
            return;
        };
        if self.plan.is_open() {
            self.plan.place_open(&code);
        } else if !self.plan_names(&code) {
            let message = format!("the rules place it elsewhere than the model, which says {code}");
            self.findings
                .push(Check::review("model_disagrees", "", message));
        }
    }

    fn plan_names(&self, code: &AccountCode) -> bool {
        use crate::posting::Target;

        self.plan.shares.iter().any(|share| match &share.target {
            Target::Code(known) => known == code,
            Target::Role(role) => self
                .company
                .chart()
                .account_for(*role)
                .is_ok_and(|known| known.code() == code),
        })
    }
}

/// Reads a document as `company`'s.
pub(crate) fn read_for(document: &Document, company: &Company) -> DocumentFacts {
    let context = ReadingContext {
        company_name: Some(company.name().to_owned()),
        country: Some(company.country().code().to_owned()),
        base_currency: Some(company.base_currency()),
    };
    let mut facts = read(document, &context);
    let doubt = status::doubt(document, &facts);
    facts.doubts.extend(doubt);
    facts.doubts.extend(status::orders(document));
    facts
}
