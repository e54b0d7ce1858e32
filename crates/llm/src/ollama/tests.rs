mod decoding;
mod embedding;
mod encoding;

use std::collections::BTreeMap;
use std::sync::Arc;

use artel_domain::AssistantCall;

use super::Ollama;
use crate::{Message, ModelName, Params, Request};

fn ollama() -> Ollama {
    Ollama::new(Arc::default())
}

fn request(messages: Vec<Message>) -> Request {
    Request {
        model: ModelName::new("ollama", "qwen3:8b"),
        messages,
        tools: Vec::new(),
        params: Params::default(),
        account: "test".to_owned(),
        used_by: crate::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

fn call(id: &str, name: &str, arguments: &str) -> AssistantCall {
    AssistantCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        ..AssistantCall::default()
    }
}
