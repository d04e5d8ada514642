//! The commands. Each has its file; this one reads the arguments and dispatches.

mod calibrate;
mod eval;
mod migrate;
mod model;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::http::contract;
use crate::{output, schemas};

/// An OpenAI-compatible LLM gateway with accounting tools on top.
#[derive(Debug, Parser)]
#[command(name = "ledgergate", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the gateway.
    Serve(ConfigArgs),
    /// Bring the database's tables up to this version, and stop.
    Migrate(ConfigArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the names of the JSON Schemas, or write them into a folder.
    Schemas {
        /// The folder.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Work on model files.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Fit confidence to what people said of decisions, and put it to use.
    Calibrate(calibrate::CalibrateArgs),
    /// Put labelled cases through the pipeline and print how many come out right.
    Eval(eval::EvalArgs),
}

#[derive(Debug, Args)]
struct ConfigArgs {
    /// The configuration file; without it, defaults and environment variables.
    #[arg(long, env = "LEDGERGATE_CONFIG")]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(self.config.as_deref(), std::env::vars())?)
    }
}

/// After a command, for threads that are still at work.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(1);

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => block_on(serve::run(args.load()?)),
        Command::Migrate(args) => block_on(migrate::run(args.load()?)),
        Command::Openapi => {
            output::text(contract::openapi_text());
            Ok(())
        }
        Command::Schemas { out } => write_schemas(out.as_deref()),
        Command::Model(command) => model::run(&command),
        Command::Calibrate(args) => {
            block_on(async move { Box::pin(calibrate::run(args.config.load()?, &args)).await })
        }
        Command::Eval(args) => block_on(eval::run(args)),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(work);
    // A model that still reads a prompt for a request that was broken off is not waited for.
    runtime.shutdown_timeout(SHUTDOWN_PATIENCE);
    outcome
}

fn write_schemas(folder: Option<&std::path::Path>) -> anyhow::Result<()> {
    for schema in schemas::all() {
        let name = format!("{}.json", schema.file_stem());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join(&name), schema.text())?;
        }
        output::line(name);
    }
    Ok(())
}
