//! Where services deliver; this crate knows neither tokens nor secrets.

use artel_domain::{AuditEntry, Hook, HookId, TenantId, Timestamp};
use artel_store::hooks::MOST_HOOKS;
use artel_store::{HookWrite, NewHook, Page, SealedHook};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::hooks;
use crate::values::micros;
use crate::writer::Tx;

/// A refusal is written down this often, in microseconds.
const REFUSAL_GRAIN: i64 = 60_000_000;

/// A hook that a path names.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) tenant: TenantId,
    pub(crate) connector: String,
    pub(crate) hook: HookId,
}

pub(crate) async fn create(tx: &mut Tx, new: &NewHook, audit: &AuditEntry) -> Outcome<HookWrite> {
    let hook = &new.hook;
    if let Some(earlier) = find(&mut tx.conn, hook.tenant_id, hook.id).await? {
        return Ok(HookWrite::Done(earlier));
    }
    let there = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM hooks WHERE tenant_id = ?1 AND revoked_at IS NULL"#,
        hook.tenant_id.0
    );
    if there.fetch_one(&mut tx.conn).await? >= i64::from(MOST_HOOKS) {
        return Ok(HookWrite::TooMany);
    }
    let at = micros(hook.created_at);
    sqlx::query!(
        "INSERT INTO hooks (id, tenant_id, connector_key, token_hash, last4, sealed, created_by, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        hook.id.0,
        hook.tenant_id.0,
        hook.connector_key,
        new.token_hash,
        hook.last4,
        new.sealed,
        hook.created_by.0,
        at
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(hook.tenant_id, audit);
    Ok(HookWrite::Done(hook.clone()))
}

async fn find(db: impl SqliteExecutor<'_>, tenant: TenantId, hook: HookId) -> Outcome<Option<Hook>> {
    let found = hooks!("SELECT", "FROM hooks WHERE tenant_id = ?1 AND id = ?2", tenant.0, hook.0);
    Ok(found.fetch_optional(db).await?.map(Hook::from))
}

pub(crate) async fn list(
    reads: &SqlitePool,
    tenant: TenantId,
    connector: &str,
    page: Page,
) -> Outcome<(Vec<Hook>, i64)> {
    let found = hooks!(
        "SELECT",
        "FROM hooks WHERE tenant_id = ?1 AND connector_key = ?2 AND revoked_at IS NULL ORDER BY created_at, id LIMIT ?3 OFFSET ?4",
        tenant.0,
        connector,
        page.limit,
        page.offset
    );
    let found = found.fetch_all(reads).await?.into_iter().map(Hook::from).collect();
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM hooks WHERE tenant_id = ?1 AND connector_key = ?2 AND revoked_at IS NULL"#,
        tenant.0,
        connector
    );
    Ok((found, total.fetch_one(reads).await?))
}

pub(crate) async fn find_by_token(
    reads: &SqlitePool,
    tenant: TenantId,
    connector: &str,
    token_hash: &str,
) -> Outcome<Option<SealedHook>> {
    let found = hooks!(
        "SELECT",
        "FROM hooks WHERE tenant_id = ?1 AND token_hash = ?2 AND connector_key = ?3 AND revoked_at IS NULL",
        tenant.0,
        token_hash,
        connector
    );
    let Some(hook) = found.fetch_optional(reads).await?.map(Hook::from) else { return Ok(None) };
    if !hook.has_secret {
        return Ok(Some(SealedHook { hook, sealed: None }));
    }
    let sealed = sqlx::query_scalar!(
        r#"SELECT sealed AS "sealed?: String" FROM hooks WHERE tenant_id = ?1 AND id = ?2 AND revoked_at IS NULL"#,
        tenant.0,
        hook.id.0
    );
    Ok(sealed.fetch_optional(reads).await?.map(|sealed| SealedHook { hook, sealed }))
}

pub(crate) async fn set_secret(tx: &mut Tx, place: &Place, sealed: &str, audit: &AuditEntry) -> Outcome<Option<Hook>> {
    let changed = hooks!(
        "UPDATE hooks SET sealed = ?4 WHERE tenant_id = ?1 AND id = ?2 AND connector_key = ?3 AND revoked_at IS NULL RETURNING",
        "",
        place.tenant.0,
        place.hook.0,
        place.connector,
        sealed
    );
    let changed = changed.fetch_optional(&mut tx.conn).await?.map(Hook::from);
    if changed.is_some() {
        tx.audit(place.tenant, audit);
    }
    Ok(changed)
}

pub(crate) async fn revoke(tx: &mut Tx, place: &Place, audit: &AuditEntry) -> Outcome<bool> {
    let at = micros(audit.at);
    let revoked = sqlx::query!(
        "UPDATE hooks SET revoked_at = ?4, sealed = NULL WHERE tenant_id = ?1 AND id = ?2 AND connector_key = ?3 AND revoked_at IS NULL",
        place.tenant.0,
        place.hook.0,
        place.connector,
        at
    );
    let was_there = revoked.execute(&mut tx.conn).await?.rows_affected() > 0;
    if was_there {
        tx.audit(place.tenant, audit);
    }
    Ok(was_there)
}

pub(crate) async fn note_refusal(tx: &mut Tx, tenant: TenantId, hook: HookId, at: Timestamp) -> Outcome<()> {
    let at = micros(at);
    let before = at - REFUSAL_GRAIN;
    sqlx::query!(
        "UPDATE hooks SET last_refused_at = ?3 WHERE tenant_id = ?1 AND id = ?2 AND (last_refused_at IS NULL OR last_refused_at <= ?4)",
        tenant.0,
        hook.0,
        at,
        before
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
