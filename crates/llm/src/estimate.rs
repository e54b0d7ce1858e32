//! Token counts estimated from the length of a text, where the provider reports none: four characters are about one
//! token.

use crate::Request;

pub(crate) fn tokens(characters: usize) -> i64 {
    i64::try_from(characters.div_ceil(4)).unwrap_or(i64::MAX)
}

/// The estimated tokens of a request's texts, calls and tools.
pub(crate) fn prompt_tokens(request: &Request) -> i64 {
    let characters = |text: &str| text.chars().count();
    let calls = |message: &crate::Message| {
        message.calls().iter().map(|call| characters(&call.name) + characters(&call.arguments)).sum::<usize>()
    };
    let messages: usize = request.messages.iter().map(|message| characters(&message.text()) + calls(message)).sum();
    let tool = |tool: &artel_domain::ToolSpec| {
        characters(&tool.name) + characters(&tool.description) + characters(&tool.input_schema.to_string())
    };
    tokens(messages + request.tools.iter().map(tool).sum::<usize>())
}
