use std::sync::Arc;

use artel_artifacts::{ArtifactError, ArtifactFiles, Beginning};
use artel_domain::{ArtifactId, Requester, SkillFile, SkillId, SkillName, WorkspaceFile, WorkspacePath};
use artel_intents::Intents;
use artel_skills::Folder;
use artel_store::{IntentStore, NewArtifact, StoreError, Viewer, WorkspaceWrite, Workspaces};
use artel_tools::{CallContext, RunScope, ToolError};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::refusals::tell;
use crate::skill_refusals::{no_skill, of_refusal, of_store};

/// What the tools of skills work with.
pub struct SkillTools {
    pub intents: Intents,
    pub store: Arc<dyn IntentStore>,
    /// The workspaces of sessions, and the bytes of their files.
    pub workspaces: Arc<dyn Workspaces>,
    pub files: ArtifactFiles,
}

impl SkillTools {
    /// Whoever started the run, as they are now.
    pub(crate) async fn requester(&self, context: &CallContext) -> Result<Requester, ToolError> {
        let trace_id = context.trace_id.clone();
        let found = self.intents.acting_for(context.tenant_id, &context.principal, trace_id).await;
        found.map_err(of_refusal)?.ok_or_else(|| {
            let what = "the account or the key of whoever started this run has no access any more";
            tell("forbidden", what, "end your work")
        })
    }

    /// Puts a skill's folder into the workspace of the call's session, at `skills/<name>`. Files that are there already
    /// with the same bytes stay. Why it is not there, when it is not: the skill can be read all the same.
    pub(crate) async fn lay_out(
        &self,
        context: &CallContext,
        requester: &Requester,
        folder: Folder,
    ) -> Result<Option<String>, ToolError> {
        let Some(run) = &context.run else { return Ok(Some("there is no workspace outside of a run".to_owned())) };
        let name = folder.text.name.clone();
        let place = Place { tools: self, context, requester, run, viewer: Viewer::from(requester) };
        let text = ("SKILL.md".to_owned(), folder.text.write().into_bytes());
        let files = folder.files.into_iter().map(|SkillFile { path, content }| (path.to_string(), content));
        let there = place.there(&name).await?;
        for (path, content) in std::iter::once(text).chain(files) {
            if let Some(trouble) = place.put(&name, &path, content, &there).await? {
                return Ok(Some(trouble));
            }
        }
        Ok(None)
    }
}

/// A workspace that a skill is put into.
struct Place<'a> {
    tools: &'a SkillTools,
    context: &'a CallContext,
    requester: &'a Requester,
    run: &'a RunScope,
    viewer: Viewer,
}

impl Place<'_> {
    /// What is in the skill's folder.
    async fn there(&self, name: &SkillName) -> Result<Vec<WorkspaceFile>, ToolError> {
        let Ok(folder) = WorkspacePath::parse(&format!("skills/{name}")) else { return Ok(Vec::new()) };
        let found = self.tools.workspaces.list_workspace_files(&self.viewer, &self.run.session_id, Some(&folder)).await;
        found.map_err(|error| of_store(&error))
    }

    /// Why the file cannot be put there, when it cannot.
    async fn put(
        &self,
        name: &SkillName,
        path: &str,
        content: Vec<u8>,
        there: &[WorkspaceFile],
    ) -> Result<Option<String>, ToolError> {
        let Ok(path) = WorkspacePath::parse(&format!("skills/{name}/{path}")) else {
            return Ok(Some(format!("{path} has a name that a workspace cannot have")));
        };
        let digest = hex::encode(Sha256::digest(&content));
        if let Some(file) = there.iter().find(|file| file.path == path && file.bytes == content.len() as u64)
            && self.is_same(file.artifact_id, &digest).await?
        {
            return Ok(None);
        }
        let artifact = match self.store(&path, &digest, content).await {
            Ok(artifact) => artifact,
            Err(ArtifactError::Store(StoreError::Unavailable(error))) => {
                return Err(ToolError::NotNow(error.to_string()));
            }
            Err(error) => {
                tracing::warn!(%error, "a file of a skill cannot be kept");
                return Ok(Some("its files cannot be kept now".to_owned()));
            }
        };
        let audit =
            self.requester.audit("workspace.write", "session", &self.run.session_id.0, self.context.clock.now());
        let session = &self.run.session_id;
        let written = self.tools.workspaces.put_workspace_file(&self.viewer, session, &path, artifact, audit).await;
        Ok(match written.map_err(|error| of_store(&error))? {
            WorkspaceWrite::Written { .. } => None,
            WorkspaceWrite::SessionMissing | WorkspaceWrite::ArtifactMissing => {
                Some("this session has no workspace".to_owned())
            }
            WorkspaceWrite::PathTaken => Some(format!("something else is at {path}")),
            WorkspaceWrite::TooManyFiles | WorkspaceWrite::TooManyBytes => Some("the workspace is full".to_owned()),
        })
    }

    async fn is_same(&self, artifact: ArtifactId, digest: &str) -> Result<bool, ToolError> {
        let found = self.tools.store.find_artifact(&self.viewer, artifact).await.map_err(|error| of_store(&error))?;
        Ok(found.is_some_and(|artifact| artifact.sha256 == digest))
    }

    /// The same bytes at the same path by the same call are one artifact: made again after a crash, it is found.
    async fn store(&self, path: &WorkspacePath, digest: &str, content: Vec<u8>) -> Result<ArtifactId, ArtifactError> {
        let id = ArtifactId(Uuid::new_v5(&self.context.call_id.0, format!("skill/{path}/{digest}").as_bytes()));
        let new = NewArtifact {
            id,
            tenant_id: self.context.tenant_id,
            owner_id: self.requester.user_id(),
            session_id: Some(self.run.session_id.clone()),
            kind: "workspace_file".to_owned(),
            is_ephemeral: true,
            at: self.context.clock.now(),
        };
        if let Beginning::Upload(mut upload) = self.tools.files.begin(new).await? {
            upload.write(Bytes::from(content)).await?;
            let audit = self.requester.audit("artifact.create", "artifact", id, self.context.clock.now());
            upload.finish(None, None, audit).await?;
        }
        Ok(id)
    }
}

/// An id that a model wrote.
pub(crate) fn skill_id(text: Option<&str>) -> Result<SkillId, ToolError> {
    let Some(text) = text else {
        let now = "look for the skill with skill_search, or list all with manage_skill, and give its id";
        return Err(tell("invalid_argument", "skill_id is missing", now));
    };
    // What is no id is the id of nothing.
    text.trim().parse().map_err(|_| no_skill())
}
