mod calls;
mod cuts;
mod decode;
mod encode;
mod errors;

use std::collections::BTreeMap;

use artel_domain::AssistantCall;
use serde_json::{Value, json};

use super::OpenAi;
use crate::dialect::{Dialect as _, Progress};
use crate::{Completion, Delta, Message, ModelError, ModelName, Params, Request, Rest};

const TEXT: &[u8] = include_bytes!("../../../tests/recorded/llama-cpp-text.sse");
const TOOL_CALL: &[u8] = include_bytes!("../../../tests/recorded/llama-cpp-tool-call.sse");
const PARALLEL: &[u8] = include_bytes!("../../../tests/recorded/openai-parallel-tools.sse");
const REFUSED: &[u8] = include_bytes!("../../../tests/recorded/openai-logprobs-refusal.sse");
const DEEPSEEK: &[u8] = include_bytes!("../../../tests/recorded/deepseek-reasoning-tool.sse");
const OPENROUTER: &[u8] = include_bytes!("../../../tests/recorded/openrouter-reasoning.sse");
const RECORDINGS: [&[u8]; 6] = [TEXT, TOOL_CALL, PARALLEL, REFUSED, DEEPSEEK, OPENROUTER];

/// All deltas of an answer, joined, however they were cut.
#[derive(Debug, Default, PartialEq)]
struct Shown {
    text: String,
    refusal: String,
    reasoning: String,
    calls: Vec<AssistantCall>,
    rest: Vec<Rest>,
}

impl Shown {
    fn of(deltas: Vec<Delta>) -> Self {
        let mut shown = Self::default();
        for delta in deltas {
            match delta {
                Delta::Opened(_) => unreachable!("dialects do not say who answers"),
                Delta::Text(piece) => shown.text.push_str(&piece),
                Delta::Refusal(piece) => shown.refusal.push_str(&piece),
                Delta::Reasoning(piece) => shown.reasoning.push_str(&piece),
                Delta::Call { index, id, name } => {
                    assert_eq!(index, shown.calls.len(), "calls begin in order, without gaps");
                    shown.calls.push(call(&id, &name, ""));
                }
                Delta::Arguments { index, piece } => shown.calls[index].arguments.push_str(&piece),
                Delta::Rest(rest) => shown.rest.push(rest),
            }
        }
        shown
    }
}

fn request(messages: Vec<Message>) -> Request {
    Request {
        model: ModelName::new("openai", "gpt-4o-mini"),
        messages,
        tools: Vec::new(),
        params: Params::default(),
        account: "test".to_owned(),
        used_by: crate::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Shown, Result<Completion, ModelError>) {
    let mut deltas = Vec::new();
    let outcome = read(pieces, &mut deltas);
    (Shown::of(deltas), outcome)
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
    let mut decoder = OpenAi::default().decoder(&request(Vec::new()));
    for piece in pieces {
        if decoder.feed(piece, deltas)? == Progress::Complete {
            break;
        }
    }
    decoder.close(deltas)?;
    decoder.finish(deltas)
}

/// A stream of these chunks, with `[DONE]`.
fn stream(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).chain(["data: [DONE]\n\n".to_owned()]).collect()
}

fn deltas_of(chunks: &[Value]) -> Vec<Delta> {
    let mut deltas = Vec::new();
    read([stream(chunks).as_bytes()], &mut deltas).unwrap();
    deltas
}

fn answer_to(chunks: &[Value]) -> Completion {
    decode([stream(chunks).as_bytes()]).1.unwrap()
}

fn delta(delta: &Value) -> Value {
    json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
}

fn pieces(pieces: &Value) -> Value {
    delta(&json!({ "tool_calls": pieces }))
}

fn finish(word: &str) -> Value {
    json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": word }] })
}

fn call(id: &str, name: &str, arguments: &str) -> AssistantCall {
    AssistantCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        ..AssistantCall::default()
    }
}
