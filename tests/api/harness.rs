//! A gateway over a database of its own and a scripted model.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use ledgergate::app::App;
use ledgergate::clock::{Clock, Environment, IdGenerator};
use ledgergate::config::{AccountingConfig, Config};
use ledgergate::http;
use ledgergate::models::Models;
use ledgergate::server::{self, ServerError};
use ledgergate::store::Store;
use ledgergate::store::request_log::{RequestLog, RequestLogWriter};
use ledgergate_llm::chat::ChatModel;
use serde_json::Value;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;
use uuid::Uuid;

/// The time of every test: 2025-06-30 12:00 UTC.
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        "2025-06-30T12:00:00Z".parse().unwrap()
    }
}

/// 1, 2, 3, ... in version 7's form.
#[derive(Default)]
struct CountingIds(AtomicU64);

impl IdGenerator for CountingIds {
    fn next_id(&self) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        Uuid::from_u64_pair(0x0197_0000_0000_7000, 0x8000_0000_0000_0000 | count)
    }
}

/// One gateway.
pub(crate) struct TestApp {
    app: App,
    router: Router,
    /// The gateway's database.
    pub(crate) rows: PgPool,
    writer: RequestLogWriter,
}

impl TestApp {
    /// With one model, `scripted`, which is also the default.
    pub(crate) async fn with_model(model: Arc<dyn ChatModel>) -> Self {
        Self::start(vec![model], 30).await
    }

    /// The same, and requests may take this long.
    pub(crate) async fn with_timeout(model: Arc<dyn ChatModel>, seconds: u64) -> Self {
        Self::start(vec![model], seconds).await
    }

    /// With no model.
    pub(crate) async fn without_model() -> Self {
        Self::start(Vec::new(), 30).await
    }

    /// With several models, the first the default, and where accounting asks which.
    pub(crate) async fn with_routes(
        models: Vec<Arc<dyn ChatModel>>,
        accounting: AccountingConfig,
    ) -> Self {
        Self::with_settings(models, |config| config.accounting = accounting).await
    }

    async fn start(models: Vec<Arc<dyn ChatModel>>, timeout_seconds: u64) -> Self {
        Self::with_settings(models, |config| {
            config.server.request_timeout_seconds = timeout_seconds;
        })
        .await
    }

    /// With a configuration of its own.
    pub(crate) async fn with_settings(
        models: Vec<Arc<dyn ChatModel>>,
        set: impl FnOnce(&mut Config),
    ) -> Self {
        let environment = Environment {
            clock: Arc::new(FixedClock),
            ids: Arc::new(CountingIds::default()),
        };
        let url = fresh_database().await;
        let store = Store::connect(&url, 4).await.unwrap();
        store.migrate(environment.clock.now()).await.unwrap();
        let mut config = Config::default();
        config.server.max_body_bytes = 256 * 1024;
        config.server.request_timeout_seconds = 30;
        set(&mut config);
        let (request_log, writer) = RequestLog::start(store.clone(), config.log.requests_durable);
        let default = models.first().map(|model| model.info().id.clone());
        let models = Models::new(models, default);
        let app = App::new(&config, environment, store, request_log, models);
        app.calibration.refresh(&app.store).await.unwrap();
        let rows = PgPool::connect(&url).await.unwrap();
        Self {
            router: http::router(app.clone()),
            app,
            rows,
            writer,
        }
    }

    /// The gateway's parts.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_text(path, &body.to_string()).await
    }

    /// Posts JSON under an idempotency key.
    pub(crate) async fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Reply {
        let mut request = json_request(path, &body.to_string());
        request
            .headers_mut()
            .insert("idempotency-key", HeaderValue::from_str(key).unwrap());
        Reply::read(self.send(request).await).await
    }

    /// How many decisions are kept.
    pub(crate) async fn kept_decisions(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM decisions")
            .fetch_one(&self.rows)
            .await
            .unwrap()
    }

    /// Posts a text as JSON.
    pub(crate) async fn post_text(&self, path: &str, body: &str) -> Reply {
        let request = json_request(path, body);
        Reply::read(self.send(request).await).await
    }

    /// The gateway's store.
    pub(crate) fn store(&self) -> &Store {
        &self.app.store
    }

    /// Gets a path.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        let request = Request::get(path).body(Body::empty()).unwrap();
        Reply::read(self.send(request).await).await
    }

    /// Serves on a port of its own, as `ledgergate serve` does.
    pub(crate) async fn listen(&self, drain: Duration) -> Listening {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server::serve(listener, self.app.clone(), drain, async {
            // Nobody stops a server whose test does not.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        }));
        Listening {
            address,
            stop,
            served,
        }
    }

    /// Ends the gateway and waits until the request log is written.
    pub(crate) async fn finish(self) -> PgPool {
        drop((self.app, self.router));
        self.writer.finish(Duration::from_secs(10)).await.unwrap();
        self.rows
    }
}

/// A gateway that listens.
pub(crate) struct Listening {
    /// Where.
    pub(crate) address: SocketAddr,
    /// Says that it is to stop.
    pub(crate) stop: oneshot::Sender<()>,
    /// Resolves when it has stopped.
    pub(crate) served: JoinHandle<Result<(), ServerError>>,
}

/// A POST of JSON.
pub(crate) fn json_request(path: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// A whole reply.
#[derive(Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Headers.
    pub(crate) headers: axum::http::HeaderMap,
    /// Body.
    pub(crate) text: String,
}

impl Reply {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of a 200.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// The error of a reply with this status.
    pub(crate) fn error(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let error = self.json()["error"].clone();
        for field in ["message", "type", "param", "code"] {
            assert!(error.get(field).is_some(), "no {field} in {error}");
        }
        error
    }

    /// The data of server-sent events.
    pub(crate) fn events(&self) -> Vec<String> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert_eq!(self.headers["content-type"], "text/event-stream");
        self.text
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(str::to_owned)
            .collect()
    }
}

async fn fresh_database() -> String {
    let server = std::env::var("LEDGERGATE_TEST_DATABASE_URL")
        .expect("LEDGERGATE_TEST_DATABASE_URL is not set; use scripts/with-postgres.sh");
    let name = format!("test_{}", fresh_name());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "databases of one server need different names"
)]
fn fresh_name() -> impl std::fmt::Display {
    Uuid::new_v4().simple()
}
