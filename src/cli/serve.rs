//! `ledgergate serve`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::Context;
use tracing::{error, info};

use crate::app::App;
use crate::clock::Environment;
use crate::config::Config;
use crate::models::Models;
use crate::store::request_log::RequestLog;
use crate::store::{OpenStore, Store};
use crate::{output, server, telemetry};

/// Months' partitions are made two months ahead, so that an hour is often enough also after a
/// day without the database.
const PARTITION_INTERVAL: Duration = Duration::from_hours(1);
/// Between two looks for a newer calibration, and two sums of the report's counts.
const ACCURACY_INTERVAL: Duration = Duration::from_mins(1);

/// After the last answer, for its row to reach the request log. Requests that were broken off
/// hold the log open and are not waited for.
const LOG_PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    telemetry::start(&config.log).context("log.filter")?;
    let environment = Environment::system();
    // The port first: it is the cheapest thing to fail.
    let listener = server::bind(&config.server).await?;
    let address = listener.local_addr()?;
    let models = Models::load(&config.models, config.default_model_name(), &environment).await?;
    let open = OpenStore::open(&config.store, &config.spool, &environment).await?;
    let (request_log, log_writer) =
        RequestLog::start(open.store.clone(), config.log.requests_durable);
    let partitions = tokio::spawn(keep_partitions(
        open.store.clone(),
        environment.clone(),
        config.log.keep_months,
    ));
    let app = App::new(
        &config,
        environment,
        open.store.clone(),
        request_log,
        models,
    );
    refresh_calibration(&app).await;
    let accuracy = tokio::spawn(keep_accuracy(app.clone()));
    greet(address, app.models.default_name());
    let drain = Duration::from_secs(config.server.drain_seconds);
    let served = server::serve(listener, app, drain, stop_or_leave()).await;
    partitions.abort();
    accuracy.abort();
    if let Err(error) = log_writer.finish(LOG_PATIENCE).await {
        error!(%error, "the request log's writer broke");
    }
    open.close().await?;
    info!("stopped");
    Ok(served?)
}

/// Resolves at the first signal to stop; the second ends the process where it stands.
async fn stop_or_leave() {
    server::stop_signal().await;
    tokio::spawn(async {
        server::stop_signal().await;
        error!("a second signal: leaving at once");
        std::process::exit(1);
    });
}

/// Makes the next months' partitions, and drops those of months that are not kept.
async fn keep_partitions(store: Store, environment: Environment, keep_months: Option<NonZeroU32>) {
    let mut hours = tokio::time::interval(PARTITION_INTERVAL);
    loop {
        hours.tick().await;
        let now = environment.clock.now();
        if let Err(cause) = store.make_partitions(now).await {
            error!(%cause, "the request log's next partitions could not be made");
        }
        if let Some(months) = keep_months
            && let Err(cause) = store.drop_old_partitions(now, months).await
        {
            error!(%cause, "the request log's old partitions could not be dropped");
        }
    }
}

async fn refresh_calibration(app: &App) {
    if let Err(cause) = app.calibration.refresh(&app.store).await {
        let is_known = app.calibration.is_known();
        error!(%cause, is_known, "the newest calibration could not be read; what is known stays");
    }
}

async fn keep_accuracy(app: App) {
    let mut minutes = tokio::time::interval(ACCURACY_INTERVAL);
    minutes.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        minutes.tick().await;
        refresh_calibration(&app).await;
        if let Err(cause) = app.store.merge_accuracy_counts().await {
            error!(%cause, "the counts of the accuracy report could not be added up");
        }
    }
}

fn greet(address: SocketAddr, model: Option<&str>) {
    let base = format!("http://{address}");
    output::line(format!("Ledgergate is ready.\n\n  API     {base}/v1"));
    output::line(format!("  Docs    {base}/docs\n  Health  {base}/readyz\n"));
    let Some(model) = model else {
        output::line("No model is configured: the accounting endpoints work by rules alone.");
        return;
    };
    output::line(format!(
        "Try it:\n\n  curl {base}/v1/chat/completions -H 'Content-Type: application/json' \\\n    \
         -d '{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"What is a \
         credit note?\"}}],\"max_tokens\":60}}'\n"
    ));
}
