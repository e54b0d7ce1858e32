//! What the surfaces store: a session, the start of a run, a switch, a tool's result, a decision, a cancel. A worker does the rest.
//!
//! Each is for a [`User`](crate::user::User) and touches their own sessions only: what is another's is as absent as what never was.
//! A refusal is a [`Problem`](artel_http::Problem) whose code is one of [`codes`].

mod answer;
mod cancel;
pub(crate) mod codes;
mod decide;
mod edit;
mod input;
mod outcome;
mod session;
mod team;

pub(crate) use answer::{ToolResult, answer};
pub(crate) use cancel::cancel;
pub(crate) use decide::{NewArguments, Wish, decide};
pub(crate) use input::{Input, Switch, start_input, switch};
pub(crate) use session::{Opening, create_session, not_found, open_session, own_session};
pub(crate) use team::ensure_team_agent;
