//! What becomes of the real engine when its own thread is held up, and of a request whose deadline
//! falls into the reading of its prompt.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ledgergate_llm::engine::{Pick, TokenEngine, TokenPicker};
use ledgergate_llm::gguf::GgufHeader;
use ledgergate_llm::local::{LocalModel, LocalModelParts, Watchdog};
use ledgergate_llm::template::ChatTemplate;
use ledgergate_llm::tokenizer::ModelTokenizer;
use ledgergate_llm::{ChatModel, ChatRequest, ModelError, Sampling};
use ledgergate_llm_mistralrs::{LoadOptions, MistralRsEngine};

use crate::{block_on, fast_file, greedy, model};

/// Where engines are held up, and whether they may go on.
struct Gate {
    /// The engines still to be built that are held up, the next one last.
    plans: Mutex<Vec<bool>>,
    is_open: AtomicBool,
}

/// Lets a held thread go, also when the test fails.
struct Opens(Arc<Gate>);

impl Drop for Opens {
    fn drop(&mut self) {
        self.0.is_open.store(true, Ordering::Release);
    }
}

/// mistral.rs, held up in its thread at the fourth token if it is the one to be held up.
struct HeldEngine {
    engine: MistralRsEngine,
    held_at: Option<Arc<Gate>>,
}

impl HeldEngine {
    fn build(gate: &Arc<Gate>) -> Result<Self, String> {
        let engine = MistralRsEngine::load(&LoadOptions {
            path: fast_file(),
            quantisation: None,
            context_tokens: Some(512),
            threads: None,
        })
        .map_err(|error| error.to_string())?;
        let is_held = gate.plans.lock().unwrap().pop().unwrap_or(false);
        Ok(Self {
            engine,
            held_at: is_held.then(|| Arc::clone(gate)),
        })
    }
}

struct HeldPicker {
    picker: Box<dyn TokenPicker>,
    picks: u32,
    gate: Arc<Gate>,
}

impl TokenPicker for HeldPicker {
    fn pick(&mut self, logits: &mut [f32]) -> Pick {
        self.picks += 1;
        while self.picks > 3 && !self.gate.is_open.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.picker.pick(logits)
    }
}

impl TokenEngine for HeldEngine {
    fn slots(&self) -> NonZeroUsize {
        self.engine.slots()
    }

    fn context_tokens(&self) -> u32 {
        self.engine.context_tokens()
    }

    fn run(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        let picker = match &self.held_at {
            Some(gate) => Box::new(HeldPicker {
                picker,
                picks: 0,
                gate: Arc::clone(gate),
            }),
            None => picker,
        };
        self.engine.run(prompt, max_new_tokens, picker)
    }
}

fn held_model(gate: &Arc<Gate>) -> LocalModel<HeldEngine> {
    let header = GgufHeader::read(&fast_file()).unwrap();
    let for_next = Arc::clone(gate);
    LocalModel::new(LocalModelParts {
        id: "held".to_owned(),
        created: 0,
        owned_by: "HuggingFaceTB".to_owned(),
        fingerprint: header.fingerprint(),
        engine: HeldEngine::build(gate).unwrap(),
        tokenizer: ModelTokenizer::from_gguf(&header).unwrap(),
        template: ChatTemplate::from_gguf(&header).unwrap(),
        default_sampling: Sampling::default(),
        default_max_tokens: Some(24),
        max_prompt_tokens: None,
        queue_limit: 8,
        watchdog: Watchdog {
            // Longer than a prompt of forty tokens takes on a busy machine.
            longest_silence: Duration::from_secs(20),
            rebuild: Some(Arc::new(move || HeldEngine::build(&for_next))),
            pause_between_attempts: Duration::from_millis(100),
        },
        seeds: Box::new(|| 0),
    })
    .unwrap()
}

#[test]
fn a_held_engine_is_rebuilt_and_those_who_wait_are_answered() {
    let gate = Arc::new(Gate {
        plans: Mutex::new(vec![false, true]),
        is_open: AtomicBool::new(false),
    });
    let _opens = Opens(Arc::clone(&gate));
    let model = held_model(&gate);
    block_on(async {
        let ask = || greedy("What is 2+2?");
        let held = model.generate(ask()).await.unwrap();
        let waiting = model.generate(ask()).await.unwrap();
        let outcome = held.complete().await;
        assert!(
            matches!(outcome, Err(ModelError::Engine { .. })),
            "{outcome:?}"
        );
        let answer = waiting.complete().await.unwrap();
        assert!(answer.text.contains("is 4"), "{answer:?}");
        // The thread that was held comes back to a sequence that nobody waits for.
        gate.is_open.store(true, Ordering::Release);
        let again = model.generate(ask()).await.unwrap().complete().await;
        assert_eq!(again.unwrap().text, answer.text);
        model.probe().await.unwrap();
        assert!(gate.plans.lock().unwrap().is_empty());
    });
}

#[test]
fn a_deadline_holds_while_the_prompt_is_read() {
    // Loaded before the clock runs.
    let model = model();
    block_on(async {
        let long = ChatRequest {
            deadline: Some(Instant::now() + Duration::from_secs(1)),
            ..greedy(&"one two three ".repeat(300))
        };
        let outcome = model.generate(long).await.unwrap().complete().await;
        assert!(
            matches!(outcome, Err(ModelError::DeadlineExceeded)),
            "{outcome:?}"
        );
        // The prompt is still being read: nobody waited for the end of it.
        assert_eq!(model.free_slots(), 0);
        let next = model.generate(greedy("What is 2+2?")).await.unwrap();
        assert!(next.complete().await.unwrap().text.contains("is 4"));
    });
}
