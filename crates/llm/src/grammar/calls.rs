//! Grammars of answers that may hold calls of tools.

use std::sync::{Arc, MutexGuard, PoisonError};

use llguidance::ParserFactory;
use llguidance::api::TopLevelGrammar;

use super::kept::Kept;
use super::source::AnswerCheck;
use super::{COMPILE_TIME, Grammar, GrammarCompiler, compile_matcher, part_at_fault};
use crate::error::ModelError;
use crate::schema;
use crate::tools::{CallChecks, CallGrammarSource, PreparedCalls};

impl GrammarCompiler {
    /// A fresh grammar for calls of tools, and the last check of what is written under it.
    ///
    /// # Errors
    /// As [`GrammarCompiler::json_schema`]; the error names the field of the schema at fault.
    pub(crate) async fn calls(
        &self,
        source: CallGrammarSource,
    ) -> Result<(Grammar, Arc<CallChecks>), ModelError> {
        let hash = source.hash();
        if let Some((grammar, checks)) = self.kept_calls().get(&hash) {
            return Ok((grammar.fresh_copy(), Arc::clone(checks)));
        }
        let factory = Arc::clone(&self.factory);
        let permit = self.permit().await?;
        let compilation = self.off_thread(permit, move || {
            let PreparedCalls { lark, checks } = source.prepared()?;
            let source_bytes = lark.len();
            let grammar = TopLevelGrammar::from_lark(lark);
            match compile_matcher(&factory, grammar) {
                Ok(compiled) => Ok((compiled.bytes_with(source_bytes), compiled.matcher, checks)),
                Err(message) => Err(schema_at_fault(&factory, &checks, &message)),
            }
        });
        let (bytes, matcher, checks) = tokio::time::timeout(COMPILE_TIME, compilation)
            .await
            .map_err(|_| {
                ModelError::invalid(
                    "tools",
                    format!(
                        "the tools take over {} s to compile",
                        COMPILE_TIME.as_secs()
                    ),
                )
            })??;
        let grammar = Grammar {
            matcher,
            // The reader of calls has the last checks.
            check: Arc::new(AnswerCheck::Lark),
            // The reader knows where there is JSON in the answer.
            numbers: None,
            tokens: self.factory.tok_env().clone(),
            field: None,
            bytes,
        };
        let checks = Arc::new(checks);
        let copy = grammar.fresh_copy();
        let kept = (grammar, Arc::clone(&checks));
        self.kept_calls().put(hash, kept, bytes);
        Ok((copy, checks))
    }

    fn kept_calls(&self) -> MutexGuard<'_, Kept<(Grammar, Arc<CallChecks>)>> {
        self.kept_calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first schema that does not compile on its own.
fn schema_at_fault(factory: &ParserFactory, checks: &CallChecks, message: &str) -> ModelError {
    checks
        .schemas()
        .find_map(|(field, schema)| {
            let grammar = TopLevelGrammar::from_json_schema(schema::lowered(schema));
            let message = compile_matcher(factory, grammar).err()?;
            let pointer = part_at_fault(factory, schema);
            Some(ModelError::unsupported_schema(pointer, message).in_field(field))
        })
        .unwrap_or_else(|| ModelError::invalid("tools", format!("all tools together: {message}")))
}
