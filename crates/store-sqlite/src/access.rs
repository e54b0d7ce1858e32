//! What an administrator looks into: an audit row for each private session of somebody else, before the answer is
//! given.

use artel_domain::{RunId, SessionId};
use artel_store::{Identities as _, Result, Viewer};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::store::SqliteStore;
use crate::values::hex_list;

pub(crate) async fn note(
    store: &SqliteStore,
    viewer: &Viewer,
    sessions: impl IntoIterator<Item = &SessionId>,
) -> Result<()> {
    let sessions: Vec<_> = sessions.into_iter().collect();
    if !viewer.is_administrator() || sessions.is_empty() {
        return Ok(());
    }
    record(store, viewer, others(&store.reads, viewer, &sessions).await?).await
}

pub(crate) async fn note_runs(store: &SqliteStore, viewer: &Viewer, runs: &[RunId]) -> Result<()> {
    if !viewer.is_administrator() || runs.is_empty() {
        return Ok(());
    }
    record(store, viewer, others_of_runs(&store.reads, viewer, runs).await?).await
}

async fn record(store: &SqliteStore, viewer: &Viewer, sessions: Vec<SessionId>) -> Result<()> {
    for audit in viewer.accesses(sessions) {
        store.record_audit(viewer.tenant_id, audit).await?;
    }
    Ok(())
}

/// Those that are private and not the viewer's.
async fn others(reads: &SqlitePool, viewer: &Viewer, sessions: &[&SessionId]) -> Outcome<Vec<SessionId>> {
    let sessions = serde_json::to_string(sessions)?;
    let found = sqlx::query_scalar!(
        r#"SELECT id AS "id!: String" FROM session_access
           WHERE tenant_id = ?1 AND id IN (SELECT value FROM json_each(?2)) AND is_private AND owner_id IS NOT ?3"#,
        viewer.tenant_id.0,
        sessions,
        viewer.user_id.0
    );
    Ok(found.fetch_all(reads).await?.into_iter().map(SessionId).collect())
}

async fn others_of_runs(reads: &SqlitePool, viewer: &Viewer, runs: &[RunId]) -> Outcome<Vec<SessionId>> {
    let runs = hex_list(runs.iter().map(|run| run.0))?;
    let found = sqlx::query_scalar!(
        r#"SELECT DISTINCT s.id AS "id!: String" FROM runs r JOIN session_access s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
           WHERE r.id IN (SELECT unhex(value) FROM json_each(?2)) AND r.tenant_id = ?1 AND s.is_private AND s.owner_id IS NOT ?3"#,
        viewer.tenant_id.0,
        runs,
        viewer.user_id.0
    );
    Ok(found.fetch_all(reads).await?.into_iter().map(SessionId).collect())
}
