//! Token families: logins, how they are found and how they end.

use artel_domain::{AuditEntry, ClientId, FamilyId, TenantId, Timestamp, TokenFamily, UserId};
use artel_store::rotation::{Lineage, completed};
use artel_store::{NewFamily, Standing};
use sqlx::{PgConnection, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::rows::FamilyRow;
use crate::values::{json, micros, text};

pub(crate) async fn start(pool: &PgPool, new: &NewFamily, audit: &AuditEntry) -> sqlx::Result<bool> {
    let family = &new.family;
    let mut tx = begin(pool).await?;
    if !insert(&mut tx, new).await? {
        return Ok(false);
    }
    audit::append(&mut tx, family.tenant_id, &[completed(audit, family.user_id, Some(family.id), "ok")]).await?;
    tx.commit().await?;
    Ok(true)
}

/// The login with its first token, noted at the account; false when account and client do not both stand. Their rows
/// are locked, so that neither is deactivated while this goes on.
pub(crate) async fn insert(tx: &mut PgConnection, new: &NewFamily) -> sqlx::Result<bool> {
    let family = &new.family;
    let made = sqlx::query!(
        "WITH standing AS (
             SELECT a.tenant_id, a.user_id, c.id AS client_id FROM accounts a, oauth_clients c
             WHERE a.tenant_id = $2 AND a.user_id = $3 AND a.deactivated_at IS NULL
               AND c.id = $4 AND c.deactivated_at IS NULL AND (c.is_first_party OR c.tenant_id = a.tenant_id)
             FOR UPDATE OF a FOR SHARE OF c
         ), family AS (
             INSERT INTO refresh_families (id, tenant_id, user_id, client_id, scopes, current_hash, token_expires_at, expires_at, created_at)
             SELECT $1, tenant_id, user_id, client_id, $5, $6, $7, $8, $9 FROM standing RETURNING id, tenant_id, user_id
         ), noted AS (
             UPDATE accounts SET last_login_at = $9 FROM family WHERE accounts.user_id = family.user_id
         )
         INSERT INTO refresh_tokens (hash, tenant_id, family_id, created_at) SELECT $6, tenant_id, id, $9 FROM family",
        family.id.0,
        family.tenant_id.0,
        family.user_id.0,
        text(&family.client_id.0),
        json(&family.scopes)?,
        new.token_hash,
        micros(family.token_expires_at.min(family.expires_at)),
        micros(family.expires_at),
        micros(family.created_at),
    );
    Ok(made.execute(tx).await?.rows_affected() > 0)
}

/// The family that a token, live or spent, belongs to.
async fn by_token(pool: &PgPool, hash: &str) -> sqlx::Result<Option<(TokenFamily, Lineage)>> {
    let row = sqlx::query_as!(
        FamilyRow,
        "SELECT id, tenant_id, user_id, client_id, scopes, current_hash, previous_hash, rotated_at, is_unanswered, token_expires_at, expires_at,
                created_at, revoked_at
         FROM refresh_families WHERE id = (SELECT family_id FROM refresh_tokens WHERE hash = $1)",
        text(hash),
    )
    .fetch_optional(pool)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The same, and nobody else changes the family until the transaction ends.
pub(crate) async fn locked_by_token(tx: &mut PgConnection, hash: &str) -> sqlx::Result<Option<(TokenFamily, Lineage)>> {
    let row = sqlx::query_as!(
        FamilyRow,
        "SELECT id, tenant_id, user_id, client_id, scopes, current_hash, previous_hash, rotated_at, is_unanswered, token_expires_at, expires_at,
                created_at, revoked_at
         FROM refresh_families WHERE id = (SELECT family_id FROM refresh_tokens WHERE hash = $1) FOR NO KEY UPDATE",
        text(hash),
    )
    .fetch_optional(tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

pub(crate) async fn find_by_token(pool: &PgPool, hash: &str, now: Timestamp) -> sqlx::Result<Option<Standing>> {
    let found = by_token(pool, hash).await?;
    Ok(found.map(|(family, lineage)| Standing { is_live: lineage.current_hash == hash && family.is_live(now), family }))
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, family: FamilyId) -> sqlx::Result<Option<TokenFamily>> {
    let row = sqlx::query_as!(
        FamilyRow,
        "SELECT id, tenant_id, user_id, client_id, scopes, current_hash, previous_hash, rotated_at, is_unanswered, token_expires_at, expires_at,
                created_at, revoked_at
         FROM refresh_families WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        family.0,
    )
    .fetch_optional(pool)
    .await?;
    row.map(without_lineage).transpose()
}

pub(crate) async fn list(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
) -> sqlx::Result<Vec<TokenFamily>> {
    let rows = sqlx::query_as!(
        FamilyRow,
        "SELECT id, tenant_id, user_id, client_id, scopes, current_hash, previous_hash, rotated_at, is_unanswered, token_expires_at, expires_at,
                created_at, revoked_at
         FROM refresh_families WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND token_expires_at > $3
         ORDER BY created_at DESC, id DESC",
        tenant.0,
        user.0,
        micros(now),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(without_lineage).collect()
}

pub(crate) fn without_lineage(row: FamilyRow) -> sqlx::Result<TokenFamily> {
    <(TokenFamily, Lineage)>::try_from(row).map(|(family, _)| family)
}

/// Of a user, with whatever client, but for `keep`; and codes that were not redeemed yet.
pub(crate) async fn end_logins(
    tx: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
    keep: Option<FamilyId>,
    at: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH codes AS (DELETE FROM authorization_codes WHERE tenant_id = $1 AND user_id = $2 AND redeemed_at IS NULL)
         UPDATE refresh_families SET revoked_at = $4
         WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND id IS DISTINCT FROM $3",
        tenant.0,
        user.0,
        keep.map(|family| family.0),
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Of whatever user, with this client.
pub(crate) async fn end_logins_through(tx: &mut PgConnection, client: &ClientId, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE refresh_families SET revoked_at = $2 WHERE client_id = $1 AND revoked_at IS NULL",
        text(&client.0),
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What another sweeper has in hand is left to it.
pub(crate) async fn sweep(pool: &PgPool, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let (before, limit) = (micros(before), i64::from(limit));
    let families = sqlx::query!(
        "DELETE FROM refresh_families WHERE id IN
             (SELECT id FROM refresh_families WHERE token_expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        before,
        limit,
    );
    let families = families.execute(pool).await?.rows_affected();
    let codes = sqlx::query!(
        "DELETE FROM authorization_codes WHERE hash IN
             (SELECT hash FROM authorization_codes WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        before,
        limit,
    );
    let codes = codes.execute(pool).await?.rows_affected();
    let invites = sqlx::query!(
        "DELETE FROM invites WHERE hash IN (SELECT hash FROM invites WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        before,
        limit,
    );
    Ok(families + codes + invites.execute(pool).await?.rows_affected())
}
