//! A scripted engine, for tests and demonstrations: it "wants" to say a given text, so that the
//! real sampler, grammar, stop strings, detokenizer and queue run without a model's weights.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::chat::Sampling;
use crate::engine::{Pick, TokenEngine, TokenPicker};
use crate::error::{ModelError, ModelFileError};
use crate::local::{LocalModel, LocalModelParts, Watchdog};
use crate::template::ChatTemplate;
use crate::tokenizer::ModelTokenizer;

/// From the rendered prompt to what the engine wants to say.
type Script = dyn Fn(&str) -> String + Send + Sync;

/// A [`TokenEngine`] over the byte-level tokenizer of [`ModelTokenizer::byte_level`].
///
/// Its logits favour the next byte of the scripted text, then the end token. Where a grammar
/// does not let that byte through, whatever closes a JSON value comes first, so that every
/// grammar comes to an end.
pub struct ScriptedEngine {
    script: Arc<Script>,
    tokenizer: ModelTokenizer,
    control: &'static [&'static str],
    template: Option<ChatTemplate>,
    slots: NonZeroUsize,
    context_tokens: u32,
    max_prompt_tokens: Option<u32>,
    delay_per_token: Duration,
    confidence: f32,
    running: AtomicUsize,
    most_running: AtomicUsize,
}

impl ScriptedEngine {
    /// An engine with one slot, a context of 4,096 bytes, no delay, and a confidence of 20.
    ///
    /// # Errors
    /// None in practice: its tokenizer is fixed.
    pub fn new(
        script: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Result<Self, ModelFileError> {
        Ok(Self {
            script: Arc::new(script),
            tokenizer: ModelTokenizer::byte_level()?,
            control: &[],
            template: None,
            slots: NonZeroUsize::MIN,
            context_tokens: 4_096,
            max_prompt_tokens: None,
            delay_per_token: Duration::ZERO,
            confidence: 20.0,
            running: AtomicUsize::new(0),
            most_running: AtomicUsize::new(0),
        })
    }

    /// Sets how many sequences run at once.
    #[must_use]
    pub fn with_slots(mut self, slots: NonZeroUsize) -> Self {
        self.slots = slots;
        self
    }

    /// Sets the context in tokens, which are bytes here.
    #[must_use]
    pub fn with_context_tokens(mut self, context_tokens: u32) -> Self {
        self.context_tokens = context_tokens;
        self
    }

    /// Sets the longest prompt that the model over this engine takes.
    #[must_use]
    pub fn with_max_prompt_tokens(mut self, max_prompt_tokens: u32) -> Self {
        self.max_prompt_tokens = Some(max_prompt_tokens);
        self
    }

    /// Sets the chat template; plain `ChatML` otherwise.
    #[must_use]
    pub fn with_template(mut self, template: ChatTemplate) -> Self {
        self.template = Some(template);
        self
    }

    /// Gives the tokenizer further control tokens. Spelled out in the script they are said as
    /// such.
    ///
    /// # Errors
    /// None in practice: the rest of the tokenizer is fixed.
    pub fn with_control_tokens(
        mut self,
        control: &'static [&'static str],
    ) -> Result<Self, ModelFileError> {
        self.tokenizer = ModelTokenizer::byte_level_with(control)?;
        self.control = control;
        Ok(self)
    }

    /// Sets how long a token takes.
    #[must_use]
    pub fn with_delay_per_token(mut self, delay_per_token: Duration) -> Self {
        self.delay_per_token = delay_per_token;
        self
    }

    /// Sets the logit of the scripted byte; other bytes are at 0 to 7. A low confidence makes
    /// answers depend on the seed.
    #[must_use]
    pub fn with_confidence(mut self, confidence: f32) -> Self {
        self.confidence = confidence;
        self
    }

    /// A whole model over this engine, with plain `ChatML`, a queue of 64 and seeds from 0 up.
    ///
    /// # Errors
    /// None in practice: template and tokenizer are fixed.
    pub fn into_model(self, id: &str) -> Result<LocalModel<Self>, ModelFileError> {
        self.into_model_with_queue(id, 64)
    }

