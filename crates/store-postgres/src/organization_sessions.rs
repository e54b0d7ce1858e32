//! Users' dialogues with an organisation's agents.

use artel_domain::{AuditEntry, Session, SessionId, UserId, caseless};
use artel_store::{NewOrganizationSession, OrganizationSessionFilter, Page, Viewer};
use sqlx::{PgConnection, PgExecutor, PgPool};

use crate::audit;
use crate::begun::begin;
use crate::filters::filtered;
use crate::rows::sessions;
use crate::values::{maybe_json, micros, text};

pub(crate) async fn create(
    pool: &PgPool,
    new: &NewOrganizationSession,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Session>> {
    let (title, mut tx) = (text(&new.title), begin(pool).await?);
    let created = sessions!(
        "INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, owner_id, visibility, surface, title,
                               folded_title, metadata)
         VALUES ($1, $2, $3, 1, $4, $4, $5, 'private', 'organization', $6, $7, $8)
         ON CONFLICT (tenant_id, id) DO NOTHING
         RETURNING",
        "",
        new.tenant_id.0,
        text(&new.id.0),
        new.agent_id.0,
        micros(new.at),
        new.owner_id.0,
        title,
        caseless(&title),
        maybe_json(new.metadata.as_ref())?,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = created else {
        let viewer = Viewer::user(new.tenant_id, new.owner_id);
        return find_of(&mut *tx, &viewer, Some(new.owner_id), &new.id).await;
    };
    audit::append(&mut tx, new.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}

/// Makes such a dialogue of the session that a run made in this transaction.
pub(crate) async fn adopt(tx: &mut PgConnection, new: &NewOrganizationSession) -> sqlx::Result<()> {
    let title = text(&new.title);
    sqlx::query!(
        "UPDATE sessions SET surface = 'organization', title = $1, folded_title = $2, metadata = $3
         WHERE tenant_id = $4 AND id = $5",
        title,
        caseless(&title),
        maybe_json(new.metadata.as_ref())?,
        new.tenant_id.0,
        text(&new.id.0),
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn find(pool: &PgPool, viewer: &Viewer, session: &SessionId) -> sqlx::Result<Option<Session>> {
    find_of(pool, viewer, viewer.reads_only(), session).await
}

/// That of this owner, or of anybody.
async fn find_of(
    executor: impl PgExecutor<'_>,
    viewer: &Viewer,
    owner: Option<UserId>,
    session: &SessionId,
) -> sqlx::Result<Option<Session>> {
    let found = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = $1 AND id = $2 AND surface = 'organization' AND is_active
           AND ($3::uuid IS NULL OR owner_id = $3)",
        viewer.tenant_id.0,
        text(&session.0),
        owner.map(|owner| owner.0),
    );
    found.fetch_optional(executor).await?.map(Session::try_from).transpose()
}

pub(crate) async fn list(
    pool: &PgPool,
    viewer: &Viewer,
    filter: &OrganizationSessionFilter,
    page: Page,
) -> sqlx::Result<(Vec<Session>, i64)> {
    let (owner, agent) = (viewer.reads_only().map(|user| user.0), filter.agent_id.map(|agent| agent.0));
    let (q, mut tx) = (filter.q.as_deref().map(|q| caseless(&text(q))), filtered(pool).await?);
    let all = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM sessions
           WHERE tenant_id = $1 AND surface = 'organization' AND is_active
             AND ($2::uuid IS NULL OR owner_id = $2) AND ($3::uuid IS NULL OR agent_id = $3)
             AND ($4::text IS NULL OR strpos(folded_title, $4) > 0)"#,
        viewer.tenant_id.0,
        owner,
        agent,
        q,
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sessions!(
        "SELECT",
        "FROM sessions
         WHERE tenant_id = $1 AND surface = 'organization' AND is_active
           AND ($2::uuid IS NULL OR owner_id = $2) AND ($3::uuid IS NULL OR agent_id = $3)
           AND ($4::text IS NULL OR strpos(folded_title, $4) > 0)
         ORDER BY updated_at DESC, id DESC LIMIT $5 OFFSET $6",
        viewer.tenant_id.0,
        owner,
        agent,
        q,
        i64::from(page.limit),
        i64::from(page.offset),
    )
    .fetch_all(&mut *tx)
    .await?;
    let sessions = rows.into_iter().map(Session::try_from).collect::<sqlx::Result<_>>()?;
    Ok((sessions, all))
}

pub(crate) async fn rename(
    pool: &PgPool,
    viewer: &Viewer,
    session: &SessionId,
    title: &str,
    audit: &AuditEntry,
) -> sqlx::Result<Option<Session>> {
    let (title, mut tx) = (text(title), begin(pool).await?);
    let renamed = sessions!(
        "UPDATE sessions SET title = $1, folded_title = $2, updated_at = $3
         WHERE tenant_id = $4 AND id = $5 AND surface = 'organization' AND is_active
           AND ($6::uuid IS NULL OR owner_id = $6)
         RETURNING",
        "",
        title,
        caseless(&title),
        micros(audit.at),
        viewer.tenant_id.0,
        text(&session.0),
        viewer.changes_only().map(|user| user.0),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = renamed else { return Ok(None) };
    audit::append(&mut tx, viewer.tenant_id, std::slice::from_ref(audit)).await?;
    tx.commit().await?;
    row.try_into().map(Some)
}
