use artel_domain::Clock;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Internal;

/// Gives back what it was given.
pub(super) struct Echo;

#[derive(Deserialize)]
pub(super) struct Args {
    text: String,
}

impl Internal for Echo {
    const NAME: &'static str = "echo";
    const DESCRIPTION: &'static str = "Returns the given text unchanged.";
    type Args = Args;

    fn schema() -> Value {
        json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": false})
    }

    fn call(args: Args, _: &dyn Clock) -> Result<Value, String> {
        Ok(json!({"text": args.text}))
    }
}
