//! The model's settings: one object `options` in Ollama, members of the request in the other protocols.

use serde_json::{Map, Value};

use super::members::given;
use crate::Params;

/// Settings that a request may have as members, whether OpenAI knows them too or not.
const NAMES: [&str; 17] = [
    "frequency_penalty",
    "main_gpu",
    "min_p",
    "num_batch",
    "num_ctx",
    "num_gpu",
    "num_keep",
    "num_predict",
    "num_thread",
    "penalize_newline",
    "presence_penalty",
    "repeat_last_n",
    "repeat_penalty",
    "seed",
    "top_k",
    "typical_p",
    "use_mmap",
];

/// The request's own `options`, then single members, then typed fields; later ones replace earlier ones. `num_ctx`
/// comes from the table when the request has none.
pub(super) fn of(params: &Params, num_ctx: Option<u32>) -> Map<String, Value> {
    let mut options = params.rest.get("options").and_then(Value::as_object).cloned().unwrap_or_default();
    options.extend(NAMES.iter().filter_map(|name| given(&params.rest, name)));
    let mut set = |name: &str, value: Option<Value>| options.extend(value.map(|value| (name.to_owned(), value)));
    set("num_predict", params.max_tokens.map(Value::from));
    set("temperature", params.temperature.map(Value::from));
    set("top_p", params.top_p.map(Value::from));
    set("stop", (!params.stop.is_empty()).then(|| params.stop.clone().into()));
    if let Some(num_ctx) = num_ctx {
        options.entry("num_ctx").or_insert_with(|| num_ctx.into());
    }
    options
}
