//! `/readyz` and clients while an engine is stuck and rebuilt.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join;
use ledgergate_llm::chat::Sampling;
use ledgergate_llm::engine::{TokenEngine, TokenPicker};
use ledgergate_llm::error::ModelError;
use ledgergate_llm::local::{LocalModel, LocalModelParts, Watchdog};
use ledgergate_llm::scripted::ScriptedEngine;
use ledgergate_llm::template::ChatTemplate;
use ledgergate_llm::tokenizer::ModelTokenizer;

use super::ask;
use crate::harness::TestApp;

/// Hangs while it is told to; the next one is sound.
struct HangingEngine {
    hangs: Option<Arc<AtomicBool>>,
    inner: ScriptedEngine,
}

impl TokenEngine for HangingEngine {
    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn context_tokens(&self) -> u32 {
        1_000
    }

    fn run(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        while self
            .hangs
            .as_ref()
            .is_some_and(|hangs| hangs.load(Ordering::Acquire))
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.inner.run(prompt, max_new_tokens, picker)
    }
}

/// Ends a wait when a test ends, also when it fails: the runtime waits for its threads.
struct EndsWith(Arc<AtomicBool>);

impl Drop for EndsWith {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn sound() -> ScriptedEngine {
    ScriptedEngine::new(|_| "done".to_owned()).unwrap()
}

#[tokio::test]
async fn a_stuck_model_is_told_and_ready_again_when_rebuilt() {
    let (hangs, building) = (
        Arc::new(AtomicBool::new(true)),
        Arc::new(AtomicBool::new(true)),
    );
    let _ends = (
        EndsWith(Arc::clone(&hangs)),
        EndsWith(Arc::clone(&building)),
    );
    let built_later = Arc::clone(&building);
    let model = LocalModel::new(LocalModelParts {
        id: "scripted".to_owned(),
        created: 0,
        owned_by: "nobody".to_owned(),
        fingerprint: String::new(),
        engine: HangingEngine {
            hangs: Some(Arc::clone(&hangs)),
            inner: sound(),
        },
        tokenizer: ModelTokenizer::byte_level().unwrap(),
        template: ChatTemplate::chatml().unwrap(),
        default_sampling: Sampling::default(),
        default_max_tokens: None,
        max_prompt_tokens: None,
        queue_limit: 4,
        watchdog: Watchdog {
            longest_silence: Duration::from_millis(500),
            rebuild: Some(Arc::new(move || {
                while built_later.load(Ordering::Acquire) {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Ok(HangingEngine {
                    hangs: None,
                    inner: sound(),
                })
            })),
            ..Watchdog::default()
        },
        seeds: Box::new(|| 0),
    });
    let app = TestApp::with_model(Arc::new(model.unwrap())).await;
    let chat = "/v1/chat/completions";
    let failed = app.post(chat, &ask("Hi", false)).await.error(502);
    assert_eq!(failed["code"], "model_failed");
    let reply = app.get("/readyz").await;
    assert_eq!(reply.status, 503);
    let part = &reply.json()["parts"][1];
    assert_eq!(part["name"], "model scripted");
    let reason = part["reason"].as_str().unwrap();
    assert!(
        reason.contains("stuck") && reason.contains("rebuilt"),
        "{reason}"
    );
    // This one waits for the next engine.
    let waiting = ask("Hi", true);
    let waiting = app.post(chat, &waiting);
    let (waited, ()) = join(waiting, async {
        building.store(false, Ordering::Release);
    })
    .await;
    assert_eq!(waited.events().last().unwrap(), "[DONE]");
    let (ready, answer) = join(app.get("/readyz"), app.post(chat, &ask("Hi", false))).await;
    assert_eq!(ready.ok()["status"], "ready");
    assert_eq!(answer.ok()["choices"][0]["message"]["content"], "done");
}
