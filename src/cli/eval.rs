//! `ledgergate eval`: labelled cases through the same pipeline as requests, and the metric.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ledgergate_accounting::accuracy::{Case, Metric, Prediction, Scores, score};
use ledgergate_accounting::assessment::LlmUse;
use ledgergate_accounting::company::Company;
use ledgergate_llm::chat::Caller;
use serde_json::{Value, json};

use super::ConfigArgs;
use crate::clock::Environment;
use crate::models::Models;
use crate::output;
use crate::pipeline::assess::{AssessmentContext, assess};
use crate::pipeline::request::{AssessmentOptions, AssessmentRequest};

/// For one document's questions.
const TIMEOUT: Duration = Duration::from_mins(10);

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// Labelled cases, one JSON object a line.
    cases: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
    /// The model to ask; the configured one if absent.
    #[arg(long)]
    model: Option<String>,
    /// When to ask: auto, always or never.
    #[arg(long, value_parser = llm_use)]
    llm: Option<LlmUse>,
    /// Write the predictions here, one JSON object a line.
    #[arg(long)]
    out: Option<PathBuf>,
}

fn llm_use(text: &str) -> Result<LlmUse, String> {
    LlmUse::from_code(text).ok_or_else(|| "must be auto, always or never".to_owned())
}

/// A reply and how long it took.
struct Outcome {
    reply: Value,
    milliseconds: f64,
    asked: bool,
}

pub(super) async fn run(args: EvalArgs) -> anyhow::Result<()> {
    let config = args.config.load()?;
    let text = std::fs::read_to_string(&args.cases)
        .with_context(|| format!("cannot read {}", args.cases.display()))?;
    let cases = Case::parse_lines(&text)?;
    let environment = Environment::system();
    let never = args.llm.unwrap_or(config.accounting.llm) == LlmUse::Never;
    let models = if never {
        Models::new([], None)
    } else {
        Models::load(&config.models, config.default_model_name(), &environment).await?
    };
    let context = AssessmentContext {
        models: &models,
        defaults: &config.accounting,
        clock: &*environment.clock,
        timeout: TIMEOUT,
        caller: Caller::default(),
    };
    let outcomes = assess_all(&cases, &args, &context).await;
    if let Some(path) = &args.out {
        write_predictions(path, &cases, &outcomes)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    report(&cases, &outcomes);
    Ok(())
}

async fn assess_all(
    cases: &[Case],
    args: &EvalArgs,
    context: &AssessmentContext<'_>,
) -> Vec<Result<Outcome, String>> {
    let bar = ProgressBar::new(cases.len() as u64).with_style(
        ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut outcomes = Vec::with_capacity(cases.len());
    for case in cases {
        bar.set_message(case.id.clone());
        let request = AssessmentRequest {
            document: case.document.clone(),
            company: case.company.clone(),
            model: args.model.clone(),
            options: AssessmentOptions { llm: args.llm },
        };
        let started = std::time::Instant::now();
        outcomes.push(match assess(&request, context).await {
            Ok(assessed) => {
                let processed = assessed.assessment.finish();
                let milliseconds = started.elapsed().as_secs_f64() * 1_000.0;
                let asked = !processed.model_choices.is_empty();
                serde_json::to_value(processed)
                    .map(|reply| Outcome {
                        reply,
                        milliseconds,
                        asked,
                    })
                    .map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    outcomes
}

fn write_predictions(
    path: &std::path::Path,
    cases: &[Case],
    outcomes: &[Result<Outcome, String>],
) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for (case, outcome) in cases.iter().zip(outcomes) {
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

fn report(cases: &[Case], outcomes: &[Result<Outcome, String>]) {
    let mut predictions = HashMap::new();
    for (case, outcome) in cases.iter().zip(outcomes) {
        match outcome {
            Ok(outcome) => {
                predictions.insert(case.id.clone(), Prediction::from_json(&outcome.reply));
            }
            Err(error) => output::line(format!("{}: {error}", case.id)),
        }
    }
    let companies: HashMap<&str, Company> = cases
        .iter()
        .filter_map(|case| Some((case.id.as_str(), Company::from_json(&case.company).ok()?)))
        .collect();
    let scores = score(cases, &predictions, |case| {
        companies.get(case.id.as_str()).map(Company::chart)
    });
    for (name, metric) in in_order(&scores) {
        output::line(format!(
            "{name:45} {:.3}  [{:.3} {:.3}]  n={}",
            metric.interval.p, metric.interval.lo, metric.interval.hi, metric.n
        ));
    }
    let latencies = |asked: bool| {
        let mut times: Vec<f64> = outcomes
            .iter()
            .flatten()
            .filter(|outcome| outcome.asked == asked)
            .map(|outcome| outcome.milliseconds)
            .collect();
        times.sort_by(f64::total_cmp);
        times
    };
    output::line("");
    for (label, times) in [
        ("no model asked", latencies(false)),
        ("model asked", latencies(true)),
    ] {
        if let Some(last) = times.last() {
            output::line(format!(
                "{label}: n={}, p50 {:.3} ms, largest {last:.3} ms",
                times.len(),
                times[times.len() / 2]
            ));
        }
    }
}

/// Plain metrics first, then those of one kind.
fn in_order(scores: &Scores) -> Vec<(&String, &Metric)> {
    let mut ordered: Vec<_> = scores.0.iter().collect();
    ordered.sort_by_key(|(name, _)| (name.contains('/') || name.contains(':'), (*name).clone()));
    ordered
}
