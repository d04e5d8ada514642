//! Mistral's `[INST]` form. `[INST]` and `[/INST]` are ordinary text to the older tokenizers, so
//! a caller's own `[INST]` would read as a turn: it is written `[ INST ]` instead, the one change
//! this crate ever makes to a caller's text.

use super::RenderedMessage;
use crate::chat::Role;
use crate::error::ModelError;
use crate::tokenizer::ModelTokenizer;

/// `before_last_user` stands in front of the last `[INST]`.
pub(super) fn render(
    messages: &[RenderedMessage],
    before_last_user: &str,
    tokenizer: &ModelTokenizer,
) -> Result<String, ModelError> {
    let text_of = |id: Option<u32>| id.and_then(|id| tokenizer.control_text(id)).unwrap_or("");
    let begin = text_of(tokenizer.begin_token());
    let end = text_of(tokenizer.end_tokens().first().copied());
    let turns = merge_turns(messages)?;
    let last_user = turns.iter().rposition(|turn| turn.by == Speaker::User);

    let mut text = begin.to_owned();
    for (index, turn) in turns.iter().enumerate() {
        let content = &turn.content;
        if Some(index) == last_user {
            text.push_str(before_last_user);
        }
        match turn.by {
            Speaker::User => text.extend(["[INST] ", content, " [/INST]"]),
            // Calls that begin with a control token have no space in front.
            Speaker::Model if starts_with_control(content, tokenizer) => {
                text.extend([content, end]);
            }
            Speaker::Model => text.extend([" ", content, end]),
            Speaker::Tools => text.push_str(content),
        }
    }
    Ok(text)
}

fn starts_with_control(content: &str, tokenizer: &ModelTokenizer) -> bool {
    const CALLS: &str = "[TOOL_CALLS]";
    content.starts_with(CALLS) && tokenizer.control_token(CALLS).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaker {
    User,
    Model,
    Tools,
}

struct Turn {
    by: Speaker,
    content: String,
}

/// Alternating turns, the user's first: system texts go in front of the first user turn, and
/// neighbours of one role are joined.
fn merge_turns(messages: &[RenderedMessage]) -> Result<Vec<Turn>, ModelError> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        let by = match message.role {
            Role::System | Role::Developer | Role::User => Speaker::User,
            Role::Assistant => Speaker::Model,
            Role::Tool => Speaker::Tools,
        };
        let content = message
            .content
            .replace("[INST]", "[ INST ]")
            .replace("[/INST]", "[ /INST ]");
        match turns.last_mut() {
            Some(last) if last.by == by => {
                if by != Speaker::Tools {
                    last.content.push_str("\n\n");
                }
                last.content.push_str(&content);
            }
            _ => turns.push(Turn { by, content }),
        }
    }
    if turns.first().is_some_and(|turn| turn.by != Speaker::User) {
        return Err(ModelError::invalid(
            "messages",
            "the conversation begins with the assistant",
        ));
    }
    if turns.last().is_some_and(|turn| turn.by == Speaker::Model) {
        return Err(ModelError::invalid(
            "messages",
            "the last message is the assistant's: there is nothing to answer",
        ));
    }
    Ok(turns)
}
