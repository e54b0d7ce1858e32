//! Artifacts: the rows of files whose bytes are elsewhere.

use artel_domain::{Artifact, ArtifactId, AuditEntry, TenantId, Timestamp};
use artel_store::{ArtifactEnd, ArtifactStart, NewArtifact, StoredBytes, Viewer};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::audit;
use crate::begun;
use crate::rows::artifacts;
use crate::values::{micros, text};

pub(crate) async fn begin(pool: &PgPool, new: &NewArtifact) -> sqlx::Result<ArtifactStart> {
    let begun = sqlx::query!(
        "INSERT INTO artifacts AS a (tenant_id, id, owner_id, session_id, kind, title, media_type, bytes, sha256, is_ephemeral, state,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, NULL, '', 0, '', $6, 'storing', $7, $7)
         ON CONFLICT (tenant_id, id) DO UPDATE SET updated_at = greatest(a.updated_at, excluded.updated_at)
             WHERE a.state = 'storing' AND a.owner_id = excluded.owner_id",
        new.tenant_id.0,
        new.id.0,
        new.owner_id.0,
        new.session_id.as_ref().map(|session| text(&session.0)),
        text(&new.kind),
        new.is_ephemeral,
        micros(new.at),
    );
    if begun.execute(pool).await?.rows_affected() > 0 {
        return Ok(ArtifactStart::Store);
    }
    let there = artifacts!(
        "SELECT",
        "FROM artifacts WHERE tenant_id = $1 AND id = $2 AND owner_id = $3 AND state = 'stored'",
        new.tenant_id.0,
        new.id.0,
        new.owner_id.0,
    );
    let there = there.fetch_optional(pool).await?.map(Artifact::try_from).transpose()?;
    Ok(there.map_or(ArtifactStart::Taken, |artifact| ArtifactStart::Exists(Box::new(artifact))))
}

pub(crate) async fn finish(
    pool: &PgPool,
    tenant: TenantId,
    artifact: ArtifactId,
    stored: &StoredBytes,
    audit: &AuditEntry,
) -> sqlx::Result<ArtifactEnd> {
    let mut tx = begun::begin(pool).await?;
    let finished = artifacts!(
        "UPDATE artifacts SET state = 'stored', title = $3, media_type = $4, bytes = $5, sha256 = $6, updated_at = $7, attempt = $8
         WHERE tenant_id = $1 AND id = $2 AND state = 'storing' RETURNING",
        "",
        tenant.0,
        artifact.0,
        stored.title.as_deref().map(text),
        text(&stored.media_type),
        i64::try_from(stored.bytes).unwrap_or(i64::MAX),
        stored.sha256,
        micros(stored.at),
        stored.attempt,
    );
    let Some(row) = finished.fetch_optional(&mut *tx).await? else { return Ok(ArtifactEnd::Gone) };
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    // The head of the audit chain is locked now: of two artifacts at once, the second sees the first.
    if let Some(most) = stored.most_of_tenant {
        let used = used(&mut tx, tenant).await?;
        if used > most {
            tx.rollback().await?;
            return Ok(ArtifactEnd::Full { used: used.saturating_sub(stored.bytes) });
        }
    }
    tx.commit().await?;
    Ok(ArtifactEnd::Stored(Box::new(row.try_into()?)))
}

/// The bytes of the tenant's stored artifacts.
async fn used(tx: &mut PgConnection, tenant: TenantId) -> sqlx::Result<u64> {
    let used = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(bytes), 0)::bigint AS "used!" FROM artifacts WHERE tenant_id = $1 AND state = 'stored'"#,
        tenant.0,
    );
    used.fetch_one(tx).await.map(i64::cast_unsigned)
}

pub(crate) async fn find(pool: &PgPool, viewer: &Viewer, artifact: ArtifactId) -> sqlx::Result<Option<Artifact>> {
    let found = artifacts!(
        "SELECT",
        "FROM artifacts WHERE tenant_id = $1 AND id = $2 AND state = 'stored'
           AND NOT (is_ephemeral AND EXISTS (SELECT 1 FROM sessions s
               WHERE s.tenant_id = artifacts.tenant_id AND s.id = artifacts.session_id AND NOT s.is_active))
           AND ($3::uuid IS NULL OR owner_id = $3 OR EXISTS (SELECT 1 FROM session_access a
               WHERE a.tenant_id = artifacts.tenant_id AND a.id = artifacts.session_id AND (NOT a.is_private OR a.owner_id = $3)))",
        viewer.tenant_id.0,
        artifact.0,
        viewer.reads_only().map(|user| user.0),
    );
    found.fetch_optional(pool).await?.map(Artifact::try_from).transpose()
}

pub(crate) async fn delete(
    pool: &PgPool,
    viewer: &Viewer,
    artifact: ArtifactId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begun::begin(pool).await?;
    let deleted = sqlx::query!(
        "UPDATE artifacts SET state = 'condemned', updated_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'stored'
           AND ($3::uuid IS NULL OR owner_id = $3 OR EXISTS (SELECT 1 FROM session_access a
               WHERE a.tenant_id = artifacts.tenant_id AND a.id = artifacts.session_id AND (NOT a.is_private OR a.owner_id = $3)))",
        viewer.tenant_id.0,
        artifact.0,
        viewer.changes_only().map(|user| user.0),
        micros(audit.at),
    );
    if deleted.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    leave_workspaces(&mut *tx, &[viewer.tenant_id.0], &[artifact.0]).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn condemn(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<Vec<(TenantId, ArtifactId)>> {
    let mut tx = begun::begin(pool).await?;
    sqlx::query!(
        "UPDATE artifacts SET state = 'condemned'
         WHERE state = 'stored' AND is_ephemeral AND EXISTS (SELECT 1 FROM sessions s
             WHERE s.tenant_id = artifacts.tenant_id AND s.id = artifacts.session_id AND NOT s.is_active)"
    )
    .execute(&mut *tx)
    .await?;
    let condemned = sqlx::query!(
        "UPDATE artifacts SET state = 'condemned'
         WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM artifacts
             WHERE state <> 'stored' AND (state = 'condemned' OR updated_at < $1) ORDER BY updated_at LIMIT $2)
         RETURNING tenant_id, id",
        micros(before),
        i64::from(limit),
    );
    let condemned = condemned.fetch_all(&mut *tx).await?;
    tx.commit().await?;
    Ok(condemned.into_iter().map(|row| (TenantId(row.tenant_id), ArtifactId(row.id))).collect())
}

pub(crate) async fn forget(pool: &PgPool, artifacts: &[(TenantId, ArtifactId)]) -> sqlx::Result<u64> {
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) =
        artifacts.iter().map(|(tenant, artifact)| (tenant.0, artifact.0)).unzip();
    leave_workspaces(pool, &tenants, &ids).await?;
    let gone = sqlx::query!(
        "DELETE FROM artifacts WHERE state = 'condemned'
             AND (tenant_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        &tenants,
        &ids,
    );
    Ok(gone.execute(pool).await?.rows_affected())
}

/// Condemned artifacts are at no path of their sessions' workspaces.
async fn leave_workspaces(executor: impl PgExecutor<'_>, tenants: &[Uuid], ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM workspace_files w USING artifacts a
         WHERE a.state = 'condemned' AND (a.tenant_id, a.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
           AND w.tenant_id = a.tenant_id AND w.session_id = a.session_id AND w.artifact_id = a.id",
        tenants,
        ids,
    )
    .execute(executor)
    .await?;
    Ok(())
}
