//! The sections of the configuration file; each field says what it does and its unit.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ledgergate_accounting::assessment::LlmUse;
use serde::Deserialize;

use super::CorsOrigins;
use crate::record::BodyPolicy;
use crate::store::request_log::RequestsDurable;

/// `[server]`: the listener and its limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Largest request body; a larger one is answered 413.
    pub max_body_bytes: usize,
    /// A request that is not answered by then gets 504.
    pub request_timeout_seconds: u64,
    /// After a signal to stop, how long requests under way may take to end.
    pub drain_seconds: u64,
    /// The web pages whose scripts may call the gateway.
    pub cors_origins: CorsOrigins,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            max_body_bytes: 10 * 1024 * 1024,
            request_timeout_seconds: 600,
            drain_seconds: 30,
            cors_origins: CorsOrigins::Nobody,
        }
    }
}

/// `[store]`: where decisions and requests are logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// A PostgreSQL server. Without it an embedded PostgreSQL runs inside the gateway.
    pub database_url: Option<String>,
    /// Folder of the embedded PostgreSQL.
    pub data_directory: PathBuf,
    /// Most connections to the server (the embedded one always has a single one).
    pub max_connections: u32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            database_url: None,
            data_directory: PathBuf::from(".data/postgres"),
            max_connections: 10,
        }
    }
}

/// `[spool]`: where records go while the database server is away. The embedded database needs none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpoolConfig {
    /// Without it, what needs the database fails while it is away.
    pub enabled: bool,
    /// Its folder, of this gateway alone.
    pub directory: PathBuf,
    /// Bytes of records that it takes.
    pub max_bytes: u64,
    /// What happens when it takes no more: `fail_closed` or `fail_open`.
    pub on_full: OnFull,
}

impl Default for SpoolConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            directory: PathBuf::from(".data/spool"),
            max_bytes: 1024 * 1024 * 1024,
            on_full: OnFull::FailClosed,
        }
    }
}

/// What happens when neither database nor spool take records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFull {
    /// Requests are answered 503: nothing happens that is not in the log.
    #[default]
    FailClosed,
    /// Requests are answered, and their records are lost and counted.
    FailOpen,
}

