use artel_domain::{
    AgentId, AgentStatus, BuiltinAgent, DailyLimit, Refusal, RefusalKind, Requester, Run, RunId, Session, SessionId,
    Subject, TeamRequest, Timestamp, Visibility,
};
use artel_engine::estimate_tokens;
use artel_identity::{Scope, Scopes};
use artel_store::{Created, NewRun, ProfileChoice, Viewer};
use uuid::Uuid;

use crate::text::without_nul;
use crate::{Intents, scopes};

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct StartRun {
    /// A retried request brings the id of the first one, and gets the first one's run.
    pub id: RunId,
    /// The stored id, as [`Intents::session_key`] gives it for what the requester calls the session.
    pub session_id: SessionId,
    pub runner: Runner,
    /// What the user says. It may be empty for a team that only switches.
    pub input: String,
}

/// Who answers.
#[derive(Debug, Clone)]
pub enum Runner {
    Agent {
        agent: AgentId,
        /// `true` asks for the agent as it is, with changes that are not published; `false` for the published version.
        /// When absent, the agent's owner gets the agent as it is, everybody else the published version.
        draft: Option<bool>,
        /// Who sees the session, when this run begins it.
        visibility: Visibility,
    },
    /// The specialists, in a session of the requester's that is active.
    Team(TeamRequest),
}

impl Runner {
    /// Dialogues with the specialists are their users' own.
    fn visibility(&self) -> Visibility {
        match self {
            Self::Agent { visibility, .. } => *visibility,
            Self::Team(_) => Visibility::Private,
        }
    }
}

/// A run that is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Started {
    New(Box<Run>),
    /// An earlier request with the same id stored it.
    Known(Box<Run>),
}

impl Started {
    /// The run, whether it is new or was there already.
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
    /// `Forbidden`: the scope `runs:write` is missing, the API key is for another agent, or what is asked for is not
    /// published and the requester is neither the agent's owner nor an administrator. `Conflict`: the agent is
    /// switched off, or another user began the session just now. `Absent`: the agent, the team's session, or a
    /// session that is another user's. `Invalid` or `TooLarge`: the input. `TooMany`: the API key's daily limit is
    /// used up.
    pub async fn start_run(&self, requester: &Requester, start: StartRun) -> Result<Started, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        self.check_input(&start)?;
        let (session_id, visibility) = (start.session_id, start.runner.visibility());
        let (agent_id, session_id, profile, team) = match start.runner {
            Runner::Agent { agent, draft, .. } => {
                let profile = self.choose_profile(requester, agent, draft).await?;
                (agent, session_id, profile, None)
            }
            Runner::Team(team) => {
                let session = self.own_session(requester, &session_id).await?;
                (self.ensure_team_agent(requester).await?, session.id, ProfileChoice::Published, Some(team))
            }
        };
        let new = NewRun {
            id: start.id,
            tenant_id: requester.tenant_id,
            agent_id,
            profile,
            session_id,
            trace_id: requester.trace_id.clone(),
            principal: requester.principal.clone(),
            input_message: without_nul(start.input),
            team,
            parent: None,
            visibility,
            at: self.clock.now(),
            daily_limits: self.daily_limits(requester),
        };
        self.store_run(requester, new).await
    }

    /// The stored id of the session that the requester means by this name, for a run that is to be seen as `visibility`
    /// says.
    ///
    /// # Errors
    /// `Conflict`: the run is to be private, and the tenant sees the session already.
    pub async fn session_key(
        &self,
        requester: &Requester,
        name: &SessionId,
        visibility: Visibility,
    ) -> Result<SessionId, Refusal> {
        let viewer = Viewer::from(requester);
        let key = self.store.session_key(&viewer, name).await?;
        if visibility == Visibility::Private {
            let known = self.store.find_session(&viewer, &key).await?;
            if known.is_some_and(|known| known.id == key && known.visibility == Visibility::Tenant) {
                let message = "The whole organisation sees the session already: begin a private one.";
                return Err(Refusal::conflict(Subject::Session, "session_is_shared", message));
            }
        }
        Ok(key)
    }

    async fn store_run(&self, requester: &Requester, new: NewRun) -> Result<Started, Refusal> {
        let (session, agent, at) = (new.session_id.clone(), new.agent_id, new.at);
        let audit = requester.audit("run.create", "run", new.id, at);
        match self.store.create_run(&Viewer::from(requester), new, audit).await? {
            Created::Run(run) if run.session_id == session => {
                self.bus.wake_workers();
                Ok(Started::New(run))
            }
            Created::Run(run) => Ok(Started::Known(run)),
            refused => Err(Self::refused(requester, &refused, &session, agent, at)),
        }
    }

    /// Why the store made no run.
    pub(crate) fn refused(
        requester: &Requester,
        refused: &Created,
        session: &SessionId,
        agent: AgentId,
        at: Timestamp,
    ) -> Refusal {
        match refused {
            Created::AgentDisabled => disabled(requester, agent),
            Created::AgentIsDraft => is_draft(),
            Created::SessionTaken if session.is_unique() => Refusal::absent(Subject::Session),
            Created::SessionTaken => {
                let message = "Another user began a session of this name just now. Try again.";
                Refusal::conflict(Subject::Session, "session_taken", message)
            }
            Created::DailyLimit => {
                let message = "A daily limit of runs is used up: that of the API key, of a key that made it, of the user or of the \
                               organisation. It counts anew from midnight UTC.";
                Refusal::too_many(Subject::Run, message, seconds_until_midnight(at))
            }
            Created::AgentMissing | Created::Run(_) => Refusal::absent(Subject::Agent),
        }
    }

    /// All that the requester's runs count against: their keys' limits, the user's and the tenant's.
    pub(crate) fn daily_limits(&self, requester: &Requester) -> Vec<DailyLimit> {
        let user = self.config.runs_per_day_user.map(|runs| DailyLimit { of: requester.user_id().0, runs });
        // The tenant as a whole has the id of zeros: a user may have the same id as their tenant.
        let tenant = self.config.runs_per_day_tenant.map(|runs| DailyLimit { of: Uuid::nil(), runs });
        requester.daily_limits.iter().copied().chain(user).chain(tenant).collect()
    }

    fn check_input(&self, start: &StartRun) -> Result<(), Refusal> {
        let may_be_empty = matches!(&start.runner, Runner::Team(team) if team.switch_to.is_some());
        if start.input.trim().is_empty() && !may_be_empty {
            return Err(Refusal::invalid(Subject::Input, "must not be empty"));
        }
        self.check_size(&start.input)
    }

    pub(crate) fn check_size(&self, input: &str) -> Result<(), Refusal> {
        let (tokens, most) = (estimate_tokens(input), self.config.max_context_tokens);
        if tokens <= most {
            return Ok(());
        }
        let message = format!("The input has about {tokens} tokens; at most {most} can be answered.");
        Err(Refusal::new(RefusalKind::TooLarge, Subject::Input, "CONTEXT_TOO_LARGE", message))
    }

    /// Which state of the agent the requester runs, by what they ask for and who they are.
    pub(crate) async fn choose_profile(
        &self,
        requester: &Requester,
        agent: AgentId,
        draft: Option<bool>,
    ) -> Result<ProfileChoice, Refusal> {
        let agent = self
            .store
            .find_agent(&self.viewer(requester), agent)
            .await?
            .ok_or_else(|| Refusal::absent(Subject::Agent))?;
        check_only_agent(requester, agent.id)?;
        let is_owner = agent.owner_user_id == requester.user_id() && !agent.is_read_only();
        let is_admin = || Scopes::new(requester.principal.scopes.iter().cloned()).allows(Scope::Admin);
        match draft.unwrap_or(is_owner) {
            true if is_owner || is_admin() => Ok(ProfileChoice::Current),
            false if agent.status == AgentStatus::Published => Ok(ProfileChoice::Published),
            _ => Err(is_draft()),
        }
    }
}

