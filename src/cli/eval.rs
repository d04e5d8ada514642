//! `ledgergate eval`: labelled cases through the same pipeline as requests, and the metric; with
//! `--compare` two models or settings on the same cases.

mod compare;
mod predict;
mod report;
mod setting;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use ledgergate_accounting::accuracy::Case;
use ledgergate_accounting::assessment::LlmUse;
use serde::Serialize;

use super::ConfigArgs;
use crate::clock::Environment;
use crate::config::Config;
use crate::models::Models;
use crate::output;
use predict::{Run, predict};
use setting::Setting;

/// For one document's questions.
const TIMEOUT: Duration = Duration::from_mins(10);

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// Labelled cases, one JSON object a line.
    cases: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
    /// The model to ask; the configured ones if absent.
    #[arg(long)]
    model: Option<String>,
    /// When to ask: auto, always or never.
    #[arg(long, value_parser = llm_use)]
    llm: Option<LlmUse>,
    /// Compare two settings instead: MODEL, MODEL:LLM, LLM (auto, always, never), or a file of
    /// predictions.
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["model", "llm"])]
    compare: Option<Vec<String>>,
    /// Write the report here, as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write the predictions here, one JSON object a line.
    #[arg(long, conflicts_with = "compare")]
    predictions: Option<PathBuf>,
}

fn llm_use(text: &str) -> Result<LlmUse, String> {
    LlmUse::from_code(text).ok_or_else(|| "must be auto, always or never".to_owned())
}

/// The cases and what they are put through.
struct Evaluation {
    cases: Vec<Case>,
    config: Config,
    environment: Environment,
    models: Models,
}

impl Evaluation {
    /// Reads the cases and loads the models, unless no setting asks one.
    async fn prepare(args: &EvalArgs, settings: &[&Setting]) -> anyhow::Result<Self> {
        let config = args.config.load()?;
        let text = std::fs::read_to_string(&args.cases)
            .with_context(|| format!("cannot read {}", args.cases.display()))?;
        let cases = Case::parse_lines(&text)?;
        let environment = Environment::system();
        let models = if settings
            .iter()
            .any(|setting| setting.asks(config.accounting.llm))
        {
            Models::load(&config.models, config.default_model_name(), &environment).await?
        } else {
            Models::new([], None)
        };
        Ok(Self {
            cases,
            config,
            environment,
            models,
        })
    }

    async fn run(&self, setting: &Setting) -> anyhow::Result<Run> {
        predict(self, setting).await
    }
}

pub(super) async fn run(args: EvalArgs) -> anyhow::Result<()> {
    if let Some(names) = &args.compare {
        return run_comparison(&args, names).await;
    }
    let setting = Setting::Ask {
        model: args.model.clone(),
        llm: args.llm,
    };
    let evaluation = Evaluation::prepare(&args, &[&setting]).await?;
    let run = evaluation.run(&setting).await?;
    if let Some(path) = &args.predictions {
        run.write_predictions(&evaluation.cases, path)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let report = report::Report::of(&evaluation.cases, &run);
    write_json(args.out.as_deref(), &report)?;
    report.print();
    Ok(())
}

async fn run_comparison(args: &EvalArgs, names: &[String]) -> anyhow::Result<()> {
    let [a, b] = names else {
        anyhow::bail!("--compare takes two settings");
    };
    let (a, b) = (Setting::parse(a)?, Setting::parse(b)?);
    let evaluation = Evaluation::prepare(args, &[&a, &b]).await?;
    let runs = (evaluation.run(&a).await?, evaluation.run(&b).await?);
    let comparison = compare::Comparison::of(&evaluation.cases, &runs.0, &runs.1);
    write_json(args.out.as_deref(), &comparison)?;
    comparison.print();
    Ok(())
}

fn write_json(path: Option<&Path>, value: &impl Serialize) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(value)?;
    std::fs::write(path, text + "\n")
        .with_context(|| format!("cannot write {}", path.display()))?;
    output::line(format!("the report is in {}", path.display()));
    Ok(())
}
