//! Fits a dialogue into a model's context: the system prompt, the current input, and the newest complete blocks.

use artel_domain::{Message, ToolSpec};

use crate::dialogue::{Block, Dialogue};

/// The limits of a model's context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextLimits {
    /// The limit on estimated tokens, see [`estimate_tokens`].
    pub max_tokens: usize,
    /// The limit on messages.
    pub max_messages: usize,
}

impl Default for ContextLimits {
    fn default() -> Self {
        Self { max_tokens: 8000, max_messages: 50 }
    }
}

/// What a model gets to read.
#[derive(Debug, Clone, PartialEq)]
pub enum Fit {
    /// The whole dialogue fits.
    Whole(Vec<Message>),
    /// Older blocks were left out. `dropped` is to be summarised, with the earlier summary first, if there is one.
    Trimmed {
        /// The messages for the model.
        messages: Vec<Message>,
        /// The messages that were left out.
        dropped: Vec<Message>,
        /// The journal number of the newest entry that was left out.
        through_seq: i64,
    },
    /// Prompt, tools and current input alone are too long.
    TooLarge {
        /// Their estimated tokens.
        tokens: usize,
        /// The limit.
        max_tokens: usize,
    },
}

/// An estimate of the tokens of a text, on the high side: about one token for four bytes of Latin text or for two
/// characters of another script.
pub fn estimate_tokens(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let other = text.chars().filter(|c| !c.is_ascii()).count();
    ascii.div_ceil(4) + other.div_ceil(2)
}

/// Chooses what the model reads. When blocks must be left out, the newest blocks stay up to **half** of the available
/// room. The summary of the rest then serves many turns, instead of being written anew in each.
pub fn fit(system: &str, tools: &[ToolSpec], dialogue: &Dialogue, limits: ContextLimits) -> Fit {
    let fixed = prompt_tokens(system, dialogue.summary.as_deref()) + tools.iter().map(tool_tokens).sum::<usize>();
    let current = dialogue.blocks.iter().rposition(|b| b.is_current_input);
    let needed = fixed + current.map_or(0, |i| block_tokens(&dialogue.blocks[i]));
    if needed > limits.max_tokens {
        return Fit::TooLarge { tokens: needed, max_tokens: limits.max_tokens };
    }
    let all = fixed + dialogue.blocks.iter().map(block_tokens).sum::<usize>();
    let count: usize = dialogue.blocks.iter().map(|b| b.messages.len()).sum();
    if all <= limits.max_tokens && count < limits.max_messages {
        return Fit::Whole(assemble(system, dialogue.summary.as_deref(), dialogue.blocks.iter().cloned()));
    }
    trim(system, dialogue, current, limits.max_tokens - needed, limits.max_messages)
}

fn trim(system: &str, dialogue: &Dialogue, current: Option<usize>, room: usize, max_messages: usize) -> Fit {
    let blocks = &dialogue.blocks;
    let mut first = blocks.len();
    let (mut tokens, mut messages) = (0, 2);
    while first > 0 {
        let next = first - 1;
        if Some(next) != current {
            tokens += block_tokens(&blocks[next]);
            messages += blocks[next].messages.len();
            let newest = first == blocks.len();
            if !newest && (tokens > room / 2 || messages > max_messages / 2) {
                break;
            }
        }
        first = next;
    }
    let dropped_at = |i: usize| i < first && Some(i) != current;
    let kept = blocks.iter().enumerate().filter(|(i, _)| !dropped_at(*i)).map(|(_, b)| shortened(b, room));
    let summary = dialogue.summary.as_deref();
    let mut dropped: Vec<Message> = summary.map(|text| Message::System { text: text.to_owned() }).into_iter().collect();
    dropped.extend(blocks.iter().enumerate().filter(|(i, _)| dropped_at(*i)).flat_map(|(_, b)| b.messages.clone()));
    let through_seq = blocks.iter().enumerate().filter(|(i, _)| dropped_at(*i)).map(|(_, b)| b.seq).max();
    let messages = assemble(system, summary, kept);
    match through_seq {
        Some(through_seq) => Fit::Trimmed { messages, dropped, through_seq },
        None => Fit::Whole(messages),
    }
}

/// Shortens a block that is larger than the available room. It keeps its pairs of call and result; results lose text
/// first, because they are what grows.
fn shortened(block: &Block, room: usize) -> Block {
    if block.is_current_input || block_tokens(block) <= room {
        return block.clone();
    }
    let share = room / block.messages.len().max(1);
    let mut block = block.clone();
    for message in &mut block.messages {
        let (Message::Tool { content: text, .. }
        | Message::Assistant { text, .. }
        | Message::User { text }
        | Message::System { text }) = message;
        cut(text, share);
    }
    block
}

/// Cuts a text down to about `tokens`. It keeps the beginning and says how much is missing.
fn cut(text: &mut String, tokens: usize) {
    if estimate_tokens(text) <= tokens {
        return;
    }
    let total = text.chars().count();
    let keep = (tokens * 2).min(total);
    let kept: String = text.chars().take(keep).collect();
    *text = format!("{kept}\n[cut: {} of {total} characters left out]", total - keep);
}

fn assemble(system: &str, summary: Option<&str>, blocks: impl IntoIterator<Item = Block>) -> Vec<Message> {
    let prompt = match summary {
        Some(summary) => format!("{system}\n\nSummary of the conversation so far:\n{summary}"),
        None => system.to_owned(),
    };
    let prompt = prompt.trim();
    let system = (!prompt.is_empty()).then(|| Message::System { text: prompt.to_owned() });
    system.into_iter().chain(blocks.into_iter().flat_map(|b| b.messages)).collect()
}

fn prompt_tokens(system: &str, summary: Option<&str>) -> usize {
    estimate_tokens(system) + summary.map_or(0, estimate_tokens)
}

fn tool_tokens(tool: &ToolSpec) -> usize {
    estimate_tokens(&tool.name) + estimate_tokens(&tool.description) + estimate_tokens(&tool.input_schema.to_string())
}

fn block_tokens(block: &Block) -> usize {
    block.messages.iter().map(message_tokens).sum()
}

fn message_tokens(message: &Message) -> usize {
    const FRAMING: usize = 4;
    FRAMING
        + match message {
            Message::System { text } | Message::User { text } => estimate_tokens(text),
            Message::Assistant { text, calls, .. } => {
                estimate_tokens(text)
                    + calls.iter().map(|c| estimate_tokens(&c.name) + estimate_tokens(&c.arguments)).sum::<usize>()
            }
            Message::Tool { content, .. } => estimate_tokens(content),
        }
}

#[cfg(test)]
mod tests;
