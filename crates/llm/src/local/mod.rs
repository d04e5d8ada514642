//! A model that runs in this process: a token engine under our own layer.
//!
//! A request becomes prompt tokens (template, tokenizer) and a grammar, waits for its turn
//! (`admission`), and then the engine calls a picker once a token, which samples, keeps to the
//! grammar, finds stop strings and sends the text on.

mod admission;
mod choice;
mod picker;
mod running;
mod watched;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::chat::{
    ChatModel, ChatRequest, ChoiceRequest, ChoiceScores, Generation, Message, ModelInfo,
    OutputFormat, Prompt, Role, Sampling, Tool,
};
use crate::engine::TokenEngine;
use crate::error::{ModelError, ModelFileError};
use crate::grammar::{Grammar, GrammarCompiler};
use crate::sampling::SamplingSettings;
use crate::template::ChatTemplate;
use crate::tokenizer::ModelTokenizer;
use crate::tools::{CallGrammarSource, CallIds, CallReader, CallSyntax, ToolOffer};
use admission::Admission;
use picker::{PickerPlan, SequencePicker};
use running::RunningSequence;
use watched::Watched;

/// A busy engine that gives no token for this long is stuck. Reading a prompt that fills the
/// context takes less, even on two cores.
const LONGEST_SILENCE: Duration = Duration::from_secs(90);

/// Where a request has its schema unless it says otherwise.
const SCHEMA_OF_RESPONSE_FORMAT: &str = "response_format/json_schema/schema";

/// Stop strings a request may have.
const MOST_STOPS: usize = 16;

/// Alternatives a token may be reported with (OpenAI's limit).
const MOST_TOP_LOGPROBS: u8 = 20;

