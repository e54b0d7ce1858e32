//! Users' dialogues with the specialists: their sessions. Answers from outside are in `answers`, where users were seen
//! in `presence`.

use artel_domain::{AuditEntry, RunId, Session, SessionId, TenantId};
use artel_store::{Fence, NewSession, Page, SessionChange, SessionFilter, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{all, one, sessions};
use crate::values::micros;
use crate::writer::Tx;
use crate::{children, steering};

/// Under the id itself, else, when another user has it and it is a name, under the user's own form of it.
pub(crate) async fn create(tx: &mut Tx, new: &NewSession, audit: &AuditEntry) -> Outcome<Option<Session>> {
    let viewer = Viewer::user(new.tenant_id, new.user_id);
    let id = key(&mut tx.conn, &viewer, &new.id).await?;
    let created = insert(tx, new, &id).await?;
    if created.is_some() {
        tx.audit(new.tenant_id, &AuditEntry { entity_id: id.0, ..audit.clone() });
    }
    Ok(created)
}

async fn insert(tx: &mut Tx, new: &NewSession, id: &SessionId) -> Outcome<Option<Session>> {
    let at = micros(new.at);
    let metadata = new.metadata.as_ref().map(ToString::to_string);
    let created = sessions!(
        "INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, user_id, title, metadata, system_prompt,
             owner_id, visibility)
         VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, ?6, ?7, ?8, ?5, 'private')
         ON CONFLICT (tenant_id, id) DO NOTHING RETURNING",
        "",
        new.tenant_id.0,
        id.0,
        new.agent_id.0,
        at,
        new.user_id.0,
        new.title,
        metadata,
        new.system_prompt
    );
    one(created.fetch_optional(&mut tx.conn).await?)
}

/// By its stored id, for the run that belongs to it.
pub(crate) async fn find(
    db: impl SqliteExecutor<'_>,
    tenant: TenantId,
    session: &SessionId,
) -> Outcome<Option<Session>> {
    one(sessions!("SELECT", "FROM sessions WHERE tenant_id = ?1 AND id = ?2", tenant.0, session.0)
        .fetch_optional(db)
        .await?)
}

/// What the viewer means by this text.
pub(crate) async fn find_seen(reads: &SqlitePool, viewer: &Viewer, name: &SessionId) -> Outcome<Option<Session>> {
    let (user, own) = (viewer.reads_only().map(|user| user.0), SessionId::of_user(viewer.user_id, &name.0));
    let found = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = ?1 AND id IN (?2, ?3)
             AND (?4 IS NULL OR EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = sessions.tenant_id AND a.id = sessions.id
                 AND (NOT a.is_private OR a.owner_id = ?4)))
         ORDER BY (SELECT a.owner_id FROM session_access a WHERE a.tenant_id = ?1 AND a.id = sessions.id) IS ?5 DESC, id = ?2 DESC LIMIT 1",
        viewer.tenant_id.0,
        name.0,
        own.0,
        user,
        viewer.user_id.0
    );
    one(found.fetch_optional(reads).await?)
}

/// The stored id of the session that the viewer means by `name` when they go on with it or begin it.
pub(crate) async fn key(db: impl SqliteExecutor<'_>, viewer: &Viewer, name: &SessionId) -> Outcome<SessionId> {
    let own = SessionId::of_user(viewer.user_id, &name.0);
    let found = sqlx::query!(
        r#"SELECT id AS "id!: String", owner_id IS ?4 AS "is_own!: bool" FROM session_access WHERE tenant_id = ?1 AND id IN (?2, ?3)
           ORDER BY owner_id IS ?4 DESC, id = ?2 DESC LIMIT 1"#,
        viewer.tenant_id.0,
        name.0,
        own.0,
        viewer.user_id.0
    );
    let found = found.fetch_optional(db).await?.map(|found| (SessionId(found.id), found.is_own));
    Ok(viewer.session_key(name, found))
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    filter: SessionFilter,
    page: Page,
) -> Outcome<(Vec<Session>, i64)> {
    let (tenant, user_id, active_only) = (viewer.tenant_id, viewer.user_id, filter.active_only);
    let all_there_are = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM sessions WHERE tenant_id = ?1 AND user_id = ?2 AND (is_active = 1 OR NOT ?3)"#,
        tenant.0,
        user_id.0,
        active_only
    )
    .fetch_one(reads)
    .await?;
    let found = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = ?1 AND user_id = ?2 AND (is_active = 1 OR NOT ?3)
         ORDER BY updated_at DESC, id DESC LIMIT ?4 OFFSET ?5",
        tenant.0,
        user_id.0,
        active_only,
        page.limit,
        page.offset
    );
    Ok((all(found.fetch_all(reads).await?)?, all_there_are))
}

