//! Requests and answers of the Messages protocol: one test for each case that is known to go wrong.

mod bodies;
mod params;
mod streams;
mod whole;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use artel_domain::{AssistantCall, ToolSpec};
use serde_json::{Map, Value, json};

use super::Anthropic;
use crate::dialect::{Dialect as _, Progress};
use crate::{Catalog, Completion, Delta, Message, ModelError, ModelName, Params, Request};

fn dialect() -> Anthropic {
    static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(Arc::default);
    Anthropic::new(CATALOG.clone())
}

fn request(messages: Vec<Message>) -> Request {
    Request {
        model: ModelName::new("anthropic", "claude-sonnet-4-5"),
        messages,
        tools: Vec::new(),
        params: Params::default(),
        account: String::new(),
        used_by: crate::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

fn tool(name: &str, input_schema: Value) -> ToolSpec {
    ToolSpec { name: name.to_owned(), description: format!("Does {name}."), input_schema, rest: Map::new() }
}

fn call(id: &str, name: &str, arguments: &str) -> AssistantCall {
    AssistantCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        ..AssistantCall::default()
    }
}

/// Parameters under the names in which clients send them.
fn params(members: &Value) -> Params {
    Params::read(members.as_object().unwrap()).unwrap()
}

fn body(request: &Request) -> Value {
    dialect().encode(request).unwrap()
}

fn refused(request: &Request) -> String {
    match dialect().encode(request) {
        Err(ModelError::BadRequest(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// Decodes these bytes. Returns the deltas, joined where they follow each other, and the answer.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Delta>, Result<Completion, ModelError>) {
    let mut deltas = Vec::new();
    let outcome = read(pieces, &mut deltas);
    (joined(deltas), outcome)
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
    let mut decoder = dialect().decoder(&request(Vec::new()));
    for piece in pieces {
        if decoder.feed(piece, deltas)? == Progress::Complete {
            break;
        }
    }
    decoder.close(deltas)?;
    decoder.finish(deltas)
}

fn joined(deltas: Vec<Delta>) -> Vec<Delta> {
    let mut all: Vec<Delta> = Vec::new();
    for delta in deltas {
        match (all.last_mut(), &delta) {
            (Some(Delta::Text(so_far)), Delta::Text(piece))
            | (Some(Delta::Reasoning(so_far)), Delta::Reasoning(piece)) => {
                so_far.push_str(piece);
            }
            (Some(Delta::Arguments { index: at, piece: so_far }), Delta::Arguments { index, piece }) if at == index => {
                so_far.push_str(piece);
            }
            _ => all.push(delta),
        }
    }
    all
}

/// A stream of these events, with their names.
fn stream(events: &[Value]) -> String {
    let lines = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    events.iter().map(lines).collect::<Vec<_>>().concat()
}

fn answer_to(events: &[Value]) -> Completion {
    decode([stream(events).as_bytes()]).1.unwrap()
}

fn begin(index: u64, block: &Value) -> Value {
    json!({ "type": "content_block_start", "index": index, "content_block": block })
}

fn piece(index: u64, delta: &Value) -> Value {
    json!({ "type": "content_block_delta", "index": index, "delta": delta })
}

fn finish(word: &str) -> Value {
    json!({ "type": "message_delta", "delta": { "stop_reason": word, "stop_sequence": null }, "usage": { "output_tokens": 1 } })
}

fn end() -> Value {
    json!({ "type": "message_stop" })
}
