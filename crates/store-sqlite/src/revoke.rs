//! Ends of logins that somebody asked for.

use artel_domain::{AuditEntry, ClientId, FamilyId, TenantId, TokenFamily, UserId};
use artel_store::rotation::completed;

use crate::error::Outcome;
use crate::families;
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn by_token(tx: &mut Tx, hash: &str, client: &ClientId, audit: &AuditEntry) -> Outcome<bool> {
    let Some((family, _)) = families::by_token(&mut tx.conn, hash).await? else { return Ok(false) };
    if family.client_id != *client || !family.is_live(audit.at) {
        return Ok(false);
    }
    record(tx, &family, audit).await
}

pub(crate) async fn one(tx: &mut Tx, tenant: TenantId, family: FamilyId, audit: &AuditEntry) -> Outcome<bool> {
    let found = families::find(&mut tx.conn, tenant, family).await?;
    match found {
        Some(family) if TokenFamily::is_live(&family, audit.at) => record(tx, &family, audit).await,
        _ => Ok(false),
    }
}

async fn record(tx: &mut Tx, family: &TokenFamily, audit: &AuditEntry) -> Outcome<bool> {
    end(tx, family.id, micros(audit.at)).await?;
    tx.audit(family.tenant_id, &completed(audit, family.user_id, Some(family.id), "ok"));
    Ok(true)
}

/// Live ones; how many.
pub(crate) async fn all(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    client: Option<&ClientId>,
    audit: &AuditEntry,
) -> Outcome<u64> {
    let (client, at) = (client.map(ClientId::as_str), micros(audit.at));
    let ended = sqlx::query!(
        "UPDATE refresh_families SET revoked_at = ?1
         WHERE tenant_id = ?2 AND user_id = ?3 AND (?4 IS NULL OR client_id = ?4) AND revoked_at IS NULL AND token_expires_at > ?1",
        at,
        tenant.0,
        user.0,
        client
    );
    let ended = ended.execute(&mut tx.conn).await?.rows_affected();
    if ended > 0 {
        tx.audit(tenant, &completed(audit, user, None, "ok"));
    }
    Ok(ended)
}

pub(crate) async fn end(tx: &mut Tx, family: FamilyId, at: i64) -> Outcome<()> {
    sqlx::query!("UPDATE refresh_families SET revoked_at = ?1 WHERE id = ?2 AND revoked_at IS NULL", at, family.0)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}
