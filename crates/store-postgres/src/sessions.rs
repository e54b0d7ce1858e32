//! Users' dialogues with the specialists: their sessions. Answers from outside are in `answers`, where users were seen in `presence`.

use artel_domain::{AuditEntry, RunId, Session, SessionId, Specialist, TenantId, Timestamp};
use artel_store::{Fence, NewSession, Page, SessionChange, SessionFilter};
use sqlx::{PgConnection, PgPool};

use crate::filters::filtered;
use crate::rows::sessions;
use crate::values::{maybe_json, micros, text};
use crate::{audit, steering};

pub(crate) async fn create(pool: &PgPool, new: &NewSession, audit: &AuditEntry) -> sqlx::Result<Option<Session>> {
    let mut tx = pool.begin().await?;
    let created = sessions!(
        "INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, user_id, title, metadata, system_prompt)
         VALUES ($1, $2, $3, 1, $4, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, id) DO NOTHING
         RETURNING",
        "",
        new.tenant_id.0,
        text(&new.id.0),
        new.agent_id.0,
        micros(new.at),
        new.user_id.0,
        new.title.as_deref().map(text),
        maybe_json(new.metadata.as_ref())?,
        new.system_prompt.as_deref().map(text),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = created else { return Ok(None) };
    audit::append(&mut tx, new.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

pub(crate) async fn find(pool: &PgPool, tenant: TenantId, session: &SessionId) -> sqlx::Result<Option<Session>> {
    let found = sessions!("SELECT", "FROM sessions WHERE tenant_id = $1 AND id = $2", tenant.0, text(&session.0));
    found.fetch_optional(pool).await?.map(Session::try_from).transpose()
}

pub(crate) async fn list(pool: &PgPool, tenant: TenantId, filter: SessionFilter, page: Page) -> sqlx::Result<(Vec<Session>, i64)> {
    let mut tx = filtered(pool).await?;
    let all = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND (is_active OR NOT $3::boolean)"#,
        tenant.0,
        filter.user_id.0,
        filter.active_only,
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND (is_active OR NOT $3::boolean)
         ORDER BY updated_at DESC, id DESC LIMIT $4 OFFSET $5",
        tenant.0,
        filter.user_id.0,
        filter.active_only,
        i64::from(page.limit),
        i64::from(page.offset),
    )
    .fetch_all(&mut *tx)
    .await?;
    let sessions = rows.into_iter().map(Session::try_from).collect::<sqlx::Result<_>>()?;
    Ok((sessions, all))
}

pub(crate) async fn find_by_id(pool: &PgPool, session: &SessionId) -> sqlx::Result<Vec<Session>> {
    let found = sessions!("SELECT", "FROM sessions WHERE id = $1 AND user_id IS NOT NULL AND is_active", text(&session.0));
    found.fetch_all(pool).await?.into_iter().map(Session::try_from).collect()
}

pub(crate) async fn rename(
    pool: &PgPool,
    tenant: TenantId,
    session: &SessionId,
    title: &str,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Session>> {
    let mut tx = pool.begin().await?;
    let renamed = sessions!(
        "UPDATE sessions SET title = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2 AND is_active RETURNING",
        "",
        tenant.0,
        text(&session.0),
        text(title),
        micros(audit.at),
    );
    let Some(row) = renamed.fetch_optional(&mut *tx).await? else { return Ok(None) };
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

pub(crate) async fn end(pool: &PgPool, tenant: TenantId, session: &SessionId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    // The runs first: their workers lock runs and session in this order too.
    lock_open_runs(&mut tx, tenant, session).await?;
    let ended = sqlx::query!(
        "UPDATE sessions SET is_active = false, updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND is_active",
        tenant.0,
        text(&session.0),
        micros(audit.at),
    );
    if ended.execute(&mut *tx).await?.rows_affected() == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    // Again, for those that were accepted meanwhile.
    for run in lock_open_runs(&mut tx, tenant, session).await? {
        steering::request_cancel(&mut tx, run).await?;
    }
    audit::append(&mut tx, tenant, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    Ok(true)
}

async fn lock_open_runs(tx: &mut PgConnection, tenant: TenantId, session: &SessionId) -> sqlx::Result<Vec<RunId>> {
    let open = sqlx::query_scalar!(
        "SELECT id FROM runs WHERE tenant_id = $1 AND session_id = $2 AND phase IN ('queued', 'running', 'waiting_for_approval')
         ORDER BY id FOR UPDATE",
        tenant.0,
        text(&session.0),
    );
    Ok(open.fetch_all(tx).await?.into_iter().map(RunId).collect())
}

/// What a step of a run makes of its session.
pub(crate) async fn change(tx: &mut PgConnection, fence: &Fence, change: &SessionChange, at: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sessions
         SET specialist = coalesce($3, specialist), is_pinned = coalesce($4, is_pinned), title = coalesce(title, $5),
             message_count = message_count + $6, updated_at = greatest(updated_at, $7)
         WHERE tenant_id = $1 AND id = $2",
        fence.tenant_id.0,
        text(&fence.session_id.0),
        change.specialist.map(Specialist::as_str),
        change.is_pinned,
        change.title.as_deref().map(text),
        change.messages,
        micros(at),
    )
    .execute(tx)
    .await?;
    Ok(())
}
