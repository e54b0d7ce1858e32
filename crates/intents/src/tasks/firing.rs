use artel_domain::{
    AgentId, BuiltinAgent, CallId, Cap, InboundEventId, Refusal, Requester, Run, RunId, SessionId, StartCause, Subject,
    Task, Visibility,
};
use artel_identity::Scope;
use artel_store::tasks::{LONGEST_QUEUE, Line};
use artel_store::{EventStart, Fired, Firing, NewOrganizationSession, NewRun, ProfileChoice, SkippedDue};
use serde_json::json;
use uuid::Uuid;

use crate::start_run::check_only_agent;
use crate::text::without_nul;
use crate::{Intents, scopes};

/// One start of a task.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) run: RunId,
    pub(super) cause: StartCause,
    pub(super) takes: Option<SkippedDue>,
    pub(super) event: Option<EventStart>,
    pub(super) call: Option<CallId>,
    pub(super) line: Option<Line>,
    /// What the execution may use up, where the task allows more.
    pub(super) at_most: Cap,
}

/// Says that an execution is not over and the rule allows no second one.
pub(super) const OVERLAPS: &str = "task_is_running";
/// Says that as many executions wait as may.
pub(super) const QUEUE_IS_FULL: &str = "task_queue_is_full";

impl Intents {
    /// Stores an execution and wakes the workers. `None`: the due time is taken already.
    pub(super) async fn fire(&self, requester: &Requester, task: &Task, start: Start) -> Result<Option<Run>, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        self.check_size(&task.prompt)?;
        let profile = self.profile_for_task(requester, task.agent_id).await?;
        let firing = self.firing(requester, task, &start, profile);
        let (session, at) = (firing.session.id.clone(), firing.run.at);
        match self.store.fire_task(firing).await? {
            Fired::Run(run) => {
                self.bus.wake_workers();
                Ok(Some(*run))
            }
            Fired::Stale => Ok(None),
            Fired::Overlaps => {
                let message = "An execution of the task is not over, and its rule allows no second one. Wait for its end, \
                               cancel it, or change the rule \"overlap\".";
                Err(Refusal::conflict(Subject::Task, OVERLAPS, message))
            }
            Fired::QueueIsFull => {
                let message = format!(
                    "{LONGEST_QUEUE} executions of the task are not over, and no more may wait. Wait for the end of some, \
                     cancel some, or start the task less often."
                );
                Err(Refusal::conflict(Subject::Task, QUEUE_IS_FULL, message))
            }
            Fired::Refused(created) => Err(Self::refused(requester, &created, &session, task.agent_id, at)),
        }
    }

    async fn profile_for_task(&self, requester: &Requester, agent: AgentId) -> Result<ProfileChoice, Refusal> {
        if agent != BuiltinAgent::System.id(requester.tenant_id) {
            return self.choose_profile(requester, agent, None).await;
        }
        check_only_agent(requester, agent)?;
        self.ensure_builtin_agent(requester, BuiltinAgent::System).await?;
        Ok(ProfileChoice::Published)
    }

    fn firing(&self, requester: &Requester, task: &Task, start: &Start, profile: ProfileChoice) -> Firing {
        let (at, session_id) = (self.clock.now(), session_of(start.run));
        let facts = json!({ "task_id": task.id, "cause": start.cause });
        let audit = |action, kind, id: String| artel_domain::AuditEntry {
            details: Some(facts.clone()),
            ..requester.audit(action, kind, id, at)
        };
        let run = NewRun {
            id: start.run,
            tenant_id: task.tenant_id,
            agent_id: task.agent_id,
            profile,
            session_id: session_id.clone(),
            trace_id: requester.trace_id.clone(),
            principal: requester.principal.clone(),
            input_message: without_nul(input(task, start.event.as_ref())),
            team: None,
            visibility: Visibility::Private,
            at,
            parent: None,
            daily_limits: self.daily_limits(requester),
        };
        let session = NewOrganizationSession {
            id: session_id.clone(),
            tenant_id: task.tenant_id,
            owner_id: task.owner_id,
            agent_id: task.agent_id,
            title: task.title.clone(),
            metadata: Some(json!({ "task_id": task.id })),
            at,
        };
        Firing {
            tenant_id: task.tenant_id,
            task_id: task.id,
            cause: start.cause,
            takes: start.takes,
            event: start.event.as_ref().map(|start| start.event_id),
            call: start.call,
            line: start.line,
            overlap: task.overlap,
            budget: least(task.budget, start.at_most),
            session,
            session_audit: audit("session.create", "session", session_id.0),
            run,
            run_audit: audit("run.create", "run", start.run.to_string()),
            cancel_audit: audit("run.cancel", "run", String::new()),
        }
    }
}

fn least(one: Cap, other: Cap) -> Cap {
    let least = |one: Option<i64>, other: Option<i64>| one.into_iter().chain(other).min();
    Cap { tokens: least(one.tokens, other.tokens), nano_usd: least(one.nano_usd, other.nano_usd) }
}

/// What the agent is told. The payload of an event is not part of it: whether the agent may read it, its grants say.
fn input(task: &Task, event: Option<&EventStart>) -> String {
    let Some((event, trigger)) = event.zip(task.trigger.as_ref()) else { return task.prompt.clone() };
    let facts = json!({
        "event_id": event.event_id, "service": trigger.service, "type": trigger.kind, "received_at": event.received_at,
    });
    format!("{}\n\nThis event started the task; query_events reads what it says: {facts}", task.prompt)
}

/// The longest that the agent is told: what a start by an event says.
pub(super) fn longest_input(task: &Task) -> String {
    let (event_id, received_at) = (InboundEventId(Uuid::nil()), task.created_at);
    input(task, Some(&EventStart { task: task.clone(), event_id, received_at }))
}

/// FROZEN: a retried request, at a process of another version too, finds the session that its first try made.
fn session_of(run: RunId) -> SessionId {
    SessionId(Uuid::new_v5(&run.0, b"session").to_string())
}
