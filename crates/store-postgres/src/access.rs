//! What an administrator looks into: an audit row for each private session of somebody else, before the answer is
//! given.

use artel_domain::{RunId, SessionId};
use artel_store::{Identities as _, Result, Viewer};
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::within;
use crate::store::PostgresStore;
use crate::values::text;

pub(crate) async fn note(
    store: &PostgresStore,
    viewer: &Viewer,
    sessions: impl IntoIterator<Item = &SessionId>,
) -> Result<()> {
    let sessions: Vec<String> = sessions.into_iter().map(|session| text(&session.0)).collect();
    if !viewer.is_administrator() || sessions.is_empty() {
        return Ok(());
    }
    record(store, viewer, within(others(&store.pool, viewer, &sessions)).await?).await
}

pub(crate) async fn note_runs(store: &PostgresStore, viewer: &Viewer, runs: &[RunId]) -> Result<()> {
    if !viewer.is_administrator() || runs.is_empty() {
        return Ok(());
    }
    record(store, viewer, within(others_of_runs(&store.pool, viewer, runs)).await?).await
}

async fn record(store: &PostgresStore, viewer: &Viewer, sessions: Vec<SessionId>) -> Result<()> {
    for audit in viewer.accesses(sessions) {
        store.record_audit(viewer.tenant_id, audit).await?;
    }
    Ok(())
}

/// Those that are private and not the viewer's.
async fn others(pool: &PgPool, viewer: &Viewer, sessions: &[String]) -> sqlx::Result<Vec<SessionId>> {
    let found = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM session_access
           WHERE tenant_id = $1 AND id = ANY ($2) AND is_private AND owner_id IS DISTINCT FROM $3::uuid"#,
        viewer.tenant_id.0,
        sessions,
        viewer.user_id.0,
    );
    Ok(found.fetch_all(pool).await?.into_iter().map(SessionId).collect())
}

async fn others_of_runs(pool: &PgPool, viewer: &Viewer, runs: &[RunId]) -> sqlx::Result<Vec<SessionId>> {
    let runs: Vec<Uuid> = runs.iter().map(|run| run.0).collect();
    let found = sqlx::query_scalar!(
        r#"SELECT DISTINCT s.id AS "id!" FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
           WHERE r.id = ANY ($2) AND r.tenant_id = $1 AND s.is_private AND s.owner_id IS DISTINCT FROM $3::uuid"#,
        viewer.tenant_id.0,
        &runs,
        viewer.user_id.0,
    );
    Ok(found.fetch_all(pool).await?.into_iter().map(SessionId).collect())
}
