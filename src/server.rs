//! Binds, serves, and drains on SIGTERM or SIGINT.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::app::App;
use crate::config::ServerConfig;
use crate::http;

/// Why the server did not start or broke off.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The port is taken.
    #[error(
        "{address} is in use by another program; stop it, or choose another address with \
         server.listen or LEDGERGATE_SERVER__LISTEN"
    )]
    AddressInUse {
        /// As configured.
        address: SocketAddr,
    },
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// As configured.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The listener broke.
    #[error("the listener broke: {0}")]
    Serve(std::io::Error),
}

/// Binds the configured address.
///
/// # Errors
/// [`ServerError::AddressInUse`] or [`ServerError::Bind`].
pub async fn bind(config: &ServerConfig) -> Result<TcpListener, ServerError> {
    let address = config.listen;
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == std::io::ErrorKind::AddrInUse {
            ServerError::AddressInUse { address }
        } else {
            ServerError::Bind { address, source }
        }
    })
}

/// After the time to drain, for the last words to those who still wait: an error each.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Serves until `stop` resolves, then takes no more connections and lets requests that run or
/// wait end, for `drain` at most. Those left then are told that the gateway stops (503, or an
/// `error` event in a stream), and what cannot even be told is broken off.
///
/// # Errors
/// [`ServerError::Serve`] if the listener breaks.
pub async fn serve(
    listener: TcpListener,
    app: App,
    drain: Duration,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let (stopping, mut stopped) = watch::channel(false);
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            warn!(%error, "TCP_NODELAY could not be set");
        }
    });
    let models = Arc::clone(&app.models);
    let service = http::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        info!("stopping: no new connections, requests under way may end");
        stopping.send_replace(true);
    });
    let out_of_time = async move {
        // An error means that the server has ended and dropped the sender: nothing to wait for.
        if stopped.wait_for(|stopping| *stopping).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(drain).await;
        warn!(
            seconds = drain.as_secs(),
            "requests still under way are told that the gateway stops"
        );
        models.close_all("the gateway stops");
        tokio::time::sleep(LAST_WORDS).await;
    };
    tokio::select! {
        ended = serving => ended.map_err(ServerError::Serve),
        () = out_of_time => {
            warn!("what was left was broken off");
            Ok(())
        }
    }
}

/// Resolves at SIGTERM or SIGINT.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                warn!(%error, "SIGTERM cannot be caught");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = terminated => {}
        outcome = tokio::signal::ctrl_c() => {
            if let Err(error) = outcome {
                warn!(%error, "SIGINT cannot be caught");
            }
        }
    }
}
