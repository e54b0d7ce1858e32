//! Invitations: each is good for one account.

use artel_domain::{AuditEntry, Invite};
use artel_store::{NewAccount, NewInvite};
use sqlx::SqlitePool;

use crate::accounts;
use crate::error::Outcome;
use crate::rows::{InviteRow, one};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn create(tx: &mut Tx, new: &NewInvite, audit: &AuditEntry) -> Outcome<()> {
    let invite = &new.invite;
    let (created, expires) = (micros(invite.created_at), micros(invite.expires_at));
    sqlx::query!(
        "INSERT INTO invites (hash, tenant_id, is_admin, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        new.hash,
        invite.tenant_id.0,
        invite.is_admin,
        created,
        expires
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(invite.tenant_id, audit);
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, hash: &str, now: i64) -> Outcome<Option<Invite>> {
    let found = sqlx::query_as!(
        InviteRow,
        r#"SELECT tenant_id AS "tenant_id!: uuid::Uuid", is_admin AS "is_admin!: bool", created_at AS "created_at!: i64",
               expires_at AS "expires_at!: i64"
           FROM invites WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2"#,
        hash,
        now
    );
    one(found.fetch_optional(reads).await?)
}

pub(crate) async fn accept(tx: &mut Tx, hash: &str, new: &NewAccount, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let used = sqlx::query!(
        "UPDATE invites SET used_at = ?1 WHERE hash = ?2 AND tenant_id = ?3 AND used_at IS NULL AND expires_at > ?1",
        at,
        hash,
        new.account.tenant_id.0
    );
    if used.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    accounts::create(tx, new, audit).await?;
    Ok(true)
}
