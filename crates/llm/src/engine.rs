//! The seam to an inference engine: token ids in, logits out, one pick a token. Everything that
//! callers are promised (templates, sampling, grammars, stop strings, deadlines) sits on this
//! side of the seam, once, for every engine.

use std::num::NonZeroUsize;

use crate::error::ModelError;

/// What to do with a step's logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Go on with this token.
    Token(u32),
    /// End the sequence; the engine adds nothing to it.
    End,
}

/// Chooses tokens for one sequence. Called once a token, in order, from the engine's thread.
/// Implementations are total: they neither panic nor block.
pub trait TokenPicker: Send {
    /// Chooses from the raw logits (index = token id) of the next position. The slice may be
    /// scribbled on. After [`Pick::End`] it is not called again.
    fn pick(&mut self, logits: &mut [f32]) -> Pick;
}

/// Runs sequences. It knows nothing of text, end-of-sequence tokens or sampling.
pub trait TokenEngine: Send + Sync + 'static {
    /// How many sequences may run at once without touching one another's results.
    fn slots(&self) -> NonZeroUsize;

    /// The most tokens of prompt and answer together that a sequence may have.
    fn context_tokens(&self) -> u32;

    /// Reads the prompt, then calls the picker before each token until it says [`Pick::End`] or
    /// `max_new_tokens` picks were made. Blocks; call it outside of the async runtime's worker
    /// threads. Returns when the engine holds nothing of the sequence any more.
    ///
    /// # Errors
    /// [`ModelError::Engine`] or [`ModelError::Unavailable`].
    fn run(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError>;
}
