//! Grammars that allow only valid answers, one token at a time: JSON under a schema, texts of a
//! regular expression, one of some texts, or texts of a Lark grammar.
//!
//! A source is compiled on its own thread, with limits on size, work and time, and kept: the
//! next request with the same source gets a copy. Whitespace between JSON tokens is switched
//! off, so that a model cannot spend its tokens on it. The grammar ends by the model's own
//! end-of-sequence tokens.

mod calls;
mod kept;
mod lark;
mod locate;
mod source;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use llguidance::api::{ParserLimits, TopLevelGrammar};
use llguidance::panic_utils::catch_unwind;
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use toktrie::{SimpleVob, TokEnv};

use crate::error::{ModelError, ModelFileError};
use crate::numbers::NumberGuard;
use crate::schema;
use crate::tokenizer::ModelTokenizer;
use crate::tools::CallChecks;
use kept::Kept;
use source::{AnswerCheck, GrammarSource, PreparedSource};

/// How long a request waits for a thread to compile on, and then for its source to compile.
const COMPILE_TIME: Duration = Duration::from_secs(10);

/// How long the part at fault is looked for.
const LOCATE_TIME: Duration = Duration::from_secs(2);

/// How many sources compile at once. A compilation that has run out of time still counts, so
/// that expensive ones cannot pile up.
const COMPILATIONS_AT_ONCE: usize = 2;

/// Stack of a compiling thread: the compiler recurses through the schema.
const COMPILE_STACK_BYTES: usize = 64 * 1024 * 1024;

/// Grammars that are kept, of answers and of calls each.
const KEPT_GRAMMARS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// Their bytes, as far as they can be told.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// What a byte of a source is taken to need beside the lexer's tables, as rules of the grammar and
/// in the validator of answers, neither of which tells its size.
const BYTES_FOR_A_BYTE_OF_SOURCE: usize = 16;

/// Compiles grammars for one tokenizer.
pub(crate) struct GrammarCompiler {
    factory: Arc<ParserFactory>,
    /// Refusals are kept as well: they are the dearest to find.
    kept: Mutex<Kept<Result<Grammar, ModelError>>>,
    kept_calls: Mutex<Kept<(Grammar, Arc<CallChecks>)>>,
    running: Arc<Semaphore>,
    patience: Duration,
}

impl GrammarCompiler {
    pub(crate) fn new(tokenizer: &ModelTokenizer) -> Result<Self, ModelFileError> {
        let vocabulary = tokenizer.grammar_vocabulary()?;
        let mut factory = ParserFactory::new_simple(&vocabulary)
            .map_err(|error| ModelFileError::unsupported(format!("vocabulary: {error:#}")))?;
        factory.quiet();
        *factory.limits_mut() = ParserLimits {
            max_grammar_size: 200_000,
            max_lexer_states: 50_000,
            verbose_errors: false,
            ..ParserLimits::default()
        };
        Ok(Self {
            factory: Arc::new(factory),
            kept: Mutex::new(Kept::new(KEPT_GRAMMARS, KEPT_BYTES)),
            kept_calls: Mutex::new(Kept::new(KEPT_GRAMMARS, KEPT_BYTES)),
            running: Arc::new(Semaphore::new(COMPILATIONS_AT_ONCE)),
            patience: COMPILE_TIME,
        })
    }

    /// A fresh grammar for any JSON object.
    pub(crate) async fn json_object(&self) -> Result<Grammar, ModelError> {
        self.json_schema(&json!({"type": "object"})).await
    }

    /// A fresh grammar for a schema.
    ///
    /// # Errors
    /// [`ModelError::UnsupportedSchema`] where it cannot be enforced or takes too long,
    /// [`ModelError::QueueFull`] where too many compile already.
    pub(crate) async fn json_schema(&self, schema: &Value) -> Result<Grammar, ModelError> {
        self.compiled(GrammarSource::JsonSchema(schema.clone()))
            .await
    }

    /// A fresh grammar for texts that a regular expression matches whole.
    ///
    /// # Errors
    /// As [`GrammarCompiler::json_schema`].
    pub(crate) async fn regex(&self, regex: &str) -> Result<Grammar, ModelError> {
        self.compiled(GrammarSource::Regex(regex.to_owned())).await
    }

    /// A fresh grammar for one of these texts.
    ///
    /// # Errors
    /// As [`GrammarCompiler::json_schema`].
    pub(crate) async fn choice(&self, choices: &[String]) -> Result<Grammar, ModelError> {
        self.compiled(GrammarSource::Choice(choices.to_vec())).await
    }