/// Refuses an API key that was made for another agent.
pub(crate) fn check_only_agent(requester: &Requester, agent: AgentId) -> Result<(), Refusal> {
    if requester.only_agent.is_none_or(|only| only == agent) {
        return Ok(());
    }
    Err(Refusal::forbidden(Subject::Agent, "agent_not_allowed", "This API key may run another agent only."))
}

impl Intents {
    /// Refuses an API key that was made for another agent than the session's.
    ///
    /// # Errors
    /// `Forbidden`: it was.
    pub fn check_agent_of_session(&self, requester: &Requester, session: &Session) -> Result<(), Refusal> {
        check_only_agent(requester, session.agent_id)
    }

    /// Refuses an API key that was made for another agent than the run's.
    pub(crate) async fn check_agent_of(&self, requester: &Requester, run: RunId) -> Result<(), Refusal> {
        if requester.only_agent.is_none() {
            return Ok(());
        }
        match self.store.find_run(&Viewer::from(requester), run).await? {
            Some(run) => check_only_agent(requester, run.agent_id),
            None => Err(Refusal::absent(Subject::Run)),
        }
    }
}

fn is_draft() -> Refusal {
    let message = "What is not published can be run by the agent's owner and by an administrator only, who say so with \"draft\": true. \
                   Its owner can publish it: POST /v1/agents/{id}/publish.";
    Refusal::forbidden(Subject::Agent, "agent_is_draft", message)
}

fn disabled(requester: &Requester, agent: AgentId) -> Refusal {
    let message = match BuiltinAgent::of(requester.tenant_id, agent) {
        Some(builtin) => format!(
            "{} is switched off in this organisation. An administrator of the organisation can switch it on again: \
             PUT /v1/builtin-agents/{} {{\"is_enabled\": true}}.",
            builtin.name(),
            builtin.as_str()
        ),
        None => format!(
            "The agent is switched off. Whoever may change agents can switch it on again: PUT /v1/agents/{agent} {{\"is_enabled\": true}}."
        ),
    };
    Refusal::conflict(Subject::Agent, "agent_disabled", message)
}

/// Daily limits count UTC days.
fn seconds_until_midnight(now: Timestamp) -> u64 {
    const DAY: i64 = 86_400;
    (DAY - now.as_second().rem_euclid(DAY)).unsigned_abs()
}
