//! Where services deliver; this crate knows neither tokens nor secrets.

use artel_domain::{AuditEntry, Hook, HookId, TenantId, Timestamp};
use artel_store::hooks::MOST_HOOKS;
use artel_store::{HookWrite, NewHook, Page, SealedHook};
use sqlx::{PgExecutor, PgPool};

use crate::begun::begin;
use crate::rows::hooks;
use crate::values::{micros, text};
use crate::{audit, organization_connectors};

/// A refusal is written down this often, in microseconds.
const REFUSAL_GRAIN: i64 = 60_000_000;

/// A hook that a path names.
pub(crate) struct Place<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) connector: &'a str,
    pub(crate) hook: HookId,
}

pub(crate) async fn create(pool: &PgPool, new: &NewHook, audit: &AuditEntry) -> sqlx::Result<HookWrite> {
    let hook = &new.hook;
    let mut tx = begin(pool).await?;
    if let Some(earlier) = find(&mut *tx, hook.tenant_id, hook.id).await? {
        return Ok(HookWrite::Done(earlier));
    }
    organization_connectors::lock(&mut tx, hook.tenant_id).await?;
    let there = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM hooks WHERE tenant_id = $1 AND revoked_at IS NULL"#,
        hook.tenant_id.0
    );
    if there.fetch_one(&mut *tx).await? >= i64::from(MOST_HOOKS) {
        return Ok(HookWrite::TooMany);
    }
    sqlx::query!(
        "INSERT INTO hooks (id, tenant_id, connector_key, token_hash, last4, sealed, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        hook.id.0,
        hook.tenant_id.0,
        text(&hook.connector_key),
        new.token_hash,
        hook.last4,
        new.sealed,
        hook.created_by.0,
        micros(hook.created_at)
    )
    .execute(&mut *tx)
    .await?;
    audit::append(&mut tx, hook.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(HookWrite::Done(hook.clone()))
}

async fn find(db: impl PgExecutor<'_>, tenant: TenantId, hook: HookId) -> sqlx::Result<Option<Hook>> {
    let found = hooks!("SELECT", "FROM hooks WHERE tenant_id = $1 AND id = $2", tenant.0, hook.0);
    Ok(found.fetch_optional(db).await?.map(Hook::from))
}

pub(crate) async fn list(
    pool: &PgPool,
    tenant: TenantId,
    connector: &str,
    page: Page,
) -> sqlx::Result<(Vec<Hook>, i64)> {
    let connector = text(connector);
    let found = hooks!(
        "SELECT",
        "FROM hooks WHERE tenant_id = $1 AND connector_key = $2 AND revoked_at IS NULL ORDER BY created_at, id LIMIT $3 OFFSET $4",
        tenant.0,
        connector,
        i64::from(page.limit),
        i64::from(page.offset)
    );
    let found = found.fetch_all(pool).await?.into_iter().map(Hook::from).collect();
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM hooks WHERE tenant_id = $1 AND connector_key = $2 AND revoked_at IS NULL"#,
        tenant.0,
        connector
    );
    Ok((found, total.fetch_one(pool).await?))
}

pub(crate) async fn find_by_token(
    pool: &PgPool,
    tenant: TenantId,
    connector: &str,
    token_hash: &str,
) -> sqlx::Result<Option<SealedHook>> {
    let found = hooks!(
        "SELECT",
        "FROM hooks WHERE tenant_id = $1 AND token_hash = $2 AND connector_key = $3 AND revoked_at IS NULL",
        tenant.0,
        token_hash,
        text(connector)
    );
    let Some(hook) = found.fetch_optional(pool).await?.map(Hook::from) else { return Ok(None) };
    if !hook.has_secret {
        return Ok(Some(SealedHook { hook, sealed: None }));
    }
    let sealed = sqlx::query_scalar!(
        "SELECT sealed FROM hooks WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
        tenant.0,
        hook.id.0
    );
    Ok(sealed.fetch_optional(pool).await?.map(|sealed| SealedHook { hook, sealed }))
}

pub(crate) async fn set_secret(
    pool: &PgPool,
    place: &Place<'_>,
    sealed: &str,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Hook>> {
    let mut tx = begin(pool).await?;
    let changed = hooks!(
        "UPDATE hooks SET sealed = $4 WHERE tenant_id = $1 AND id = $2 AND connector_key = $3 AND revoked_at IS NULL RETURNING",
        "",
        place.tenant.0,
        place.hook.0,
        text(place.connector),
        sealed
    );
    let Some(changed) = changed.fetch_optional(&mut *tx).await? else { return Ok(None) };
    audit::append(&mut tx, place.tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(Some(changed.into()))
}

pub(crate) async fn revoke(pool: &PgPool, place: &Place<'_>, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = begin(pool).await?;
    let revoked = sqlx::query!(
        "UPDATE hooks SET revoked_at = $4, sealed = NULL WHERE tenant_id = $1 AND id = $2 AND connector_key = $3 AND revoked_at IS NULL",
        place.tenant.0,
        place.hook.0,
        text(place.connector),
        micros(audit.at)
    );
    if revoked.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(&mut tx, place.tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

pub(crate) async fn note_refusal(pool: &PgPool, tenant: TenantId, hook: HookId, at: Timestamp) -> sqlx::Result<()> {
    let at = micros(at);
    sqlx::query!(
        "UPDATE hooks SET last_refused_at = $3 WHERE tenant_id = $1 AND id = $2 AND (last_refused_at IS NULL OR last_refused_at <= $4)",
        tenant.0,
        hook.0,
        at,
        at - REFUSAL_GRAIN
    )
    .execute(pool)
    .await?;
    Ok(())
}