    /// A fresh grammar from llguidance's Lark dialect.
    ///
    /// # Errors
    /// As [`GrammarCompiler::json_schema`].
    pub(crate) async fn lark(&self, grammar: &str) -> Result<Grammar, ModelError> {
        self.compiled(GrammarSource::Lark(grammar.to_owned())).await
    }

    async fn compiled(&self, source: GrammarSource) -> Result<Grammar, ModelError> {
        let hash = source.hash();
        if let Some(kept) = self.kept().get(&hash) {
            return fresh(kept);
        }
        let permit = self.permit().await?;
        // That it took too long is kept by nobody: the machine may have been busy.
        let outcome = tokio::time::timeout(self.patience, self.compile(permit, source))
            .await
            .map_err(|_| {
                ModelError::unsupported_schema(
                    "",
                    format!("it takes over {} s to compile", COMPILE_TIME.as_secs()),
                )
            })?;
        let answer = fresh(&outcome);
        let bytes = match &outcome {
            Ok(grammar) => Some(grammar.bytes),
            Err(refusal @ ModelError::UnsupportedSchema { .. }) => Some(refusal.to_string().len()),
            Err(_) => None,
        };
        if let Some(bytes) = bytes {
            self.kept().put(hash, outcome, bytes);
        }
        answer
    }

    fn kept(&self) -> MutexGuard<'_, Kept<Result<Grammar, ModelError>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody else's source may take its time; that is no fault of this one.
    async fn permit(&self) -> Result<OwnedSemaphorePermit, ModelError> {
        tokio::time::timeout(self.patience, Arc::clone(&self.running).acquire_owned())
            .await
            .map_err(|_| ModelError::QueueFull {
                retry_after_seconds: COMPILE_TIME.as_secs(),
            })?
            .map_err(|error| ModelError::Engine {
                message: error.to_string(),
            })
    }

    async fn compile(
        &self,
        permit: OwnedSemaphorePermit,
        source: GrammarSource,
    ) -> Result<Grammar, ModelError> {
        let factory = Arc::clone(&self.factory);
        let source_bytes = source.bytes();
        let (compiled, check) = self
            .off_thread(permit, move || compile_source(&factory, source))
            .await?;
        Ok(Grammar {
            numbers: check.is_json().then(NumberGuard::default),
            bytes: compiled.bytes_with(source_bytes),
            matcher: compiled.matcher,
            check: Arc::new(check),
            tokens: self.factory.tok_env().clone(),
            field: None,
        })
    }

    /// Runs a compilation on a thread of its own.
    async fn off_thread<T: Send + 'static>(
        &self,
        permit: OwnedSemaphorePermit,
        compilation: impl FnOnce() -> Result<T, ModelError> + Send + 'static,
    ) -> Result<T, ModelError> {
        let (send, receive) = oneshot::channel();
        std::thread::Builder::new()
            .name("grammar-compiler".to_owned())
            .stack_size(COMPILE_STACK_BYTES)
            .spawn(move || {
                let outcome = compilation();
                drop(permit);
                // The request may have stopped waiting.
                let _unheard = send.send(outcome);
            })
            .map_err(|error| ModelError::Engine {
                message: format!("no thread to compile a grammar on: {error}"),
            })?;
        receive
            .await
            .map_err(|_| ModelError::unsupported_schema("", "the compiler breaks down on it"))?
    }
}

fn fresh(kept: &Result<Grammar, ModelError>) -> Result<Grammar, ModelError> {
    match kept {
        Ok(grammar) => Ok(grammar.fresh_copy()),
        Err(refusal) => Err(refusal.clone()),
    }
}

/// A panic of the compiler is an error: its message may quote the source, so it is not logged.
fn compile_source(
    factory: &ParserFactory,
    source: GrammarSource,
) -> Result<(Compiled, AnswerCheck), ModelError> {
    let PreparedSource { grammar, check } = source.prepared()?;
    match compile_matcher(factory, grammar) {
        Ok(compiled) => Ok((compiled, check)),
        Err(message) => {
            let pointer = match &check {
                AnswerCheck::Schema(admitted) => part_at_fault(factory, admitted.enforced()),
                _ => String::new(),
            };
            Err(ModelError::unsupported_schema(pointer, message))
        }
    }
}

/// Pointer to the part of a schema that does not compile, as far as it is found in time.
fn part_at_fault(factory: &ParserFactory, enforced: &Value) -> String {
    let until = Instant::now() + LOCATE_TIME;
    locate::failing_part(enforced, |part| {
        let part = TopLevelGrammar::from_json_schema(schema::lowered(part));
        Instant::now() < until && compile_matcher(factory, part).is_err()
    })
}