/// What a local model is put together from.
pub struct LocalModelParts<E> {
    /// The name callers use.
    pub id: String,
    /// Unix time in seconds.
    pub created: i64,
    /// Who made the model.
    pub owned_by: String,
    /// See [`ModelInfo::fingerprint`].
    pub fingerprint: String,
    /// Turns tokens into logits.
    pub engine: E,
    /// The model's tokenizer.
    pub tokenizer: ModelTokenizer,
    /// The model's chat template.
    pub template: ChatTemplate,
    /// What requests leave open.
    pub default_sampling: Sampling,
    /// Tokens to generate where a request does not say; `None` means all that the context leaves.
    pub default_max_tokens: Option<u32>,
    /// Requests that may wait for a slot.
    pub queue_limit: usize,
    /// Gives seeds to requests without one.
    pub seeds: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// A [`ChatModel`] over a [`TokenEngine`].
pub struct LocalModel<E> {
    info: ModelInfo,
    engine: Arc<Watched<E>>,
    tokenizer: Arc<ModelTokenizer>,
    template: Arc<ChatTemplate>,
    call_syntax: CallSyntax,
    default_sampling: Sampling,
    default_max_tokens: Option<u32>,
    admission: Admission,
    grammars: GrammarCompiler,
    seeds: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl<E: TokenEngine> LocalModel<E> {
    /// Puts a model together and tries its template once.
    ///
    /// # Errors
    /// [`ModelFileError::Unsupported`] where template, tokenizer and defaults do not go together.
    pub fn new(parts: LocalModelParts<E>) -> Result<Self, ModelFileError> {
        let unsupported = |error: ModelError| ModelFileError::unsupported(error.to_string());
        let greeting = [Message::new(Role::User, "Hello")];
        parts
            .template
            .render(&greeting, &parts.tokenizer)
            .map_err(unsupported)?;
        SamplingSettings::resolve(
            &Sampling::default(),
            &parts.default_sampling,
            parts.tokenizer.vocabulary_size(),
        )
        .map_err(unsupported)?;
        let slots: NonZeroUsize = parts.engine.slots();
        Ok(Self {
            info: ModelInfo {
                id: parts.id,
                created: parts.created,
                owned_by: parts.owned_by,
                context_tokens: parts.engine.context_tokens(),
                fingerprint: parts.fingerprint,
            },
            grammars: GrammarCompiler::new(&parts.tokenizer)?,
            admission: Admission::new(slots, parts.queue_limit),
            engine: Arc::new(Watched::new(parts.engine)),
            call_syntax: CallSyntax::new(parts.template.tool_style(), &parts.tokenizer),
            tokenizer: Arc::new(parts.tokenizer),
            template: Arc::new(parts.template),
            default_sampling: parts.default_sampling,
            default_max_tokens: parts.default_max_tokens,
            seeds: parts.seeds,
        })
    }

    /// Requests that wait for a slot now.
    pub fn waiting(&self) -> usize {
        self.admission.waiting()
    }

    /// Slots that are free now.
    pub fn free_slots(&self) -> usize {
        self.admission.free_slots()
    }

    /// Renders and encodes, off the async threads: a prompt may be megabytes.
    async fn prompt(&self, prompt: Prompt, tools: Vec<Tool>) -> Result<Vec<u32>, ModelError> {
        let (template, tokenizer) = (Arc::clone(&self.template), Arc::clone(&self.tokenizer));
        tokio::task::spawn_blocking(move || match prompt {
            Prompt::Conversation(messages) => {
                template.render_with_tools(&messages, &tools, &tokenizer)
            }
            Prompt::Text(text) => tokenizer.encode_text(&text),
            Prompt::Tokens(ids) => Ok(ids),
        })
        .await
        .map_err(|error| ModelError::Engine {
            message: format!("tokenizing: {error}"),
        })?
    }

    /// The most tokens that can follow the prompt.
    fn room_after(&self, prompt: &[u32]) -> Result<u32, ModelError> {
        let prompt_tokens = u32::try_from(prompt.len()).unwrap_or(u32::MAX);
        let context_tokens = self.info.context_tokens;
        match context_tokens.checked_sub(prompt_tokens) {
            None | Some(0) => Err(ModelError::ContextLengthExceeded {
                prompt_tokens,
                context_tokens,
            }),
            Some(room) => Ok(room),
        }
    }

    async fn grammar(&self, output: &OutputFormat) -> Result<Option<Grammar>, ModelError> {
        match output {
            OutputFormat::Text => Ok(None),
            OutputFormat::JsonObject => self.grammars.json_object().await.map(Some),
            OutputFormat::JsonSchema { schema, .. } => {
                self.grammars.json_schema(schema).await.map(Some)
            }
            OutputFormat::Regex(_) | OutputFormat::Choice(_) | OutputFormat::Lark(_) => Err(
                ModelError::invalid("structured_outputs", "this form of answer is not there yet"),
            ),
        }
    }
}

fn check(request: &ChatRequest) -> Result<(), ModelError> {
    if request.max_tokens == Some(0) {
        return Err(ModelError::invalid(
            "max_tokens",
            "`max_tokens` must be at least 1",
        ));
    }
    if request.stop.len() > MOST_STOPS || request.stop.iter().any(String::is_empty) {
        return Err(ModelError::invalid(
            "stop",
            format!("`stop` takes up to {MOST_STOPS} strings, none of them empty"),
        ));
    }
    if !request.stop.is_empty() && request.output != OutputFormat::Text {
        return Err(ModelError::invalid(
            "stop",
            "`stop` would cut the JSON that `response_format` promises; leave one of them out",
        ));
    }
    if request
        .top_logprobs
        .is_some_and(|count| count > MOST_TOP_LOGPROBS)
    {
        return Err(ModelError::invalid(
            "top_logprobs",
            format!("`top_logprobs` must be 0 to {MOST_TOP_LOGPROBS}"),
        ));
    }
    check_deadline(request.deadline)
}

fn check_deadline(deadline: Option<Instant>) -> Result<(), ModelError> {
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        return Err(ModelError::DeadlineExceeded);
    }
    Ok(())
}

#[async_trait]
impl<E: TokenEngine> ChatModel for LocalModel<E> {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn generate(&self, request: ChatRequest) -> Result<Generation, ModelError> {
        check(&request)?;
        let settings = SamplingSettings::resolve(
            &request.sampling,
            &self.default_sampling,
            self.tokenizer.vocabulary_size(),
        )?;
        let offer = ToolOffer::of(&request)?;
        let (grammar, checks) = if let Some(offer) = &offer {
            let source = CallGrammarSource {
                syntax: self.call_syntax.clone(),
                offer: offer.clone(),
            };
            let (grammar, checks) = self.grammars.calls(source).await?;
            (Some(grammar), Some((offer, checks)))
        } else {
            let grammar = self.grammar(&request.output).await.map_err(|error| {
                error.in_field(request.output_field.unwrap_or(SCHEMA_OF_RESPONSE_FORMAT))
            })?;
            (grammar, None)
        };
        let shown = offer
            .as_ref()
            .map_or_else(Vec::new, |offer| offer.tools.clone());
        let prompt = self.prompt(request.prompt, shown).await?;
        let room = self.room_after(&prompt)?;
        let max_tokens = request
            .max_tokens
            .or(self.default_max_tokens)
            .unwrap_or(room)
            .min(room);
        let seed = request.sampling.seed.unwrap_or_else(|| (self.seeds)());
        let calls = checks.map(|(offer, checks)| {
            let ids = CallIds::new(seed, &prompt);
            CallReader::new(self.call_syntax.clone(), offer, checks, ids)
        });
        let plan = PickerPlan {
            tokenizer: Arc::clone(&self.tokenizer),
            settings,
            seed,
            grammar,
            calls,
            stop: request.stop,
            top_logprobs: request.top_logprobs,
            max_tokens,
            prompt_tokens: u32::try_from(prompt.len()).unwrap_or(u32::MAX),
            deadline: request.deadline,
        };
        let ticket = self.admission.enter()?;
        let sequence = RunningSequence {
            engine: Arc::clone(&self.engine),
            prompt,
            max_tokens,
            deadline: request.deadline,
        };
        Ok(sequence.start(ticket, move |events, progress| {
            Box::new(SequencePicker::new(plan, events, progress))
        }))
    }

