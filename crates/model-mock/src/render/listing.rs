use serde_json::{Value, json};

use super::{CREATED, CREATED_TEXT};
use crate::Protocol;

/// The list of models in the provider's form.
pub(super) fn models(protocol: Protocol, names: &[String]) -> Value {
    match protocol {
        Protocol::OpenAi => {
            let model =
                |name: &String| json!({ "id": name, "object": "model", "created": CREATED, "owned_by": "mock" });
            json!({ "object": "list", "data": names.iter().map(model).collect::<Vec<_>>() })
        }
        Protocol::Anthropic => {
            let model = |name: &String| json!({ "type": "model", "id": name, "display_name": name, "created_at": CREATED_TEXT });
            json!({
                "data": names.iter().map(model).collect::<Vec<_>>(),
                "has_more": false,
                "first_id": names.first(),
                "last_id": names.last(),
            })
        }
        Protocol::Ollama => {
            let details = json!({ "format": "gguf", "family": "mock", "families": ["mock"], "parameter_size": "1B", "quantization_level": "Q4_0" });
            let model = |name: &String| json!({ "name": name, "model": name, "modified_at": CREATED_TEXT, "size": 1, "digest": "0", "details": details });
            json!({ "models": names.iter().map(model).collect::<Vec<_>>() })
        }
    }
}
