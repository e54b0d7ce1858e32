//! Where tenants want to be told what happens. This crate knows no secret.

use artel_domain::{AuditEntry, TenantId, WebhookEndpoint, WebhookEndpointId};
use artel_store::{NewWebhookEndpoint, SealedSecrets, SecretRotation, WebhookEndpointChange};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{one, readable, webhook_endpoints};
use crate::values::micros;
use crate::webhook_deliveries::drop_pending;
use crate::writer::Tx;

pub(crate) async fn create(
    tx: &mut Tx,
    new: &NewWebhookEndpoint,
    most: u32,
    audit: &AuditEntry,
) -> Outcome<Option<WebhookEndpoint>> {
    let endpoint = &new.endpoint;
    if let Some(earlier) = find(&mut tx.conn, endpoint.tenant_id, endpoint.id).await? {
        return Ok(Some(earlier));
    }
    let (events, at) = (serde_json::to_string(&endpoint.events)?, micros(endpoint.created_at));
    let made = sqlx::query!(
        "INSERT INTO webhook_endpoints (id, tenant_id, url, description, events, is_enabled, is_gone, sealed, failures,
                                        created_by, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, ?8, ?9
         WHERE (SELECT count(*) FROM webhook_endpoints WHERE tenant_id = ?2) < ?10",
        endpoint.id.0,
        endpoint.tenant_id.0,
        endpoint.url,
        endpoint.description,
        events,
        endpoint.is_enabled,
        new.sealed,
        endpoint.created_by.0,
        at,
        most
    );
    if made.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(None);
    }
    tx.audit(endpoint.tenant_id, audit);
    Ok(Some(endpoint.clone()))
}

pub(crate) async fn find(
    db: impl SqliteExecutor<'_>,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
) -> Outcome<Option<WebhookEndpoint>> {
    let found =
        webhook_endpoints!("SELECT", "FROM webhook_endpoints WHERE tenant_id = ?1 AND id = ?2", tenant.0, endpoint.0);
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId) -> Outcome<Vec<WebhookEndpoint>> {
    let found =
        webhook_endpoints!("SELECT", "FROM webhook_endpoints WHERE tenant_id = ?1 ORDER BY created_at, id", tenant.0);
    Ok(readable("webhook endpoint", found.fetch_all(reads).await?))
}

pub(crate) async fn update(
    tx: &mut Tx,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    change: &WebhookEndpointChange,
    audit: &AuditEntry,
) -> Outcome<Option<WebhookEndpoint>> {
    let events = change.events.as_ref().map(serde_json::to_string).transpose()?;
    let (is_described, description) = (change.description.is_some(), change.description.clone().flatten());
    let at = micros(audit.at);
    let changed = webhook_endpoints!(
        "UPDATE webhook_endpoints SET url = coalesce(?3, url), description = iif(?4, ?5, description), events = coalesce(?6, events),
             is_gone = iif(?7 IS 1, 0, is_gone), failures = iif(?7 IS 1 OR coalesce(?3, url) <> url, 0, failures),
             failing_since = iif(?7 IS 1 OR coalesce(?3, url) <> url, NULL, failing_since),
             is_enabled = coalesce(?7, is_enabled), updated_at = ?8
         WHERE tenant_id = ?1 AND id = ?2 RETURNING",
        "",
        tenant.0,
        endpoint.0,
        change.url,
        is_described,
        description,
        events,
        change.is_enabled,
        at
    );
    let changed = one(changed.fetch_optional(&mut tx.conn).await?)?;
    if changed.is_some() {
        if change.is_enabled == Some(false) {
            drop_pending(tx, endpoint).await?;
        }
        tx.audit(tenant, audit);
    }
    Ok(changed)
}

pub(crate) async fn secrets(
    reads: &SqlitePool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
) -> Outcome<Option<SealedSecrets>> {
    let found = sqlx::query_as!(
        SealedSecrets,
        r#"SELECT sealed AS "current!: String", old_sealed AS "old?: String"
           FROM webhook_endpoints WHERE tenant_id = ?1 AND id = ?2"#,
        tenant.0,
        endpoint.0
    );
    Ok(found.fetch_optional(reads).await?)
}

pub(crate) async fn rotate(
    tx: &mut Tx,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    rotation: &SecretRotation,
    audit: &AuditEntry,
) -> Outcome<Option<WebhookEndpoint>> {
    let (until, at) = (rotation.old_until.map(micros), micros(audit.at));
    let rotated = webhook_endpoints!(
        "UPDATE webhook_endpoints SET old_sealed = iif(?3 IS NULL, NULL, sealed), old_secret_until = ?3, sealed = ?4, updated_at = ?5
         WHERE tenant_id = ?1 AND id = ?2 AND sealed = ?6 RETURNING",
        "",
        tenant.0,
        endpoint.0,
        until,
        rotation.sealed,
        at,
        rotation.seen
    );
    let rotated = one(rotated.fetch_optional(&mut tx.conn).await?)?;
    if rotated.is_some() {
        tx.audit(tenant, audit);
    }
    Ok(rotated)
}

pub(crate) async fn delete(
    tx: &mut Tx,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    audit: &AuditEntry,
) -> Outcome<bool> {
    let deleted = sqlx::query!("DELETE FROM webhook_endpoints WHERE tenant_id = ?1 AND id = ?2", tenant.0, endpoint.0);
    if deleted.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM webhook_deliveries WHERE tenant_id = ?1 AND endpoint_id = ?2", tenant.0, endpoint.0)
        .execute(&mut tx.conn)
        .await?;
    tx.audit(tenant, audit);
    Ok(true)
}
