//! A token as callers see it, with the model's own view of it.

use crate::chat::TokenLogprob;
use crate::sampling::ModelDistribution;
use crate::tokenizer::ModelTokenizer;

/// A token's text and bytes; a control token is spelled out.
pub(super) fn shown(tokenizer: &ModelTokenizer, id: u32) -> (String, Vec<u8>) {
    let bytes = match tokenizer.control_text(id) {
        Some(text) => text.as_bytes(),
        None => tokenizer.token_bytes(id),
    };
    (String::from_utf8_lossy(bytes).into_owned(), bytes.to_vec())
}

/// A token's place in the model's distribution, with as many of the likeliest beside it.
pub(super) fn token_logprob(
    tokenizer: &ModelTokenizer,
    token: u32,
    distribution: &ModelDistribution,
    alternatives: usize,
) -> TokenLogprob {
    let likeliest = if alternatives == 0 {
        Vec::new()
    } else {
        distribution.likeliest(alternatives, |id| has_text(tokenizer, id))
    };
    let (text, bytes) = shown(tokenizer, token);
    TokenLogprob {
        token: text,
        bytes,
        logprob: distribution.logprob(token),
        top: likeliest
            .into_iter()
            .map(|id| {
                let (text, bytes) = shown(tokenizer, id);
                (text, bytes, distribution.logprob(id))
            })
            .collect(),
    }
}

fn has_text(tokenizer: &ModelTokenizer, id: u32) -> bool {
    tokenizer.control_text(id).is_some() || !tokenizer.token_bytes(id).is_empty()
}
