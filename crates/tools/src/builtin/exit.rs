use artel_catalogue::args::Exit as Args;
use artel_domain::{ArtifactId, EffectClass, WorkspacePath, names};
use async_trait::async_trait;
use serde_json::json;

use super::Builtin;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};

/// Ends the turn. The run's machine makes the call itself; this finds the files that the user gets.
pub(super) struct Exit;

#[async_trait]
impl Builtin for Exit {
    const NAME: &'static str = "exit";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        if context.run.is_none() {
            let told =
                "failed: exit ends the turn of a run, and there is no run here; bind it to an agent and start a run";
            return Err(told.into());
        }
        let mut found = Vec::new();
        for (at, name) in args.files.unwrap_or_default().iter().enumerate() {
            let path = WorkspacePath::parse(name).map_err(|bad| format!("invalid_argument: files[{at}]: it {bad}"))?;
            let artifact = file(context, &path).await?.ok_or_else(|| {
                let name = names::quoted(name);
                format!(
                    "not_found: files[{at}]: the workspace has no file {name}; leave it out, or name one that it has"
                )
            })?;
            found.push(json!({ "path": path.as_str(), "artifact_id": artifact }));
        }
        Ok(json!({ "files": found }).into())
    }
}

async fn file(context: &CallContext, path: &WorkspacePath) -> Result<Option<ArtifactId>, ToolError> {
    match &context.artifacts {
        Some(keeper) => keeper.workspace_file(context, path).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Exit;
    use crate::builtin::testing::{MemoryKeeper, answer_keeping, refusal};
    use crate::output::ToolError;

    #[tokio::test]
    async fn outside_of_a_run_there_is_nothing_to_end() {
        let told = refusal(Exit, json!({"answer": "done"})).await;
        assert_eq!(
            told,
            "failed: exit ends the turn of a run, and there is no run here; bind it to an agent and start a run"
        );
        assert!(refusal(Exit, json!({})).await.starts_with("invalid_argument: "));
    }

    #[tokio::test]
    async fn the_files_of_the_answer_are_those_of_the_workspace() {
        let kept = MemoryKeeper::default();
        let named = |files: Value| answer_keeping(Exit, json!({"answer": "done", "files": files}), &kept);
        let found = named(json!(["/workspace/report.csv"])).await.unwrap();
        assert_eq!(found["files"][0]["path"], "report.csv");
        assert!(found["files"][0]["artifact_id"].is_string(), "{found}");
        for (files, told) in [
            (json!(["report.csv", "gone.csv"]), "not_found: files[1]: the workspace has no file \"gone.csv\""),
            (json!(["../etc/passwd"]), "invalid_argument: files[0]: it has '..'"),
        ] {
            let Err(ToolError::Tell(text)) = named(files).await else { panic!() };
            assert!(text.starts_with(told), "{text}");
        }
    }
}
