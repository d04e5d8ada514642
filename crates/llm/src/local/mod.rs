//! A model that runs in this process: a token engine under our own layer.
//!
//! A request becomes prompt tokens (template, tokenizer) and a grammar, waits for its turn
//! (`admission`), and then the engine calls a picker once a token, which samples, keeps to the
//! grammar, finds stop strings and sends the text on.

mod admission;
mod choice;
mod picker;
mod prompt_scores;
mod raw_prompt;
mod running;
mod shown;
mod supervisor;
mod watched;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use crate::chat::{
    ChatModel, ChatRequest, ChoiceRequest, ChoiceScores, Generation, Message, ModelInfo,
    OutputFormat, Prompt, PromptScoreRequest, PromptScores, Role, Sampling, Tool,
};
use crate::engine::TokenEngine;
use crate::error::{ModelError, ModelFileError};
use crate::grammar::{Grammar, GrammarCompiler};
use crate::sampling::SamplingSettings;
use crate::template::ChatTemplate;
use crate::tokenizer::ModelTokenizer;
use crate::tools::{CallGrammarSource, CallIds, CallReader, CallSyntax, ToolOffer};
use picker::{PickerPlan, SequencePicker};
use prompt_scores::PromptToScore;
use running::RunningSequence;
use supervisor::Supervisor;
pub use supervisor::{EngineFactory, Watchdog};

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
    /// The most tokens of a prompt; `None` means all that the context holds. A prompt is read in
    /// one step that cannot be ended, so a long one keeps everybody waiting.
    pub max_prompt_tokens: Option<u32>,
    /// Requests of one caller that may wait for a slot. Of all callers together, at most twice
    /// as many wait.
    pub queue_limit: usize,
    /// When the engine is given up and what comes after it.
    pub watchdog: Watchdog<E>,
    /// Gives seeds to requests without one.
    pub seeds: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// A [`ChatModel`] over a [`TokenEngine`].
