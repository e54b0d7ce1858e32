//! Artifacts: the rows of files whose bytes are elsewhere.

use artel_domain::{Artifact, ArtifactId, AuditEntry, TenantId, Timestamp};
use artel_store::{ArtifactEnd, ArtifactStart, NewArtifact, StoredBytes, Viewer};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{artifacts, one};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn begin(tx: &mut Tx, new: &NewArtifact) -> Outcome<ArtifactStart> {
    let (at, session) = (micros(new.at), new.session_id.as_ref().map(|session| session.0.clone()));
    let begun = sqlx::query!(
        "INSERT INTO artifacts (tenant_id, id, owner_id, session_id, kind, title, media_type, bytes, sha256, is_ephemeral, state,
             created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, NULL, '', 0, '', ?6, 'storing', ?7, ?7)
         ON CONFLICT (tenant_id, id) DO UPDATE SET updated_at = max(updated_at, excluded.updated_at)
             WHERE state = 'storing' AND owner_id = excluded.owner_id",
        new.tenant_id.0,
        new.id.0,
        new.owner_id.0,
        session,
        new.kind,
        new.is_ephemeral,
        at
    );
    if begun.execute(&mut tx.conn).await?.rows_affected() > 0 {
        return Ok(ArtifactStart::Store);
    }
    let there = artifacts!(
        "SELECT",
        "FROM artifacts WHERE tenant_id = ?1 AND id = ?2 AND owner_id = ?3 AND state = 'stored'",
        new.tenant_id.0,
        new.id.0,
        new.owner_id.0
    );
    let there: Option<Artifact> = one(there.fetch_optional(&mut tx.conn).await?)?;
    Ok(there.map_or(ArtifactStart::Taken, |artifact| ArtifactStart::Exists(Box::new(artifact))))
}

pub(crate) async fn finish(
    tx: &mut Tx,
    tenant: TenantId,
    artifact: ArtifactId,
    stored: &StoredBytes,
    audit: &AuditEntry,
) -> Outcome<ArtifactEnd> {
    let Some(used) = used_when_open(tx, tenant, artifact).await? else { return Ok(ArtifactEnd::Gone) };
    if stored.most_of_tenant.is_some_and(|most| used.saturating_add(stored.bytes) > most) {
        return Ok(ArtifactEnd::Full { used });
    }
    let (at, bytes) = (micros(stored.at), i64::try_from(stored.bytes).unwrap_or(i64::MAX));
    let finished = artifacts!(
        "UPDATE artifacts SET state = 'stored', title = ?3, media_type = ?4, bytes = ?5, sha256 = ?6, updated_at = ?7, attempt = ?8
         WHERE tenant_id = ?1 AND id = ?2 AND state = 'storing' RETURNING",
        "",
        tenant.0,
        artifact.0,
        stored.title,
        stored.media_type,
        bytes,
        stored.sha256,
        at,
        stored.attempt
    );
    let Some(finished) = one(finished.fetch_optional(&mut tx.conn).await?)? else { return Ok(ArtifactEnd::Gone) };
    tx.audit(tenant, audit);
    Ok(ArtifactEnd::Stored(Box::new(finished)))
}

/// The bytes of the tenant's stored artifacts; `None` when this one cannot be finished any more.
async fn used_when_open(tx: &mut Tx, tenant: TenantId, artifact: ArtifactId) -> Outcome<Option<u64>> {
    let found = sqlx::query!(
        r#"SELECT EXISTS (SELECT 1 FROM artifacts WHERE tenant_id = ?1 AND id = ?2 AND state = 'storing') AS "is_open!: bool",
               (SELECT coalesce(sum(bytes), 0) FROM artifacts WHERE tenant_id = ?1 AND state = 'stored') AS "used!: i64""#,
        tenant.0,
        artifact.0
    );
    let found = found.fetch_one(&mut tx.conn).await?;
    Ok(found.is_open.then(|| found.used.cast_unsigned()))
}

