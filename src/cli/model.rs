//! `ledgergate model prepare`.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::models;

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// Requantise a GGUF file to Q8_0, which the CPU engine computes fastest.
    Prepare {
        /// The GGUF file as downloaded.
        input: PathBuf,
        /// The file to write.
        output: PathBuf,
    },
}

pub(super) fn run(command: &ModelCommand) -> anyhow::Result<()> {
    let ModelCommand::Prepare { input, output } = command;
    prepare(input, output)
}

fn prepare(input: &Path, output: &Path) -> anyhow::Result<()> {
    let bar = indicatif::ProgressBar::new(0).with_style(indicatif::ProgressStyle::with_template(
        "requantising {bar:30} {bytes}/{total_bytes}",
    )?);
    models::prepare(input, output, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish();
    crate::output::line(format!("wrote {}", output.display()));
    Ok(())
}