pub(crate) async fn find_by_id(reads: &SqlitePool, session: &SessionId) -> Outcome<Vec<Session>> {
    let found = sessions!("SELECT", "FROM sessions WHERE id = ?1 AND user_id IS NOT NULL AND is_active = 1", session.0);
    all(found.fetch_all(reads).await?)
}

pub(crate) async fn rename(
    tx: &mut Tx,
    viewer: &Viewer,
    session: &SessionId,
    title: &str,
    audit: &AuditEntry,
) -> Outcome<Option<Session>> {
    let (at, user) = (micros(audit.at), viewer.changes_only().map(|user| user.0));
    let renamed = sessions!(
        "UPDATE sessions SET title = ?1, updated_at = ?2 WHERE tenant_id = ?3 AND id = ?4 AND is_active = 1
             AND (?5 IS NULL OR EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = ?3 AND a.id = ?4
                 AND (NOT a.is_private OR a.owner_id = ?5)))
         RETURNING",
        "",
        title,
        at,
        viewer.tenant_id.0,
        session.0,
        user
    );
    let renamed = one(renamed.fetch_optional(&mut tx.conn).await?)?;
    if renamed.is_some() {
        tx.audit(viewer.tenant_id, audit);
    }
    Ok(renamed)
}

pub(crate) async fn end(tx: &mut Tx, viewer: &Viewer, session: &SessionId, audit: &AuditEntry) -> Outcome<bool> {
    let (tenant, at, user) = (viewer.tenant_id, micros(audit.at), viewer.changes_only().map(|user| user.0));
    let ended = sqlx::query!(
        "UPDATE sessions SET is_active = 0, updated_at = ?1 WHERE tenant_id = ?2 AND id = ?3 AND is_active = 1
             AND (?4 IS NULL OR EXISTS (SELECT 1 FROM session_access a WHERE a.tenant_id = ?2 AND a.id = ?3
                 AND (NOT a.is_private OR a.owner_id = ?4)))",
        at,
        tenant.0,
        session.0,
        user
    );
    if ended.execute(&mut tx.conn).await?.rows_affected() == 0 {
        return Ok(false);
    }
    children::end_sessions(tx, tenant, session, at).await?;
    for run in open_runs(tx, tenant, session).await? {
        steering::request_cancel(tx, tenant, run, at).await?;
    }
    tx.audit(tenant, audit);
    Ok(true)
}

async fn open_runs(tx: &mut Tx, tenant: TenantId, session: &SessionId) -> Outcome<Vec<RunId>> {
    let open = sqlx::query_scalar!(
        r#"SELECT id AS "id!: uuid::Uuid" FROM runs
           WHERE tenant_id = ?1 AND session_id = ?2 AND phase IN ('queued', 'running', 'waiting_for_approval')"#,
        tenant.0,
        session.0
    );
    Ok(open.fetch_all(&mut tx.conn).await?.into_iter().map(RunId).collect())
}

/// What a step of a run makes of its session.
pub(crate) async fn change(tx: &mut Tx, fence: &Fence, change: &SessionChange, at: i64) -> Outcome<()> {
    let specialist = change.specialist.map(artel_domain::Specialist::as_str);
    sqlx::query!(
        "UPDATE sessions SET specialist = coalesce(?1, specialist), is_pinned = coalesce(?2, is_pinned), title = coalesce(title, ?3),
             message_count = message_count + ?4, updated_at = max(updated_at, ?5)
         WHERE tenant_id = ?6 AND id = ?7",
        specialist,
        change.is_pinned,
        change.title,
        change.messages,
        at,
        fence.tenant_id.0,
        fence.session_id.0
    )
    .execute(&mut tx.conn)
    .await?;
    Ok(())
}
