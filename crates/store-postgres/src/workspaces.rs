//! Workspaces: which artifact is at which path of a session.

use artel_domain::{ArtifactId, AuditEntry, SessionId, WorkspaceFile, WorkspacePath};
use artel_store::workspaces::{MOST_BYTES, MOST_FILES};
use artel_store::{Viewer, WorkspaceWrite};
use sqlx::{PgConnection, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::rows::workspace_files;
use crate::values::{micros, text};

/// Where a file is to be put.
pub(crate) struct Place<'a> {
    pub(crate) viewer: &'a Viewer,
    pub(crate) session: &'a SessionId,
    pub(crate) path: &'a WorkspacePath,
}

pub(crate) async fn put(
    pool: &PgPool,
    place: &Place<'_>,
    artifact: ArtifactId,
    audit: &AuditEntry,
) -> sqlx::Result<WorkspaceWrite> {
    let mut tx = begin(pool).await?;
    if !may_change(&mut tx, place).await? {
        return Ok(WorkspaceWrite::SessionMissing);
    }
    let Some(bytes) = size(&mut tx, place, artifact).await? else { return Ok(WorkspaceWrite::ArtifactMissing) };
    if is_taken(&mut tx, place).await? {
        return Ok(WorkspaceWrite::PathTaken);
    }
    let (files, all) = others(&mut tx, place).await?;
    if files >= i64::from(MOST_FILES) {
        return Ok(WorkspaceWrite::TooManyFiles);
    }
    if all.saturating_add(bytes) > MOST_BYTES as i64 {
        return Ok(WorkspaceWrite::TooManyBytes);
    }
    let replaced = remove(&mut tx, place, Some(artifact), audit).await?;
    sqlx::query!(
        "INSERT INTO workspace_files (tenant_id, session_id, path, artifact_id, bytes, modified_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        place.viewer.tenant_id.0,
        text(&place.session.0),
        place.path.as_str(),
        artifact.0,
        bytes,
        micros(audit.at),
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, place.viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    let path = place.path.clone();
    let file = WorkspaceFile { path, artifact_id: artifact, bytes: bytes.unsigned_abs(), modified_at: audit.at };
    Ok(WorkspaceWrite::Written { file, replaced })
}

/// Locks the session's row: writes of one workspace come one after the other, so that together they keep its limits.
async fn may_change(tx: &mut PgConnection, place: &Place<'_>) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT 1 AS "one!" FROM sessions s WHERE s.tenant_id = $1 AND s.id = $2 AND s.is_active
           AND EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = $1 AND a.id = $2
               AND ($3::uuid IS NULL OR NOT a.is_private OR a.owner_id = $3)) FOR UPDATE OF s"#,
        place.viewer.tenant_id.0,
        text(&place.session.0),
        place.viewer.changes_only().map(|user| user.0),
    );
    Ok(found.fetch_optional(tx).await?.is_some())
}

async fn size(tx: &mut PgConnection, place: &Place<'_>, artifact: ArtifactId) -> sqlx::Result<Option<i64>> {
    let found = sqlx::query_scalar!(
        "SELECT bytes FROM artifacts WHERE tenant_id = $1 AND id = $2 AND session_id = $3 AND state = 'stored'",
        place.viewer.tenant_id.0,
        artifact.0,
        text(&place.session.0),
    );
    found.fetch_optional(tx).await
}

/// There are files beneath the path, or one of its directories is a file.
async fn is_taken(tx: &mut PgConnection, place: &Place<'_>) -> sqlx::Result<bool> {
    let directories: Vec<String> = place.path.directories().map(str::to_owned).collect();
    let found = sqlx::query_scalar!(
        r#"SELECT 1 AS "one!" FROM workspace_files WHERE tenant_id = $1 AND session_id = $2
           AND (path = ANY ($3) OR (path > $4 AND path < $5)) LIMIT 1"#,
        place.viewer.tenant_id.0,
        text(&place.session.0),
        &directories,
        format!("{}/", place.path),
        format!("{}0", place.path),
    );
    Ok(found.fetch_optional(tx).await?.is_some())
}

/// Files and bytes of the workspace without the path.
async fn others(tx: &mut PgConnection, place: &Place<'_>) -> sqlx::Result<(i64, i64)> {
    let sums = sqlx::query!(
        r#"SELECT count(*) AS "files!", coalesce(sum(bytes), 0)::bigint AS "bytes!" FROM workspace_files
           WHERE tenant_id = $1 AND session_id = $2 AND path <> $3"#,
        place.viewer.tenant_id.0,
        text(&place.session.0),
        place.path.as_str(),
    );
    let sums = sums.fetch_one(tx).await?;
    Ok((sums.files, sums.bytes))
}

/// Takes the row away and condemns its artifact unless it is `kept`; false when there was none.
async fn remove(
    tx: &mut PgConnection,
    place: &Place<'_>,
    kept: Option<ArtifactId>,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let removed = sqlx::query_scalar!(
        "DELETE FROM workspace_files WHERE tenant_id = $1 AND session_id = $2 AND path = $3 RETURNING artifact_id",
        place.viewer.tenant_id.0,
        text(&place.session.0),
        place.path.as_str(),
    );
    let Some(artifact) = removed.fetch_optional(&mut *tx).await? else { return Ok(false) };
    if kept == Some(ArtifactId(artifact)) {
        return Ok(true);
    }
    sqlx::query!(
        "UPDATE artifacts SET state = 'condemned', updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'stored'",
        place.viewer.tenant_id.0,
        artifact,
        micros(audit.at),
    )
    .execute(tx)
    .await?;
    Ok(true)
}

pub(crate) async fn delete(pool: &PgPool, place: &Place<'_>, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    if !may_change(&mut tx, place).await? || !remove(&mut tx, place, None, audit).await? {
        return Ok(false);
    }
    audit::append(&mut tx, place.viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    session: &SessionId,
    directory: Option<&WorkspacePath>,
) -> sqlx::Result<Vec<WorkspaceFile>> {
    let (from, to) = directory.map_or((String::new(), None), |path| (format!("{path}/"), Some(format!("{path}0"))));
    let found = workspace_files!(
        "WHERE tenant_id = $1 AND session_id = $2
           AND EXISTS (SELECT 1 FROM artifacts f WHERE f.tenant_id = $1 AND f.id = artifact_id AND f.state = 'stored') AND path > $3 AND ($4::text IS NULL OR path < $4)
           AND EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = $1 AND a.id = $2
               AND ($5::uuid IS NULL OR NOT a.is_private OR a.owner_id = $5)) ORDER BY path",
        viewer.tenant_id.0,
        text(&session.0),
        from,
        to,
        viewer.reads_only().map(|user| user.0),
    );
    found.fetch_all(pool).await?.into_iter().map(WorkspaceFile::try_from).collect()
}

pub(crate) async fn find(
    pool: &PgPool,
    viewer: &Viewer,
    session: &SessionId,
    path: &WorkspacePath,
) -> sqlx::Result<Option<WorkspaceFile>> {
    let found = workspace_files!(
        "WHERE tenant_id = $1 AND session_id = $2
           AND EXISTS (SELECT 1 FROM artifacts f WHERE f.tenant_id = $1 AND f.id = artifact_id AND f.state = 'stored') AND path = $3
           AND EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = $1 AND a.id = $2
               AND ($4::uuid IS NULL OR NOT a.is_private OR a.owner_id = $4))",
        viewer.tenant_id.0,
        text(&session.0),
        path.as_str(),
        viewer.reads_only().map(|user| user.0),
    );
    found.fetch_optional(pool).await?.map(WorkspaceFile::try_from).transpose()
}
