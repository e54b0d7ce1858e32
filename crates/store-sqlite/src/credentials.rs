//! Accounts of external services; this crate cannot open their secrets.

use artel_domain::{AuditEntry, Credential, CredentialId, TenantId, Timestamp};
use artel_store::{CredentialPatch, CredentialWrite, Page, SealedCredential, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{all, credentials, one};
use crate::values::{micros, time};
use crate::writer::Tx;
use crate::{connector_tokens, organization_connectors};

/// A use is written down this often, in microseconds.
const USE_GRAIN: i64 = 60_000_000;

pub(crate) async fn create(
    tx: &mut Tx,
    credential: &Credential,
    version: Option<&str>,
    sealed: &str,
    audit: &AuditEntry,
) -> Outcome<CredentialWrite> {
    let service = Viewer::service(credential.tenant_id);
    if let Some(earlier) = find(&mut tx.conn, &service, credential.id).await? {
        return Ok(CredentialWrite::Done(earlier));
    }
    if version.is_some() {
        let there =
            organization_connectors::digest(&mut tx.conn, credential.tenant_id, &credential.service_name).await?;
        if there.as_deref() != version {
            return Ok(CredentialWrite::ConnectorChanged);
        }
    }
    let (at, user) = (micros(credential.created_at), credential.user_id.map(|user| user.0));
    let inserted = sqlx::query!(
        "INSERT INTO credentials (id, tenant_id, service_name, instance_id, account_label, user_id, sealed, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT (tenant_id, service_name, instance_id) DO NOTHING",
        credential.id.0,
        credential.tenant_id.0,
        credential.service_name,
        credential.instance_id,
        credential.account_label,
        user,
        sealed,
        at
    );
    if inserted.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(CredentialWrite::InstanceTaken);
    }
    tx.audit(credential.tenant_id, audit);
    Ok(CredentialWrite::Done(credential.clone()))
}

pub(crate) async fn find(
    db: impl SqliteExecutor<'_>,
    viewer: &Viewer,
    credential: CredentialId,
) -> Outcome<Option<Credential>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = credentials!(
        "SELECT",
        "FROM credentials WHERE tenant_id = ?1 AND id = ?2 AND (?3 IS NULL OR user_id IS NULL OR user_id = ?3)",
        viewer.tenant_id.0,
        credential.0,
        user
    );
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    service: Option<&str>,
    page: Page,
) -> Outcome<(Vec<Credential>, i64)> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = credentials!(
        "SELECT",
        "FROM credentials WHERE tenant_id = ?1 AND (?2 IS NULL OR user_id IS NULL OR user_id = ?2)
             AND (?3 IS NULL OR service_name = ?3) ORDER BY service_name, instance_id LIMIT ?4 OFFSET ?5",
        viewer.tenant_id.0,
        user,
        service,
        page.limit,
        page.offset
    );
    let found = all(found.fetch_all(reads).await?)?;
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM credentials WHERE tenant_id = ?1 AND (?2 IS NULL OR user_id IS NULL OR user_id = ?2)
             AND (?3 IS NULL OR service_name = ?3)"#,
        viewer.tenant_id.0,
        user,
        service
    );
    Ok((found, total.fetch_one(reads).await?))
}

pub(crate) async fn find_sealed(
    reads: &SqlitePool,
    viewer: &Viewer,
    credential: CredentialId,
) -> Outcome<Option<SealedCredential>> {
    let Some(credential) = find(reads, viewer, credential).await? else { return Ok(None) };
    let kept = sqlx::query!(
        r#"SELECT sealed AS "sealed!: String", updated_at AS "updated_at!: i64" FROM credentials
           WHERE tenant_id = ?1 AND id = ?2"#,
        viewer.tenant_id.0,
        credential.id.0
    );
    let Some(kept) = kept.fetch_optional(reads).await? else { return Ok(None) };
    Ok(Some(SealedCredential { credential, sealed: kept.sealed, changed_at: time(kept.updated_at) }))
}

pub(crate) async fn update(
    tx: &mut Tx,
    viewer: &Viewer,
    credential: CredentialId,
    patch: &CredentialPatch,
    audit: &AuditEntry,
) -> Outcome<Option<Credential>> {
    let (at, user) = (micros(audit.at), viewer.reads_only().map(|user| user.0));
    let updated = credentials!(
        "UPDATE credentials SET account_label = coalesce(?4, account_label), sealed = coalesce(?5, sealed), updated_at = ?6
         WHERE tenant_id = ?1 AND id = ?2 AND (?3 IS NULL OR user_id IS NULL OR user_id = ?3) RETURNING",
        "",
        viewer.tenant_id.0,
        credential.0,
        user,
        patch.account_label,
        patch.sealed,
        at
    );
    let updated = one(updated.fetch_optional(&mut tx.conn).await?)?;
    if updated.is_some() {
        if patch.sealed.is_some() {
            connector_tokens::forget(tx, viewer.tenant_id, credential).await?;
        }
        tx.audit(viewer.tenant_id, audit);
    }
    Ok(updated)
}

pub(crate) async fn delete(
    tx: &mut Tx,
    viewer: &Viewer,
    credential: CredentialId,
    audit: &AuditEntry,
) -> Outcome<bool> {
    if find(&mut tx.conn, viewer, credential).await?.is_none() {
        return Ok(false);
    }
    let tenant = viewer.tenant_id;
    sqlx::query!("DELETE FROM grants WHERE tenant_id = ?1 AND credential_id = ?2", tenant.0, credential.0)
        .execute(&mut tx.conn)
        .await?;
    sqlx::query!("DELETE FROM credentials WHERE tenant_id = ?1 AND id = ?2", tenant.0, credential.0)
        .execute(&mut tx.conn)
        .await?;
    connector_tokens::forget(tx, tenant, credential).await?;
    tx.audit(viewer.tenant_id, audit);
    Ok(true)
}

pub(crate) async fn note_use(tx: &mut Tx, tenant: TenantId, credential: CredentialId, at: Timestamp) -> Outcome<()> {
    let at = micros(at);
    let before = at - USE_GRAIN;
    sqlx::query!(
        "UPDATE credentials SET last_used_at = ?3 WHERE tenant_id = ?1 AND id = ?2 AND (last_used_at IS NULL OR last_used_at <= ?4)",
        tenant.0,
        credential.0,
        at,
        before
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