    /// As [`ScriptedEngine::into_model`], with a queue of this length.
    ///
    /// # Errors
    /// None in practice: template and tokenizer are fixed.
    pub fn into_model_with_queue(
        mut self,
        id: &str,
        queue_limit: usize,
    ) -> Result<LocalModel<Self>, ModelFileError> {
        let template = match self.template.take() {
            Some(template) => template,
            None => ChatTemplate::chatml()?,
        };
        let next_seed = AtomicUsize::new(0);
        LocalModel::new(LocalModelParts {
            id: id.to_owned(),
            created: 0,
            owned_by: "scripted".to_owned(),
            fingerprint: "scripted".to_owned(),
            tokenizer: ModelTokenizer::byte_level_with(self.control)?,
            template,
            default_sampling: Sampling::default(),
            default_max_tokens: None,
            max_prompt_tokens: self.max_prompt_tokens,
            queue_limit,
            watchdog: Watchdog::default(),
            seeds: Box::new(move || next_seed.fetch_add(1, Ordering::Relaxed) as u64),
            engine: self,
        })
    }

    /// The most sequences that ever ran at once.
    pub fn most_running(&self) -> usize {
        self.most_running.load(Ordering::Acquire)
    }

    /// The tokens of the scripted text.
    fn tokens_of(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((byte, after)) = rest.split_first() {
            let control = self.control.iter().find_map(|control| {
                let after = rest.strip_prefix(control.as_bytes())?;
                Some((self.tokenizer.control_token(control)?, after))
            });
            let (token, after) = control.unwrap_or((u32::from(*byte), after));
            tokens.push(token);
            rest = after;
        }
        tokens
    }

    /// Logits that favour the wanted token, or the end where nothing more is wanted. `kept_from`
    /// says that the byte before was not the wanted one: the engine would rather end then than
    /// go on with what it does not want to say.
    fn logits(&self, wanted: Option<u32>, kept_from: bool) -> Vec<f32> {
        let mut logits = vec![-30.0_f32; self.tokenizer.vocabulary_size()];
        for (byte, logit) in (0..=u8::MAX).zip(&mut logits) {
            *logit = willingness(byte);
        }
        let end_logit = match wanted {
            Some(token) => {
                if let Some(logit) = usize::try_from(token)
                    .ok()
                    .and_then(|token| logits.get_mut(token))
                {
                    *logit = self.confidence;
                }
                if kept_from { 7.5 } else { -30.0 }
            }
            None => self.confidence,
        };
        for end in self.tokenizer.end_tokens() {
            if let Some(logit) = usize::try_from(*end)
                .ok()
                .and_then(|end| logits.get_mut(end))
            {
                *logit = end_logit;
            }
        }
        logits
    }
}

/// How much the engine likes a byte that it did not want: what ends a JSON value first.
fn willingness(byte: u8) -> f32 {
    match byte {
        b'}' => 7.0,
        b']' => 6.5,
        b'"' => 6.0,
        b'0'..=b'9' => 4.0,
        b'{' | b'[' | b':' | b',' => 3.0,
        b' '..=b'~' => 2.0,
        _ => -10.0,
    }
}

impl TokenEngine for ScriptedEngine {
    fn slots(&self) -> NonZeroUsize {
        self.slots
    }

    fn context_tokens(&self) -> u32 {
        self.context_tokens
    }

    fn run(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        mut picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        let running = self.running.fetch_add(1, Ordering::AcqRel) + 1;
        self.most_running.fetch_max(running, Ordering::AcqRel);
        let text = (self.script)(&self.tokenizer.describe(prompt));
        let mut wanted = self.tokens_of(&text).into_iter().peekable();
        let mut kept_from = false;
        for _ in 0..max_new_tokens {
            std::thread::sleep(self.delay_per_token);
            let mut logits = self.logits(wanted.peek().copied(), kept_from);
            match picker.pick(&mut logits) {
                Pick::Token(token) => {
                    // A byte that the grammar put in between does not count as said.
                    kept_from = wanted.next_if_eq(&token).is_none();
                }
                Pick::End => break,
            }
        }
        self.running.fetch_sub(1, Ordering::AcqRel);
        Ok(())
    }
}
