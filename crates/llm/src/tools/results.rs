//! Tools' results in a conversation.

use std::collections::HashMap;

use crate::chat::{Message, Role};

/// The messages with each run of results in the order of the calls that they answer: most
/// prompts do not say which result is whose, so the order must.
pub(super) fn in_order_of_calls(messages: &[Message]) -> Vec<&Message> {
    let mut ordered: Vec<&Message> = Vec::with_capacity(messages.len());
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut run = 0;
    for message in messages {
        if message.role == Role::Tool {
            run += 1;
        } else {
            sort_last(&mut ordered, run, &places);
            run = 0;
            if !message.tool_calls.is_empty() {
                let calls = message.tool_calls.iter().zip(0..);
                places = calls
                    .map(|(call, place)| (call.id.as_str(), place))
                    .collect();
            }
        }
        ordered.push(message);
    }
    sort_last(&mut ordered, run, &places);
    ordered
}

fn sort_last(ordered: &mut [&Message], count: usize, places: &HashMap<&str, usize>) {
    let first = ordered.len() - count;
    ordered[first..].sort_by_key(|message| {
        let call = message.tool_call_id.as_deref();
        call.and_then(|id| places.get(id).copied())
            .unwrap_or(usize::MAX)
    });
}
