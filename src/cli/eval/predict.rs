//! Cases through the pipeline, one after the other, with a progress bar.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use ledgergate_accounting::accuracy::{Case, Latency, Prediction};
use ledgergate_accounting::assessment::LlmUse;
use ledgergate_accounting::company::Company;
use ledgergate_llm::chat::Caller;
use serde_json::{Value, json};

use super::setting::Setting;
use super::{Evaluation, TIMEOUT};
use crate::pipeline::assess::{AssessmentContext, assess};
use crate::pipeline::request::{AssessmentOptions, AssessmentRequest};

/// The replies of one setting.
pub(super) struct Run {
    /// The setting, in words.
    pub setting: String,
    /// In the order of the cases.
    pub outcomes: Vec<Result<Outcome, String>>,
}

/// A reply and how long it took.
pub(super) struct Outcome {
    pub reply: Value,
    /// `None` for a prediction that was made before.
    pub milliseconds: Option<f64>,
    pub asked: bool,
}

impl Run {
    /// The predictions by the case's id; a case without a reply has none.
    pub(super) fn predictions(&self, cases: &[Case]) -> HashMap<String, Prediction> {
        cases
            .iter()
            .zip(&self.outcomes)
            .filter_map(|(case, outcome)| {
                let reply = &outcome.as_ref().ok()?.reply;
                Some((case.id.clone(), Prediction::from_json(reply)))
            })
            .collect()
    }

    /// How long the documents took of which a model was asked something, or of the others.
    pub(super) fn latency(&self, asked: bool) -> Option<Latency> {
        let outcomes = self.outcomes.iter().flatten();
        Latency::of(
            outcomes
                .filter(|outcome| outcome.asked == asked)
                .filter_map(|outcome| outcome.milliseconds),
        )
    }

    /// The cases that got no reply, and why.
    pub(super) fn failures(&self, cases: &[Case]) -> Vec<(String, String)> {
        let pairs = cases.iter().zip(&self.outcomes);
        pairs
            .filter_map(|(case, outcome)| Some((case.id.clone(), outcome.as_ref().err()?.clone())))
            .collect()
    }

    /// Writes one reply a line, with the case's id.
    pub(super) fn write_predictions(&self, cases: &[Case], path: &Path) -> anyhow::Result<()> {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        for (case, outcome) in cases.iter().zip(&self.outcomes) {
            let mut line = match outcome {
                Ok(outcome) => outcome.reply.clone(),
                Err(error) => json!({"error": error}),
            };
            line["id"] = Value::String(case.id.clone());
            writeln!(file, "{line}")?;
        }
        file.flush()?;
        Ok(())
    }
}

/// The companies of the cases, for their charts.
pub(super) fn companies(cases: &[Case]) -> HashMap<&str, Company> {
    cases
        .iter()
        .filter_map(|case| Some((case.id.as_str(), Company::from_json(&case.company).ok()?)))
        .collect()
}

/// Puts all cases through a setting.
pub(super) async fn predict(evaluation: &Evaluation, setting: &Setting) -> anyhow::Result<Run> {
    let outcomes = match setting {
        Setting::Predictions(path) => read_predictions(&evaluation.cases, path)?,
        Setting::Ask { model, llm } => assess_all(evaluation, model.as_ref(), *llm).await?,
    };
    Ok(Run {
        setting: setting.to_string(),
        outcomes,
    })
}

fn read_predictions(cases: &[Case], path: &Path) -> anyhow::Result<Vec<Result<Outcome, String>>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut by_id: HashMap<String, Value> = HashMap::new();
    for (index, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let value: Value = serde_json::from_str(line)
            .with_context(|| format!("{}, line {}", path.display(), index + 1))?;
        let id = value["id"].as_str().with_context(|| {
            format!(
                "{}, line {}: a prediction has an id",
                path.display(),
                index + 1
            )
        })?;
        by_id.insert(id.to_owned(), value);
    }
    let outcome = |case: &Case| {
        by_id
            .remove(&case.id)
            .map(|reply| Outcome {
                asked: reply["model_choices"]
                    .as_array()
                    .is_some_and(|choices| !choices.is_empty()),
                milliseconds: None,
                reply,
            })
            .ok_or_else(|| "the file has no prediction of it".to_owned())
    };
    Ok(cases.iter().map(outcome).collect())
}

async fn assess_all(
    evaluation: &Evaluation,
    model: Option<&String>,
    llm: Option<LlmUse>,
) -> anyhow::Result<Vec<Result<Outcome, String>>> {
    let cases = &evaluation.cases;
    if let Some(name) = model {
        // Once, not in every case's result.
        evaluation.models.resolve(name)?;
    }
    let context = AssessmentContext {
        models: &evaluation.models,
        defaults: &evaluation.config.accounting,
        clock: &*evaluation.environment.clock,
        timeout: TIMEOUT,
        caller: Caller::default(),
        body_bytes: 0,
    };
    let bar = ProgressBar::new(cases.len() as u64).with_style(
        ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut outcomes = Vec::with_capacity(cases.len());
    for case in cases {
        bar.set_message(case.id.clone());
        let request = AssessmentRequest {
            document: case.document.clone(),
            company: case.company.clone(),
            model: model.cloned(),
            options: AssessmentOptions {
                llm,
                history: Some(false),
            },
        };
        outcomes.push(outcome(&request, &context).await);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(outcomes)
}

async fn outcome(
    request: &AssessmentRequest,
    context: &AssessmentContext<'_>,
) -> Result<Outcome, String> {
    let started = Instant::now();
    let assessed = assess(request, context)
        .await
        .map_err(|error| error.to_string())?;
    let processed = assessed.assessment.finish();
    let milliseconds = Some(started.elapsed().as_secs_f64() * 1_000.0);
    let asked = !processed.model_choices.is_empty();
    let reply = serde_json::to_value(processed).map_err(|error| error.to_string())?;
    Ok(Outcome {
        reply,
        milliseconds,
        asked,
    })
}
