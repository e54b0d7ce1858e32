use artel_domain::{Agent, AgentId, AgentStatus, Refusal, RefusalKind, Requester, Run, RunId, SessionId, Subject, TeamRequest, Timestamp};
use artel_engine::estimate_tokens;
use artel_identity::Scope;
use artel_store::{Created, NewRun};

use crate::text::without_nul;
use crate::{Intents, scopes};

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct StartRun {
    /// A retried request brings the id of the first one, and gets the first one's run.
    pub id: RunId,
    pub session_id: SessionId,
    pub runner: Runner,
    /// What the user says. It may be empty for a team that only switches.
    pub input: String,
}

/// Who answers.
#[derive(Debug, Clone)]
pub enum Runner {
    Agent(AgentId),
    /// The specialists, in a session of the requester's that is active.
    Team(TeamRequest),
}

/// A run that is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Started {
    New(Box<Run>),
    /// An earlier request with the same id stored it.
    Known(Box<Run>),
}

impl Started {
    pub fn into_run(self) -> Run {
        match self {
            Self::New(run) | Self::Known(run) => *run,
        }
    }
}

impl Intents {
    /// Stores a run and wakes the workers.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing, the API key is for another agent, or the agent is another user's draft. `Absent`:
    /// the agent or the team's session. `Invalid` or `TooLarge`: the input. `TooMany`: the API key's daily limit is used up.
    pub async fn start_run(&self, requester: &Requester, start: StartRun) -> Result<Started, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        self.check_input(&start)?;
        let (agent_id, team) = match start.runner {
            Runner::Agent(agent) => (self.check_agent(requester, agent).await?, None),
            Runner::Team(team) => {
                self.own_session(requester, &start.session_id).await?;
                (self.ensure_team_agent(requester).await?, Some(team))
            }
        };
        let new = NewRun {
            id: start.id,
            tenant_id: requester.tenant_id,
            agent_id,
            session_id: start.session_id,
            trace_id: requester.trace_id.clone(),
            principal: requester.principal.clone(),
            input_message: without_nul(start.input),
            team,
            at: self.clock.now(),
            daily_limit: requester.daily_limit,
        };
        self.store_run(requester, new).await
    }

    async fn store_run(&self, requester: &Requester, new: NewRun) -> Result<Started, Refusal> {
        let (session, at) = (new.session_id.clone(), new.at);
        let audit = requester.audit("run.create", "run", new.id, at);
        match self.store.create_run(new, audit).await? {
            Created::Run(run) if run.session_id == session => {
                self.bus.wake_workers();
                Ok(Started::New(run))
            }
            Created::Run(run) => Ok(Started::Known(run)),
            Created::AgentMissing => Err(Refusal::absent(Subject::Agent)),
            Created::DailyLimit => {
                let message = "The daily limit of this API key is used up.";
                Err(Refusal::too_many(Subject::Run, message, seconds_until_midnight(at)))
            }
        }
    }

    fn check_input(&self, start: &StartRun) -> Result<(), Refusal> {
        let may_be_empty = matches!(&start.runner, Runner::Team(team) if team.switch_to.is_some());
        if start.input.trim().is_empty() && !may_be_empty {
            return Err(Refusal::invalid(Subject::Input, "must not be empty"));
        }
        let (tokens, most) = (estimate_tokens(&start.input), self.config.max_context_tokens);
        if tokens <= most {
            return Ok(());
        }
        let message = format!("The input has about {tokens} tokens; at most {most} can be answered.");
        Err(Refusal::new(RefusalKind::TooLarge, Subject::Input, "CONTEXT_TOO_LARGE", message))
    }

    async fn check_agent(&self, requester: &Requester, agent: AgentId) -> Result<AgentId, Refusal> {
        let agent = self.store.find_agent(requester.tenant_id, agent).await?.ok_or_else(|| Refusal::absent(Subject::Agent))?;
        check_only_agent(requester, agent.id)?;
        check_draft(requester, &agent)?;
        Ok(agent.id)
    }
}

/// Refuses an API key that was made for another agent.
pub(crate) fn check_only_agent(requester: &Requester, agent: AgentId) -> Result<(), Refusal> {
    if requester.only_agent.is_none_or(|only| only == agent) {
        return Ok(());
    }
    Err(Refusal::forbidden(Subject::Agent, "agent_not_allowed", "This API key may run another agent only."))
}

fn check_draft(requester: &Requester, agent: &Agent) -> Result<(), Refusal> {
    if agent.status != AgentStatus::Draft || agent.owner_user_id == requester.user_id() {
        return Ok(());
    }
    let message = "The agent is a draft, which only its owner may run. Its owner can publish it: POST /v1/agents/{id}/publish.";
    Err(Refusal::forbidden(Subject::Agent, "agent_is_draft", message))
}

/// Daily limits count UTC days.
fn seconds_until_midnight(now: Timestamp) -> u64 {
    const DAY: i64 = 86_400;
    (DAY - now.as_second().rem_euclid(DAY)).unsigned_abs()
}
