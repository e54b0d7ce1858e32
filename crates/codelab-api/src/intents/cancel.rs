use artel_domain::{Phase, RunId, SessionId};
use artel_http::Problem;
use artel_identity::Scope;
use artel_store::{CancelOutcome, RunFilter};

use crate::App;
use crate::user::User;

const MOST: u32 = 100;

/// Ends what is under way or waiting in the session; which runs that were.
pub(crate) async fn cancel(app: &App, user: &User, session: &SessionId) -> Result<Vec<RunId>, Problem> {
    user.needs(Scope::RunsWrite)?;
    let open = RunFilter {
        session_id: Some(session.clone()),
        phases: vec![Phase::Queued, Phase::Running, Phase::WaitingForApproval],
        limit: MOST,
        ..RunFilter::default()
    };
    let mut cancelled = Vec::new();
    for run in app.store.list_runs(user.tenant_id, open).await? {
        let audit = user.audit("run.cancel", "run", run.id, app.clock.now());
        if let CancelOutcome::Requested(run) = app.store.cancel_run(user.tenant_id, run.id, audit).await? {
            app.bus.cancel_run(run.id);
            cancelled.push(run.id);
        }
    }
    app.bus.wake_workers();
    Ok(cancelled)
}
