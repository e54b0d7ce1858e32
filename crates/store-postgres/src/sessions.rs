//! Users' dialogues with the specialists: their sessions. What clients answer is in `answers`, where users were seen in `presence`.

use std::net::IpAddr;

use artel_domain::{AgentId, AuditEntry, RunId, Session, SessionId, Specialist, TenantId, Timestamp, UserId};
use artel_store::{Answered, ClientAnswer, Fence, NewSession, Page, Result, SessionChange, SessionFilter, Sessions};
use async_trait::async_trait;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::connect::filtered;
use crate::error::{retrying, store_error};
use crate::values::{maybe_json, maybe_parsed, micros, text, time, word};
use crate::{PostgresStore, answers, audit, presence, steering};

#[derive(Debug)]
struct Row {
    id: String,
    tenant_id: Uuid,
    agent_id: Uuid,
    user_id: Option<Uuid>,
    title: Option<String>,
    description: Option<String>,
    metadata: Option<String>,
    system_prompt: Option<String>,
    specialist: Option<String>,
    is_pinned: bool,
    message_count: i64,
    is_active: bool,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Row> for Session {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: SessionId(row.id),
            tenant_id: TenantId(row.tenant_id),
            agent_id: AgentId(row.agent_id),
            user_id: row.user_id.map(UserId),
            title: row.title,
            description: row.description,
            metadata: maybe_parsed(row.metadata.as_deref())?,
            system_prompt: row.system_prompt,
            specialist: row.specialist.map(|text| word(Specialist::parse, &text)).transpose()?,
            is_pinned: row.is_pinned,
            message_count: row.message_count,
            is_active: row.is_active,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        })
    }
}

/// Before and after (each SQL text) a session's columns.
macro_rules! sessions {
    ($before:literal, $after:literal $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            $before + " id, tenant_id, agent_id, user_id, title, description, metadata, system_prompt, specialist, is_pinned,
                    message_count, is_active, created_at, updated_at " + $after
            $(, $arg)*
        )
    };
}

#[async_trait]
impl Sessions for PostgresStore {
    async fn create_session(&self, new: NewSession, audit: AuditEntry) -> Result<Option<Session>> {
        retrying(|| create(&self.pool, &new, &audit)).await
    }

    async fn list_sessions(&self, tenant: TenantId, filter: SessionFilter, page: Page) -> Result<(Vec<Session>, i64)> {
        list(&self.pool, tenant, filter, page).await.map_err(store_error)
    }

    async fn find_sessions_by_id(&self, session: &SessionId) -> Result<Vec<Session>> {
        find_by_id(&self.pool, session).await.map_err(store_error)
    }

    async fn rename_session(&self, tenant: TenantId, session: &SessionId, title: &str, audit: AuditEntry) -> Result<Option<Session>> {
        retrying(|| rename(&self.pool, tenant, session, title, &audit)).await
    }

    async fn end_session(&self, tenant: TenantId, session: &SessionId, audit: AuditEntry) -> Result<bool> {
        retrying(|| end(&self.pool, tenant, session, &audit)).await
    }

    async fn answer_call(&self, answer: ClientAnswer, audit: AuditEntry) -> Result<Answered> {
        retrying(|| answers::answer(&self.pool, &answer, &audit)).await
    }

    async fn note_presence(&self, tenant: TenantId, user: UserId, ip: IpAddr, at: Timestamp) -> Result<()> {
        presence::note(&self.pool, tenant, user, ip, at).await.map_err(store_error)
    }

    async fn was_present(&self, tenant: TenantId, user: UserId, ip: IpAddr, since: Timestamp) -> Result<bool> {
        presence::was(&self.pool, tenant, user, ip, since).await.map_err(store_error)
    }

    async fn forget_presence(&self, before: Timestamp) -> Result<u64> {
        presence::forget(&self.pool, before).await.map_err(store_error)
    }
}

async fn create(pool: &PgPool, new: &NewSession, audit: &AuditEntry) -> sqlx::Result<Option<Session>> {
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

async fn list(pool: &PgPool, tenant: TenantId, filter: SessionFilter, page: Page) -> sqlx::Result<(Vec<Session>, i64)> {
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

async fn find_by_id(pool: &PgPool, session: &SessionId) -> sqlx::Result<Vec<Session>> {
    let found = sessions!("SELECT", "FROM sessions WHERE id = $1 AND user_id IS NOT NULL AND is_active", text(&session.0));
    found.fetch_all(pool).await?.into_iter().map(Session::try_from).collect()
}

async fn rename(pool: &PgPool, tenant: TenantId, session: &SessionId, title: &str, audit: &AuditEntry) -> sqlx::Result<Option<Session>> {
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

async fn end(pool: &PgPool, tenant: TenantId, session: &SessionId, audit: &AuditEntry) -> sqlx::Result<bool> {
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
