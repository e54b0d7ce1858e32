//! Where tenants want to be told what happens. This crate knows no secret.

use artel_domain::{AuditEntry, TenantId, WebhookEndpoint, WebhookEndpointId};
use artel_store::{NewWebhookEndpoint, SealedSecrets, SecretRotation, WebhookEndpointChange};
use sqlx::{PgExecutor, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::rows::{readable, webhook_endpoints};
use crate::values::{json, maybe_json, micros, text};
use crate::webhook_deliveries::drop_pending;

pub(crate) async fn create(
    pool: &PgPool,
    new: &NewWebhookEndpoint,
    most: u32,
    audit: &AuditEntry,
) -> sqlx::Result<Option<WebhookEndpoint>> {
    let endpoint = &new.endpoint;
    let mut tx = begin(pool).await?;
    // Two that come at the same time take the last place one after another.
    sqlx::query_scalar!(r#"SELECT 1 AS "one!" FROM tenants WHERE id = $1 FOR NO KEY UPDATE"#, endpoint.tenant_id.0)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(earlier) = find(&mut *tx, endpoint.tenant_id, endpoint.id).await? {
        return Ok(Some(earlier));
    }
    let made = sqlx::query!(
        "INSERT INTO webhook_endpoints (id, tenant_id, url, description, events, is_enabled, is_gone, sealed, failures,
                                        created_by, created_at)
         SELECT $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::boolean, false, $7::text, 0, $8::uuid, $9::bigint
         WHERE (SELECT count(*) FROM webhook_endpoints WHERE tenant_id = $2) < $10",
        endpoint.id.0,
        endpoint.tenant_id.0,
        text(&endpoint.url),
        endpoint.description.as_deref().map(text),
        json(&endpoint.events)?,
        endpoint.is_enabled,
        new.sealed,
        endpoint.created_by.0,
        micros(endpoint.created_at),
        i64::from(most)
    );
    if made.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    audit::append(&mut tx, endpoint.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(endpoint.clone()))
}

pub(crate) async fn find(
    db: impl PgExecutor<'_>,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
) -> sqlx::Result<Option<WebhookEndpoint>> {
    let found =
        webhook_endpoints!("SELECT", "FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2", tenant.0, endpoint.0);
    found.fetch_optional(db).await?.map(WebhookEndpoint::try_from).transpose()
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Vec<WebhookEndpoint>> {
    let found =
        webhook_endpoints!("SELECT", "FROM webhook_endpoints WHERE tenant_id = $1 ORDER BY created_at, id", tenant.0);
    Ok(readable("webhook endpoint", found.fetch_all(pool).await?))
}

pub(crate) async fn update(
    pool: &PgPool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    change: &WebhookEndpointChange,
    audit: &AuditEntry,
) -> sqlx::Result<Option<WebhookEndpoint>> {
    let mut tx = begin(pool).await?;
    let changed = webhook_endpoints!(
        "UPDATE webhook_endpoints SET url = coalesce($3, url), description = CASE WHEN $4 THEN $5 ELSE description END,
             events = coalesce($6, events), is_gone = is_gone AND $7 IS NOT TRUE,
             failures = CASE WHEN $7 OR coalesce($3, url) <> url THEN 0 ELSE failures END,
             failing_since = CASE WHEN $7 OR coalesce($3, url) <> url THEN NULL ELSE failing_since END,
             is_enabled = coalesce($7::boolean, is_enabled), updated_at = $8
         WHERE tenant_id = $1 AND id = $2 RETURNING",
        "",
        tenant.0,
        endpoint.0,
        change.url.as_deref().map(text),
        change.description.is_some(),
        change.description.as_ref().and_then(Option::as_deref).map(text),
        maybe_json(change.events.as_ref())?,
        change.is_enabled,
        micros(audit.at)
    );
    let Some(changed) = changed.fetch_optional(&mut *tx).await? else { return Ok(None) };
    if change.is_enabled == Some(false) {
        drop_pending(&mut *tx, endpoint).await?;
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(changed.try_into()?))
}

pub(crate) async fn secrets(
    pool: &PgPool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
) -> sqlx::Result<Option<SealedSecrets>> {
    sqlx::query_as!(
        SealedSecrets,
        "SELECT sealed AS current, old_sealed AS old FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        endpoint.0
    )
    .fetch_optional(pool)
    .await
}

pub(crate) async fn rotate(
    pool: &PgPool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    rotation: &SecretRotation,
    audit: &AuditEntry,
) -> sqlx::Result<Option<WebhookEndpoint>> {
    let mut tx = begin(pool).await?;
    let rotated = webhook_endpoints!(
        "UPDATE webhook_endpoints SET old_sealed = CASE WHEN $3::bigint IS NOT NULL THEN sealed END, old_secret_until = $3,
             sealed = $4, updated_at = $5
         WHERE tenant_id = $1 AND id = $2 AND sealed = $6 RETURNING",
        "",
        tenant.0,
        endpoint.0,
        rotation.old_until.map(micros),
        rotation.sealed,
        micros(audit.at),
        rotation.seen
    );
    let Some(rotated) = rotated.fetch_optional(&mut *tx).await? else { return Ok(None) };
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(rotated.try_into()?))
}

pub(crate) async fn delete(
    pool: &PgPool,
    tenant: TenantId,
    endpoint: WebhookEndpointId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let deleted = sqlx::query!("DELETE FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2", tenant.0, endpoint.0);
    if deleted.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2", tenant.0, endpoint.0)
        .execute(&mut *tx)
        .await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
