use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Builtin;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};

/// Gives back what it was given.
pub(super) struct Echo;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    text: String,
}

#[async_trait]
impl Builtin for Echo {
    const NAME: &'static str = "echo";
    const DESCRIPTION: &'static str = "Returns the given text unchanged.";
    type Args = Args;

    async fn call(&self, _: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        Ok(json!({"text": args.text}).into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Echo;
    use crate::builtin::testing::{answer, refusal};

    #[tokio::test]
    async fn echo_gives_back_what_it_got() {
        assert_eq!(answer(Echo, json!({"text": "hello"})).await.unwrap(), json!({"text": "hello"}));
        assert!(refusal(Echo, json!({})).await.contains("text"));
        assert!(refusal(Echo, json!({"text": 1})).await.contains("string"));
    }
}
