//! A reply with all values that the request decides: names, ids, arguments and deltas. Only the grammar of the protocol
//! is missing.

use serde_json::{Map, Value};

use crate::script::split;
use crate::{Block, Call, Failure, How, IncomingRequest, Protocol, Reply, Step, Stop, Thinking, Usage};

/// The input of a renderer.
pub(crate) struct Lowered<'a> {
    pub(crate) id: String,
    pub(crate) model: &'a str,
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) stop: Stop,
    pub(crate) usage: Usage,
}

/// One part of an answer.
pub(crate) enum Part<'a> {
    Text(Vec<String>),
    Thinking {
        deltas: Vec<String>,
        signature: &'a str,
    },
    Redacted(&'a str),
    /// One call, or several calls whose pieces alternate.
    Calls(Vec<OneCall>),
    Block(&'a Block),
    Ping,
    Comment(&'a str),
    Event(&'a str, &'a Value),
    Raw(&'a str),
    Wait(u64),
    Error(&'a Failure),
    Halt(How),
}

pub(crate) struct OneCall {
    /// The index among the calls of this answer.
    pub(crate) index: usize,
    pub(crate) id: String,
    /// The script gives the id.
    pub(crate) own_id: bool,
    pub(crate) name: String,
    /// The arguments as text, which may be broken.
    pub(crate) arguments: String,
    /// The same text in pieces; empty when it comes together with the name.
    pub(crate) pieces: Vec<String>,
}

impl OneCall {
    /// The arguments as a value: an object, or the text when it is not an object.
    pub(crate) fn value(&self) -> Value {
        match serde_json::from_str::<Map<String, Value>>(&self.arguments) {
            Ok(object) => Value::Object(object),
            Err(_) if self.arguments.is_empty() => Value::Object(Map::new()),
            Err(_) => Value::String(self.arguments.clone()),
        }
    }
}

/// Computes the values of `reply` for the request `asked`.
pub(crate) fn lower<'a>(reply: &'a Reply, asked: &'a IncomingRequest) -> Lowered<'a> {
    let mut calls = Calls { asked, so_far: asked.calls_so_far(), here: 0 };
    let parts: Vec<Part<'a>> = reply.steps.iter().map(|step| part(step, asked, &mut calls)).collect();
    let natural = if calls.here > 0 { Stop::ToolCalls } else { Stop::Stop };
    Lowered {
        id: reply.id.clone().unwrap_or_else(|| id(asked.protocol).to_owned()),
        model: reply.model.as_deref().unwrap_or(&asked.model),
        parts,
        stop: reply.stop.clone().unwrap_or(natural),
        usage: reply.usage.unwrap_or_default(),
    }
}

fn id(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenAi => "chatcmpl-mock",
        Protocol::Anthropic => "msg_mock",
        Protocol::Ollama => "",
    }
}

fn part<'a>(step: &'a Step, asked: &'a IncomingRequest, calls: &mut Calls<'a>) -> Part<'a> {
    match step {
        Step::Text(words) => Part::Text(words.deltas()),
        Step::Echo => Part::Text(asked.last_text().split_inclusive(' ').map(str::to_owned).collect()),
        Step::Thinking(Thinking::Plain(text)) => Part::Thinking { deltas: words(text, None), signature: "" },
        Step::Thinking(Thinking::Signed { text, signature, pieces }) => {
            Part::Thinking { deltas: words(text, *pieces), signature }
        }
        Step::RedactedThinking(data) => Part::Redacted(data),
        Step::Tool(call) => Part::Calls(vec![calls.next(call)]),
        Step::Parallel(several) => Part::Calls(several.iter().map(|call| calls.next(call)).collect()),
        Step::Block(block) => Part::Block(block),
        Step::Ping => Part::Ping,
        Step::Comment(text) => Part::Comment(text),
        Step::Event(name, data) => Part::Event(name, data),
        Step::Raw(bytes) => Part::Raw(bytes),
        Step::WaitMs(time) => Part::Wait(*time),
        Step::Error(failure) => Part::Error(failure),
        Step::Hang => Part::Halt(How::Hang),
        Step::Cut => Part::Halt(How::Cut),
        Step::Reset => Part::Halt(How::Reset),
    }
}

fn words(text: &str, pieces: Option<usize>) -> Vec<String> {
    pieces.map_or_else(|| text.split_inclusive(' ').map(str::to_owned).collect(), |pieces| split(text, pieces))
}

/// Numbers calls within the answer, and generates ids that are unique in the dialogue.
struct Calls<'a> {
    asked: &'a IncomingRequest,
    so_far: usize,
    here: usize,
}

impl Calls<'_> {
    fn next(&mut self, call: &Call) -> OneCall {
        let index = self.here;
        self.here += 1;
        let offered = self.asked.first_tool();
        let name =
            call.name.clone().unwrap_or_else(|| offered.map_or("no_tool_was_offered", |(name, _)| name).to_owned());
        let arguments = match &call.arguments {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => made_up(offered.map_or(&Value::Null, |(_, schema)| schema), &self.asked.last_text()).to_string(),
        };
        let prefix = if self.asked.protocol == Protocol::Anthropic { "toolu" } else { "call" };
        let id = call.id.clone().unwrap_or_else(|| format!("{prefix}_{}", self.so_far + index + 1));
        let pieces = match call.pieces {
            Some(0) => Vec::new(),
            pieces => split(&arguments, pieces.unwrap_or(1)),
        };
        OneCall { index, id, own_id: call.id.is_some(), name, arguments, pieces }
    }
}

/// Generates arguments that fit a schema: each required property has a value of its type, and strings are the user's
/// text.
fn made_up(schema: &Value, said: &str) -> Value {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), value_for(&schema["properties"][name], said))).collect::<Map<_, _>>().into()
}

fn value_for(schema: &Value, said: &str) -> Value {
    if let Some(value) = schema.get("const").or(schema["enum"].get(0)).or(schema.get("default")) {
        return value.clone();
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    match kind {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(1.into()),
        Some("boolean") => true.into(),
        Some("array") => vec![value_for(&schema["items"], said)].into(),
        Some("object") => made_up(schema, said),
        Some("null") => Value::Null,
        _ => said.into(),
    }
}

/// Whether the answer depends on more of the request than its model, its mode and its number of calls.
pub(crate) fn is_dynamic(reply: &Reply) -> bool {
    let made_up = |call: &Call| call.name.is_none() || call.arguments.is_none();
    reply.steps.iter().any(|step| match step {
        Step::Echo => true,
        Step::Tool(call) => made_up(call),
        Step::Parallel(calls) => calls.iter().any(made_up),
        _ => false,
    })
}
