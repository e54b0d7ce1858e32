use artel_domain::{ApiKey, ApiKeyId, AuditEntry, TenantId, UserId};
use artel_store::{KeyStanding, NewApiKey};
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
    tx.audit(key.tenant_id, audit);
    Ok(())
}

macro_rules! select_keys {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            ApiKeyRow,
            r#"SELECT id AS "id!: uuid::Uuid", tenant_id AS "tenant_id!: uuid::Uuid", user_id AS "user_id!: uuid::Uuid",
                   agent_id AS "agent_id?: uuid::Uuid", name AS "name?: String", last4 AS "last4!: String", scopes AS "scopes!: String",
                   daily_limit AS "daily_limit?: i64", created_at AS "created_at!: i64", expires_at AS "expires_at?: i64",
                   revoked_at AS "revoked_at?: i64"
               FROM api_keys "# + $tail $(, $arg)*
        )
    };
}

pub(crate) async fn find(reads: &SqlitePool, hash: &str) -> Outcome<Option<ApiKey>> {
    one(select_keys!("WHERE hash = ?1", hash).fetch_optional(reads).await?)
}

/// Newest first.
pub(crate) async fn list(
    reads: &SqlitePool,
    tenant: TenantId,
    user: UserId,
    include_revoked: bool,
) -> Outcome<Vec<ApiKey>> {
    let found = select_keys!(
        "WHERE tenant_id = ?1 AND user_id = ?2 AND (?3 OR revoked_at IS NULL) ORDER BY created_at DESC, id DESC",
        tenant.0,
        user.0,
        include_revoked
    );
    all(found.fetch_all(reads).await?)
}

pub(crate) async fn standing(reads: &SqlitePool, tenant: TenantId, key: ApiKeyId, now: i64) -> Outcome<KeyStanding> {
    let found = sqlx::query!(
        r#"SELECT revoked_at IS NOT NULL AS "revoked!: bool", coalesce(expires_at <= ?1, 0) AS "expired!: bool"
           FROM api_keys WHERE id = ?2 AND tenant_id = ?3"#,
        now,
        key.0,
        tenant.0
    )
    .fetch_optional(reads)
    .await?;
    Ok(match found {
        None => KeyStanding::Unknown,
        Some(key) if key.revoked => KeyStanding::Revoked,
        Some(key) if key.expired => KeyStanding::Expired,
        Some(_) => KeyStanding::Good,
    })
}

pub(crate) async fn revoke(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    key: ApiKeyId,
    audit: &AuditEntry,
) -> Outcome<bool> {
    let at = micros(audit.at);
    let revoked = sqlx::query!(
        "UPDATE api_keys SET revoked_at = ?1 WHERE id = ?2 AND tenant_id = ?3 AND user_id = ?4 AND revoked_at IS NULL",
        at,
        key.0,
        tenant.0,
        user.0
    )
    .execute(&mut tx.conn)
    .await?;
    if revoked.rows_affected() == 0 {
        return Ok(false);
    }
    tx.audit(tenant, audit);
    Ok(true)
}
