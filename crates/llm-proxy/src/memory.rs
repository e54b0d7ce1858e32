//! Keeps the reasoning of answers for clients that cannot: most of them send an assistant's message back without members they do not
//! know, and some providers refuse a tool's result when the signed reasoning before its call is gone.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::AssistantCall;
use artel_llm::{Answer, Message, Reasoning};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

/// A client that takes longer to come back starts a new thought.
const KEPT: Duration = Duration::from_hours(2);
/// Of all blocks together.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// What an entry costs beside its blocks.
const ENTRY_BYTES: usize = 128;

type Key = [u8; 32];

/// Reasoning of this process's answers, by what a client sends back of them. Bounded in size and time.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Cache<Key, Arc<[Reasoning]>>);

impl Memory {
    pub(crate) fn new() -> Self {
        let weigh = |_: &Key, blocks: &Arc<[Reasoning]>| weight(blocks).try_into().unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weigh).max_capacity(MOST_BYTES).time_to_live(KEPT).build())
    }

    /// Keeps what must come back with the answer to these messages.
    pub(crate) fn keep(&self, account: &str, messages: &[Message], answer: &Answer) {
        if answer.reasoning.is_empty() {
            return;
        }
        if let Some(key) = key(account, messages.last(), &answer.calls, &answer.text) {
            self.0.insert(key, answer.reasoning.as_slice().into());
        }
    }

    /// Puts it back into the messages that came without.
    pub(crate) fn restore(&self, account: &str, messages: &mut [Message]) {
        for at in 0..messages.len() {
            let (before, rest) = messages.split_at_mut(at);
            let [message, ..] = rest else { return };
            if is_bare(message)
                && let Some(kept) = key(account, before.last(), message.calls(), &message.text()).and_then(|key| self.0.get(&key))
                && let Message::Assistant { reasoning, .. } = message
            {
                *reasoning = kept.to_vec();
            }
        }
    }
}

/// The model's, without any reasoning.
fn is_bare(message: &Message) -> bool {
    matches!(message, Message::Assistant { reasoning, .. } if reasoning.is_empty())
}

/// Whose answer it was, and what a client surely sends back of it: the ids of its calls, else its words and what they answer. Arguments
/// are not part of it, because clients write them anew.
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

fn weight(blocks: &[Reasoning]) -> usize {
    let of_block = |block: &Reasoning| match block {
        Reasoning::Thinking { thinking, signature } => thinking.len() + signature.as_ref().map_or(0, String::len),
        Reasoning::RedactedThinking { data } => data.len(),
    };
    ENTRY_BYTES + blocks.iter().map(of_block).sum::<usize>()
}

#[cfg(test)]
mod tests;
