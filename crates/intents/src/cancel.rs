use artel_domain::{Phase, Refusal, Requester, Run, RunId, SessionId, Subject};
use artel_identity::Scope;
use artel_store::{CancelOutcome, RunFilter, Viewer};

use crate::start_run::check_only_agent;
use crate::{Intents, scopes};

/// A session has at most a few runs that are not over.
const MOST_RUNS: u32 = 100;

impl Intents {
    /// Asks for the end of a run, and returns it as it is now. The run's worker, or the next one, ends it shortly.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing, or the run is in another user's private session, which an
    /// administrator reads and does not change. `Absent`: the run. `Conflict`: the run is over.
    pub async fn cancel_run(&self, requester: &Requester, run: RunId) -> Result<Run, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        self.check_agent_of(requester, run).await?;
        match self.request_cancel(requester, run).await? {
            CancelOutcome::Requested(run) => {
                self.bus.wake_workers();
                Ok(*run)
            }
            CancelOutcome::AlreadyOver(_) => {
                Err(Refusal::conflict(Subject::Run, "run_is_over", "The run is over already."))
            }
            CancelOutcome::Missing => Err(self.not_theirs(requester, run).await?),
        }
    }

    /// Why a run is not cancelled that the requester may not change: some may read it all the same.
    async fn not_theirs(&self, requester: &Requester, run: RunId) -> Result<Refusal, Refusal> {
        let viewer = self.viewer(requester);
        if !viewer.is_administrator() || self.store.find_run(&viewer, run).await?.is_none() {
            return Ok(Refusal::absent(Subject::Run));
        }
        let message = "The run is in another user's private session: an administrator reads it, only its owner ends it. \
                       Revoking the owner's key or deactivating the owner ends their runs.";
        Ok(Refusal::forbidden(Subject::Run, "session_is_private", message))
    }

    /// Asks for the end of every run of a session that is not over; the ids of these runs.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing, or the key is for another agent. `Absent`: the session is not
    /// the requester's, or has ended.
    pub async fn cancel_session(&self, requester: &Requester, session: &SessionId) -> Result<Vec<RunId>, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        let session = self.own_session(requester, session).await?;
        check_only_agent(requester, session.agent_id)?;
        self.cancel_open_runs(requester, &session.id).await
    }

    /// The runs of the session that are not over; at most `limit`.
    pub(crate) async fn open_runs(
        &self,
        requester: &Requester,
        session: &SessionId,
        limit: u32,
    ) -> Result<Vec<Run>, Refusal> {
        let open = RunFilter {
            session_id: Some(session.clone()),
            phases: vec![Phase::Queued, Phase::Running, Phase::Waiting],
            limit,
            ..RunFilter::default()
        };
        Ok(self.store.list_runs(&Viewer::from(requester), open).await?)
    }

    /// Asks for the end of all of them, in the store first: their workers hear of what is stored.
    pub(crate) async fn cancel_open_runs(
        &self,
        requester: &Requester,
        session: &SessionId,
    ) -> Result<Vec<RunId>, Refusal> {
        let mut cancelled = Vec::new();
        for run in self.open_runs(requester, session, MOST_RUNS).await? {
            if let CancelOutcome::Requested(run) = self.request_cancel(requester, run.id).await? {
                cancelled.push(run.id);
            }
        }
        self.bus.wake_workers();
        Ok(cancelled)
    }

    async fn request_cancel(&self, requester: &Requester, run: RunId) -> Result<CancelOutcome, Refusal> {
        let audit = requester.audit("run.cancel", "run", run, self.clock.now());
        let outcome = self.store.cancel_run(&Viewer::from(requester), run, audit).await?;
        if let CancelOutcome::Requested(run) = &outcome {
            self.bus.cancel_run(run.id);
        }
        Ok(outcome)
    }
}
