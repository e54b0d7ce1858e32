//! Token families: logins and their ends.

use artel_domain::{AuditEntry, ClientId, FamilyId, TenantId, Timestamp, TokenFamily, UserId};
use artel_store::rotation::{Lineage, completed};
use artel_store::{NewFamily, Standing};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{all, families, one};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn start(tx: &mut Tx, new: &NewFamily, audit: &AuditEntry) -> Outcome<bool> {
    if !insert(tx, new).await? {
        return Ok(false);
    }
    let family = &new.family;
    tx.audit(family.tenant_id, &completed(audit, family.user_id, Some(family.id), "ok"));
    Ok(true)
}

/// The login with its first token, noted at the account; false when account and client do not both stand.
pub(crate) async fn insert(tx: &mut Tx, new: &NewFamily) -> Outcome<bool> {
    let family = &new.family;
    let scopes = serde_json::to_string(&family.scopes)?;
    let (created, ends) = (micros(family.created_at), micros(family.expires_at));
    let token_ends = micros(family.token_expires_at).min(ends);
    let made = sqlx::query!(
        "INSERT INTO refresh_families (id, tenant_id, user_id, client_id, scopes, current_hash, token_expires_at, expires_at, created_at)
         SELECT ?1, accounts.tenant_id, accounts.user_id, oauth_clients.id, ?2, ?3, ?4, ?5, ?6 FROM accounts, oauth_clients
         WHERE accounts.tenant_id = ?7 AND accounts.user_id = ?8 AND accounts.deactivated_at IS NULL
           AND oauth_clients.id = ?9 AND oauth_clients.deactivated_at IS NULL
           AND (oauth_clients.is_first_party OR oauth_clients.tenant_id = accounts.tenant_id)",
        family.id.0,
        scopes,
        new.token_hash,
        token_ends,
        ends,
        created,
        family.tenant_id.0,
        family.user_id.0,
        family.client_id.0
    );
    if made.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO refresh_tokens (hash, tenant_id, family_id, created_at) VALUES (?1, ?2, ?3, ?4)",
        new.token_hash,
        family.tenant_id.0,
        family.id.0,
        created
    )
    .execute(&mut tx.conn)
    .await?;
    sqlx::query!("UPDATE accounts SET last_login_at = ?1 WHERE user_id = ?2", created, family.user_id.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(true)
}

/// The family that a token, live or spent, belongs to.
pub(crate) async fn by_token(executor: impl SqliteExecutor<'_>, hash: &str) -> Outcome<Option<(TokenFamily, Lineage)>> {
    one(families!("WHERE id = (SELECT family_id FROM refresh_tokens WHERE hash = ?1)", hash)
        .fetch_optional(executor)
        .await?)
}

pub(crate) async fn find_by_token(reads: &SqlitePool, hash: &str, now: Timestamp) -> Outcome<Option<Standing>> {
    let found = by_token(reads, hash).await?;
    Ok(found.map(|(family, lineage)| Standing { is_live: lineage.current_hash == hash && family.is_live(now), family }))
}

pub(crate) async fn find(
    executor: impl SqliteExecutor<'_>,
    tenant: TenantId,
    family: FamilyId,
) -> Outcome<Option<TokenFamily>> {
    one(families!("WHERE tenant_id = ?1 AND id = ?2", tenant.0, family.0).fetch_optional(executor).await?)
}

/// Newest first.
pub(crate) async fn list(reads: &SqlitePool, tenant: TenantId, user: UserId, now: i64) -> Outcome<Vec<TokenFamily>> {
    let found = families!(
        "WHERE tenant_id = ?1 AND user_id = ?2 AND revoked_at IS NULL AND token_expires_at > ?3 ORDER BY created_at DESC, id DESC",
        tenant.0,
        user.0,
        now
    );
    all(found.fetch_all(reads).await?)
}

/// Of a user, with whatever client, but for `keep`; and codes that were not redeemed yet.
pub(crate) async fn end_logins(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    keep: Option<FamilyId>,
    at: i64,
) -> Outcome<()> {
    let keep = keep.map(|family| family.0);
    sqlx::query!(
        "UPDATE refresh_families SET revoked_at = ?1 WHERE tenant_id = ?2 AND user_id = ?3 AND revoked_at IS NULL AND id IS NOT ?4",
        at,
        tenant.0,
        user.0,
        keep
    )
    .execute(&mut tx.conn)
    .await?;
    sqlx::query!(
        "DELETE FROM authorization_codes WHERE tenant_id = ?1 AND user_id = ?2 AND redeemed_at IS NULL",
        tenant.0,
        user.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

/// Of whatever user, with this client.
pub(crate) async fn end_logins_through(tx: &mut Tx, client: &ClientId, at: i64) -> Outcome<()> {
    sqlx::query!(
        "UPDATE refresh_families SET revoked_at = ?1 WHERE client_id = ?2 AND revoked_at IS NULL",
        at,
        client.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}

pub(crate) async fn sweep(tx: &mut Tx, before: i64, limit: u32) -> Outcome<u64> {
    let families = sqlx::query!(
        "DELETE FROM refresh_families WHERE id IN (SELECT id FROM refresh_families WHERE token_expires_at < ?1 LIMIT ?2)",
        before,
        limit
    );
    let families = families.execute(&mut tx.conn).await?.rows_affected();
    let codes = sqlx::query!(
        "DELETE FROM authorization_codes WHERE hash IN (SELECT hash FROM authorization_codes WHERE expires_at < ?1 LIMIT ?2)",
        before,
        limit
    );
    let codes = codes.execute(&mut tx.conn).await?.rows_affected();
    let invites = sqlx::query!(
        "DELETE FROM invites WHERE hash IN (SELECT hash FROM invites WHERE expires_at < ?1 LIMIT ?2)",
        before,
        limit
    );
    Ok(families + codes + invites.execute(&mut tx.conn).await?.rows_affected())
}
