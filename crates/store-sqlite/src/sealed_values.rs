//! The data keys of tenants, and what is sealed; this crate cannot open any of it.

use artel_domain::{CredentialId, HookId, TenantId, WebhookEndpointId};
use artel_store::{SealedPlace, SealedValue};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::writer::Tx;

pub(crate) async fn find_key(reads: &SqlitePool, tenant: TenantId) -> Outcome<Option<String>> {
    let found =
        sqlx::query_scalar!(r#"SELECT wrapped AS "wrapped!: String" FROM data_keys WHERE tenant_id = ?1"#, tenant.0);
    Ok(found.fetch_optional(reads).await?)
}

pub(crate) async fn keep_key(tx: &mut Tx, tenant: TenantId, wrapped: &str, at: i64) -> Outcome<String> {
    sqlx::query!(
        "INSERT INTO data_keys (tenant_id, wrapped, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (tenant_id) DO NOTHING",
        tenant.0,
        wrapped,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    let kept =
        sqlx::query_scalar!(r#"SELECT wrapped AS "wrapped!: String" FROM data_keys WHERE tenant_id = ?1"#, tenant.0);
    Ok(kept.fetch_one(&mut tx.conn).await?)
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId) -> Outcome<Vec<SealedValue>> {
    let rows = sqlx::query!(
        r#"SELECT 'data_key' AS "kind!: String", '' AS "name!: String", wrapped AS "sealed!: String"
               FROM data_keys WHERE tenant_id = ?1
           UNION ALL SELECT 'secret', name, sealed FROM secrets WHERE tenant_id = ?1
           UNION ALL SELECT 'credential', hex(id), sealed FROM credentials WHERE tenant_id = ?1
           UNION ALL SELECT 'connector_token', hex(credential_id), sealed FROM connector_tokens
               WHERE tenant_id = ?1 AND sealed IS NOT NULL
           UNION ALL SELECT 'hook', hex(id), sealed FROM hooks WHERE tenant_id = ?1 AND sealed IS NOT NULL
           UNION ALL SELECT 'webhook', hex(id), sealed FROM webhook_endpoints WHERE tenant_id = ?1
           UNION ALL SELECT 'webhook_before', hex(id), old_sealed FROM webhook_endpoints
               WHERE tenant_id = ?1 AND old_sealed IS NOT NULL"#,
        tenant.0
    );
    let rows = rows.fetch_all(reads).await?;
    rows.into_iter().map(|row| Ok(SealedValue { place: place(&row.kind, row.name)?, sealed: row.sealed })).collect()
}

fn place(kind: &str, name: String) -> Outcome<SealedPlace> {
    let id = || Uuid::parse_str(&name).map_err(|_| Failure::broken("an id of something sealed is none"));
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

pub(crate) async fn reseal(tx: &mut Tx, tenant: TenantId, value: &SealedValue, sealed: &str) -> Outcome<bool> {
    let (tenant, before) = (tenant.0, &value.sealed);
    let written = match &value.place {
        SealedPlace::DataKey => sqlx::query!(
            "UPDATE data_keys SET wrapped = ?3 WHERE tenant_id = ?1 AND wrapped = ?2",
            tenant,
            before,
            sealed
        ),
        SealedPlace::Secret(name) => sqlx::query!(
            "UPDATE secrets SET sealed = ?3 WHERE tenant_id = ?1 AND sealed = ?2 AND name = ?4",
            tenant,
            before,
            sealed,
            name
        ),
        SealedPlace::Credential(id) => sqlx::query!(
            "UPDATE credentials SET sealed = ?3 WHERE tenant_id = ?1 AND sealed = ?2 AND id = ?4",
            tenant,
            before,
            sealed,
            id.0
        ),
        SealedPlace::ConnectorToken(id) => sqlx::query!(
            "UPDATE connector_tokens SET sealed = ?3 WHERE tenant_id = ?1 AND sealed = ?2 AND credential_id = ?4",
            tenant,
            before,
            sealed,
            id.0
        ),
        SealedPlace::Hook(id) => sqlx::query!(
            "UPDATE hooks SET sealed = ?3 WHERE tenant_id = ?1 AND sealed = ?2 AND id = ?4",
            tenant,
            before,
            sealed,
            id.0
        ),
        SealedPlace::Webhook(id) => sqlx::query!(
            "UPDATE webhook_endpoints SET sealed = ?3 WHERE tenant_id = ?1 AND sealed = ?2 AND id = ?4",
            tenant,
            before,
            sealed,
            id.0
        ),
        SealedPlace::WebhookBefore(id) => sqlx::query!(
            "UPDATE webhook_endpoints SET old_sealed = ?3 WHERE tenant_id = ?1 AND old_sealed = ?2 AND id = ?4",
            tenant,
            before,
            sealed,
            id.0
        ),
    };
    Ok(written.execute(&mut tx.conn).await?.rows_affected() > 0)
}

pub(crate) async fn reseal_signing_key(tx: &mut Tx, kid: &str, from: &str, sealed: &str) -> Outcome<bool> {
    let written = sqlx::query!("UPDATE signing_keys SET sealed = ?3 WHERE kid = ?1 AND sealed = ?2", kid, from, sealed);
    Ok(written.execute(&mut tx.conn).await?.rows_affected() > 0)
}
