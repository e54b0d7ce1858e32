//! Reads requests of OpenAI's protocol into the common form. It is pure, and strict where a wrong guess would change
//! the answer.

mod assistant;
mod content;
mod invalid;
mod members;
mod message;
mod pairs;
mod tools;

use std::collections::BTreeMap;

use artel_domain::ToolSpec;
use artel_llm::{EmbeddingParams, Message, ModelName, Params, Request, Trace};
use serde_json::Value;

pub(crate) use invalid::InvalidRequest;

use crate::caller::Invoker;
use members::Members;

/// A chat completion request.
#[derive(Debug)]
pub(crate) struct Chat {
    /// The model as the client wrote it.
    pub(crate) model: String,
    pub(crate) messages: Vec<Message>,
    pub(crate) tools: Vec<ToolSpec>,
    pub(crate) params: Params,
    pub(crate) stream: bool,
    /// `stream_options.include_usage`
    pub(crate) include_usage: bool,
}

/// Reads the body of `POST /v1/chat/completions`.
pub(crate) fn read_chat(body: &[u8]) -> Result<Chat, InvalidRequest> {
    let mut members = Members::of_body(body)?;
    let model = members.required_text("model")?;
    let stream = members.flag("stream")?.unwrap_or(false);
    let include_usage = include_usage(&mut members)?;
    one_choice(&mut members)?;
    let messages = message::read_messages(&mut members)?;
    pairs::check(&messages)?;
    let tools = tools::read_tools(&mut members)?;
    tools::refuse_functions(&members)?;
    let params = Params::read(&members.rest()).map_err(|bad| InvalidRequest::at(&bad.name, bad.problem))?;
    let params = tools::fit_choice(params, &tools)?;
    Ok(Chat { model, messages, tools, params, stream, include_usage })
}

/// Reads the body of `POST /v1/embeddings`. Returns the model as the client wrote it, and the parameters.
pub(crate) fn read_embedding(body: &[u8]) -> Result<(String, EmbeddingParams), InvalidRequest> {
    let mut members = Members::of_body(body)?;
    let model = members.required_text("model")?;
    let params = EmbeddingParams::read(&members.rest()).map_err(|bad| InvalidRequest::at(&bad.name, bad.problem))?;
    Ok((model, params))
}

impl Chat {
    /// The request to this model, recorded on the invoker's account.
    pub(crate) fn into_request(self, model: ModelName, invoker: Invoker, trace: Option<Trace>) -> Request {
        let Self { messages, tools, params, .. } = self;
        let Invoker { account, used_by, standing: _ } = invoker;
        Request { model, messages, tools, params, account, used_by, keys: BTreeMap::new(), trace }
    }
}

fn include_usage(members: &mut Members) -> Result<bool, InvalidRequest> {
    let Some(options) = members.take("stream_options") else { return Ok(false) };
    let asked = Members::of(options).and_then(|mut options| options.flag("include_usage"));
    Ok(asked.map_err(|wrong| wrong.inside("stream_options"))?.unwrap_or(false))
}

fn one_choice(members: &mut Members) -> Result<(), InvalidRequest> {
    match members.take("n") {
        None => Ok(()),
        Some(Value::Number(count)) if count.as_u64() == Some(1) => Ok(()),
        Some(_) => Err(InvalidRequest::at(
            "n",
            "must be 1: not every provider can give several answers; send the request several times",
        )),
    }
}

#[cfg(test)]
mod tests;
