//! Users' dialogues with the specialists: their sessions. Answers from outside are in `answers`, where users were seen
//! in `presence`.

use artel_domain::{AuditEntry, RunId, Session, SessionId, Specialist, TenantId, Timestamp};
use artel_store::{Fence, NewSession, Page, SessionChange, SessionFilter, Viewer};
use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::begun::begin;
use crate::filters::filtered;
use crate::rows::sessions;
use crate::values::{maybe_json, micros, text};
use crate::{audit, children, steering};

/// Under the id itself, else, when another user has it and it is a name, under the user's own form of it.
pub(crate) async fn create(pool: &PgPool, new: &NewSession, audit: &AuditEntry) -> sqlx::Result<Option<Session>> {
    let viewer = Viewer::user(new.tenant_id, new.user_id);
    let id = key(pool, &viewer, &new.id).await?;
    if let Some(made) = insert(pool, new, &id, audit).await? {
        return Ok(Some(made));
    }
    // Another user may have taken the name meanwhile.
    let again = key(pool, &viewer, &new.id).await?;
    if again == id { Ok(None) } else { insert(pool, new, &again, audit).await }
}

async fn insert(pool: &PgPool, new: &NewSession, id: &SessionId, audit: &AuditEntry) -> sqlx::Result<Option<Session>> {
    let mut tx = begin(pool).await?;
    let created = sessions!(
        "INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, user_id, title, metadata, system_prompt,
                               owner_id, visibility)
         VALUES ($1, $2, $3, 1, $4, $4, $5, $6, $7, $8, $5, 'private')
         ON CONFLICT (tenant_id, id) DO NOTHING
         RETURNING",
        "",
        new.tenant_id.0,
        text(&id.0),
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
    audit::append(&mut tx, new.tenant_id, &[AuditEntry { entity_id: id.0.clone(), ..audit.clone() }]).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

/// By its stored id, for the run that belongs to it.
pub(crate) async fn find(pool: &PgPool, tenant: TenantId, session: &SessionId) -> sqlx::Result<Option<Session>> {
    let found = sessions!("SELECT", "FROM sessions WHERE tenant_id = $1 AND id = $2", tenant.0, text(&session.0));
    found.fetch_optional(pool).await?.map(Session::try_from).transpose()
}

/// What the viewer means by this text.
pub(crate) async fn find_seen(pool: &PgPool, viewer: &Viewer, name: &SessionId) -> sqlx::Result<Option<Session>> {
    let found = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = $1 AND id IN ($2, $3)
           AND ($4::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = sessions.tenant_id AND a.id = sessions.id
               AND (NOT a.is_private OR a.owner_id = $4)))
         ORDER BY ((SELECT a.owner_id FROM session_access a WHERE a.tenant_id = $1 AND a.id = sessions.id) IS NOT DISTINCT FROM $5) DESC,
                  (id = $2) DESC LIMIT 1",
        viewer.tenant_id.0,
        text(&name.0),
        text(&SessionId::of_user(viewer.user_id, &name.0).0),
        viewer.reads_only().map(|user| user.0),
        viewer.user_id.0,
    );
    found.fetch_optional(pool).await?.map(Session::try_from).transpose()
}

/// The stored id of the session that the viewer means by `name` when they go on with it or begin it.
pub(crate) async fn key(executor: impl PgExecutor<'_>, viewer: &Viewer, name: &SessionId) -> sqlx::Result<SessionId> {
    let found = sqlx::query!(
        r#"SELECT id AS "id!", owner_id IS NOT DISTINCT FROM $4::uuid AS "is_own!" FROM session_access
           WHERE tenant_id = $1 AND id IN ($2, $3)
           ORDER BY (owner_id IS NOT DISTINCT FROM $4::uuid) DESC, (id = $2) DESC LIMIT 1"#,
        viewer.tenant_id.0,
        text(&name.0),
        text(&SessionId::of_user(viewer.user_id, &name.0).0),
        viewer.user_id.0,
    );
    let found = found.fetch_optional(executor).await?.map(|found| (SessionId(found.id), found.is_own));
    Ok(viewer.session_key(name, found))
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    filter: SessionFilter,
    page: Page,
) -> sqlx::Result<(Vec<Session>, i64)> {
    let tenant = viewer.tenant_id;
    let mut tx = filtered(pool).await?;
    let all = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND (is_active OR NOT $3::boolean)"#,
        tenant.0,
        viewer.user_id.0,
        filter.active_only,
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND (is_active OR NOT $3::boolean)
         ORDER BY updated_at DESC, id DESC LIMIT $4 OFFSET $5",
        tenant.0,
        viewer.user_id.0,
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
    let found =
        sessions!("SELECT", "FROM sessions WHERE id = $1 AND user_id IS NOT NULL AND is_active", text(&session.0));
    found.fetch_all(pool).await?.into_iter().map(Session::try_from).collect()
}

pub(crate) async fn rename(
    pool: &PgPool,
    viewer: &Viewer,
    session: &SessionId,
    title: &str,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Session>> {
    let mut tx = begin(pool).await?;
    let renamed = sessions!(
        "UPDATE sessions SET title = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2 AND is_active
           AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access a
               WHERE a.tenant_id = $1 AND a.id = $2 AND (NOT a.is_private OR a.owner_id = $5)))
         RETURNING",
        "",
        viewer.tenant_id.0,
        text(&session.0),
        text(title),
        micros(audit.at),
        viewer.changes_only().map(|user| user.0),
    );
    let Some(row) = renamed.fetch_optional(&mut *tx).await? else { return Ok(None) };
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

pub(crate) async fn end(pool: &PgPool, viewer: &Viewer, session: &SessionId, audit: &AuditEntry) -> sqlx::Result<bool> {
    let tenant = viewer.tenant_id;
    let mut tx = begin(pool).await?;
    // The runs first: their workers lock runs and session in this order too.
    lock_open_runs(&mut tx, tenant, session).await?;
    let ended = sqlx::query!(
        "UPDATE sessions SET is_active = false, updated_at = $3 WHERE tenant_id = $1 AND id = $2 AND is_active
           AND ($4::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access a
               WHERE a.tenant_id = $1 AND a.id = $2 AND (NOT a.is_private OR a.owner_id = $4)))",
        tenant.0,
        text(&session.0),
        micros(audit.at),
        viewer.changes_only().map(|user| user.0),
    );
    if ended.execute(&mut *tx).await?.rows_affected() == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    children::end_sessions(&mut tx, tenant, session, audit.at).await?;
    // Again, for those that were accepted meanwhile.
    for run in lock_open_runs(&mut tx, tenant, session).await? {
        steering::request_cancel(&mut tx, run, audit.at).await?;
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
pub(crate) async fn change(
    tx: &mut PgConnection,
    fence: &Fence,
    change: &SessionChange,
    at: Timestamp,
) -> sqlx::Result<()> {
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
