//! Prompts without a chat template: a text or tokens that the model goes on with.

use crate::detokenizer::Detokenizer;
use crate::error::ModelError;
use crate::tokenizer::ModelTokenizer;

/// A text's tokens, after the one that begins prompts where the model wants one.
pub(super) fn of_text(text: &str, tokenizer: &ModelTokenizer) -> Result<Vec<u32>, ModelError> {
    let mut ids: Vec<u32> = tokenizer.prompt_begin().into_iter().collect();
    ids.extend(tokenizer.encode_text(text)?);
    if ids.is_empty() {
        // With nothing to go on with, the model begins a text of its own.
        ids.extend(tokenizer.begin_token());
    }
    not_empty(ids)
}

/// Tokens as they are, all of them the model's.
pub(super) fn of_tokens(ids: Vec<u32>, tokenizer: &ModelTokenizer) -> Result<Vec<u32>, ModelError> {
    let size = tokenizer.vocabulary_size();
    match ids
        .iter()
        .find(|id| usize::try_from(**id).map_or(true, |id| id >= size))
    {
        None => not_empty(ids),
        Some(id) => Err(ModelError::invalid(
            "prompt",
            format!(
                "there is no token {id}: the model's go from 0 to {}",
                size.saturating_sub(1)
            ),
        )),
    }
}

/// The text that tokens stand for, control tokens spelled out.
pub(super) fn text_of(ids: &[u32], tokenizer: &ModelTokenizer) -> String {
    let mut detokenizer = Detokenizer::new(tokenizer.drops_first_space());
    let mut text = String::new();
    for id in ids {
        text += &match tokenizer.control_text(*id) {
            Some(control) => detokenizer.push(control.as_bytes()),
            None => detokenizer.push(tokenizer.token_bytes(*id)),
        };
    }
    text + &detokenizer.finish()
}

fn not_empty(ids: Vec<u32>) -> Result<Vec<u32>, ModelError> {
    if ids.is_empty() {
        return Err(ModelError::invalid(
            "prompt",
            "the prompt is empty and this model has no token to begin a text with",
        ));
    }
    Ok(ids)
}
