//! The real engine with a real model.
//!
//! `LEDGERGATE_TEST_MODEL` names the GGUF file of SmolLM2-135M-Instruct. It is requantised once
//! into the target folder and loaded once; the tests share it and take turns.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step is a failed test"
)]

mod answers;
mod files;
mod life;
mod mixing;
mod speed;
mod structured;
mod tiny;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use ledgergate_llm::gguf::GgufHeader;
use ledgergate_llm::local::{LocalModel, LocalModelParts, Watchdog};
use ledgergate_llm::template::ChatTemplate;
use ledgergate_llm::tokenizer::ModelTokenizer;
use ledgergate_llm::{ChatRequest, Message, Role, Sampling};
use ledgergate_llm_mistralrs::{LoadOptions, MistralRsEngine, requantize};

type Model = LocalModel<MistralRsEngine>;

/// The file as its makers ship it.
fn shipped_file() -> PathBuf {
    let path = std::env::var_os("LEDGERGATE_TEST_MODEL")
        .map(PathBuf::from)
        .expect(
            "LEDGERGATE_TEST_MODEL must name the GGUF file of SmolLM2-135M-Instruct; \
         `make test-engine` sets it",
        );
    assert!(
        path.is_file(),
        "LEDGERGATE_TEST_MODEL: {} is no file",
        path.display()
    );
    path
}

/// A folder for the tests' files, the same in each run.
fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("engine");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The requantised file.
fn fast_file() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let output = folder().join("model.Q8_0.gguf");
        requantize(&shipped_file(), &output, &mut |_, _| {}).unwrap();
        output
    })
    .clone()
}

/// The one model of all tests.
fn model() -> &'static Model {
    shared()
}

/// The same, for those that keep it.
fn shared_model() -> Arc<Model> {
    Arc::clone(shared())
}

fn shared() -> &'static Arc<Model> {
    static MODEL: LazyLock<Arc<Model>> = LazyLock::new(|| {
        let header = GgufHeader::read(&fast_file()).unwrap();
        let engine = MistralRsEngine::load(&LoadOptions {
            path: fast_file(),
            quantisation: None,
            context_tokens: Some(1_024),
            threads: None,
        })
        .unwrap();
        let model = LocalModel::new(LocalModelParts {
            id: "smollm2-135m-instruct".to_owned(),
            created: 0,
            owned_by: "HuggingFaceTB".to_owned(),
            fingerprint: header.fingerprint(),
            engine,
            tokenizer: ModelTokenizer::from_gguf(&header).unwrap(),
            template: ChatTemplate::from_gguf(&header).unwrap(),
            default_sampling: Sampling::default(),
            default_max_tokens: Some(256),
            max_prompt_tokens: None,
            queue_limit: 64,
            watchdog: Watchdog::default(),
            seeds: Box::new(|| 0),
        })
        .unwrap();
        Arc::new(model)
    });
    &MODEL
}

/// A question answered without chance.
fn greedy(content: &str) -> ChatRequest {
    ChatRequest {
        prompt: vec![Message::new(Role::User, content)].into(),
        sampling: Sampling {
            temperature: Some(0.0),
            ..Sampling::default()
        },
        ..ChatRequest::default()
    }
}

/// Runs on a runtime of its own, because the model outlives each of them, and alone, so that a
/// test sees its own requests only.
fn block_on<F: Future>(future: F) -> F::Output {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
