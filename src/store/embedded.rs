//! PostgreSQL 17 inside this process, so that a gateway without a database server has a log.
//!
//! It is safe against a killed process, not against a lost machine: it writes to the
//! operating system without waiting for the disk (docs/decisions/0003-embedded-postgres.md).
//! It serves one connection at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use pglite_oxide::PgliteServer;

use super::StoreError;

/// A running embedded database. Holds a lock on its folder until it is dropped.
pub struct Embedded {
    server: PgliteServer,
    url: String,
    _folder_lock: File,
}

impl Embedded {
    /// Starts the database in `folder`, making it on the first start.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process has the folder, [`StoreError::Embedded`] if the
    /// database does not start.
    pub async fn start(folder: PathBuf) -> Result<Self, StoreError> {
        let failed = |message: String| StoreError::Embedded {
            stage: "did not start",
            message,
        };
        tokio::task::spawn_blocking(move || {
            let folder_lock = lock(&folder)?;
            let server = PgliteServer::builder()
                .path(folder.join("cluster"))
                .start()
                .map_err(|error| failed(format!("{error:#}")))?;
            let url = server.database_url();
            Ok(Self {
                server,
                url,
                _folder_lock: folder_lock,
            })
        })
        .await
        .map_err(|error| failed(error.to_string()))?
    }

    /// Where it listens, on loopback only.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it.
    ///
    /// # Errors
    /// [`StoreError::Embedded`] if it does not stop cleanly.
    pub async fn stop(self) -> Result<(), StoreError> {
        let failed = |message: String| StoreError::Embedded {
            stage: "did not stop cleanly",
            message,
        };
        tokio::task::spawn_blocking(move || {
            self.server
                .shutdown()
                .map_err(|error| failed(format!("{error:#}")))
        })
        .await
        .map_err(|error| failed(error.to_string()))?
    }
}

/// Two processes on one cluster would destroy it, so the folder is locked; the operating system
/// drops the lock when the process ends, however it ends.
fn lock(folder: &Path) -> Result<File, StoreError> {
    let failed = |error: std::io::Error| StoreError::Embedded {
        stage: "did not start",
        message: format!("{}: {error}", folder.display()),
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            path: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
