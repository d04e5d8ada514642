//! Grammars that allow only valid JSON, one token at a time.
//!
//! A schema is compiled on its own thread, with limits on size, work and time, and kept: the
//! next request with the same schema gets a copy. Whitespace between JSON tokens is switched
//! off, so that a model cannot spend its tokens on it. The grammar ends by the model's own
//! end-of-sequence tokens.

mod calls;
mod locate;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use llguidance::api::{ParserLimits, TopLevelGrammar};
use llguidance::{Matcher, ParserFactory};
use lru::LruCache;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, oneshot};
use toktrie::SimpleVob;

use crate::error::{ModelError, ModelFileError};
use crate::schema::AdmittedSchema;
use crate::tokenizer::ModelTokenizer;
use crate::tools::CallChecks;

/// How long a request waits for its schema to compile.
const COMPILE_TIME: Duration = Duration::from_secs(10);

/// How many schemas compile at once. A compilation that has run out of time still counts, so
/// that expensive schemas cannot pile up.
const COMPILATIONS_AT_ONCE: usize = 2;

/// Stack of a compiling thread: the compiler recurses through the schema.
const COMPILE_STACK_BYTES: usize = 64 * 1024 * 1024;

const KEPT_GRAMMARS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

type SchemaHash = [u8; 32];

/// Compiles schemas for one tokenizer.
pub(crate) struct GrammarCompiler {
    factory: Arc<ParserFactory>,
    kept: Mutex<LruCache<SchemaHash, Grammar>>,
    kept_calls: Mutex<LruCache<SchemaHash, (Grammar, Arc<CallChecks>)>>,
    running: Arc<Semaphore>,
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
            kept: Mutex::new(LruCache::new(KEPT_GRAMMARS)),
            kept_calls: Mutex::new(LruCache::new(KEPT_GRAMMARS)),
            running: Arc::new(Semaphore::new(COMPILATIONS_AT_ONCE)),
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
    /// [`ModelError::Engine`] where the compiler itself fails.
    pub(crate) async fn json_schema(&self, schema: &Value) -> Result<Grammar, ModelError> {
        let hash: SchemaHash = Sha256::digest(schema.to_string()).into();
        if let Some(grammar) = self.kept().get(&hash) {
            return Ok(grammar.fresh_copy());
        }
        let admitted = AdmittedSchema::admit(schema)?;
        let grammar = tokio::time::timeout(COMPILE_TIME, self.compile(admitted))
            .await
            .map_err(|_| {
                ModelError::unsupported_schema(
                    "",
                    format!(
                        "the schema takes over {} s to compile",
                        COMPILE_TIME.as_secs()
                    ),
                )
            })??;
        let copy = grammar.fresh_copy();
        self.kept().put(hash, grammar);
        Ok(copy)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, LruCache<SchemaHash, Grammar>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn compile(&self, admitted: AdmittedSchema) -> Result<Grammar, ModelError> {
        let factory = Arc::clone(&self.factory);
        let (matcher, admitted) = self
            .off_thread(move || {
                compile_enforced(&factory, admitted.enforced()).map(|matcher| (matcher, admitted))
            })
            .await?;
        Ok(Grammar {
            matcher,
            schema: Some(Arc::new(admitted)),
        })
    }

    /// Runs a compilation on a thread of its own, when its turn comes.
    async fn off_thread<T: Send + 'static>(
        &self,
        compilation: impl FnOnce() -> Result<T, ModelError> + Send + 'static,
    ) -> Result<T, ModelError> {
        let failed = |message: String| ModelError::Engine { message };
        let permit = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|error| failed(error.to_string()))?;
        let (send, receive) = oneshot::channel();
        std::thread::Builder::new()
            .name("schema-compiler".to_owned())
            .stack_size(COMPILE_STACK_BYTES)
            .spawn(move || {
                let _permit = permit;
                // The request may have stopped waiting.
                let _unheard = send.send(compilation());
            })
            .map_err(|error| failed(format!("no thread to compile a schema on: {error}")))?;
        receive
            .await
            .map_err(|_| failed("the schema compiler broke down".to_owned()))?
    }
}

fn compile_enforced(factory: &ParserFactory, enforced: &Value) -> Result<Matcher, ModelError> {
    compile_matcher(factory, enforced).map_err(|message| {
        let pointer =
            locate::failing_part(enforced, |part| compile_matcher(factory, part).is_err());
        ModelError::unsupported_schema(pointer, message)
    })
}

fn compile_matcher(factory: &ParserFactory, enforced: &Value) -> Result<Matcher, String> {
    let mut schema = enforced.clone();
    if let Some(keywords) = schema.as_object_mut() {
        keywords.insert(
            "x-guidance".to_owned(),
            json!({"whitespace_flexible": false}),
        );
    }
    compile_grammar(factory, TopLevelGrammar::from_json_schema(schema))
}

fn compile_grammar(factory: &ParserFactory, grammar: TopLevelGrammar) -> Result<Matcher, String> {
    let parser = factory
        .create_parser(grammar)
        .map_err(|error| format!("the schema cannot be enforced: {error:#}"))?;
    let mut matcher = Matcher::new(Ok(parser));
    // The first mask finds grammars that nothing satisfies, and warms the lexer for all copies.
    let mask = matcher
        .compute_mask()
        .map_err(|error| format!("the schema cannot be enforced: {error:#}"))?;
    if mask.is_zero() {
        return Err("nothing can satisfy the schema".to_owned());
    }
    Ok(matcher)
}

/// A grammar at some point of an answer.
pub(crate) struct Grammar {
    matcher: Matcher,
    /// `None` where the last check is somebody else's.
    schema: Option<Arc<AdmittedSchema>>,
}

impl Grammar {
    fn fresh_copy(&self) -> Self {
        Self {
            matcher: self.matcher.deep_clone(),
            schema: self.schema.clone(),
        }
    }

    /// The tokens that may come next; end tokens where the answer may end.
    pub(crate) fn mask(&mut self) -> Result<TokenMask, ModelError> {
        self.matcher
            .compute_mask_or_eos()
            .map(TokenMask)
            .map_err(|error| broken(&error))
    }

    /// Takes the chosen token.
    pub(crate) fn accept(&mut self, token: u32) -> Result<(), ModelError> {
        self.matcher
            .consume_token(token)
            .map_err(|error| broken(&error))
    }

    /// Whether nothing can follow any more.
    pub(crate) fn is_complete(&self) -> bool {
        self.matcher.is_stopped() && self.matcher.stop_reason().is_ok()
    }

    /// The last check of a finished answer against the caller's schema.
    pub(crate) fn check_answer(&self, text: &str) -> Result<(), ModelError> {
        match &self.schema {
            Some(schema) => schema.check_answer(text),
            None => Ok(()),
        }
    }
}

fn broken(error: &impl std::fmt::Display) -> ModelError {
    ModelError::Engine {
        message: format!("grammar: {error}"),
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
mod tests;
