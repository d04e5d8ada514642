//! Runs sequences on a loaded model.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ledgergate_llm::engine::{Pick, TokenEngine, TokenPicker};
use ledgergate_llm::error::ModelError;
use mistralrs::core::Response;
use mistralrs::{
    Constraint, CustomLogitsProcessor, MistralRs, NormalRequest, Request, RequestMessage,
    SamplingParams,
};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, channel};

use crate::error::LoadError;
use crate::load::{LoadOptions, Loaded, load};
use crate::processor::PickerProcessor;

/// A decode step that takes longer means that the engine hangs. Whoever watches the engine finds
/// out sooner; this only keeps a thread from waiting for ever.
const LONGEST_STEP: Duration = Duration::from_mins(10);

/// Prompts are read in one step; a slow machine reads some ten tokens a second.
const LONGEST_PROMPT_TOKEN: Duration = Duration::from_millis(100);

/// How often the end of a sequence is looked for. The engine never waits for it.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A model in mistral.rs, on the CPU.
pub struct MistralRsEngine {
    engine: Arc<MistralRs>,
    context_tokens: u32,
    end_token: u32,
    next_request: AtomicUsize,
    /// Set when a sequence did not end in time. Nothing the engine says can be relied on then.
    hangs: AtomicBool,
}

impl MistralRsEngine {
    /// Loads the model and runs one token. Blocks for seconds to minutes.
    ///
    /// # Errors
    /// [`LoadError::File`] for files that are not whole or of a kind that is not run,
    /// [`LoadError::Quantisation`] where it does not go with them, [`LoadError::Engine`] where
    /// mistral.rs refuses them or panics, [`LoadError::FirstRun`] where it does not run as it must.
    pub fn load(options: &LoadOptions) -> Result<Self, LoadError> {
        let Loaded {
            engine,
            context_tokens,
            end_token,
        } = load(options)?;
        let loaded = Self {
            engine,
            context_tokens,
            end_token,
            next_request: AtomicUsize::new(0),
            hangs: AtomicBool::new(false),
        };
        let picks = loaded
            .run_counted(&[end_token], 4, Box::new(EndAtOnce))
            .map_err(LoadError::FirstRun)?;
        // An end at the first token costs a second step: the engine forgets it once, because it
        // sets every sequence to running after the prompt was read.
        if picks > 2 {
            return Err(LoadError::FirstRun(ModelError::Engine {
                message: format!("it asked for {picks} tokens after it was told to end"),
            }));
        }
        Ok(loaded)
    }

    /// Runs a sequence and says how many tokens were asked for.
    fn run_counted(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        picker: Box<dyn TokenPicker>,
    ) -> Result<u64, ModelError> {
        if self.hangs.load(Ordering::Acquire) {
            return Err(ModelError::Unavailable {
                message: "the engine hangs".to_owned(),
            });
        }
        let max_new_tokens = usize::try_from(max_new_tokens).unwrap_or(usize::MAX);
        let processor = Arc::new(PickerProcessor::new(picker, self.end_token));
        // Large enough for every chunk, so that the engine's thread never waits for us.
        let (send, receive) = channel(max_new_tokens.saturating_add(16));
        let request = NormalRequest {
            is_streaming: true,
            constraint: Constraint::None,
            logits_processors: Some(vec![
                Arc::clone(&processor) as Arc<dyn CustomLogitsProcessor>
            ]),
            ..NormalRequest::new_simple(
                RequestMessage::CompletionTokens(prompt.to_vec()),
                SamplingParams {
                    // Takes the one token that the processor leaves.
                    temperature: Some(0.0),
                    max_len: Some(max_new_tokens),
                    ..SamplingParams::neutral()
                },
                send,
                self.next_request.fetch_add(1, Ordering::Relaxed),
                None,
                None,
            )
        };
        self.engine
            .get_sender(None)
            .map_err(|error| ModelError::Unavailable {
                message: error.to_string(),
            })?
            .try_send(Request::Normal(Box::new(request)))
            .map_err(|error| ModelError::Unavailable {
                message: error.to_string(),
            })?;

        let first_step =
            LONGEST_STEP + LONGEST_PROMPT_TOKEN * u32::try_from(prompt.len()).unwrap_or(u32::MAX);
        let outcome = self.wait_for_end(receive, &processor, first_step);
        match processor.failure() {
            Some(message) => Err(ModelError::Engine { message }),
            None => outcome.map(|()| processor.picks()),
        }
    }

    /// Waits until the engine has let go of the sequence: it closes the channel then.
    fn wait_for_end(
        &self,
        mut receive: Receiver<Response>,
        processor: &PickerProcessor,
        first_step: Duration,
    ) -> Result<(), ModelError> {
        let mut outcome = Ok(());
        let mut picks = 0;
        let mut last_pick = Instant::now();
        loop {
            match receive.try_recv() {
                Ok(response) => {
                    if let Some(message) = error_of(response) {
                        outcome = Err(ModelError::Engine { message });
                    }
                }
                Err(TryRecvError::Disconnected) => return outcome,
                Err(TryRecvError::Empty) => {
                    let picks_now = processor.picks();
                    if picks_now != picks {
                        picks = picks_now;
                        last_pick = Instant::now();
                    }
                    let limit = if picks == 0 { first_step } else { LONGEST_STEP };
                    if last_pick.elapsed() > limit {
                        self.hangs.store(true, Ordering::Release);
                        return Err(ModelError::Engine {
                            message: format!("no token came for {} s", limit.as_secs()),
                        });
                    }
                    std::thread::sleep(LOOK_EVERY);
                }
            }
        }
    }
}

/// Text comes from our own detokenizer, so of all responses only errors matter.
fn error_of(response: Response) -> Option<String> {
    match response {
        Response::InternalError(error) | Response::ValidationError(error) => {
            Some(error.to_string())
        }
        Response::ModelError(message, _) | Response::CompletionModelError(message, _) => {
            Some(message)
        }
        _ => None,
    }
}

/// Ends a sequence before its first token.
struct EndAtOnce;

impl TokenPicker for EndAtOnce {
    fn pick(&mut self, _logits: &mut [f32]) -> Pick {
        Pick::End
    }
}

impl TokenEngine for MistralRsEngine {
    /// One: decoding two sequences of equal length at once mixes them on a CPU.
    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn context_tokens(&self) -> u32 {
        self.context_tokens
    }

    fn run(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        self.run_counted(prompt, max_new_tokens, picker).map(drop)
    }
}

impl std::fmt::Debug for MistralRsEngine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MistralRsEngine")
            .field("context_tokens", &self.context_tokens)
            .field("hangs", &self.hangs)
            .finish_non_exhaustive()
    }
}
