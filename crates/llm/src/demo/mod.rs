//! A built-in model for machines without keys or network. The documentation of the crate states its rules.

mod arguments;
mod embed;
mod message;
mod rules;

use std::time::Duration;

use artel_domain::{AssistantCall, FinishReason, Usage};
use tokio::time::sleep;

pub(crate) use embed::embed;

use crate::call::DeltaSink;
use crate::{Completion, Delta, ModelError, Request, Rest, UnknownModel};

/// The variants of the demo model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Echo,
    Slow,
    Silent,
    Long,
    Loop,
    Fail,
}

impl Variant {
    pub(crate) const ALL: [Self; 6] = [Self::Echo, Self::Slow, Self::Silent, Self::Long, Self::Loop, Self::Fail];

    /// The variant of that name; the empty name is `echo`.
    pub(crate) fn of(name: &str) -> Result<Self, UnknownModel> {
        if name.is_empty() {
            return Ok(Self::Echo);
        }
        Self::ALL.into_iter().find(|variant| variant.name() == name).ok_or_else(|| UnknownModel::Demo {
            variant: name.to_owned(),
            known: Self::ALL.map(|variant| format!("`demo:{}`", variant.name())).join(", "),
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Slow => "slow",
            Self::Silent => "silent",
            Self::Long => "long",
            Self::Loop => "loop",
            Self::Fail => "fail",
        }
    }

    /// The number of words per delta, and the time between deltas.
    fn delta_timing(self, words: usize) -> (usize, Duration) {
        match self {
            Self::Slow => (1, Duration::from_millis(50)),
            Self::Long => (1, Duration::from_millis(5)),
            Self::Silent => (words, Duration::ZERO),
            Self::Echo | Self::Loop | Self::Fail => (words.div_ceil(4), Duration::ZERO),
        }
    }
}

/// The demo's reply to a request.
#[derive(Debug, PartialEq)]
enum Reply {
    Text(String),
    Call(AssistantCall),
}

/// Answers without any network.
pub(crate) async fn stream(request: &Request, sink: &mut DeltaSink<'_>) -> Result<Completion, ModelError> {
    let variant =
        Variant::of(request.model.model()).map_err(|unknown| ModelError::NotConfigured(unknown.to_string()))?;
    let answer = answer(request, reply(variant, request)?);
    show(variant, &answer.text, sink).await;
    show_calls(&answer.calls, sink).await;
    Ok(answer)
}

fn reply(variant: Variant, request: &Request) -> Result<Reply, ModelError> {
    match variant {
        Variant::Echo | Variant::Slow => Ok(rules::reply_to(request)),
        Variant::Loop => Ok(rules::call_again(request)),
        Variant::Silent => Ok(Reply::Text("Done.".to_owned())),
        Variant::Long => Ok(Reply::Text(long_text())),
        Variant::Fail => Err(ModelError::Unavailable("demo:fail always fails".to_owned())),
    }
}

/// Four hundred words with their numbers, so that a reader sees where the text is.
fn long_text() -> String {
    (1..=100).map(|line| format!("Line {line} of 100.")).collect::<Vec<_>>().join("\n")
}

fn answer(request: &Request, reply: Reply) -> Completion {
    let (text, calls, finish) = match reply {
        Reply::Text(text) => (text, Vec::new(), FinishReason::Stop),
        Reply::Call(call) => (String::new(), vec![call], FinishReason::ToolCalls),
    };
    let usage = Usage {
        prompt_tokens: prompt_tokens(request),
        completion_tokens: completion_tokens(&text, &calls),
        ..Usage::default()
    };
    Completion {
        text,
        calls,
        finish,
        finish_word: None,
        usage: Some(usage),
        reasoning: Vec::new(),
        message: Rest::new(),
        rest: Rest::new(),
    }
}

async fn show(variant: Variant, text: &str, sink: &mut DeltaSink<'_>) {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    let (per_delta, gap) = variant.delta_timing(words.len());
    for piece in words.chunks(per_delta.max(1)) {
        sink.send(Delta::Text(piece.concat())).await;
        if !gap.is_zero() {
            sleep(gap).await;
        }
    }
}

async fn show_calls(calls: &[AssistantCall], sink: &mut DeltaSink<'_>) {
    for (index, call) in calls.iter().enumerate() {
        sink.send(Delta::Call { index, id: call.id.clone(), name: call.name.clone() }).await;
        sink.send(Delta::Arguments { index, piece: call.arguments.clone() }).await;
    }
}

/// An estimate: four characters are about one token.
fn tokens(characters: usize) -> i64 {
    characters.div_ceil(4) as i64
}

fn prompt_tokens(request: &Request) -> i64 {
    let messages: usize =
        request.messages.iter().map(|message| message.text().len() + length_of(message.calls())).sum();
    let tools: usize = request
        .tools
        .iter()
        .map(|tool| tool.name.len() + tool.description.len() + tool.input_schema.to_string().len())
        .sum();
    tokens(messages + tools)
}

fn completion_tokens(text: &str, calls: &[AssistantCall]) -> i64 {
    tokens(text.len() + length_of(calls))
}

fn length_of(calls: &[AssistantCall]) -> usize {
    calls.iter().map(|call| call.name.len() + call.arguments.len()).sum()
}

#[cfg(test)]
mod tests;
