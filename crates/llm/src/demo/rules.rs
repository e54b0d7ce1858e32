//! Decides the demo's reply from the messages alone.

use artel_domain::{AssistantCall, ToolSpec};

use super::Reply;
use super::arguments::arguments;
use super::message::UserMessage;
use crate::{Message, Request, ToolChoice};

/// Calls a tool as often as the last user message asks for, then reports the result. Without a fitting tool it repeats
/// the message.
pub(super) fn reply_to(request: &Request) -> Reply {
    let turn = Turn::of(request);
    let message = UserMessage::new(&turn.text);
    match best_tool(offered(request), &message) {
        Some(tool) if turn.step <= message.times() => turn.call(tool, &message),
        _ => Reply::Text(turn.closing_words()),
    }
}

/// Calls the first tool, whatever the messages say.
pub(super) fn call_again(request: &Request) -> Reply {
    let turn = Turn::of(request);
    match offered(request).first() {
        Some(tool) => turn.call(tool, &UserMessage::new(&turn.text)),
        None => Reply::Text(turn.closing_words()),
    }
}

/// The tools that the model may call.
fn offered(request: &Request) -> &[ToolSpec] {
    match &request.params.tool_choice {
        Some(ToolChoice::None) => &[],
        Some(ToolChoice::Named(name)) => {
            request.tools.iter().find(|tool| tool.name == *name).map_or(&[], std::slice::from_ref)
        }
        None | Some(ToolChoice::Auto | ToolChoice::Required) => &request.tools,
    }
}

/// The last user message, and the messages after it.
struct Turn<'a> {
    text: String,
    /// The number of this user message in the dialogue.
    number: usize,
    /// The number of the step to take now, from 1.
    step: usize,
    last_result: Option<&'a Message>,
    messages: &'a [Message],
}

impl<'a> Turn<'a> {
    fn of(request: &'a Request) -> Self {
        let messages = request.messages.as_slice();
        let users = || messages.iter().enumerate().filter(|(_, message)| matches!(message, Message::User { .. }));
        let (since, text) = users().next_back().map_or((0, String::new()), |(at, message)| (at + 1, message.text()));
        let number = users().count();
        let mut results = messages[since..].iter().filter(|message| matches!(message, Message::Tool { .. }));
        let step = results.clone().count().max(last_step_in_ids(&messages[since..], number)) + 1;
        Self { text, number, step, last_result: results.next_back(), messages }
    }

    fn call(&self, tool: &ToolSpec, message: &UserMessage) -> Reply {
        let arguments = arguments(&tool.input_schema, message, self.step).to_string();
        Reply::Call(AssistantCall {
            id: call_id(self.number, self.step),
            name: tool.name.clone(),
            arguments,
            ..AssistantCall::default()
        })
    }

    fn closing_words(&self) -> String {
        let Some(result @ Message::Tool { call_id, is_error, .. }) = self.last_result else {
            return format!("You said: {}", self.text);
        };
        let verb = if *is_error { "failed" } else { "returned" };
        format!("The tool{} {verb}: {}", self.name_of(call_id), result.text())
    }

    /// A space and the name of the tool that was called under this id; empty when the call is not in the context.
    fn name_of(&self, id: &str) -> String {
        let calls = self.messages.iter().rev().flat_map(Message::calls);
        calls.into_iter().find(|call| call.id == id).map_or_else(String::new, |call| format!(" {}", call.name))
    }
}

fn call_id(turn: usize, step: usize) -> String {
    format!("demo_{turn}_{step}")
}

/// The step number in the newest call id. A count of results would begin again after the context was trimmed.
fn last_step_in_ids(messages: &[Message], turn: usize) -> usize {
    let prefix = format!("demo_{turn}_");
    let ids = messages
        .iter()
        .filter_map(|message| if let Message::Tool { call_id, .. } = message { Some(call_id) } else { None });
    ids.filter_map(|id| id.strip_prefix(&prefix)?.parse().ok()).max().unwrap_or(0)
}

/// The tool that the message asks for, if it asks for any.
fn best_tool<'a>(tools: &'a [ToolSpec], message: &UserMessage) -> Option<&'a ToolSpec> {
    const ENOUGH: usize = 2;
    let scored = tools.iter().map(|tool| (score(tool, message), tool));
    // `max_by_key` returns the last of equal elements, and the first one is wanted.
    let best = scored.rev().max_by_key(|(score, _)| *score)?;
    match best {
        (score, tool) if score >= ENOUGH => Some(tool),
        _ if message.mentions_tools() => tools.iter().find(|tool| tool.name.contains("echo")).or(tools.first()),
        _ => None,
    }
}

fn score(tool: &ToolSpec, message: &UserMessage) -> usize {
    3 * message.words_shared_with(&tool.name) + message.words_shared_with(&tool.description)
}
