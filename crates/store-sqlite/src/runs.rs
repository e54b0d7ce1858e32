use artel_domain::{Run, RunId, TenantId};
use artel_store::{Fence, RunFilter, Viewer};
use sqlx::{SqliteExecutor, SqlitePool};

use crate::error::Outcome;
use crate::rows::{all, one, runs};

pub(crate) async fn find_seen(reads: &SqlitePool, viewer: &Viewer, run: RunId) -> Outcome<Option<Run>> {
    let user = viewer.reads_only().map(|user| user.0);
    let found = runs!(
        "SELECT",
        "FROM runs WHERE id = ?1 AND tenant_id = ?2
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = runs.tenant_id AND s.id = runs.session_id
                 AND (NOT s.is_private OR s.owner_id = ?3)))",
        run.0,
        viewer.tenant_id.0,
        user
    );
    one(found.fetch_optional(reads).await?)
}

pub(crate) async fn find(db: impl SqliteExecutor<'_>, tenant: TenantId, run: RunId) -> Outcome<Option<Run>> {
    one(runs!("SELECT", "FROM runs WHERE id = ?1 AND tenant_id = ?2", run.0, tenant.0).fetch_optional(db).await?)
}

pub(crate) async fn list(reads: &SqlitePool, viewer: &Viewer, filter: &RunFilter) -> Outcome<Vec<Run>> {
    let (tenant, user) = (viewer.tenant_id, viewer.reads_only().map(|user| user.0));
    let agent = filter.agent_id.map(|id| id.0);
    let before = filter.before.map(|id| id.0);
    let phases: Vec<_> = filter.phases.iter().map(|phase| phase.as_str()).collect();
    let phases = (!phases.is_empty()).then(|| serde_json::to_string(&phases)).transpose()?;
    let found = if let Some(session) = &filter.session_id {
        runs!(
            "SELECT",
            "FROM runs WHERE tenant_id = ?1 AND session_id = ?2 AND (?3 IS NULL OR agent_id = ?3)
                 AND (?4 IS NULL OR phase IN (SELECT value FROM json_each(?4))) AND (?5 IS NULL OR id < ?5)
                 AND (?7 IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = runs.tenant_id AND s.id = runs.session_id
                     AND (NOT s.is_private OR s.owner_id = ?7)))
             ORDER BY id DESC LIMIT ?6 + 0",
            tenant.0,
            session.0,
            agent,
            phases,
            before,
            filter.limit,
            user
        )
        .fetch_all(reads)
        .await?
    } else {
        runs!(
            "SELECT",
            "FROM runs WHERE tenant_id = ?1 AND (?2 IS NULL OR agent_id = ?2)
                 AND (?3 IS NULL OR phase IN (SELECT value FROM json_each(?3))) AND (?4 IS NULL OR id < ?4)
                 AND (?6 IS NULL OR EXISTS (SELECT 1 FROM session_access s WHERE s.tenant_id = runs.tenant_id AND s.id = runs.session_id
                     AND (NOT s.is_private OR s.owner_id = ?6)))
             ORDER BY id DESC LIMIT ?5 + 0",
            tenant.0,
            agent,
            phases,
            before,
            filter.limit,
            user
        )
        .fetch_all(reads)
        .await?
    };
    all(found)
}

/// The runs that calls of this one started, oldest first.
pub(crate) async fn of_parent(reads: &SqlitePool, fence: &Fence) -> Outcome<Vec<Run>> {
    let children = runs!(
        "SELECT",
        "FROM runs WHERE parent_run_id = ?1 AND tenant_id = ?2 ORDER BY id",
        fence.run_id.0,
        fence.tenant_id.0
    );
    all(children.fetch_all(reads).await?)
}
