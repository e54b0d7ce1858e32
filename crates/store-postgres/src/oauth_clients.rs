//! OAuth clients.

use artel_domain::{AuditEntry, ClientId, Hashed, OAuthClient, TenantId};
use artel_store::ClientRecord;
use sqlx::PgPool;

use crate::begun::begin;
use crate::rows::ClientRow;
use crate::values::{json, micros, text};
use crate::{audit, families, identities};

pub(crate) async fn create(pool: &PgPool, new: &ClientRecord, audit: &AuditEntry) -> sqlx::Result<()> {
    let client = &new.client;
    let mut tx = begin(pool).await?;
    identities::ensure(&mut *tx, client.tenant_id, client.user_id, client.created_at).await?;
    sqlx::query!(
        "INSERT INTO oauth_clients (id, tenant_id, user_id, name, description, secret_hash, is_first_party, scopes, grant_types,
             redirect_uris, access_ttl_seconds, refresh_ttl_seconds, created_at, updated_at, deactivated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        text(&client.id.0),
        client.tenant_id.0,
        client.user_id.0,
        text(&client.name),
        client.description.as_deref().map(text),
        new.secret_hash.as_ref().map(Hashed::expose),
        client.is_first_party,
        json(&client.scopes)?,
        json(&client.grant_types)?,
        json(&client.redirect_uris)?,
        client.access_ttl_seconds,
        client.refresh_ttl_seconds,
        micros(client.created_at),
        client.updated_at.map(micros),
        client.deactivated_at.map(micros),
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, client.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

pub(crate) async fn find(pool: &PgPool, client: &ClientId) -> sqlx::Result<Option<ClientRecord>> {
    let row = sqlx::query_as!(
        ClientRow,
        "SELECT id, tenant_id, user_id, name, description, secret_hash, is_first_party, scopes, grant_types, redirect_uris,
                access_ttl_seconds, refresh_ttl_seconds, created_at, updated_at, deactivated_at
         FROM oauth_clients WHERE id = $1",
        text(&client.0),
    )
    .fetch_optional(pool)
    .await?;
    row.map(ClientRecord::try_from).transpose()
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId) -> sqlx::Result<Vec<OAuthClient>> {
    let rows = sqlx::query_as!(
        ClientRow,
        "SELECT id, tenant_id, user_id, name, description, secret_hash, is_first_party, scopes, grant_types, redirect_uris,
                access_ttl_seconds, refresh_ttl_seconds, created_at, updated_at, deactivated_at
         FROM oauth_clients WHERE tenant_id = $1 ORDER BY id",
        tenant.0,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| Ok(ClientRecord::try_from(row)?.client)).collect()
}

pub(crate) async fn rotate_secret(
    pool: &PgPool,
    tenant: TenantId,
    client: &ClientId,
    hash: &Hashed,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let changed = sqlx::query!(
        "UPDATE oauth_clients SET secret_hash = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2 AND secret_hash IS NOT NULL",
        tenant.0,
        text(&client.0),
        hash.expose(),
        micros(audit.at),
    );
    if changed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

/// A login that is under way at the same time has locked the client's row.
pub(crate) async fn deactivate(
    pool: &PgPool,
    tenant: TenantId,
    client: &ClientId,
    audit: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let changed = sqlx::query!(
        "UPDATE oauth_clients SET deactivated_at = $3, updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND deactivated_at IS NULL",
        tenant.0,
        text(&client.0),
        micros(audit.at),
    );
    if changed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    families::end_logins_through(&mut tx, client, audit.at).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
