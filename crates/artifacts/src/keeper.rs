//! Files of tools: kept with the session of their call, once for each call.

use artel_domain::{Actor, ArtifactId, AuditEntry};
use artel_store::NewArtifact;
use artel_tools::{ArtifactKeeper, CallContext, ToolArtifact};
use async_trait::async_trait;

use crate::error::ArtifactError;
use crate::files::{ArtifactFiles, Beginning};

const LONGEST_TITLE: usize = 300;

#[async_trait]
impl ArtifactKeeper for ArtifactFiles {
    async fn keep(&self, context: &CallContext, artifact: ToolArtifact) -> Result<ArtifactId, String> {
        let id = ArtifactId::of_call(context.call_id, artifact.ordinal);
        let new = NewArtifact {
            id,
            tenant_id: context.tenant_id,
            owner_id: context.principal.user_id,
            session_id: context.run.as_ref().map(|run| run.session_id.clone()),
            kind: artifact.kind.to_owned(),
            is_ephemeral: artifact.is_ephemeral,
            at: context.clock.now(),
        };
        let audit = audit(context, id);
        store(self, new, artifact, audit).await.map_err(|error| told(id, &error))?;
        Ok(id)
    }
}

async fn store(
    files: &ArtifactFiles,
    new: NewArtifact,
    artifact: ToolArtifact,
    audit: AuditEntry,
) -> Result<(), ArtifactError> {
    let Beginning::Upload(mut upload) = files.begin(new).await? else { return Ok(()) };
    upload.write(artifact.bytes).await?;
    upload.finish(artifact.title.map(|title| short(&title)), Some(&artifact.media_type), audit).await?;
    Ok(())
}

/// As long as a title of an upload may be, and without control characters: it stands in a header of each answer.
fn short(title: &str) -> String {
    title.chars().filter(|letter| !letter.is_control()).take(LONGEST_TITLE).collect()
}

fn audit(context: &CallContext, id: ArtifactId) -> AuditEntry {
    let (user_id, api_key_id) = (Some(context.principal.user_id), context.principal.api_key_id);
    AuditEntry {
        actor: Actor { user_id, api_key_id, ..Actor::default() },
        action: "artifact.create",
        entity_type: "artifact",
        entity_id: id.to_string(),
        trace_id: context.trace_id.clone(),
        outcome: "ok".to_owned(),
        details: None,
        at: context.clock.now(),
    }
}

/// What the model hears; the cause is for the log.
fn told(id: ArtifactId, error: &ArtifactError) -> String {
    match error {
        ArtifactError::TooLarge => "too_large: the file is larger than 100 MiB; make a smaller one".to_owned(),
        ArtifactError::Taken => "failed: the file of this call was deleted; make another call".to_owned(),
        error => {
            tracing::error!(artifact = %id, %error, cause = ?std::error::Error::source(error), "a tool's file cannot be kept");
            "failed: the file cannot be kept now; try once more later".to_owned()
        }
    }
}