/// What the grammar engine makes of a grammar.
struct Compiled {
    matcher: Matcher,
    /// An estimate.
    table_bytes: usize,
}

impl Compiled {
    /// An estimate of what it takes in all, made from a source of this many bytes.
    fn bytes_with(&self, source_bytes: usize) -> usize {
        self.table_bytes + source_bytes.saturating_mul(BYTES_FOR_A_BYTE_OF_SOURCE)
    }
}

fn compile_matcher(factory: &ParserFactory, grammar: TopLevelGrammar) -> Result<Compiled, String> {
    let parser = catch_unwind(std::panic::AssertUnwindSafe(|| {
        factory.create_parser(grammar)
    }))
    .map_err(|error| refusal(&format!("{error:#}")))?;
    // Shares its tables with the matcher, and tells their size.
    let tables = parser.parser.clone();
    let mut matcher = Matcher::new(Ok(parser));
    // The first mask finds grammars that nothing satisfies, and warms the lexer for all copies.
    let mask = matcher
        .compute_mask()
        .map_err(|error| refusal(&format!("{error:#}")))?;
    if mask.is_zero() {
        return Err(NOTHING_SATISFIES_IT.to_owned());
    }
    Ok(Compiled {
        matcher,
        table_bytes: tables.lexer_stats().num_bytes,
    })
}

const NOTHING_SATISFIES_IT: &str = "nothing can satisfy it";

/// The engine's error in words for callers.
fn refusal(error: &str) -> String {
    let first = error.lines().next().unwrap_or_default();
    if error.starts_with("panic: ") {
        "the compiler breaks down on it".to_owned()
    } else if first.starts_with("NoExtension") {
        NOTHING_SATISFIES_IT.to_owned()
    } else {
        format!("it cannot be enforced: {first}")
    }
}

/// A grammar at some point of an answer.
pub(crate) struct Grammar {
    matcher: Matcher,
    check: Arc<AnswerCheck>,
    /// Where the whole answer is JSON.
    numbers: Option<NumberGuard>,
    tokens: TokEnv,
    field: Option<&'static str>,
    /// An estimate of what it takes.
    bytes: usize,
}

impl Grammar {
    fn fresh_copy(&self) -> Self {
        Self {
            matcher: self.matcher.deep_clone(),
            check: Arc::clone(&self.check),
            numbers: self.numbers,
            tokens: self.tokens.clone(),
            field: None,
            bytes: self.bytes,
        }
    }

    /// The same, with the field of the request that its errors name.
    pub(crate) fn of_field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// The tokens that may come next; end tokens where the answer may end. Where only a part of
    /// the answer is JSON, `of_part` follows its numbers.
    pub(crate) fn mask(&mut self, of_part: Option<NumberGuard>) -> Result<TokenMask, ModelError> {
        let Ok(mask) = self.matcher.compute_mask_or_eos() else {
            return Err(self.broken());
        };
        Ok(TokenMask(match of_part.or(self.numbers) {
            Some(numbers) => numbers.narrowed(mask, self.tokens.tok_trie()),
            None => mask,
        }))
    }

    /// Takes the chosen token.
    pub(crate) fn accept(&mut self, token: u32) -> Result<(), ModelError> {
        if let Some(numbers) = &mut self.numbers {
            numbers.push(self.tokens.tok_trie().token(token));
        }
        match self.matcher.consume_token(token) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.broken()),
        }
    }

    /// Whether nothing can follow any more.
    pub(crate) fn is_complete(&self) -> bool {
        self.matcher.is_stopped() && self.matcher.stop_reason().is_ok()
    }

    /// The last check of a finished answer against the caller's schema.
    pub(crate) fn check_answer(&self, text: &str) -> Result<(), ModelError> {
        self.check.check(text)
    }

    /// The grammar became too complex on the way, or led to where nothing can follow. Both are
    /// of the caller's making.
    pub(crate) fn broken(&self) -> ModelError {
        let error = ModelError::unsupported_schema(
            "",
            "an answer came to where the grammar lets nothing follow, or became too complex for it",
        );
        match self.field {
            Some(field) => error.in_field(field),
            None => error,
        }
    }
}

/// A set of tokens.
pub(crate) struct TokenMask(SimpleVob);

impl TokenMask {
    pub(crate) fn allows(&self, token: u32) -> bool {
        usize::try_from(token).is_ok_and(|index| index < self.0.len() && self.0.is_allowed(token))
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
