//! API keys. What a key may do is bounded by the keys above it: `api_key_ancestors` has them.

use artel_domain::{ApiKey, ApiKeyId, AuditEntry, TenantId};
use artel_store::{HeldKey, KeyStanding, NewApiKey, Viewer};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{ApiKeyRow, all, one};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn create(tx: &mut Tx, new: &NewApiKey, audit: &AuditEntry) -> Outcome<()> {
    let key = &new.key;
    let agent = key.agent_id.map(|agent| agent.0);
    let scopes = serde_json::to_string(&key.scopes)?;
    let (created, expires, revoked) = (micros(key.created_at), key.expires_at.map(micros), key.revoked_at.map(micros));
    sqlx::query!(
        "INSERT INTO api_keys (id, tenant_id, user_id, agent_id, name, hash, last4, scopes, daily_limit, created_at, expires_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        key.id.0,
        key.tenant_id.0,
        key.user_id.0,
        agent,
        key.name,
        new.hash,
        key.last4,
        scopes,
        key.daily_limit,
        created,
        expires,
        revoked
    )
    .execute(&mut tx.conn)
    .await?;
    if let Some(parent) = key.parent_id {
        put_below(tx, key, parent).await?;
    }
    tx.audit(key.tenant_id, audit);
    Ok(())
}

async fn put_below(tx: &mut Tx, key: &ApiKey, parent: ApiKeyId) -> Outcome<()> {
    sqlx::query!(
        "INSERT INTO api_key_ancestors (key_id, ancestor_id, depth)
         SELECT ?1, a.id, 1 FROM api_keys a WHERE a.id = ?2 AND a.tenant_id = ?3
         UNION ALL
         SELECT ?1, l.ancestor_id, l.depth + 1 FROM api_key_ancestors l JOIN api_keys a ON a.id = l.ancestor_id
         WHERE l.key_id = ?2 AND a.tenant_id = ?3",
        key.id.0,
        parent.0,
        key.tenant_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

macro_rules! select_held {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            ApiKeyRow,
            r#"SELECT k.id AS "id!: uuid::Uuid", k.tenant_id AS "tenant_id!: uuid::Uuid", k.user_id AS "user_id!: uuid::Uuid",
                   k.agent_id AS "agent_id?: uuid::Uuid", k.name AS "name?: String", k.last4 AS "last4!: String",
                   k.scopes AS "scopes!: String", k.daily_limit AS "daily_limit?: i64", k.created_at AS "created_at!: i64",
                   k.expires_at AS "expires_at?: i64", k.revoked_at AS "revoked_at?: i64",
                   (SELECT json_group_array(json_array(lower(hex(a.id)), a.daily_limit, a.expires_at, a.revoked_at) ORDER BY l.depth)
                       FROM api_key_ancestors l JOIN api_keys a ON a.id = l.ancestor_id WHERE l.key_id = k.id) AS "above!: String"
               FROM api_keys k "# + $tail $(, $arg)*
        )
    };
}

pub(crate) async fn find(reads: &SqlitePool, hash: &str) -> Outcome<Option<HeldKey>> {
    one(select_held!("WHERE k.hash = ?1", hash).fetch_optional(reads).await?)
}

pub(crate) async fn find_by_id(reads: &SqlitePool, tenant: TenantId, key: ApiKeyId) -> Outcome<Option<HeldKey>> {
    one(select_held!("WHERE k.id = ?1 AND k.tenant_id = ?2", key.0, tenant.0).fetch_optional(reads).await?)
}

/// Newest first.
pub(crate) async fn list(reads: &SqlitePool, viewer: &Viewer, include_revoked: bool) -> Outcome<Vec<ApiKey>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = select_held!(
        "WHERE k.tenant_id = ?1 AND (?2 IS NULL OR k.user_id = ?2)
             AND (?3 OR k.revoked_at IS NULL AND NOT EXISTS (SELECT 1 FROM api_key_ancestors l JOIN api_keys a ON a.id = l.ancestor_id
                 WHERE l.key_id = k.id AND a.revoked_at IS NOT NULL))
         ORDER BY k.created_at DESC, k.id DESC",
        viewer.tenant_id.0,
        user,
        include_revoked
    );
    let found: Vec<HeldKey> = all(found.fetch_all(reads).await?)?;
    Ok(found.into_iter().map(|held| held.key).collect())
}

pub(crate) async fn standing(reads: &SqlitePool, tenant: TenantId, key: ApiKeyId, now: i64) -> Outcome<KeyStanding> {
    let found = find_by_id(reads, tenant, key).await?;
    Ok(match found {
        None => KeyStanding::Unknown,
        Some(HeldKey { key, .. }) if key.revoked_at.is_some() => KeyStanding::Revoked,
        Some(HeldKey { key, .. }) if key.expires_at.is_some_and(|end| micros(end) <= now) => KeyStanding::Expired,
        Some(_) => KeyStanding::Good,
    })
}

pub(crate) async fn revoke(tx: &mut Tx, viewer: &Viewer, key: ApiKeyId, audit: &AuditEntry) -> Outcome<bool> {
    let (user, at) = (viewer.reads_only().map(|user| user.0), micros(audit.at));
    let revoked = sqlx::query!(
        "UPDATE api_keys SET revoked_at = ?1
         WHERE id = ?2 AND tenant_id = ?3 AND (?4 IS NULL OR user_id = ?4) AND revoked_at IS NULL",
        at,
        key.0,
        viewer.tenant_id.0,
        user
    )
    .execute(&mut tx.conn)
    .await?;
    if revoked.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(viewer.tenant_id, audit);
    Ok(true)
}
