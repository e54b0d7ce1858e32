//! Runs: their rows, finding and listing them. Accepting is in `admission`, claiming in `claims`, cancelling in
//! `steering`.

use artel_domain::{Run, RunId, TenantId};
use artel_store::{Fence, RunFilter, Viewer};
use sqlx::{PgExecutor, PgPool};

use crate::filters::filtered;
use crate::rows::select_run;
use crate::values::text;

/// The runs that calls of this one started, oldest first.
pub(crate) async fn of_parent(pool: &PgPool, fence: &Fence) -> sqlx::Result<Vec<Run>> {
    let rows = select_run!(
        "FROM runs WHERE parent_run_id = $1 AND tenant_id = $2 ORDER BY id",
        fence.run_id.0,
        fence.tenant_id.0
    );
    rows.fetch_all(pool).await?.into_iter().map(Run::try_from).collect()
}

pub(crate) async fn find_seen(executor: impl PgExecutor<'_>, viewer: &Viewer, run: RunId) -> sqlx::Result<Option<Run>> {
    let row = select_run!(
        "FROM runs WHERE tenant_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = runs.tenant_id AND s.id = runs.session_id
               AND (NOT s.is_private OR s.owner_id = $3)))",
        viewer.tenant_id.0,
        run.0,
        viewer.reads_only().map(|user| user.0),
    );
    row.fetch_optional(executor).await?.map(Run::try_from).transpose()
}

pub(crate) async fn find(executor: impl PgExecutor<'_>, tenant: TenantId, run: RunId) -> sqlx::Result<Option<Run>> {
    let row =
        select_run!("FROM runs WHERE tenant_id = $1 AND id = $2", tenant.0, run.0).fetch_optional(executor).await?;
    row.map(Run::try_from).transpose()
}

pub(crate) async fn list(pool: &PgPool, viewer: &Viewer, filter: &RunFilter) -> sqlx::Result<Vec<Run>> {
    let (tenant, user) = (viewer.tenant_id, viewer.reads_only().map(|user| user.0));
    let mut tx = filtered(pool).await?;
    let phases: Vec<String> = filter.phases.iter().map(|phase| phase.as_str().to_owned()).collect();
    let agent = filter.agent_id.map(|id| id.0);
    let before = filter.before.map(|id| id.0);
    let limit = i64::from(filter.limit);
    let rows = match &filter.session_id {
        Some(session) => {
            select_run!(
                "FROM runs
                 WHERE tenant_id = $1 AND session_id = $2 AND ($3::uuid IS NULL OR agent_id = $3)
                   AND (cardinality($4::text[]) = 0 OR phase = ANY ($4)) AND ($5::uuid IS NULL OR id < $5)
                   AND ($7::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = runs.tenant_id AND s.id = runs.session_id
                       AND (NOT s.is_private OR s.owner_id = $7)))
                 ORDER BY id DESC LIMIT $6",
                tenant.0,
                text(&session.0),
                agent,
                &phases,
                before,
                limit,
                user,
            )
            .fetch_all(&mut *tx)
            .await?
        }
        None => {
            select_run!(
                "FROM runs
                 WHERE tenant_id = $1 AND ($2::uuid IS NULL OR agent_id = $2)
                   AND (cardinality($3::text[]) = 0 OR phase = ANY ($3)) AND ($4::uuid IS NULL OR id < $4)
                   AND ($6::uuid IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = runs.tenant_id AND s.id = runs.session_id
                       AND (NOT s.is_private OR s.owner_id = $6)))
                 ORDER BY id DESC LIMIT $5",
                tenant.0,
                agent,
                &phases,
                before,
                limit,
                user,
            )
            .fetch_all(&mut *tx)
            .await?
        }
    };
    rows.into_iter().map(Run::try_from).collect()
}
