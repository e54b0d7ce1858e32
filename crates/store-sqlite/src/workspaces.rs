//! Workspaces: which artifact is at which path of a session.

use artel_domain::{ArtifactId, AuditEntry, SessionId, WorkspaceFile, WorkspacePath};
use artel_store::workspaces::{MOST_BYTES, MOST_FILES};
use artel_store::{Viewer, WorkspaceWrite};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::Outcome;
use crate::rows::workspace_files;
use crate::values::micros;
use crate::writer::Tx;

/// Where a file is to be put.
pub(crate) struct Place<'a> {
    pub(crate) viewer: &'a Viewer,
    pub(crate) session: &'a SessionId,
    pub(crate) path: &'a WorkspacePath,
}

pub(crate) async fn put(
    tx: &mut Tx,
    place: &Place<'_>,
    artifact: ArtifactId,
    audit: &AuditEntry,
) -> Outcome<WorkspaceWrite> {
    if !may_change(tx, place).await? {
        return Ok(WorkspaceWrite::SessionMissing);
    }
    let Some(bytes) = size(tx, place, artifact).await? else { return Ok(WorkspaceWrite::ArtifactMissing) };
    if is_taken(tx, place).await? {
        return Ok(WorkspaceWrite::PathTaken);
    }
    let (files, all) = others(tx, place).await?;
    if files >= i64::from(MOST_FILES) {
        return Ok(WorkspaceWrite::TooManyFiles);
    }
    if all.saturating_add(bytes) > MOST_BYTES as i64 {
        return Ok(WorkspaceWrite::TooManyBytes);
    }
    let replaced = remove(tx, place, Some(artifact), audit).await?;
    let (path, at) = (place.path.as_str(), micros(audit.at));
    sqlx::query!(
        "INSERT INTO workspace_files (tenant_id, session_id, path, artifact_id, bytes, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        place.viewer.tenant_id.0,
        place.session.0,
        path,
        artifact.0,
        bytes,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(place.viewer.tenant_id, audit);
    let path = place.path.clone();
    let file = WorkspaceFile { path, artifact_id: artifact, bytes: bytes.unsigned_abs(), modified_at: audit.at };
    Ok(WorkspaceWrite::Written { file, replaced })
}

async fn may_change(tx: &mut Tx, place: &Place<'_>) -> Outcome<bool> {
    let user = place.viewer.changes_only().map(|user| user.0);
    let found = sqlx::query_scalar!(
        r#"SELECT 1 AS "one!: i64" FROM session_access a JOIN sessions s ON s.tenant_id = a.tenant_id AND s.id = a.id
           WHERE a.tenant_id = ?1 AND a.id = ?2 AND s.is_active = 1 AND (?3 IS NULL OR NOT a.is_private OR a.owner_id = ?3)"#,
        place.viewer.tenant_id.0,
        place.session.0,
        user
    );
    Ok(found.fetch_optional(&mut tx.conn).await?.is_some())
}

async fn size(tx: &mut Tx, place: &Place<'_>, artifact: ArtifactId) -> Outcome<Option<i64>> {
    let found = sqlx::query_scalar!(
        r#"SELECT bytes AS "bytes!: i64" FROM artifacts
           WHERE tenant_id = ?1 AND id = ?2 AND session_id = ?3 AND state = 'stored'"#,
        place.viewer.tenant_id.0,
        artifact.0,
        place.session.0
    );
    Ok(found.fetch_optional(&mut tx.conn).await?)
}

/// There are files beneath the path, or one of its directories is a file.
async fn is_taken(tx: &mut Tx, place: &Place<'_>) -> Outcome<bool> {
    let directories = serde_json::to_string(&place.path.directories().collect::<Vec<_>>())?;
    let (from, to) = (format!("{}/", place.path), format!("{}0", place.path));
    let found = sqlx::query_scalar!(
        r#"SELECT 1 AS "one!: i64" FROM workspace_files WHERE tenant_id = ?1 AND session_id = ?2
           AND (path IN (SELECT value FROM json_each(?3)) OR (path > ?4 AND path < ?5)) LIMIT 1"#,
        place.viewer.tenant_id.0,
        place.session.0,
        directories,
        from,
        to
    );
    Ok(found.fetch_optional(&mut tx.conn).await?.is_some())
}

/// Files and bytes of the workspace without the path.
async fn others(tx: &mut Tx, place: &Place<'_>) -> Outcome<(i64, i64)> {
    let path = place.path.as_str();
    let sums = sqlx::query!(
        r#"SELECT count(*) AS "files!: i64", coalesce(sum(bytes), 0) AS "bytes!: i64" FROM workspace_files
           WHERE tenant_id = ?1 AND session_id = ?2 AND path <> ?3"#,
        place.viewer.tenant_id.0,
        place.session.0,
        path
    );
    let sums = sums.fetch_one(&mut tx.conn).await?;
    Ok((sums.files, sums.bytes))
}

/// Takes the row away and condemns its artifact unless it is `kept`; false when there was none.
async fn remove(tx: &mut Tx, place: &Place<'_>, kept: Option<ArtifactId>, audit: &AuditEntry) -> Outcome<bool> {
    let (path, at) = (place.path.as_str(), micros(audit.at));
    let removed: Option<Uuid> = sqlx::query_scalar!(
        r#"DELETE FROM workspace_files WHERE tenant_id = ?1 AND session_id = ?2 AND path = ?3
           RETURNING artifact_id AS "artifact_id!: Uuid""#,
        place.viewer.tenant_id.0,
        place.session.0,
        path
    )
    .fetch_optional(&mut tx.conn)
    .await?;
    let Some(artifact) = removed else { return Ok(false) };
    if kept == Some(ArtifactId(artifact)) {
        return Ok(true);
    }
    sqlx::query!(
        "UPDATE artifacts SET state = 'condemned', updated_at = ?3 WHERE tenant_id = ?1 AND id = ?2 AND state = 'stored'",
        place.viewer.tenant_id.0,
        artifact,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(true)
}

pub(crate) async fn delete(tx: &mut Tx, place: &Place<'_>, audit: &AuditEntry) -> Outcome<bool> {
    if !may_change(tx, place).await? || !remove(tx, place, None, audit).await? {
        return Ok(false);
    }
    tx.audit(place.viewer.tenant_id, audit);
    Ok(true)
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    session: &SessionId,
    directory: Option<&WorkspacePath>,
) -> Outcome<Vec<WorkspaceFile>> {
    let user = viewer.reads_only().map(|user| user.0);
    let (from, to) = directory.map_or((String::new(), None), |path| (format!("{path}/"), Some(format!("{path}0"))));
    let found = workspace_files!(
        "WHERE tenant_id = ?1 AND session_id = ?2
           AND EXISTS (SELECT 1 FROM artifacts f WHERE f.tenant_id = ?1 AND f.id = artifact_id AND f.state = 'stored') AND path > ?3 AND (?4 IS NULL OR path < ?4)
           AND EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = ?1 AND a.id = ?2
               AND (?5 IS NULL OR NOT a.is_private OR a.owner_id = ?5)) ORDER BY path",
        viewer.tenant_id.0,
        session.0,
        from,
        to,
        user
    );
    found.fetch_all(reads).await?.into_iter().map(WorkspaceFile::try_from).collect()
}

pub(crate) async fn find(
    reads: &SqlitePool,
    viewer: &Viewer,
    session: &SessionId,
    path: &WorkspacePath,
) -> Outcome<Option<WorkspaceFile>> {
    let (user, path) = (viewer.reads_only().map(|user| user.0), path.as_str());
    let found = workspace_files!(
        "WHERE tenant_id = ?1 AND session_id = ?2
           AND EXISTS (SELECT 1 FROM artifacts f WHERE f.tenant_id = ?1 AND f.id = artifact_id AND f.state = 'stored') AND path = ?3
           AND EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = ?1 AND a.id = ?2
               AND (?4 IS NULL OR NOT a.is_private OR a.owner_id = ?4))",
        viewer.tenant_id.0,
        session.0,
        path,
        user
    );
    found.fetch_optional(reads).await?.map(WorkspaceFile::try_from).transpose()
}