pub(crate) async fn find(reads: &SqlitePool, viewer: &Viewer, artifact: ArtifactId) -> Outcome<Option<Artifact>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = artifacts!(
        "SELECT",
        "FROM artifacts WHERE tenant_id = ?1 AND id = ?2 AND state = 'stored'
             AND NOT (is_ephemeral = 1 AND EXISTS (SELECT 1 FROM sessions s
                 WHERE s.tenant_id = artifacts.tenant_id AND s.id = artifacts.session_id AND s.is_active = 0))
             AND (?3 IS NULL OR owner_id = ?3 OR EXISTS (SELECT 1 FROM session_access a
                 WHERE a.tenant_id = artifacts.tenant_id AND a.id = artifacts.session_id AND (NOT a.is_private OR a.owner_id = ?3)))",
        viewer.tenant_id.0,
        artifact.0,
        user
    );
    one(found.fetch_optional(reads).await?)
}

pub(crate) async fn delete(tx: &mut Tx, viewer: &Viewer, artifact: ArtifactId, audit: &AuditEntry) -> Outcome<bool> {
    let (at, user) = (micros(audit.at), viewer.changes_only().map(|user| user.0));
    let deleted = sqlx::query!(
        "UPDATE artifacts SET state = 'condemned', updated_at = ?4 WHERE tenant_id = ?1 AND id = ?2 AND state = 'stored'
             AND (?3 IS NULL OR owner_id = ?3 OR EXISTS (SELECT 1 FROM session_access a
                 WHERE a.tenant_id = artifacts.tenant_id AND a.id = artifacts.session_id AND (NOT a.is_private OR a.owner_id = ?3)))",
        viewer.tenant_id.0,
        artifact.0,
        user,
        at
    );
    if deleted.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    leave_workspace(tx, viewer.tenant_id, artifact).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(true)
}

pub(crate) async fn condemn(tx: &mut Tx, before: Timestamp, limit: u32) -> Outcome<Vec<(TenantId, ArtifactId)>> {
    let before = micros(before);
    sqlx::query!(
        "UPDATE artifacts SET state = 'condemned'
         WHERE state = 'stored' AND is_ephemeral = 1 AND EXISTS (SELECT 1 FROM sessions s
             WHERE s.tenant_id = artifacts.tenant_id AND s.id = artifacts.session_id AND s.is_active = 0)"
    )
    .execute(&mut tx.conn)
    .await?;
    let condemned = sqlx::query!(
        r#"UPDATE artifacts SET state = 'condemned'
           WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM artifacts
               WHERE state <> 'stored' AND (state = 'condemned' OR updated_at < ?1) ORDER BY updated_at LIMIT ?2)
           RETURNING tenant_id AS "tenant_id!: uuid::Uuid", id AS "id!: uuid::Uuid""#,
        before,
        limit
    );
    let condemned = condemned.fetch_all(&mut tx.conn).await?;
    Ok(condemned.into_iter().map(|row| (TenantId(row.tenant_id), ArtifactId(row.id))).collect())
}

pub(crate) async fn forget(tx: &mut Tx, artifacts: &[(TenantId, ArtifactId)]) -> Outcome<u64> {
    let mut forgotten = 0;
    for (tenant, artifact) in artifacts {
        leave_workspace(tx, *tenant, *artifact).await?;
        let gone = sqlx::query!(
            "DELETE FROM artifacts WHERE tenant_id = ?1 AND id = ?2 AND state = 'condemned'",
            tenant.0,
            artifact.0
        );
        forgotten += gone.execute(&mut tx.conn).await?.rows_affected();
    }
    Ok(forgotten)
}

/// A condemned artifact is at no path of its session's workspace.
async fn leave_workspace(tx: &mut Tx, tenant: TenantId, artifact: ArtifactId) -> Outcome<()> {
    sqlx::query!(
        "DELETE FROM workspace_files WHERE tenant_id = ?1 AND artifact_id = ?2
             AND session_id = (SELECT session_id FROM artifacts WHERE tenant_id = ?1 AND id = ?2 AND state = 'condemned')",
        tenant.0,
        artifact.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
