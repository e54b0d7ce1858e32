//! OAuth clients.

use artel_domain::{AuditEntry, ClientId, Hashed, OAuthClient, TenantId};
use artel_store::ClientRecord;
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{all, oauth_clients, one};
use crate::values::micros;
use crate::writer::Tx;
use crate::{families, identities};

pub(crate) async fn create(tx: &mut Tx, new: &ClientRecord, audit: &AuditEntry) -> Outcome<()> {
    let client = &new.client;
    let secret = new.secret_hash.as_ref().map(Hashed::expose);
    let (scopes, grant_types) = (serde_json::to_string(&client.scopes)?, serde_json::to_string(&client.grant_types)?);
    let redirect_uris = serde_json::to_string(&client.redirect_uris)?;
    let (created, updated, deactivated) =
        (micros(client.created_at), client.updated_at.map(micros), client.deactivated_at.map(micros));
    identities::ensure(tx, client.tenant_id, client.user_id, created).await?;
    sqlx::query!(
        "INSERT INTO oauth_clients (id, tenant_id, user_id, name, description, secret_hash, is_first_party, scopes, grant_types,
             redirect_uris, access_ttl_seconds, refresh_ttl_seconds, created_at, updated_at, deactivated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        client.id.0,
        client.tenant_id.0,
        client.user_id.0,
        client.name,
        client.description,
        secret,
        client.is_first_party,
        scopes,
        grant_types,
        redirect_uris,
        client.access_ttl_seconds,
        client.refresh_ttl_seconds,
        created,
        updated,
        deactivated
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(client.tenant_id, audit);
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, client: &ClientId) -> Outcome<Option<ClientRecord>> {
    one(oauth_clients!("WHERE id = ?1", client.0).fetch_optional(reads).await?)
}

pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId) -> Outcome<Vec<OAuthClient>> {
    all(oauth_clients!("WHERE tenant_id = ?1 ORDER BY id", tenant.0).fetch_all(reads).await?)
}

pub(crate) async fn rotate_secret(
    tx: &mut Tx,
    tenant: TenantId,
    client: &ClientId,
    hash: &Hashed,
    audit: &AuditEntry,
) -> Outcome<bool> {
    let (hash, at) = (hash.expose(), micros(audit.at));
    let changed = sqlx::query!(
        "UPDATE oauth_clients SET secret_hash = ?1, updated_at = ?2 WHERE tenant_id = ?3 AND id = ?4 AND secret_hash IS NOT NULL",
        hash,
        at,
        tenant.0,
        client.0
    );
    if changed.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(tenant, audit);
    Ok(true)
}

pub(crate) async fn deactivate(tx: &mut Tx, tenant: TenantId, client: &ClientId, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let changed = sqlx::query!(
        "UPDATE oauth_clients SET deactivated_at = ?1, updated_at = ?1 WHERE tenant_id = ?2 AND id = ?3 AND deactivated_at IS NULL",
        at,
        tenant.0,
        client.0
    );
    if changed.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    families::end_logins_through(tx, client, at).await?;
    tx.audit(tenant, audit);
    Ok(true)
}
