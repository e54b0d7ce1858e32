//! Connectors that organisations made for themselves.

use artel_domain::{AuditEntry, OrganizationConnector, TenantId};
use artel_store::organization_connectors::{MOST_CONNECTOR_BYTES, MOST_CONNECTORS};
use artel_store::{ConnectorDeletion, ConnectorHead, ConnectorReplacement, ConnectorWrite};
use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::rows::OrganizationConnectorRow;
use crate::values::micros;

pub(crate) async fn put(
    pool: &PgPool,
    new: &OrganizationConnector,
    replaces: Option<&ConnectorReplacement>,
    audit: &AuditEntry,
) -> sqlx::Result<ConnectorWrite> {
    let mut tx = begin(pool).await?;
    lock(&mut tx, new.tenant_id).await?;
    let there = find(&mut *tx, new.tenant_id, &new.key).await?;
    if let Some(earlier) = there.clone().filter(|there| there.import_id == new.import_id) {
        return Ok(ConnectorWrite::Done(earlier));
    }
    match (&there, replaces) {
        (Some(_), None) => return Ok(ConnectorWrite::Taken),
        (None, Some(_)) => return Ok(ConnectorWrite::Changed),
        (Some(there), Some(replaced)) if there.digest != replaced.digest => return Ok(ConnectorWrite::Changed),
        _ => {}
    }
    if !replaces.is_some_and(|replaced| replaced.keeps_accounts)
        && has_accounts(&mut tx, new.tenant_id, &new.key).await?
    {
        return Ok(ConnectorWrite::HasAccounts);
    }
    if let Some(refused) = beyond_limits(&mut tx, new).await? {
        return Ok(refused);
    }
    write(&mut tx, new).await?;
    audit::append(&mut tx, new.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    let first = there.as_ref().unwrap_or(new);
    Ok(ConnectorWrite::Done(OrganizationConnector {
        created_by: first.created_by,
        created_at: first.created_at,
        ..new.clone()
    }))
}

/// Locks the tenant's row: what one tenant imports and keeps for its connectors comes one after the other, so that
/// together it keeps within the tenant's limits.
pub(crate) async fn lock(tx: &mut PgConnection, tenant: TenantId) -> sqlx::Result<()> {
    sqlx::query_scalar!(r#"SELECT 1 AS "one!" FROM tenants WHERE id = $1 FOR NO KEY UPDATE"#, tenant.0)
        .fetch_optional(tx)
        .await?;
    Ok(())
}

async fn has_accounts(tx: &mut PgConnection, tenant: TenantId, key: &str) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM credentials WHERE tenant_id = $1 AND service_name = $2) AS "is_there!""#,
        tenant.0,
        key
    );
    found.fetch_one(tx).await
}

async fn beyond_limits(tx: &mut PgConnection, new: &OrganizationConnector) -> sqlx::Result<Option<ConnectorWrite>> {
    let others = sqlx::query!(
        r#"SELECT count(*) AS "number!", coalesce(sum(bytes), 0)::bigint AS "bytes!"
           FROM organization_connectors WHERE tenant_id = $1 AND key <> $2"#,
        new.tenant_id.0,
        new.key
    );
    let others = others.fetch_one(tx).await?;
    if others.number >= i64::from(MOST_CONNECTORS) {
        return Ok(Some(ConnectorWrite::TooMany));
    }
    let all = others.bytes.unsigned_abs().saturating_add(new.definition.len() as u64);
    Ok((all > MOST_CONNECTOR_BYTES).then_some(ConnectorWrite::TooLarge))
}

async fn write(tx: &mut PgConnection, new: &OrganizationConnector) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO organization_connectors
             (tenant_id, key, import_id, definition, bytes, digest, created_by, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (tenant_id, key) DO UPDATE SET import_id = excluded.import_id, definition = excluded.definition,
             bytes = excluded.bytes, digest = excluded.digest, updated_at = excluded.updated_at",
        new.tenant_id.0,
        new.key,
        new.import_id,
        new.definition,
        new.definition.len() as i64,
        new.digest,
        new.created_by.0,
        micros(new.created_at),
        micros(new.updated_at)
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Vec<ConnectorHead>> {
    let found = sqlx::query_as!(
        ConnectorHead,
        r#"SELECT key, digest FROM organization_connectors WHERE tenant_id = $1 ORDER BY key COLLATE "C""#,
        tenant.0
    );
    found.fetch_all(pool).await
}

pub(crate) async fn digest(db: impl PgExecutor<'_>, tenant: TenantId, key: &str) -> sqlx::Result<Option<String>> {
    let found = sqlx::query_scalar!(
        "SELECT digest FROM organization_connectors WHERE tenant_id = $1 AND key = $2",
        tenant.0,
        key
    );
    found.fetch_optional(db).await
}

pub(crate) async fn find(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    key: &str,
) -> sqlx::Result<Option<OrganizationConnector>> {
    let found = sqlx::query_as!(
        OrganizationConnectorRow,
        "SELECT tenant_id, key, import_id, definition, digest, created_by, created_at, updated_at
         FROM organization_connectors WHERE tenant_id = $1 AND key = $2",
        tenant.0,
        key
    );
    Ok(found.fetch_optional(db).await?.map(OrganizationConnector::from))
}

/// * `is_hidden`: accounts and agents of the key are another connector's.
pub(crate) async fn delete(
    pool: &PgPool,
    tenant: TenantId,
    key: &str,
    is_hidden: bool,
    audit: &AuditEntry,
) -> sqlx::Result<ConnectorDeletion> {
    let mut tx = begin(pool).await?;
    lock(&mut tx, tenant).await?;
    let deleted = sqlx::query!("DELETE FROM organization_connectors WHERE tenant_id = $1 AND key = $2", tenant.0, key);
    if deleted.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(ConnectorDeletion::Missing);
    }
    if !is_hidden && has_accounts(&mut tx, tenant, key).await? {
        return Ok(ConnectorDeletion::HasAccounts);
    }
    if !is_hidden {
        sqlx::query!("DELETE FROM agent_connectors WHERE tenant_id = $1 AND connector_key = $2", tenant.0, key)
            .execute(&mut *tx)
            .await?;
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(ConnectorDeletion::Done)
}
