//! How a client wants its stream, said in the query string or told by what it calls itself.

use artel_engine::Pieces;
use artel_http::{Checked, Faults};
use artel_specialists::{COMMON, client_tool};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::config::{CodelabConfig, StreamMode};
use crate::extract::flag;
use crate::frames::{Cursor, View};
use crate::incoming::Client;
use crate::user::User;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Options {
    /// `tokens` or `whole`; `auto` is what the server is set up for.
    #[param(schema_with = crate::shapes::stream_mode, required = false)]
    stream: Option<String>,
    /// The client shows plans and decides about them.
    #[serde(default, deserialize_with = "flag")]
    #[param(nullable = false)]
    plans: Option<bool>,
    /// Tools that the client can execute, with commas between them.
    #[param(nullable = false)]
    tools: Option<String>,
    /// The `seq` of the last frame that the reader has.
    #[param(minimum = 0, nullable = false)]
    after: Option<i64>,
    /// Frames are to say their `seq`.
    #[serde(default, deserialize_with = "flag")]
    #[param(nullable = false)]
    seq: Option<bool>,
    /// For browsers, whose sockets cannot have headers.
    #[param(nullable = false)]
    pub(crate) access_token: Option<String>,
}

impl Checked for Options {
    fn check(&self, faults: &mut Faults) {
        faults.ensure(
            matches!(self.stream.as_deref(), None | Some("tokens" | "whole" | "auto")),
            "stream",
            "must be tokens or whole",
        );
        faults.ensure(self.after.is_none_or(|after| after >= 0), "after", "must be a number of a frame");
    }
}

impl Options {
    pub(crate) fn view(&self, config: &CodelabConfig, user: &User, headers: &HeaderMap) -> View {
        View { tokens: self.in_tokens(config, headers), plans: self.shows_plans(), user: Some(user.user_id) }
    }

    /// What the client can do; every client is taken to have the common tools when it does not say.
    pub(crate) fn client(&self) -> Client {
        let tools = match &self.tools {
            Some(named) => {
                named.split(',').map(str::trim).filter(|name| client_tool(name).is_some()).map(str::to_owned).collect()
            }
            None => COMMON.map(str::to_owned).to_vec(),
        };
        Client { tools, plans: self.shows_plans() }
    }

    /// Where a reader stands who comes back.
    pub(crate) fn after(&self) -> Option<Cursor> {
        self.after.map(Cursor::read)
    }

    /// Only those who know the cursor get it.
    pub(crate) fn with_seq(&self) -> bool {
        self.seq.unwrap_or(false) || self.after.is_some()
    }

    /// Whoever knows the cursor may go on behind any piece: it must still be there then.
    pub(crate) fn pieces(&self, view: View) -> Pieces {
        if view.tokens && self.with_seq() { Pieces::Stored } else { Pieces::Live }
    }

    fn shows_plans(&self) -> bool {
        self.plans.unwrap_or(false)
    }

    fn in_tokens(&self, config: &CodelabConfig, headers: &HeaderMap) -> bool {
        match (self.stream.as_deref(), config.stream_mode) {
            (Some("tokens"), _) | (None, StreamMode::Tokens) => true,
            (Some("whole"), _) | (None, StreamMode::Whole) => false,
            _ => {
                let name = headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
                let whole = config.whole_for_user_agent.as_bytes();
                whole.is_empty() || !name.starts_with(whole)
            }
        }
    }
}
