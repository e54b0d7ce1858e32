//! Files of tools: kept with the session of their call, once for each answer of it.

use std::time::Duration;

use artel_domain::{Actor, ArtifactId, AuditEntry, WorkspacePath, names};
use artel_store::{NewArtifact, StoreError, Viewer};
use artel_tools::{ArtifactKeeper, CallContext, ToolArtifact, ToolError};
use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

use crate::error::ArtifactError;
use crate::files::{ArtifactFiles, Beginning};

const LONGEST_TITLE: usize = 300;
/// Of one call that is made again and again, each time with another answer.
const MOST_ANSWERS: u32 = 8;
const PAUSE: Duration = Duration::from_millis(250);
/// What is kept of a call's time for its result.
const RESERVE: Duration = Duration::from_millis(500);

#[async_trait]
impl ArtifactKeeper for ArtifactFiles {
    async fn keep(&self, context: &CallContext, artifact: ToolArtifact) -> Result<ArtifactId, ToolError> {
        let first = ArtifactId::of_call(context.call_id, artifact.ordinal);
        for id in (0..MOST_ANSWERS).map(|again| of_answer(first, again)) {
            match until_available(context, || store(self, context, id, &artifact)).await {
                Ok(()) => return Ok(id),
                Err(ArtifactError::Other) => {
                    tracing::info!(artifact = %id, "the call was made again and came to another answer, which is kept too");
                }
                Err(error) => return Err(told(id, &error)),
            }
        }
        Err("failed: every attempt of this call came to another answer; make another call".into())
    }

    async fn workspace_file(
        &self,
        context: &CallContext,
        path: &WorkspacePath,
    ) -> Result<Option<ArtifactId>, ToolError> {
        let Some(run) = &context.run else { return Ok(None) };
        let viewer = Viewer::user(context.tenant_id, context.principal.user_id);
        for session in std::iter::once(&run.session_id).chain(&run.sessions_above) {
            let found = self.ground.rows.find_workspace_file(&viewer, session, path).await;
            if let Some(file) = found.map_err(|error| unreadable(&error))? {
                return Ok(Some(file.artifact_id));
            }
        }
        Ok(None)
    }
}

fn unreadable(error: &StoreError) -> ToolError {
    if let StoreError::Unavailable(error) = error {
        return ToolError::NotNow(error.to_string());
    }
    tracing::error!(%error, "a workspace cannot be read");
    "failed: the workspace cannot be read; tell the user that something is wrong on our side".into()
}

/// The file of a call's first answer, or of a later one with other bytes: the call was made, its result was not written
/// down, and it was made again.
///
/// FROZEN: an attempt must find what an earlier release kept for the same answer.
fn of_answer(first: ArtifactId, again: u32) -> ArtifactId {
    if again == 0 { first } else { ArtifactId(Uuid::new_v5(&first.0, format!("again/{again}").as_bytes())) }
}

/// Asks again while the store is away, as long as the call has time: what a tool has made is not lost to a blip.
async fn until_available<T, F: Future<Output = Result<T, ArtifactError>>>(
    context: &CallContext,
    ask: impl Fn() -> F,
) -> Result<T, ArtifactError> {
    loop {
        match ask().await {
            Err(ArtifactError::Store(StoreError::Unavailable(error))) => {
                if Instant::now() + PAUSE + RESERVE > context.deadline {
                    return Err(StoreError::Unavailable(error).into());
                }
                tracing::warn!(%error, "a tool's file cannot be kept now; trying again");
                tokio::time::sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}

/// Fails with [`ArtifactError::Other`] when the id has other bytes.
async fn store(
    files: &ArtifactFiles,
    context: &CallContext,
    id: ArtifactId,
    artifact: &ToolArtifact,
) -> Result<(), ArtifactError> {
    let new = NewArtifact {
        id,
        tenant_id: context.tenant_id,
        owner_id: context.principal.user_id,
        session_id: context.run.as_ref().map(|run| run.session_id.clone()),
        kind: artifact.kind.to_owned(),
        is_ephemeral: artifact.is_ephemeral,
        at: context.clock.now(),
    };
    match files.begin(new).await? {
        Beginning::Exists(there) if there.sha256 == hex::encode(Sha256::digest(&artifact.bytes)) => Ok(()),
        Beginning::Exists(_) => Err(ArtifactError::Other),
        Beginning::Upload(mut upload) => {
            upload.write(artifact.bytes.clone()).await?;
            let title = artifact.title.as_deref().map(short);
            upload.finish(title, Some(&artifact.media_type), audit(context, id)).await.map(drop)
        }
    }
}

/// As long as a title of an upload may be, and all of it seen: it stands in a header of each answer.
fn short(title: &str) -> String {
    names::visible(title).chars().take(LONGEST_TITLE).collect()
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

/// What comes of the call; the cause is for the log.
fn told(id: ArtifactId, error: &ArtifactError) -> ToolError {
    match error {
        ArtifactError::TooLarge => "too_large: the file is larger than 100 MiB; make a smaller one".into(),
        ArtifactError::Full { used, most } => {
            tracing::warn!(artifact = %id, used, most, "a tool's file is not kept: the tenant's files have as many bytes as they may");
            "storage_full: the organisation's files take all the space that they may; ask a human to delete some".into()
        }
        ArtifactError::Taken => "failed: the file of this call was deleted; make another call".into(),
        ArtifactError::Store(StoreError::Unavailable(error)) => ToolError::NotNow(error.to_string()),
        error => {
            tracing::error!(artifact = %id, %error, cause = ?std::error::Error::source(error), "a tool's file cannot be kept");
            "failed: the file cannot be kept now; try once more later".into()
        }
    }
}
