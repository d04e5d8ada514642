//! `ledgergate migrate`.

use crate::clock::Environment;
use crate::config::Config;
use crate::store::OpenStore;
use crate::{output, telemetry};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    telemetry::start(&config.log)?;
    let open = OpenStore::open(&config.store).await?;
    open.store
        .migrate(Environment::system().clock.now())
        .await?;
    open.close().await?;
    output::line("the database is up to date");
    Ok(())
}
