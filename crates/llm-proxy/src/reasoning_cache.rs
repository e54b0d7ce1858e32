//! Keeps the reasoning of answers for clients that do not. Most clients send an assistant's message back without
//! members that they do not know, and some providers refuse a tool's result without the signed reasoning before its
//! call.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::AssistantCall;
use artel_llm::{Completion, Message, Reasoning, Rest};
use moka::sync::Cache;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long a client may take until its next request.
const TIME_TO_LIVE: Duration = Duration::from_hours(2);
/// The size of all entries together.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The size of an entry beside its content.
const ENTRY_BYTES: usize = 128;

type Key = [u8; 32];

/// What of this process's answers must go back to their providers, by the part that every client sends back. Bounded in
/// size and time.
#[derive(Debug, Clone)]
pub(crate) struct ReasoningCache(Cache<Key, Arc<Hidden>>);

/// The parts of an answer that most clients drop.
#[derive(Debug)]
struct Hidden {
    reasoning: Vec<Reasoning>,
    /// Members of the message without a form.
    message: Rest,
    /// Members of each call without a form.
    calls: Vec<Rest>,
}

impl ReasoningCache {
    pub(crate) fn new() -> Self {
        let weigh = |_: &Key, hidden: &Arc<Hidden>| hidden.bytes().try_into().unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weigh).max_capacity(MAX_BYTES).time_to_live(TIME_TO_LIVE).build())
    }

    /// Keeps what must come back with the answer to these messages.
    pub(crate) fn keep(&self, account: &str, messages: &[Message], answer: &Completion) {
        let hidden = Hidden::of(answer);
        if hidden.is_empty() {
            return;
        }
        if let Some(key) = key(account, messages.last(), &answer.calls, &answer.text) {
            self.0.insert(key, hidden.into());
        }
    }

    /// Puts it back into the messages that came without.
    pub(crate) fn restore(&self, account: &str, messages: &mut [Message]) {
        for at in 0..messages.len() {
            let (before, rest) = messages.split_at_mut(at);
            let [message, ..] = rest else { return };
            if !matches!(message, Message::Assistant { .. }) {
                continue;
            }
            let key = key(account, before.last(), message.calls(), &message.text());
            if let Some(hidden) = key.and_then(|key| self.0.get(&key)) {
                hidden.put_into(message);
            }
        }
    }
}

impl Hidden {
    fn of(answer: &Completion) -> Self {
        let calls = answer.calls.iter().map(|call| call.rest.clone()).collect();
        Self { reasoning: answer.reasoning.clone(), message: answer.message.clone(), calls }
    }

    fn is_empty(&self) -> bool {
        self.reasoning.is_empty() && self.message.is_empty() && self.calls.iter().all(Rest::is_empty)
    }

    /// What the client sent itself stays.
    fn put_into(&self, message: &mut Message) {
        let Message::Assistant { calls, reasoning, rest, .. } = message else { return };
        if reasoning.is_empty() {
            reasoning.clone_from(&self.reasoning);
        }
        for (name, value) in &self.message {
            rest.entry(name.as_str()).or_insert_with(|| value.clone());
        }
        for (call, hidden) in calls.iter_mut().zip(&self.calls) {
            if call.rest.is_empty() {
                call.rest.clone_from(hidden);
            }
        }
    }

    fn bytes(&self) -> usize {
        let of_block = |block: &Reasoning| match block {
            Reasoning::Thinking { thinking, signature } => thinking.len() + signature.as_ref().map_or(0, String::len),
            Reasoning::RedactedThinking { data } => data.len(),
        };
        let of_members = |members: &Rest| members.iter().map(|(name, value)| name.len() + bytes(value)).sum::<usize>();
        let members = of_members(&self.message) + self.calls.iter().map(of_members).sum::<usize>();
        ENTRY_BYTES + self.reasoning.iter().map(of_block).sum::<usize>() + members
    }
}

/// About what a value takes in memory.
fn bytes(value: &Value) -> usize {
    const NODE: usize = 32;
    NODE + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + bytes(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// A hash of the account and of the part of an answer that every client sends back: the ids of its calls, else its text
/// and the message that it answers. Arguments are not in it, because clients rewrite them.
fn key(account: &str, before: Option<&Message>, calls: &[AssistantCall], text: &str) -> Option<Key> {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(account);
    match (calls, text.trim()) {
        ([], "") => return None,
        ([], text) => {
            add(&before?.text());
            add(text);
        }
        (calls, _) => calls.iter().for_each(|call| {
            add(&call.id);
            add(&call.name);
        }),
    }
    Some(hash.finalize().into())
}

#[cfg(test)]
mod tests;
