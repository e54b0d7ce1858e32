//! The data keys of tenants, and what is sealed; this crate cannot open any of it.

use artel_domain::{CredentialId, HookId, TenantId, Timestamp, WebhookEndpointId};
use artel_store::{SealedPlace, SealedValue};
use sqlx::PgPool;
use uuid::Uuid;

use crate::values::{micros, text};

pub(crate) async fn find_key(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT wrapped FROM data_keys WHERE tenant_id = $1", tenant.0).fetch_optional(pool).await
}

/// Whoever comes second waits for the first, and reads what that one kept.
pub(crate) async fn keep_key(pool: &PgPool, tenant: TenantId, wrapped: &str, at: Timestamp) -> sqlx::Result<String> {
    sqlx::query!(
        "INSERT INTO data_keys (tenant_id, wrapped, created_at) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO NOTHING",
        tenant.0,
        wrapped,
        micros(at)
    )
    .execute(pool)
    .await?;
    sqlx::query_scalar!("SELECT wrapped FROM data_keys WHERE tenant_id = $1", tenant.0).fetch_one(pool).await
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Vec<SealedValue>> {
    let rows = sqlx::query!(
        r#"SELECT 'data_key' AS "kind!", '' AS "name!", wrapped AS "sealed!"
               FROM data_keys WHERE tenant_id = $1
           UNION ALL SELECT 'secret', name, sealed FROM secrets WHERE tenant_id = $1
           UNION ALL SELECT 'credential', id::text, sealed FROM credentials WHERE tenant_id = $1
           UNION ALL SELECT 'connector_token', credential_id::text, sealed FROM connector_tokens
               WHERE tenant_id = $1 AND sealed IS NOT NULL
           UNION ALL SELECT 'hook', id::text, sealed FROM hooks WHERE tenant_id = $1 AND sealed IS NOT NULL
           UNION ALL SELECT 'webhook', id::text, sealed FROM webhook_endpoints WHERE tenant_id = $1
           UNION ALL SELECT 'webhook_before', id::text, old_sealed FROM webhook_endpoints
               WHERE tenant_id = $1 AND old_sealed IS NOT NULL"#,
        tenant.0
    );
    let rows = rows.fetch_all(pool).await?;
    rows.into_iter().map(|row| Ok(SealedValue { place: place(&row.kind, row.name)?, sealed: row.sealed })).collect()
}

fn place(kind: &str, name: String) -> sqlx::Result<SealedPlace> {
    let id = || Uuid::parse_str(&name).map_err(|error| sqlx::Error::Decode(error.into()));
    Ok(match kind {
        "data_key" => SealedPlace::DataKey,
        "credential" => SealedPlace::Credential(CredentialId(id()?)),
        "connector_token" => SealedPlace::ConnectorToken(CredentialId(id()?)),
        "hook" => SealedPlace::Hook(HookId(id()?)),
        "webhook" => SealedPlace::Webhook(WebhookEndpointId(id()?)),
        "webhook_before" => SealedPlace::WebhookBefore(WebhookEndpointId(id()?)),
        _ => SealedPlace::Secret(name),
    })
}

pub(crate) async fn reseal(pool: &PgPool, tenant: TenantId, value: &SealedValue, sealed: &str) -> sqlx::Result<bool> {
    let (tenant, before) = (tenant.0, &value.sealed);
    let written = match &value.place {
        SealedPlace::DataKey => sqlx::query!(
            "UPDATE data_keys SET wrapped = $3 WHERE tenant_id = $1 AND wrapped = $2",
            tenant,
            before.as_str(),
            sealed
        ),
        SealedPlace::Secret(name) => sqlx::query!(
            "UPDATE secrets SET sealed = $3 WHERE tenant_id = $1 AND sealed = $2 AND name = $4",
            tenant,
            before.as_str(),
            sealed,
            text(name)
        ),
        SealedPlace::Credential(id) => sqlx::query!(
            "UPDATE credentials SET sealed = $3 WHERE tenant_id = $1 AND sealed = $2 AND id = $4",
            tenant,
            before.as_str(),
            sealed,
            id.0
        ),
        SealedPlace::ConnectorToken(id) => sqlx::query!(
            "UPDATE connector_tokens SET sealed = $3 WHERE tenant_id = $1 AND sealed = $2 AND credential_id = $4",
            tenant,
            before.as_str(),
            sealed,
            id.0
        ),
        SealedPlace::Hook(id) => sqlx::query!(
            "UPDATE hooks SET sealed = $3 WHERE tenant_id = $1 AND sealed = $2 AND id = $4",
            tenant,
            before.as_str(),
            sealed,
            id.0
        ),
        SealedPlace::Webhook(id) => sqlx::query!(
            "UPDATE webhook_endpoints SET sealed = $3 WHERE tenant_id = $1 AND sealed = $2 AND id = $4",
            tenant,
            before.as_str(),
            sealed,
            id.0
        ),
        SealedPlace::WebhookBefore(id) => sqlx::query!(
            "UPDATE webhook_endpoints SET old_sealed = $3 WHERE tenant_id = $1 AND old_sealed = $2 AND id = $4",
            tenant,
            before.as_str(),
            sealed,
            id.0
        ),
    };
    Ok(written.execute(pool).await?.rows_affected() > 0)
}

pub(crate) async fn reseal_signing_key(pool: &PgPool, kid: &str, from: &str, sealed: &str) -> sqlx::Result<bool> {
    let written = sqlx::query!("UPDATE signing_keys SET sealed = $3 WHERE kid = $1 AND sealed = $2", kid, from, sealed);
    Ok(written.execute(pool).await?.rows_affected() > 0)
}
