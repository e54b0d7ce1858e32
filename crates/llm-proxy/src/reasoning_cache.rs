//! Stores the reasoning of answers for clients that cannot send it back. Most clients drop members that they do not
//! know from an assistant's message, and some providers refuse a tool's result without the signed reasoning before its
//! call.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::AssistantCall;
use artel_llm::{Completion, Message, Reasoning, Rest};
use moka::sync::Cache;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long an entry is stored: a client may take so long until its next request.
const TIME_TO_LIVE: Duration = Duration::from_hours(2);
/// The maximal size of all entries together.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The estimated size of an entry without its content.
const ENTRY_BYTES: usize = 128;

type Key = [u8; 32];

/// The omitted parts of this process's answers, by the parts that every client sends back. Bounded in size and time.
#[derive(Debug, Clone)]
pub(crate) struct ReasoningCache(Cache<Key, Arc<OmittedParts>>);

/// The parts of an answer that most clients do not send back.
#[derive(Debug)]
struct OmittedParts {
    reasoning: Vec<Reasoning>,
    /// Members of the message without a typed form.
    message: Rest,
    /// Members of each call without a typed form.
    calls: Vec<Rest>,
    /// The provider that gave the answer.
    origin: String,
}

impl ReasoningCache {
    pub(crate) fn new() -> Self {
        let weigh = |_: &Key, hidden: &Arc<OmittedParts>| hidden.bytes().try_into().unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weigh).max_capacity(MAX_BYTES).time_to_live(TIME_TO_LIVE).build())
    }

    /// Stores what must be sent back with the answer to these messages.
    /// `origin` is the provider of the answer.
    pub(crate) fn keep(&self, account: &str, origin: &str, messages: &[Message], answer: &Completion) {
        let hidden = OmittedParts::of(answer, origin);
        if hidden.is_empty() {
            return;
        }
        if let Some(key) = key(account, messages.last(), &answer.calls, &answer.text) {
            self.0.insert(key, hidden.into());
        }
    }

    /// Adds the stored parts to messages that come without them.
    pub(crate) fn restore(&self, account: &str, messages: &mut [Message]) {
        for at in 0..messages.len() {
            let (before, rest) = messages.split_at_mut(at);
            let [message, ..] = rest else { return };
            if !matches!(message, Message::Assistant { .. }) {
                continue;
            }
            let key = key(account, before.last(), message.calls(), &message.text());
            if let Some(hidden) = key.and_then(|key| self.0.get(&key)) {
                hidden.add_to(message);
            }
        }
    }
}

impl OmittedParts {
    fn of(answer: &Completion, origin: &str) -> Self {
        let calls = answer.calls.iter().map(|call| call.rest.clone()).collect();
        Self { reasoning: answer.reasoning.clone(), message: answer.message.clone(), calls, origin: origin.to_owned() }
    }

    fn is_empty(&self) -> bool {
        self.reasoning.is_empty() && self.message.is_empty() && self.calls.iter().all(Rest::is_empty)
    }

    /// Adds the stored parts. What the client sent itself stays unchanged.
    fn add_to(&self, message: &mut Message) {
        let Message::Assistant { calls, reasoning, rest, origin, .. } = message else { return };
        // Members that the client sends itself go where it sends them, but for a message to which hidden ones are
        // added.
        let is_carried = !rest.is_empty() || calls.iter().any(|call| !call.rest.is_empty());
        let has_hidden = !self.message.is_empty() || self.calls.iter().any(|hidden| !hidden.is_empty());
        if has_hidden || !is_carried {
            *origin = Some(self.origin.clone());
        }
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

/// The approximate size of a value in memory.
fn bytes(value: &Value) -> usize {
    const NODE: usize = 32;
    NODE + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + bytes(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// A hash of the account and of what every client sends back of an answer: the ids of its calls, or else its text and
/// the message that it answers. Arguments are left out, because clients rewrite them.
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
