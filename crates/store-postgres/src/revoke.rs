//! Ends of logins that somebody asked for.

use artel_domain::{AuditEntry, ClientId, FamilyId, TenantId, TokenFamily, UserId};
use artel_store::rotation::completed;
use sqlx::{PgConnection, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::families::without_lineage;
use crate::rows::FamilyRow;
use crate::values::{micros, text};

pub(crate) async fn by_token(pool: &PgPool, hash: &str, client: &ClientId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let ended = sqlx::query_as!(
        FamilyRow,
        "UPDATE refresh_families SET revoked_at = $3
         WHERE id = (SELECT family_id FROM refresh_tokens WHERE hash = $1) AND client_id = $2
           AND revoked_at IS NULL AND token_expires_at > $3
         RETURNING id, tenant_id, user_id, client_id, scopes, current_hash, previous_hash, rotated_at, is_unanswered, token_expires_at, expires_at,
                   created_at, revoked_at",
        text(hash),
        text(&client.0),
        micros(audit.at),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(ended) = ended.map(without_lineage).transpose()? else { return Ok(false) };
    record(&mut tx, &ended, audit).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn one(pool: &PgPool, tenant: TenantId, family: FamilyId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let ended = sqlx::query_as!(
        FamilyRow,
        "UPDATE refresh_families SET revoked_at = $3
         WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL AND token_expires_at > $3
         RETURNING id, tenant_id, user_id, client_id, scopes, current_hash, previous_hash, rotated_at, is_unanswered, token_expires_at, expires_at,
                   created_at, revoked_at",
        tenant.0,
        family.0,
        micros(audit.at),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(ended) = ended.map(without_lineage).transpose()? else { return Ok(false) };
    record(&mut tx, &ended, audit).await?;
    tx.commit().await?;
    Ok(true)
}

async fn record(tx: &mut PgConnection, ended: &TokenFamily, audit: &AuditEntry) -> sqlx::Result<()> {
    audit::append(tx, ended.tenant_id, &[completed(audit, ended.user_id, Some(ended.id), "ok")]).await
}

/// Live ones; how many.
pub(crate) async fn all(
    pool: &PgPool,
    tenant: TenantId,
    user: UserId,
    client: Option<&ClientId>,
    audit: &AuditEntry,
) -> sqlx::Result<u64> {
    let mut tx = begin(pool).await?;
    let ended = sqlx::query!(
        "UPDATE refresh_families SET revoked_at = $4
         WHERE tenant_id = $1 AND user_id = $2 AND ($3::text IS NULL OR client_id = $3) AND revoked_at IS NULL AND token_expires_at > $4",
        tenant.0,
        user.0,
        client.map(|client| text(&client.0)),
        micros(audit.at),
    );
    let ended = ended.execute(&mut *tx).await?.rows_affected();
    if ended == 0 {
        return Ok(0);
    }
    audit::append(&mut tx, tenant, &[completed(audit, user, None, "ok")]).await?;
    tx.commit().await?;
    Ok(ended)
}

/// A family that was found out.
pub(crate) async fn end(tx: &mut PgConnection, family: FamilyId, at: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE refresh_families SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", family.0, at)
        .execute(tx)
        .await?;
    Ok(())
}