/// `[log]`: what the gateway itself logs, to standard error, and what the request log keeps.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `text` for people, `json` for collectors.
    pub format: LogFormat,
    /// Levels by module, as `tracing` filters write them.
    pub filter: String,
    /// What the request log keeps of bodies: `full`, `redacted` or `none`.
    pub bodies: BodyPolicy,
    /// Whether a whole reply waits until its row of the request log is durable.
    pub requests_durable: RequestsDurable,
    /// The request log's months before this one that are kept; all if unset.
    pub keep_months: Option<NonZeroU32>,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info,mistralrs_core=error".to_owned(),
            bodies: BodyPolicy::None,
            requests_durable: RequestsDurable::BeforeReply,
            keep_months: None,
        }
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[accounting]`: the accounting endpoints.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountingConfig {
    /// The model that is asked what a document leaves open; `default_model` if unset.
    pub model: Option<String>,
    /// The model that is asked for the action instead, usually a small one; `model` if unset.
    pub determine_model: Option<String>,
    /// The model that is asked for accounts and parties instead, usually a large one; `model`
    /// if unset.
    pub process_model: Option<String>,
    /// When a request does not say: `auto`, `always` or `never`.
    pub llm: LlmUse,
    /// When a request does not say: whether a document is held against its company's earlier ones.
    pub history: bool,
}

impl Default for AccountingConfig {
    fn default() -> Self {
        Self {
            model: None,
            determine_model: None,
            process_model: None,
            llm: LlmUse::Auto,
            history: true,
        }
    }
}

/// `[structured_output]`: answers in a form.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StructuredOutputConfig {
    /// What `x_repair` is in requests that leave it out.
    pub repair: bool,
}

/// `[models.NAME]`: one model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Where it runs.
    pub kind: ModelKind,
    /// A GGUF file, or a folder of safetensors with its configuration and tokenizer.
    pub path: PathBuf,
    /// How a folder of safetensors is kept in memory; must be said for a folder, and is refused
    /// for a GGUF file, whose types are its own.
    #[serde(default)]
    pub quantisation: Option<Quantisation>,
    /// Context in tokens, prompt and answer together; at most what the model was trained for.
    #[serde(default = "default_context_tokens")]
    pub context_tokens: u32,
    /// The most tokens of a prompt; a longer one is answered 400. Reading a prompt cannot be
    /// broken off, so a long one keeps everybody waiting. Unset, it is the context less the room
    /// for an answer of `defaults.max_tokens`, or less a quarter of the context if that is less.
    pub max_prompt_tokens: Option<u32>,
    /// Requests that may wait; one more is answered 429. When the queue is full, a caller with
    /// less than its share of it is let in still, until twice as many wait.
    #[serde(default = "default_queue")]
    pub queue: usize,
    /// An engine at work that gives no token for this long is taken for stuck and rebuilt. Must
    /// be longer than the reading of the longest prompt. Unset, it is 90, or what the longest
    /// prompt takes at 20 tokens a second if that is longer.
    pub stuck_after_seconds: Option<u64>,
    /// What a request that does not say is generated with.
    #[serde(default)]
    pub defaults: GenerationDefaults,
}

/// The slowest reading of a prompt that is not taken for a stuck engine.
const SLOWEST_PROMPT_TOKENS_PER_SECOND: u64 = 20;
/// An engine is not taken for stuck before this.
const LEAST_SILENCE_SECONDS: u64 = 90;

impl ModelConfig {
    /// The most tokens of a prompt.
    pub fn prompt_limit(&self) -> u32 {
        let room = self.defaults.max_tokens.min(self.context_tokens / 4);
        self.max_prompt_tokens
            .unwrap_or(self.context_tokens.saturating_sub(room))
    }

    /// After which silence a working engine is stuck.
    pub fn longest_silence(&self) -> Duration {
        let reading = u64::from(self.prompt_limit()) / SLOWEST_PROMPT_TOKENS_PER_SECOND;
        let seconds = self
            .stuck_after_seconds
            .unwrap_or(reading.max(LEAST_SILENCE_SECONDS));
        Duration::from_secs(seconds)
    }
}

/// Number types that weights are converted to while they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Quantisation {
    /// F32, 4 bytes a weight.
    #[serde(rename = "none")]
    None,
    /// About 1.1 bytes a weight.
    #[serde(rename = "q8_0")]
    Q8_0,
    /// About 0.8 bytes a weight.
    #[serde(rename = "q6k")]
    Q6K,
    /// About 0.7 bytes a weight.
    #[serde(rename = "q5k")]
    Q5K,
    /// About 0.6 bytes a weight.
    #[serde(rename = "q4k")]
    Q4K,
}

impl Quantisation {
    /// As the configuration spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Q8_0 => "q8_0",
            Self::Q6K => "q6k",
            Self::Q5K => "q5k",
            Self::Q4K => "q4k",
        }
    }
}

/// Where a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// Inside the gateway, by mistral.rs.
    InProcess,
}

fn default_context_tokens() -> u32 {
    2048
}

fn default_queue() -> usize {
    64
}

/// Generation parameters of a model for requests that leave them out.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GenerationDefaults {
    /// 0 is greedy, at most 2.
    pub temperature: f32,
    /// Nucleus, above 0 and at most 1.
    pub top_p: f32,
    /// Most likely tokens kept; 0 keeps all.
    pub top_k: u32,
    /// At least 1; 1 is none.
    pub repetition_penalty: f32,
    /// Tokens of an answer.
    pub max_tokens: u32,
}

impl Default for GenerationDefaults {
    fn default() -> Self {
        Self {
            temperature: 0.7,
            top_p: 1.0,
            top_k: 0,
            repetition_penalty: 1.0,
            max_tokens: 512,
        }
    }
}