    async fn choose(&self, request: ChoiceRequest) -> Result<ChoiceScores, ModelError> {
        check_deadline(request.deadline)?;
        let letters = choice::letter_tokens(&self.tokenizer, request.options.len())?;
        let messages = choice::with_options(request.messages, &request.options)?;
        let prompt = self
            .prompt(Prompt::Conversation(messages), Vec::new())
            .await?;
        self.room_after(&prompt)?;
        let ticket = self.admission.enter()?;
        choice::score(
            Arc::clone(&self.engine),
            ticket,
            prompt,
            letters,
            request.deadline,
        )
        .await
    }

    /// A busy engine is not asked: that it gives tokens is seen from those it gives.
    async fn probe(&self) -> Result<(), ModelError> {
        if self.admission.free_slots() == 0 {
            let quiet = self.engine.quiet_for();
            if quiet < LONGEST_SILENCE {
                return Ok(());
            }
            return Err(ModelError::Unavailable {
                message: format!("busy, and no token for {} s", quiet.as_secs()),
            });
        }
        let request = ChatRequest {
            prompt: vec![Message::new(Role::User, "Hello")].into(),
            max_tokens: Some(1),
            ..ChatRequest::default()
        };
        let answer = self.generate(request).await?.complete().await?;
        tracing::debug!(model = self.info.id, text = answer.text, "probed");
        Ok(())
    }

    async fn prompt_tokens(&self, prompt: &Prompt) -> Result<Option<u32>, ModelError> {
        let prompt = self.prompt(prompt.clone(), Vec::new()).await?;
        Ok(Some(u32::try_from(prompt.len()).unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests;
