use artel_domain::{Run, RunId, SessionId, Specialist, TeamRequest};
use artel_engine::estimate_tokens;
use artel_http::{Problem, trace};
use artel_identity::Scope;
use artel_store::{Created, NewRun};
use axum::http::StatusCode;

use super::{codes, ensure_team_agent};
use crate::App;
use crate::user::User;

const SWITCH_REASON: &str = "User requested agent switch";
/// What the IDE shows its user about a switch; it sends it along as if the user had said it.
const LABEL: &str = "Switched to ";

/// What a user says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    pub(crate) content: String,
    /// The user names who is to answer.
    pub(crate) agent: Option<Specialist>,
    pub(crate) reason: Option<String>,
    /// Tools that the client can execute.
    pub(crate) client_tools: Vec<String>,
    /// The client shows plans.
    pub(crate) plans: bool,
}

/// The user wants another agent from here on.
#[derive(Debug, Clone)]
pub(crate) struct Switch {
    pub(crate) agent: Specialist,
    pub(crate) reason: Option<String>,
    /// What the new agent is to answer, if anything.
    pub(crate) content: Option<String>,
    pub(crate) client_tools: Vec<String>,
    pub(crate) plans: bool,
}

/// Starts a run with this input in a session of the user; the caller knows that it is theirs.
pub(crate) async fn start_input(app: &App, user: &User, session: &SessionId, input: Input) -> Result<Run, Problem> {
    if input.content.trim().is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, codes::INVALID_FORMAT, "The message's content must not be empty."));
    }
    let team = TeamRequest { switch_to: input.agent, reason: input.reason, client_tools: input.client_tools, plans: input.plans };
    start(app, user, session, input.content, team).await
}

/// Starts a run that switches; without something to answer it ends there.
pub(crate) async fn switch(app: &App, user: &User, session: &SessionId, switch: Switch) -> Result<Run, Problem> {
    let content = switch.content.filter(|content| !content.trim().is_empty() && !content.starts_with(LABEL)).unwrap_or_default();
    let reason = switch.reason.filter(|reason| !reason.trim().is_empty()).unwrap_or_else(|| SWITCH_REASON.to_owned());
    let team = TeamRequest {
        switch_to: Some(switch.agent),
        reason: Some(readable(reason)),
        client_tools: switch.client_tools,
        plans: switch.plans,
    };
    start(app, user, session, content, team).await
}

async fn start(app: &App, user: &User, session: &SessionId, content: String, team: TeamRequest) -> Result<Run, Problem> {
    user.needs(Scope::RunsWrite)?;
    check_size(app, &content)?;
    let new = NewRun {
        id: RunId(app.clock.uuid()),
        tenant_id: user.tenant_id,
        agent_id: ensure_team_agent(app, user).await?,
        session_id: session.clone(),
        trace_id: trace::current(),
        principal: user.principal.clone(),
        input_message: readable(content),
        team: Some(team),
        at: app.clock.now(),
        daily_limit: user.daily_limit,
    };
    let audit = user.audit("run.create", "run", new.id, new.at);
    match app.store.create_run(new, audit).await? {
        Created::Run(run) => {
            app.bus.wake_workers();
            Ok(*run)
        }
        Created::AgentMissing => Err(Problem::forbidden(codes::AGENT_UNAVAILABLE, "CodeLab is switched off in this organisation.")),
        Created::DailyLimit => Err(Problem::too_many("The daily limit of this API key is used up.", until_midnight(app))),
    }
}

fn check_size(app: &App, input: &str) -> Result<(), Problem> {
    let (tokens, most) = (estimate_tokens(input), app.config.max_context_tokens);
    if tokens <= most {
        return Ok(());
    }
    let message = format!("The input has about {tokens} tokens; at most {most} can be answered.");
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, codes::CONTEXT_TOO_LARGE, message))
}

/// Not every database keeps a NUL.
pub(super) fn readable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Daily limits count UTC days.
fn until_midnight(app: &App) -> u64 {
    const DAY: i64 = 86_400;
    (DAY - app.clock.now().as_second().rem_euclid(DAY)).unsigned_abs()
}
