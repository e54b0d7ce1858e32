//! Forms: calls that wait for a human's values.

use artel_domain::{AskedForm, CallId, FormState};
use artel_store::{FormFilter, Viewer};
use sqlx::PgPool;

use crate::rows::select_form;
use crate::values::text;

pub(crate) async fn find(pool: &PgPool, viewer: &Viewer, form: CallId) -> sqlx::Result<Option<AskedForm>> {
    let found = select_form!(
        "WHERE f.id = $1 AND f.tenant_id = $2 AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s
             WHERE s.tenant_id = f.tenant_id AND s.id = f.session_id AND (NOT s.is_private OR s.owner_id = $3)))",
        form.0,
        viewer.tenant_id.0,
        viewer.reads_only().map(|user| user.0),
    );
    found.fetch_optional(pool).await?.map(AskedForm::try_from).transpose()
}

/// Oldest first.
pub(crate) async fn list(pool: &PgPool, viewer: &Viewer, filter: FormFilter) -> sqlx::Result<Vec<AskedForm>> {
    let FormFilter { run_id, session_id, state, limit } = filter;
    let found = select_form!(
        "WHERE f.tenant_id = $1 AND ($2::uuid IS NULL OR f.run_id = $2) AND ($3::text IS NULL OR f.session_id = $3)
           AND ($4::text IS NULL OR f.state = $4) AND ($4 IS DISTINCT FROM 'pending' OR f.finished_at IS NULL)
           AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s
               WHERE s.tenant_id = f.tenant_id AND s.id = f.session_id AND (NOT s.is_private OR s.owner_id = $5)))
         ORDER BY f.dispatched_at, f.id LIMIT $6",
        viewer.tenant_id.0,
        run_id.map(|run| run.0),
        session_id.map(|session| text(&session.0)),
        state.map(FormState::as_str),
        viewer.reads_only().map(|user| user.0),
        i64::from(limit),
    );
    found.fetch_all(pool).await?.into_iter().map(AskedForm::try_from).collect()
}
