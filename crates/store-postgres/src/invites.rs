//! Invitations: each is good for one account.

use artel_domain::{AuditEntry, Invite, TenantId, Timestamp};
use artel_store::{NewAccount, NewInvite};
use sqlx::PgPool;

use crate::begun::begin;
use crate::values::{micros, text, time};
use crate::{accounts, audit};

pub(crate) async fn create(pool: &PgPool, new: &NewInvite, audit: &AuditEntry) -> sqlx::Result<()> {
    let invite = &new.invite;
    let mut tx = begin(pool).await?;
    sqlx::query!(
        "INSERT INTO invites (hash, tenant_id, is_admin, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        new.hash,
        invite.tenant_id.0,
        invite.is_admin,
        micros(invite.created_at),
        micros(invite.expires_at),
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, invite.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await
}

pub(crate) async fn find(pool: &PgPool, hash: &str, now: Timestamp) -> sqlx::Result<Option<Invite>> {
    let row = sqlx::query!(
        "SELECT tenant_id, is_admin, created_at, expires_at FROM invites WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
        text(hash),
        micros(now),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Invite {
        tenant_id: TenantId(row.tenant_id),
        is_admin: row.is_admin,
        created_at: time(row.created_at),
        expires_at: time(row.expires_at),
    }))
}

pub(crate) async fn accept(pool: &PgPool, hash: &str, new: &NewAccount, audit: &AuditEntry) -> sqlx::Result<bool> {
    let tenant = new.account.tenant_id;
    let mut tx = begin(pool).await?;
    let used = sqlx::query!(
        "UPDATE invites SET used_at = $3 WHERE hash = $1 AND tenant_id = $2 AND used_at IS NULL AND expires_at > $3",
        text(hash),
        tenant.0,
        micros(audit.at),
    );
    if used.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    accounts::insert(&mut tx, new).await?;
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}
