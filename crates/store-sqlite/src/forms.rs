//! Forms: calls that wait for a human's values.

use artel_domain::{AskedForm, CallId, FormState};
use artel_store::{FormFilter, Viewer};
use sqlx::SqlitePool;

use crate::error::Outcome;
use crate::rows::{all, forms, one};

pub(crate) async fn find(reads: &SqlitePool, viewer: &Viewer, form: CallId) -> Outcome<Option<AskedForm>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = forms!(
        "WHERE f.id = ?1 AND f.tenant_id = ?2 AND (?3 IS NULL OR EXISTS (SELECT 1 FROM session_access s
             WHERE s.tenant_id = f.tenant_id AND s.id = f.session_id AND (NOT s.is_private OR s.owner_id = ?3)))",
        form.0,
        viewer.tenant_id.0,
        user
    );
    one(found.fetch_optional(reads).await?)
}

/// Oldest first. One query for each index that may serve.
pub(crate) async fn list(reads: &SqlitePool, viewer: &Viewer, filter: FormFilter) -> Outcome<Vec<AskedForm>> {
    let FormFilter { run_id, session_id, state, limit } = filter;
    let (tenant, user) = (viewer.tenant_id.0, viewer.reads_only().map(|user| user.0));
    let (run, session) = (run_id.map(|run| run.0), session_id.map(|session| session.0));
    let word = state.map(FormState::as_str);
    let found = if run.is_some() {
        forms!(
            "WHERE f.run_id = ?2 AND f.tenant_id = ?1 AND (?3 IS NULL OR f.session_id = ?3) AND (?4 IS NULL OR f.state = ?4)
                 AND (?5 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                     WHERE s.tenant_id = f.tenant_id AND s.id = f.session_id AND (NOT s.is_private OR s.owner_id = ?5)))
             ORDER BY f.dispatched_at, f.id LIMIT ?6",
            tenant,
            run,
            session,
            word,
            user,
            limit
        )
        .fetch_all(reads)
        .await?
    } else if state == Some(FormState::Pending) {
        forms!(
            "WHERE f.tenant_id = ?1 AND f.finished_at IS NULL AND f.state = 'pending' AND (?2 IS NULL OR f.session_id = ?2)
                 AND (?3 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                     WHERE s.tenant_id = f.tenant_id AND s.id = f.session_id AND (NOT s.is_private OR s.owner_id = ?3)))
             ORDER BY f.dispatched_at, f.id LIMIT ?4",
            tenant,
            session,
            user,
            limit
        )
        .fetch_all(reads)
        .await?
    } else {
        forms!(
            "WHERE f.tenant_id = ?1 AND (?2 IS NULL OR f.session_id = ?2) AND (?3 IS NULL OR f.state = ?3)
                 AND (?4 IS NULL OR EXISTS (SELECT 1 FROM session_access s
                     WHERE s.tenant_id = f.tenant_id AND s.id = f.session_id AND (NOT s.is_private OR s.owner_id = ?4)))
             ORDER BY f.dispatched_at, f.id LIMIT ?5",
            tenant,
            session,
            word,
            user,
            limit
        )
        .fetch_all(reads)
        .await?
    };
    all(found)
}
