//! Mistral's `[INST]` form. `[INST]` and `[/INST]` are ordinary text to the older tokenizers, so
//! a caller's own `[INST]` would read as a turn: it is written `[ INST ]` instead, the one change
//! this crate ever makes to a caller's text.

use std::fmt::Write;

use super::template_role;
use crate::chat::{Message, Role};
use crate::error::ModelError;
use crate::tokenizer::ModelTokenizer;

pub(super) fn render(
    messages: &[Message],
    tokenizer: &ModelTokenizer,
) -> Result<String, ModelError> {
    let text_of = |id: Option<u32>| id.and_then(|id| tokenizer.control_text(id)).unwrap_or("");
    let begin = text_of(tokenizer.begin_token());
    let end = text_of(tokenizer.end_tokens().first().copied());

    let mut text = begin.to_owned();
    for turn in merge_turns(messages)? {
        // Writing to a String cannot fail.
        let _infallible = if turn.by_user {
            write!(text, "[INST] {} [/INST]", turn.content)
        } else {
            write!(text, " {}{end}", turn.content)
        };
    }
    Ok(text)
}

struct Turn {
    by_user: bool,
    content: String,
}

/// Alternating turns, the user's first: system texts go in front of the first user turn, and
/// neighbours of one role are joined.
fn merge_turns(messages: &[Message]) -> Result<Vec<Turn>, ModelError> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        let by_user = match message.role {
            Role::System | Role::Developer | Role::User => true,
            Role::Assistant => false,
            Role::Tool => {
                return Err(ModelError::invalid(
                    "messages",
                    format!(
                        "the model's chat template knows no role `{}`",
                        template_role(Role::Tool)
                    ),
                ));
            }
        };
        let content = message
            .content
            .replace("[INST]", "[ INST ]")
            .replace("[/INST]", "[ /INST ]");
        match turns.last_mut() {
            Some(last) if last.by_user == by_user => {
                last.content.push_str("\n\n");
                last.content.push_str(&content);
            }
            _ => turns.push(Turn { by_user, content }),
        }
    }
    if turns.first().is_some_and(|turn| !turn.by_user) {
        return Err(ModelError::invalid(
            "messages",
            "the conversation begins with the assistant",
        ));
    }
    if turns.last().is_some_and(|turn| !turn.by_user) {
        return Err(ModelError::invalid(
            "messages",
            "the last message is the assistant's: there is nothing to answer",
        ));
    }
    Ok(turns)
}
