//! `ledgergate calibrate`.

use clap::Args;

use super::ConfigArgs;
use crate::clock::Environment;
use crate::config::{Config, SpoolConfig};
use crate::pipeline::calibration::{Fitted, fit};
use crate::store::{OpenStore, Store};
use crate::{output, telemetry};

#[derive(Debug, Args)]
pub(super) struct CalibrateArgs {
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// Print what would be fitted, and keep nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(config: Config, args: &CalibrateArgs) -> anyhow::Result<()> {
    telemetry::start(&config.log)?;
    // Without a spool: labels are read from the database or not at all.
    let spool = SpoolConfig {
        enabled: false,
        ..SpoolConfig::default()
    };
    let environment = Environment::system();
    let open = OpenStore::open(&config.store, &spool, &environment).await?;
    let done = calibrate(&open.store, &config, &environment, args.dry_run).await;
    open.close().await?;
    done
}

async fn calibrate(
    store: &Store,
    config: &Config,
    environment: &Environment,
    dry_run: bool,
) -> anyhow::Result<()> {
    let fitted = fit(store, config.calibration.risk).await?;
    print(&fitted);
    if dry_run {
        output::line("nothing was kept");
        return Ok(());
    }
    let now = environment.clock.now();
    let kept = store.insert_calibration(fitted.calibration, now).await?;
    output::line(format!(
        "kept as version {}; gateways take it up within a minute",
        kept.version
    ));
    Ok(())
}

fn print(fitted: &Fitted) {
    let gate = &fitted.calibration.gate;
    let limit = gate.limit;
    output::line(format!("{} labels", fitted.calibration.labels));
    output::line(format!(
        "of {} that rules let through, {} would go through with at most {} % wrong ({} % sure)",
        fitted.let_through,
        fitted.allowed,
        limit.limit() * 100.0,
        limit.confidence() * 100.0
    ));
    if gate.threshold.is_none() {
        output::line(
            "labels do not show that the limit is kept, so nothing would go through by itself",
        );
    } else {
        output::line(format!(
            "tested on {} decisions, {} of them wrong",
            gate.tested, gate.wrong
        ));
    }
}
