//! Accounts of external services; this crate cannot open their secrets.

use artel_domain::{AuditEntry, Credential, CredentialId, TenantId, Timestamp};
use artel_store::{CredentialPatch, CredentialWrite, Page, SealedCredential, Viewer};
use sqlx::{PgExecutor, PgPool};

use crate::begun::begin;
use crate::rows::credentials;
use crate::values::{micros, text, time};
use crate::{audit, connector_tokens, organization_connectors};

/// A use is written down this often, in microseconds.
const USE_GRAIN: i64 = 60_000_000;

pub(crate) async fn create(
    pool: &PgPool,
    credential: &Credential,
    version: Option<&str>,
    sealed: &str,
    audit: &AuditEntry,
) -> sqlx::Result<CredentialWrite> {
    let mut tx = begin(pool).await?;
    let service = Viewer::service(credential.tenant_id);
    if let Some(earlier) = find(&mut *tx, &service, credential.id).await? {
        return Ok(CredentialWrite::Done(earlier));
    }
    if version.is_some() {
        // Until this is committed nobody replaces the connector: they would not see the account yet.
        organization_connectors::lock(&mut tx, credential.tenant_id).await?;
        let there = organization_connectors::digest(&mut *tx, credential.tenant_id, &credential.service_name).await?;
        if there.as_deref() != version {
            return Ok(CredentialWrite::ConnectorChanged);
        }
    }
    let inserted = credentials!(
        "INSERT INTO credentials (id, tenant_id, service_name, instance_id, account_label, user_id, sealed, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (tenant_id, service_name, instance_id) DO NOTHING RETURNING",
        "",
        credential.id.0,
        credential.tenant_id.0,
        text(&credential.service_name),
        text(&credential.instance_id),
        text(&credential.account_label),
        credential.user_id.map(|user| user.0),
        sealed,
        micros(credential.created_at)
    );
    let Some(made) = inserted.fetch_optional(&mut *tx).await? else {
        // By another, or by the same request at the same time.
        let same = find(&mut *tx, &service, credential.id).await?;
        return Ok(same.map_or(CredentialWrite::InstanceTaken, CredentialWrite::Done));
    };
    audit::append(&mut tx, credential.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(CredentialWrite::Done(made.into()))
}

pub(crate) async fn find(
    db: impl PgExecutor<'_>,
    viewer: &Viewer,
    credential: CredentialId,
) -> sqlx::Result<Option<Credential>> {
    let found = credentials!(
        "SELECT",
        "FROM credentials WHERE tenant_id = $1 AND id = $2 AND ($3::uuid IS NULL OR user_id IS NULL OR user_id = $3)",
        viewer.tenant_id.0,
        credential.0,
        viewer.reads_only().map(|user| user.0)
    );
    Ok(found.fetch_optional(db).await?.map(Credential::from))
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    service: Option<&str>,
    page: Page,
) -> sqlx::Result<(Vec<Credential>, i64)> {
    let (user, service) = (viewer.reads_only().map(|user| user.0), service.map(text));
    let found = credentials!(
        "SELECT",
        "FROM credentials WHERE tenant_id = $1 AND ($2::uuid IS NULL OR user_id IS NULL OR user_id = $2)
             AND ($3::text IS NULL OR service_name = $3) ORDER BY service_name COLLATE \"C\", instance_id COLLATE \"C\" LIMIT $4 OFFSET $5",
        viewer.tenant_id.0,
        user,
        service,
        i64::from(page.limit),
        i64::from(page.offset)
    );
    let found = found.fetch_all(pool).await?.into_iter().map(Credential::from).collect();
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM credentials WHERE tenant_id = $1 AND ($2::uuid IS NULL OR user_id IS NULL OR user_id = $2)
             AND ($3::text IS NULL OR service_name = $3)"#,
        viewer.tenant_id.0,
        user,
        service
    );
    Ok((found, total.fetch_one(pool).await?))
}

pub(crate) async fn find_sealed(
    pool: &PgPool,
    viewer: &Viewer,
    credential: CredentialId,
) -> sqlx::Result<Option<SealedCredential>> {
    let Some(credential) = find(pool, viewer, credential).await? else { return Ok(None) };
    let kept = sqlx::query!(
        "SELECT sealed, updated_at FROM credentials WHERE tenant_id = $1 AND id = $2",
        viewer.tenant_id.0,
        credential.id.0
    );
    let Some(kept) = kept.fetch_optional(pool).await? else { return Ok(None) };
    Ok(Some(SealedCredential { credential, sealed: kept.sealed, changed_at: time(kept.updated_at) }))
}

pub(crate) async fn update(
    pool: &PgPool,
    viewer: &Viewer,
    credential: CredentialId,
    patch: &CredentialPatch,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Credential>> {
    let mut tx = begin(pool).await?;
    let updated = credentials!(
        "UPDATE credentials SET account_label = coalesce($4, account_label), sealed = coalesce($5, sealed), updated_at = $6
         WHERE tenant_id = $1 AND id = $2 AND ($3::uuid IS NULL OR user_id IS NULL OR user_id = $3) RETURNING",
        "",
        viewer.tenant_id.0,
        credential.0,
        viewer.reads_only().map(|user| user.0),
        patch.account_label.as_deref().map(text),
        patch.sealed,
        micros(audit.at)
    );
    let Some(updated) = updated.fetch_optional(&mut *tx).await? else { return Ok(None) };
    if patch.sealed.is_some() {
        connector_tokens::forget(&mut *tx, viewer.tenant_id, credential).await?;
    }
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(updated.into()))
}

pub(crate) async fn delete(
    pool: &PgPool,
    viewer: &Viewer,
    credential: CredentialId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let deleted = sqlx::query!(
        "DELETE FROM credentials WHERE tenant_id = $1 AND id = $2 AND ($3::uuid IS NULL OR user_id IS NULL OR user_id = $3)",
        viewer.tenant_id.0,
        credential.0,
        viewer.reads_only().map(|user| user.0)
    );
    if deleted.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM grants WHERE tenant_id = $1 AND credential_id = $2", viewer.tenant_id.0, credential.0)
        .execute(&mut *tx)
        .await?;
    connector_tokens::forget(&mut *tx, viewer.tenant_id, credential).await?;
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn note_use(
    pool: &PgPool,
    tenant: TenantId,
    credential: CredentialId,
    at: Timestamp,
) -> sqlx::Result<()> {
    let at = micros(at);
    sqlx::query!(
        "UPDATE credentials SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at <= $4)",
        tenant.0,
        credential.0,
        at,
        at - USE_GRAIN
    )
    .execute(pool)
    .await?;
    Ok(())
}
