//! Connectors that organisations made for themselves.

use artel_domain::{AuditEntry, OrganizationConnector, TenantId};
use artel_store::organization_connectors::{MOST_CONNECTOR_BYTES, MOST_CONNECTORS};
use artel_store::{ConnectorDeletion, ConnectorHead, ConnectorReplacement, ConnectorWrite};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::OrganizationConnectorRow;
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn put(
    tx: &mut Tx,
    new: &OrganizationConnector,
    replaces: Option<&ConnectorReplacement>,
    audit: &AuditEntry,
) -> Outcome<ConnectorWrite> {
    let there = find(&mut tx.conn, new.tenant_id, &new.key).await?;
    if let Some(earlier) = there.clone().filter(|there| there.import_id == new.import_id) {
        return Ok(ConnectorWrite::Done(earlier));
    }
    match (&there, replaces) {
        (Some(_), None) => return Ok(ConnectorWrite::Taken),
        (None, Some(_)) => return Ok(ConnectorWrite::Changed),
        (Some(there), Some(replaced)) if there.digest != replaced.digest => return Ok(ConnectorWrite::Changed),
        _ => {}
    }
    if !replaces.is_some_and(|replaced| replaced.keeps_accounts) && has_accounts(tx, new.tenant_id, &new.key).await? {
        return Ok(ConnectorWrite::HasAccounts);
    }
    if let Some(refused) = beyond_limits(tx, new).await? {
        return Ok(refused);
    }
    write(tx, new).await?;
    tx.audit(new.tenant_id, audit);
    let first = there.as_ref().unwrap_or(new);
    Ok(ConnectorWrite::Done(OrganizationConnector {
        created_by: first.created_by,
        created_at: first.created_at,
        ..new.clone()
    }))
}

async fn has_accounts(tx: &mut Tx, tenant: TenantId, key: &str) -> Outcome<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM credentials WHERE tenant_id = ?1 AND service_name = ?2) AS "is_there!: bool""#,
        tenant.0,
        key
    );
    Ok(found.fetch_one(&mut tx.conn).await?)
}

async fn beyond_limits(tx: &mut Tx, new: &OrganizationConnector) -> Outcome<Option<ConnectorWrite>> {
    let others = sqlx::query!(
        r#"SELECT count(*) AS "number!: i64", coalesce(sum(bytes), 0) AS "bytes!: i64"
           FROM organization_connectors WHERE tenant_id = ?1 AND key <> ?2"#,
        new.tenant_id.0,
        new.key
    );
    let others = others.fetch_one(&mut tx.conn).await?;
    if others.number >= i64::from(MOST_CONNECTORS) {
        return Ok(Some(ConnectorWrite::TooMany));
    }
    let all = others.bytes.unsigned_abs().saturating_add(new.definition.len() as u64);
    Ok((all > MOST_CONNECTOR_BYTES).then_some(ConnectorWrite::TooLarge))
}

async fn write(tx: &mut Tx, new: &OrganizationConnector) -> Outcome<()> {
    let (bytes, created, updated) = (new.definition.len() as i64, micros(new.created_at), micros(new.updated_at));
    sqlx::query!(
        "INSERT INTO organization_connectors
             (tenant_id, key, import_id, definition, bytes, digest, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (tenant_id, key) DO UPDATE SET import_id = excluded.import_id, definition = excluded.definition,
             bytes = excluded.bytes, digest = excluded.digest, updated_at = excluded.updated_at",
        new.tenant_id.0,
        new.key,
        new.import_id,
        new.definition,
        bytes,
        new.digest,
        new.created_by.0,
        created,
        updated
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId) -> Outcome<Vec<ConnectorHead>> {
    let found = sqlx::query_as!(
        ConnectorHead,
        r#"SELECT key AS "key!: String", digest AS "digest!: String" FROM organization_connectors
           WHERE tenant_id = ?1 ORDER BY key"#,
        tenant.0
    );
    Ok(found.fetch_all(reads).await?)
}

pub(crate) async fn digest(db: impl SqliteExecutor<'_>, tenant: TenantId, key: &str) -> Outcome<Option<String>> {
    let found = sqlx::query_scalar!(
        r#"SELECT digest AS "digest!: String" FROM organization_connectors WHERE tenant_id = ?1 AND key = ?2"#,
        tenant.0,
        key
    );
    Ok(found.fetch_optional(db).await?)
}

pub(crate) async fn find(
    db: impl SqliteExecutor<'_>,
    tenant: TenantId,
    key: &str,
) -> Outcome<Option<OrganizationConnector>> {
    let found = sqlx::query_as!(
        OrganizationConnectorRow,
        r#"SELECT tenant_id AS "tenant_id!: uuid::Uuid", key AS "key!: String", import_id AS "import_id!: uuid::Uuid",
               definition AS "definition!: String", digest AS "digest!: String", created_by AS "created_by!: uuid::Uuid",
               created_at AS "created_at!: i64", updated_at AS "updated_at!: i64"
           FROM organization_connectors WHERE tenant_id = ?1 AND key = ?2"#,
        tenant.0,
        key
    );
    Ok(found.fetch_optional(db).await?.map(OrganizationConnector::from))
}

/// * `is_hidden`: accounts and agents of the key are another connector's.
pub(crate) async fn delete(
    tx: &mut Tx,
    tenant: TenantId,
    key: &str,
    is_hidden: bool,
    audit: &AuditEntry,
) -> Outcome<ConnectorDeletion> {
    if find(&mut tx.conn, tenant, key).await?.is_none() {
        return Ok(ConnectorDeletion::Missing);
    }
    if !is_hidden && has_accounts(tx, tenant, key).await? {
        return Ok(ConnectorDeletion::HasAccounts);
    }
    sqlx::query!("DELETE FROM organization_connectors WHERE tenant_id = ?1 AND key = ?2", tenant.0, key)
        .execute(&mut tx.conn)
        .await?;
    if !is_hidden {
        sqlx::query!("DELETE FROM agent_connectors WHERE tenant_id = ?1 AND connector_key = ?2", tenant.0, key)
            .execute(&mut tx.conn)
            .await?;
    }
    tx.audit(tenant, audit);
    Ok(ConnectorDeletion::Done)
}
