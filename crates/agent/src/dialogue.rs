//! Builds the messages that a model reads from journal entries.

use artel_domain::event::PlannedCall;
use artel_domain::{AssistantCall, Entry, Message, RunId, ToolOutcome};
use serde_json::Value;

use crate::transcript::{Answer, Call, Content, Item, Transcript};

/// Messages that are kept or left out together: a user's message, an answer, or an answer with all its calls and their
/// results.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// The journal number of the newest entry.
    pub seq: i64,
    /// Whether it is the input of the current run.
    pub is_current_input: bool,
}

/// A session's dialogue as a model reads it: a view of its [`Transcript`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dialogue {
    /// The summary of the blocks that were left out.
    pub summary: Option<String>,
    /// The blocks, oldest first.
    pub blocks: Vec<Block>,
}

impl Dialogue {
    /// Builds the dialogue.
    ///
    /// # Arguments
    /// `entries` are in order of `seq`; `current` is the current run.
    ///
    /// Every call has exactly one result afterwards. A call without a result, because its run ended first, gets a
    /// synthetic one, so that no provider gets a call without a result.
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>, current: RunId) -> Self {
        let mut dialogue = Self::default();
        for item in &Transcript::of(entries).items {
            dialogue.take(item, item.run_id == current);
        }
        dialogue
    }

    fn take(&mut self, item: &Item<'_>, is_current: bool) {
        match &item.content {
            // A run that only switches the specialist has no message.
            Content::Input { text: "", .. } => {}
            Content::Input { text, .. } => self.say(text, item.seq, is_current),
            // The calls of an answer that is not among the entries mean nothing to a model.
            Content::Answer(Answer { text: Some(text), opaque, calls }) => self.answer(text, *opaque, calls, item.seq),
            Content::Subtask { index, count, subtask } => {
                // A subtask is the current input, and its agent gets it as a user's message.
                self.blocks.iter_mut().for_each(|block| block.is_current_input = false);
                let text = format!("Subtask {} of {count}: {}\n\n{}", index + 1, subtask.title, subtask.description);
                self.say(&text, item.seq, is_current);
            }
            Content::Summary { through_seq, text } => {
                self.summary = Some((*text).to_owned());
                self.blocks.retain(|block| block.seq > *through_seq || block.is_current_input);
            }
            _ => {}
        }
    }

    fn say(&mut self, text: &str, seq: i64, is_current_input: bool) {
        self.blocks.push(Block { messages: vec![Message::User { text: text.to_owned() }], seq, is_current_input });
    }

    fn answer(&mut self, text: &str, opaque: Option<&Value>, calls: &[Call<'_>], seq: i64) {
        let asked = calls.iter().map(wire_call).collect();
        let mut messages = vec![Message::Assistant { text: text.to_owned(), calls: asked, opaque: opaque.cloned() }];
        messages.extend(calls.iter().map(result));
        let newest = calls.iter().filter_map(|call| call.result).map(|result| result.seq).max();
        self.blocks.push(Block { messages, seq: newest.unwrap_or(seq), is_current_input: false });
    }
}

fn result(call: &Call<'_>) -> Message {
    let lost =
        ToolOutcome::Failed { error: "superseded: the conversation went on before this call had a result".into() };
    let outcome = call.result.map_or(&lost, |result| result.outcome);
    Message::Tool {
        call_id: wire_id(call.planned),
        name: call.planned.offered_name.clone(),
        content: outcome.for_model(),
        is_error: outcome.error().is_some(),
    }
}

fn wire_call(call: &Call<'_>) -> AssistantCall {
    let arguments = match call.args {
        // The model did not write JSON; its text is shown to it unchanged.
        Value::String(raw) => raw.clone(),
        args => args.to_string(),
    };
    AssistantCall {
        id: wire_id(call.planned),
        name: call.planned.offered_name.clone(),
        arguments,
        ..AssistantCall::default()
    }
}

/// The id that pairs call and result in a request. Providers may repeat their ids within a dialogue, so our id is used.
fn wire_id(call: &PlannedCall) -> String {
    format!("call_{}", call.call_id.0.simple())
}

#[cfg(test)]
mod tests;
