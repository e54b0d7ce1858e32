use artel_domain::{Confidence, Session, SessionId, Specialist, Timestamp};
use artel_http::Checked;
use artel_specialists::profile;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::extract::{InPath, Query, flag};
use crate::fault::Fault;
use crate::history::{self, Story, Turnover};
use crate::user::User;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetCurrent {
    /// False leaves the lists of switches empty.
    #[serde(default, deserialize_with = "flag")]
    #[param(nullable = false)]
    include_history: Option<bool>,
}

impl Checked for GetCurrent {}

/// Whose turn it is, in all the forms that clients know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Turn {
    session_id: SessionId,
    current_agent: AgentNow,
    previous_agent: Option<AgentName>,
    switch_count: usize,
    switch_history: Vec<Switch>,
    agent_history: Vec<ShortSwitch>,
    context: Context,
    /// There were more switches than are counted here. Left out when there were none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    is_truncated: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct AgentNow {
    #[serde(flatten)]
    agent: AgentName,
    switched_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
struct AgentName {
    #[serde(rename = "type")]
    specialist: Specialist,
    name: &'static str,
    emoji: &'static str,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct Switch {
    from_agent: Specialist,
    to_agent: Specialist,
    reason: String,
    timestamp: Timestamp,
    confidence: Option<Confidence>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ShortSwitch {
    from: Specialist,
    to: Specialist,
    reason: String,
    timestamp: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
struct Context {
    id: SessionId,
    session_id: SessionId,
    current_agent: Specialist,
    switch_count: usize,
    switch_history: Vec<Switch>,
    last_switch_at: Option<Timestamp>,
    created_at: Timestamp,
}

/// Read whose turn it is in a session: the orchestrator's before the first message.
#[utoipa::path(get, path = "/agents/{session_id}/current", tag = super::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200), GetCurrent),
    responses((status = OK, description = "Whose turn it is.", body = Turn)))]
pub(crate) async fn get_current(
    State(app): State<App>,
    user: User,
    InPath(id): InPath,
    Query(wanted): Query<GetCurrent>,
) -> Result<Json<Turn>, Fault> {
    let session = app.intents.own_session(&user.requester(), &id).await?;
    let story = history::read(&app, &user.viewer(), &session.id).await?;
    Ok(Json(current(&app, &session, &story, wanted.include_history.unwrap_or(true))))
}

pub(super) fn current(app: &App, session: &Session, story: &Story, with_history: bool) -> Turn {
    let now = session.specialist.unwrap_or(app.config.first);
    let last = story.turnovers.last();
    let shown: &[Turnover] = if with_history { &story.turnovers } else { &[] };
    let switch_history: Vec<Switch> = shown.iter().map(Switch::from).collect();
    Turn {
        session_id: session.id.shown(),
        current_agent: AgentNow {
            agent: AgentName::of(now),
            switched_at: last.map_or(session.created_at, |last| last.at),
        },
        previous_agent: last.map(|last| AgentName::of(last.from)),
        switch_count: story.turnovers.len(),
        agent_history: shown.iter().map(ShortSwitch::from).collect(),
        context: Context {
            id: session.id.shown(),
            session_id: session.id.shown(),
            current_agent: now,
            switch_count: story.turnovers.len(),
            switch_history: switch_history.clone(),
            last_switch_at: last.map(|last| last.at),
            created_at: session.created_at,
        },
        switch_history,
        is_truncated: story.is_cut,
    }
}

impl AgentName {
    fn of(specialist: Specialist) -> Self {
        let profile = profile(specialist);
        Self { specialist, name: &profile.name, emoji: &profile.emoji }
    }
}

impl From<&Turnover> for Switch {
    fn from(turnover: &Turnover) -> Self {
        let Turnover { from, to, reason, confidence, at } = turnover.clone();
        Self { from_agent: from, to_agent: to, reason, timestamp: at, confidence }
    }
}

impl From<&Turnover> for ShortSwitch {
    fn from(turnover: &Turnover) -> Self {
        let Turnover { from, to, reason, at, .. } = turnover.clone();
        Self { from, to, reason, timestamp: at }
    }
}
