use std::sync::Arc;

use artel_catalogue::args::{ManageMemory as Args, MemoryWrite};
use artel_domain::{EffectClass, RefusalKind};
use artel_intents::{ChangeMemory, MemoryDeed};
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::json;

use crate::knowledge::{Knowledge, path_of};
use crate::refusals::{no_file, of_refusal, tell};

/// Writes, deletes and moves files in the memory of whoever started the run. Made again after a crash, a call finds
/// what it made.
pub(crate) struct ManageMemoryTool(pub(crate) Arc<Knowledge>);

#[async_trait]
impl Builtin for ManageMemoryTool {
    const NAME: &'static str = "manage_memory";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let path = path_of("path", &args.path)?;
        let deed = match args.action {
            MemoryWrite::Write => MemoryDeed::Write(args.content.ok_or_else(no_content)?),
            MemoryWrite::Delete => MemoryDeed::Delete,
            MemoryWrite::Move => MemoryDeed::Move(path_of("to", args.to.as_deref().ok_or_else(no_target)?)?),
        };
        let expected = args.expected_version.map(i64::from);
        let wanted = ChangeMemory { path: path.clone(), expected, request: context.call_id.0, deed };
        let changed = self.0.intents.change_memory(&requester, wanted).await.map_err(|refusal| match refusal.kind {
            RefusalKind::Absent => ToolError::Tell(no_file(path.as_str())),
            _ => of_refusal(refusal),
        })?;
        Ok(json!({ "path": changed.path.as_str(), "version": changed.version }).into())
    }
}

fn no_content() -> ToolError {
    let now = "give the whole new text, beginning with front matter that holds title and source:\n\
               ---\ntitle: Style of letters\nsource: the user, in chat\n---\n";
    tell("invalid_argument", "content is missing", now)
}

fn no_target() -> ToolError {
    tell("invalid_argument", "to is missing", "give the new path of the file")
}
