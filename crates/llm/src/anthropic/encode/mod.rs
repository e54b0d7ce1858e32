//! Encodes a [`Request`] as a Messages body.

mod blocks;
mod cache;
mod call_ids;
mod calls;
mod generation;
mod image;
mod output;
mod pairs;
mod rest;
mod system;
mod thinking;
mod tools;
mod turn;
mod turns;

use serde_json::{Map, Value};

use crate::{ModelError, Params, Request};

/// These members have typed fields. They stand in `rest` only when their value is of a kind that only OpenAI's protocol
/// has. Such a request is refused: without the member the answer would silently differ from what was asked for.
const OPENAI_ONLY: [&str; 2] = ["response_format", "tool_choice"];

/// The body of a request. `longest` is the longest answer of the model in tokens, where that is known.
pub(super) fn body(request: &Request, longest: Option<u32>) -> Result<Value, ModelError> {
    if let Some(name) = OPENAI_ONLY.iter().find(|name| request.params.rest.contains_key(**name)) {
        let message = format!("Anthropic's protocol has nothing like this kind of `{name}`");
        return Err(ModelError::BadRequest(message));
    }
    let Params { max_tokens, temperature, top_p, stop, .. } = &request.params;
    let (leading, dialogue) = system::split(&request.messages);
    let turns = turns::of(dialogue)?;
    let thinking = thinking::of(request, &turns)?;
    let rest = rest::of(&request.params.rest);
    let output = output::config(&request.params, &rest, thinking.effort());

    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| value.and_then(|value| body.insert(name.to_owned(), value));
    set("model", Some(request.model.model().into()));
    set("max_tokens", Some(thinking.max_tokens(*max_tokens, longest).into()));
    set("system", system::of(leading, output::instruction(&request.params))?);
    set("tools", tools::of(request, &turns)?);
    set("tool_choice", tools::choice(request, &turns, thinking.is_on())?);
    set("messages", Some(turns.into_iter().map(Value::from).collect()));
    set("stream", Some(true.into()));
    set("thinking", thinking.member());
    if !thinking.is_on() {
        // OpenAI's scale ends at 2, Anthropic's at 1.
        set("temperature", temperature.map(|temperature| temperature.min(1.0).into()));
        // Newer models refuse a request that has both.
        set("top_p", top_p.filter(|_| temperature.is_none()).map(Into::into));
    }
    let stops: Vec<&str> = stop.iter().map(String::as_str).filter(|stop| !stop.trim().is_empty()).collect();
    set("stop_sequences", (!stops.is_empty()).then(|| stops.into()));
    set("output_config", output);
    body.extend(rest.into_iter().filter(|(name, _)| name != "output_config" && !(name == "top_k" && thinking.is_on())));
    cache::keep_four(&mut body);
    Ok(Value::Object(body))
}
