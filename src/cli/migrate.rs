//! `ledgergate migrate`.

use crate::clock::Environment;
use crate::config::{Config, SpoolConfig};
use crate::store::OpenStore;
use crate::{output, telemetry};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    telemetry::start(&config.log)?;
    // Whoever migrates wants to know that the database does not answer.
    let spool = SpoolConfig {
        enabled: false,
        ..config.spool
    };
    let open = OpenStore::open(&config.store, &spool, &Environment::system()).await?;
    open.close().await?;
    output::line("the database is up to date");
    Ok(())
}