pub struct LocalModel<E> {
    info: ModelInfo,
    supervisor: Arc<Supervisor<E>>,
    tokenizer: Arc<ModelTokenizer>,
    template: Arc<ChatTemplate>,
    call_syntax: CallSyntax,
    default_sampling: Sampling,
    default_max_tokens: Option<u32>,
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
        let context_tokens = parts.engine.context_tokens();
        let supervisor = Supervisor::new(
            parts.id.clone(),
            parts.engine,
            parts.queue_limit,
            parts.watchdog,
        );
        Ok(Self {
            info: ModelInfo {
                id: parts.id,
                created: parts.created,
                owned_by: parts.owned_by,
                context_tokens,
                max_prompt_tokens: parts.max_prompt_tokens,
                fingerprint: parts.fingerprint,
            },
            grammars: GrammarCompiler::new(&parts.tokenizer)?,
            supervisor,
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
        self.supervisor.waiting()
    }

    /// Slots that are free now.
    pub fn free_slots(&self) -> usize {
        self.supervisor.free_slots()
    }

    /// Renders and encodes, off the async threads: a prompt may be megabytes.
    async fn prompt(&self, prompt: Prompt, tools: Vec<Tool>) -> Result<Vec<u32>, ModelError> {
        let (template, tokenizer) = (Arc::clone(&self.template), Arc::clone(&self.tokenizer));
        tokio::task::spawn_blocking(move || match prompt {
            Prompt::Conversation(messages) => {
                template.render_with_tools(&messages, &tools, &tokenizer)
            }
            Prompt::Text(text) => raw_prompt::of_text(&text, &tokenizer),
            Prompt::Tokens(ids) => raw_prompt::of_tokens(ids, &tokenizer),
        })
        .await
        .map_err(|error| ModelError::Engine {
            message: format!("tokenizing: {error}"),
        })?
    }

    async fn grammar(&self, output: &OutputFormat) -> Result<Option<Grammar>, ModelError> {
        match output {
            OutputFormat::Text => Ok(None),
            OutputFormat::JsonObject => self.grammars.json_object().await.map(Some),
            OutputFormat::JsonSchema(schema) => self.grammars.json_schema(schema).await.map(Some),
            OutputFormat::Regex(regex) => self.grammars.regex(regex).await.map(Some),
            OutputFormat::Choice(choices) => self.grammars.choice(choices).await.map(Some),
            OutputFormat::Lark(grammar) => self.grammars.lark(grammar).await.map(Some),
        }
    }
}

fn counted(tokens: &[u32]) -> u32 {
    u32::try_from(tokens.len()).unwrap_or(u32::MAX)
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
            "`stop` would cut the form of answer that was asked for; leave one of them out",
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
        let field = request.output_field_name();
        let offer = ToolOffer::of(&request)?;
        let (grammar, checks) = if let Some(offer) = &offer {
            let source = CallGrammarSource {
                syntax: self.call_syntax.clone(),
                offer: offer.clone(),
            };
            let (grammar, checks) = self.grammars.calls(source).await?;
            (Some(grammar), Some((offer, checks)))
        } else {
            let grammar = self
                .grammar(&request.output)
                .await
                .map_err(|error| error.in_field(field))?
                .map(|grammar| grammar.of_field(field));
            (grammar, None)
        };
        let shown = offer
            .as_ref()
            .map_or_else(Vec::new, |offer| offer.tools.clone());
        let goes_on = !matches!(request.prompt, Prompt::Conversation(_));
        let prompt = self.prompt(request.prompt, shown).await?;
        let prompt_tokens = counted(&prompt);
        let room = self.info.room_after(prompt_tokens)?;
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
            prompt_tokens,
            deadline: request.deadline,
            goes_on,
        };
        let ticket = self.supervisor.enter(request.caller)?;
        let sequence = RunningSequence {
            supervisor: Arc::clone(&self.supervisor),
            prompt,
            max_tokens,
            deadline: request.deadline,
        };
        Ok(sequence.start(ticket, move |events, progress| {
            Box::new(SequencePicker::new(plan, events, progress))
        }))
    }

    fn enforces_schemas(&self) -> bool {
        true
    }

    async fn choose(&self, request: ChoiceRequest) -> Result<ChoiceScores, ModelError> {
        check_deadline(request.deadline)?;
        let letters = choice::letter_tokens(&self.tokenizer, request.options.len())?;
        let messages = choice::with_options(request.messages, &request.options)?;
        let prompt = self
            .prompt(Prompt::Conversation(messages), Vec::new())
            .await?;
        self.info.room_after(counted(&prompt))?;
        let ticket = self.supervisor.enter(request.caller)?;
        choice::score(
            Arc::clone(&self.supervisor),
            ticket,
            prompt,
            letters,
            request.deadline,
        )
        .await
    }

    /// A busy engine is not asked: its supervisor sees whether it gives tokens.
    async fn probe(&self) -> Result<(), ModelError> {
        self.supervisor.check()?;
        if self.supervisor.free_slots() == 0 {
            return Ok(());
        }
        let request = ChatRequest {
            prompt: vec![Message::new(Role::User, "Hello")].into(),
            max_tokens: Some(1),
            ..ChatRequest::default()
        };
        let answer = match self.generate(request).await {
            // Others were faster, so it is busy.
            Err(ModelError::QueueFull { .. }) => return Ok(()),
            answer => answer?.complete().await?,
        };
        tracing::debug!(model = self.info.id, text = answer.text, "probed");
        Ok(())
    }

    fn close(&self, reason: &str) {
        self.supervisor.close(reason);
    }

    async fn prompt_tokens(&self, prompt: &Prompt) -> Result<Option<u32>, ModelError> {
        let prompt = self.prompt(prompt.clone(), Vec::new()).await?;
        Ok(Some(counted(&prompt)))
    }

    async fn prompt_text(&self, prompt: &Prompt) -> Result<Option<String>, ModelError> {
        match prompt {
            Prompt::Conversation(_) => Ok(None),
            Prompt::Text(text) => Ok(Some(text.clone())),
            Prompt::Tokens(ids) => {
                let ids = raw_prompt::of_tokens(ids.clone(), &self.tokenizer)?;
                Ok(Some(raw_prompt::text_of(&ids, &self.tokenizer)))
            }
        }
    }

    async fn score_prompt(&self, request: PromptScoreRequest) -> Result<PromptScores, ModelError> {
        check_deadline(request.deadline)?;
        if request.top_logprobs > MOST_TOP_LOGPROBS {
            return Err(ModelError::invalid(
                "logprobs",
                format!("`logprobs` must be 0 to {MOST_TOP_LOGPROBS}"),
            ));
        }
        let begins_with_mark = match &request.prompt {
            Prompt::Conversation(_) => {
                return Err(ModelError::invalid(
                    "messages",
                    "a conversation has no score",
                ));
            }
            Prompt::Text(_) => self.tokenizer.prompt_begin().is_some(),
            Prompt::Tokens(_) => false,
        };
        let ids = self.prompt(request.prompt, Vec::new()).await?;
        let prompt_tokens = counted(&ids);
        if prompt_tokens > self.info.context_tokens {
            return Err(ModelError::ContextLengthExceeded {
                prompt_tokens,
                context_tokens: self.info.context_tokens,
            });
        }
        prompt_scores::score(
            Arc::clone(&self.supervisor),
            request.caller,
            Arc::clone(&self.tokenizer),
            PromptToScore {
                ids,
                begins_with_mark,
                top_logprobs: request.top_logprobs,
                deadline: request.deadline,
            },
        )
        .await
    }
}

#[cfg(test)]
mod tests;
