//! Mistral's `[INST]` forms, token for token as the makers' own tokenizers write them.
//!
//! Which form a model takes is told by its control tokens:
//!
//! | control tokens | form | models |
//! |---|---|---|
//! | neither | `[INST] text [/INST]` as ordinary text, the system text in the first user turn | Mixtral 8x7B, Mistral 7B 0.1 and 0.2 |
//! | `[INST]` | `[INST]text[/INST]`, the system text in the last user turn | Mistral 7B 0.3, Mixtral 8x22B |
//! | `[SYSTEM_PROMPT]` too | the system text where it stands, between its own tokens | Mistral Small and Large since late 2024 |
//!
//! Where `[INST]` is ordinary text, a caller's own `[INST]` would read as a turn: it is written
//! `[ INST ]` instead, the one change this crate ever makes to a caller's text.

use super::RenderedMessage;
use crate::chat::Role;
use crate::error::ModelError;
use crate::tokenizer::ModelTokenizer;

/// What stands between the messages of one role that are joined.
const JOINT: &str = "\n\n";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The markers are ordinary text.
    Plain,
    /// The markers are control tokens.
    Control,
    /// System texts have markers of their own.
    ControlWithSystem,
}

impl Form {
    fn of(tokenizer: &ModelTokenizer) -> Self {
        if tokenizer.control_token("[SYSTEM_PROMPT]").is_some() {
            Self::ControlWithSystem
        } else if tokenizer.control_token("[INST]").is_some() {
            Self::Control
        } else {
            Self::Plain
        }
    }
}

/// `before_last_user` stands in front of the last `[INST]`.
pub(super) fn render(
    messages: &[RenderedMessage],
    before_last_user: &str,
    tokenizer: &ModelTokenizer,
) -> Result<String, ModelError> {
    let text_of = |id: Option<u32>| id.and_then(|id| tokenizer.control_text(id)).unwrap_or("");
    let begin = text_of(tokenizer.begin_token());
    let end = text_of(tokenizer.end_tokens().first().copied());
    let form = Form::of(tokenizer);
    let turns = turns(messages, form)?;
    let last_user = turns
        .iter()
        .rposition(|(speaker, _)| *speaker == Speaker::User);

    let mut text = begin.to_owned();
    for (index, (speaker, content)) in turns.iter().enumerate() {
        if Some(index) == last_user {
            text.push_str(before_last_user);
        }
        match (form, speaker) {
            (Form::Plain, Speaker::User) => text.extend(["[INST] ", content, " [/INST]"]),
            // Calls that begin with a control token have no space in front.
            (_, Speaker::Assistant) if starts_with_control(content, tokenizer) => {
                text.extend([content, end]);
            }
            // The space is the one that the tokenizer puts in front of a text.
            (Form::Plain, Speaker::Assistant) => text.extend([" ", content, end]),
            (_, Speaker::Tools) => text.push_str(content),
            (_, Speaker::User) => text.extend(["[INST]", content, "[/INST]"]),
            (_, Speaker::Assistant) => text.extend([content.trim_end_matches(' '), end]),
            (_, Speaker::System) => {
                text.extend(["[SYSTEM_PROMPT]", content, "[/SYSTEM_PROMPT]"]);
            }
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
    System,
    User,
    Assistant,
    Tools,
}

/// Turns of the user and the assistant in alternation, the user's first. Neighbours of one role
/// are joined, and where system texts have no place of their own they go in front of a user's.
fn turns(messages: &[RenderedMessage], form: Form) -> Result<Vec<(Speaker, String)>, ModelError> {
    let mut system_texts: Vec<String> = Vec::new();
    let mut turns: Vec<(Speaker, String)> = Vec::new();
    for message in messages {
        let speaker = speaker_of(message.role);
        let content = match form {
            Form::Plain => message
                .content
                .replace("[INST]", "[ INST ]")
                .replace("[/INST]", "[ /INST ]"),
            Form::Control | Form::ControlWithSystem => message.content.clone(),
        };
        match turns.last_mut() {
            _ if speaker == Speaker::System && form != Form::ControlWithSystem => {
                if !content.is_empty() {
                    system_texts.push(content);
                }
            }
            Some((last, text)) if *last == speaker && speaker != Speaker::System => {
                if speaker != Speaker::Tools && !text.is_empty() && !content.is_empty() {
                    text.push_str(JOINT);
                }
                text.push_str(&content);
            }
            _ => turns.push((speaker, content)),
        }
    }
    check_order(&turns)?;
    let is_user = |(speaker, _): &&mut (Speaker, String)| *speaker == Speaker::User;
    let holder = match form {
        Form::Plain => turns.iter_mut().find(is_user),
        Form::Control | Form::ControlWithSystem => turns.iter_mut().rev().find(is_user),
    };
    if let (Some((_, text)), false) = (holder, system_texts.is_empty()) {
        *text = format!("{}{JOINT}{text}", system_texts.join(JOINT));
    }
    Ok(turns)
}

fn speaker_of(role: Role) -> Speaker {
    match role {
        Role::System | Role::Developer => Speaker::System,
        Role::User => Speaker::User,
        Role::Assistant => Speaker::Assistant,
        Role::Tool => Speaker::Tools,
    }
}

fn check_order(turns: &[(Speaker, String)]) -> Result<(), ModelError> {
    let mut spoken = turns.iter().map(|(speaker, _)| *speaker);
    let refused = |message: &str| Err(ModelError::invalid("messages", message));
    match spoken.find(|speaker| *speaker != Speaker::System) {
        Some(Speaker::Assistant) => return refused("the conversation begins with the assistant"),
        Some(Speaker::Tools) => return refused("the conversation begins with a tool"),
        None => return refused("there is no message of the user"),
        _ => {}
    }
    if turns
        .last()
        .is_some_and(|(speaker, _)| *speaker == Speaker::Assistant)
    {
        return refused("the last message is the assistant's: there is nothing to answer");
    }
    Ok(())
}
