use artel_catalogue::args::Exit as Args;
use artel_domain::EffectClass;
use async_trait::async_trait;

use super::Builtin;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};

/// Ends the turn. The run's machine makes the call itself; this stands for it in the registry.
pub(super) struct Exit;

#[async_trait]
impl Builtin for Exit {
    const NAME: &'static str = "exit";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, _: &CallContext, _: Args) -> Result<ToolOutput, ToolError> {
        Err("failed: exit ends the turn of a run, and there is no run here; bind it to an agent and start a run".into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Exit;
    use crate::builtin::testing::refusal;

    #[tokio::test]
    async fn outside_of_a_run_there_is_nothing_to_end() {
        let told = refusal(Exit, json!({"answer": "done"})).await;
        assert_eq!(
            told,
            "failed: exit ends the turn of a run, and there is no run here; bind it to an agent and start a run"
        );
        assert!(refusal(Exit, json!({})).await.starts_with("invalid_argument: "));
    }
}
