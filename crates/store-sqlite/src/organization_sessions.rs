//! Users' dialogues with an organisation's agents.

use artel_domain::{AuditEntry, Session, SessionId, UserId, caseless};
use artel_store::{NewOrganizationSession, OrganizationSessionFilter, Page, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{all, one, sessions};
use crate::values::micros;
use crate::writer::Tx;

pub(crate) async fn create(tx: &mut Tx, new: &NewOrganizationSession, audit: &AuditEntry) -> Outcome<Option<Session>> {
    let (at, folded) = (micros(new.at), caseless(&new.title));
    let metadata = new.metadata.as_ref().map(ToString::to_string);
    let created = sessions!(
        "INSERT INTO sessions (tenant_id, id, agent_id, next_seq, created_at, updated_at, owner_id, visibility, surface, title,
             folded_title, metadata)
         VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, 'private', 'organization', ?6, ?7, ?8)
         ON CONFLICT (tenant_id, id) DO NOTHING RETURNING",
        "",
        new.tenant_id.0,
        new.id.0,
        new.agent_id.0,
        at,
        new.owner_id.0,
        new.title,
        folded,
        metadata
    );
    if let Some(created) = one(created.fetch_optional(&mut tx.conn).await?)? {
        tx.audit(new.tenant_id, audit);
        return Ok(Some(created));
    }
    find_of(&mut tx.conn, &Viewer::user(new.tenant_id, new.owner_id), Some(new.owner_id), &new.id).await
}

/// Makes such a dialogue of the session that a run made in this transaction.
pub(crate) async fn adopt(tx: &mut Tx, new: &NewOrganizationSession, audit: &AuditEntry) -> Outcome<()> {
    let (folded, metadata) = (caseless(&new.title), new.metadata.as_ref().map(ToString::to_string));
    sqlx::query!(
        "UPDATE sessions SET surface = 'organization', title = ?1, folded_title = ?2, metadata = ?3
         WHERE tenant_id = ?4 AND id = ?5",
        new.title,
        folded,
        metadata,
        new.tenant_id.0,
        new.id.0
    )
    .execute(&mut tx.conn)
    .await?;
    tx.audit(new.tenant_id, audit);
    Ok(())
}

pub(crate) async fn find(reads: &SqlitePool, viewer: &Viewer, session: &SessionId) -> Outcome<Option<Session>> {
    find_of(reads, viewer, viewer.reads_only(), session).await
}

/// That of this owner, or of anybody.
async fn find_of(
    db: impl SqliteExecutor<'_>,
    viewer: &Viewer,
    owner: Option<UserId>,
    session: &SessionId,
) -> Outcome<Option<Session>> {
    let owner = owner.map(|owner| owner.0);
    let found = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = ?1 AND id = ?2 AND surface = 'organization' AND is_active = 1
             AND (?3 IS NULL OR owner_id = ?3)",
        viewer.tenant_id.0,
        session.0,
        owner
    );
    one(found.fetch_optional(db).await?)
}

pub(crate) async fn list(
    reads: &SqlitePool,
    viewer: &Viewer,
    filter: &OrganizationSessionFilter,
    page: Page,
) -> Outcome<(Vec<Session>, i64)> {
    let (owner, agent) = (viewer.reads_only().map(|user| user.0), filter.agent_id.map(|agent| agent.0));
    let q = filter.q.as_deref().map(caseless);
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!: i64" FROM sessions WHERE tenant_id = ?1 AND surface = 'organization' AND is_active = 1
               AND (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR agent_id = ?3)
               AND (?4 IS NULL OR instr(folded_title, ?4) > 0)"#,
        viewer.tenant_id.0,
        owner,
        agent,
        q
    )
    .fetch_one(reads)
    .await?;
    let found = sessions!(
        "SELECT",
        "FROM sessions WHERE tenant_id = ?1 AND surface = 'organization' AND is_active = 1
             AND (?2 IS NULL OR owner_id = ?2) AND (?3 IS NULL OR agent_id = ?3)
             AND (?4 IS NULL OR instr(folded_title, ?4) > 0)
         ORDER BY updated_at DESC, id DESC LIMIT ?5 OFFSET ?6",
        viewer.tenant_id.0,
        owner,
        agent,
        q,
        page.limit,
        page.offset
    );
    Ok((all(found.fetch_all(reads).await?)?, total))
}

pub(crate) async fn rename(
    tx: &mut Tx,
    viewer: &Viewer,
    session: &SessionId,
    title: &str,
    audit: &AuditEntry,
) -> Outcome<Option<Session>> {
    let (at, folded, owner) = (micros(audit.at), caseless(title), viewer.changes_only().map(|user| user.0));
    let renamed = sessions!(
        "UPDATE sessions SET title = ?1, folded_title = ?2, updated_at = ?3
         WHERE tenant_id = ?4 AND id = ?5 AND surface = 'organization' AND is_active = 1 AND (?6 IS NULL OR owner_id = ?6)
         RETURNING",
        "",
        title,
        folded,
        at,
        viewer.tenant_id.0,
        session.0,
        owner
    );
    let renamed = one(renamed.fetch_optional(&mut tx.conn).await?)?;
    if renamed.is_some() {
        tx.audit(viewer.tenant_id, audit);
    }
    Ok(renamed)
}
