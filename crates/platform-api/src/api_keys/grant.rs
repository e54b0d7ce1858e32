//! What a caller may give to a key: no more than it has, and for no longer than it has it itself.

use std::time::Duration;

use artel_domain::{AgentId, Timestamp};
use artel_http::caller::other_agent;
use artel_http::{Identity, Problem, Shown};
use artel_identity::Scopes;

use crate::App;

/// Makers of makers: a key that is further from the first one makes no keys.
const MOST_ABOVE: usize = 8;

/// What is asked for a new key.
pub(super) struct KeyRequest<'a> {
    pub(super) scopes: &'a [String],
    pub(super) agent_id: Option<AgentId>,
    pub(super) daily_limit: Option<i64>,
    pub(super) expires_in_days: Option<u64>,
}

/// Refuses a key that would be more than its maker; the time at which it ends.
pub(super) async fn check(app: &App, caller: &Identity, new: &KeyRequest<'_>) -> Result<Option<Timestamp>, Problem> {
    if !Scopes::new(new.scopes.iter().cloned()).is_subset_of(&caller.scopes) {
        return Err(Problem::forbidden("insufficient_scope", "A key's scopes must be some of your own."));
    }
    if caller.agent_id.is_some() && new.agent_id != caller.agent_id {
        return Err(other_agent());
    }
    if caller.daily_limit().is_some_and(|own| new.daily_limit.is_none_or(|asked| asked > own)) {
        return Err(Problem::forbidden("daily_limit_exceeded", "A key's daily limit must be within your own."));
    }
    if caller.line.len() >= MOST_ABOVE {
        let message =
            "This key was made by a key that was made by a key, and so on: make the new one with an earlier one.";
        return Err(Problem::forbidden("too_many_makers", message));
    }
    let ends_at = ends_at(app, caller, new)?;
    let Some(agent) = new.agent_id else { return Ok(ends_at) };
    let found = app.store.find_agent(&app.viewer(caller), agent).await?;
    found.map(|_| ends_at).ok_or_else(|| Problem::not_found("agent"))
}

fn ends_at(app: &App, caller: &Identity, new: &KeyRequest<'_>) -> Result<Option<Timestamp>, Problem> {
    let now = app.clock.now();
    let latest = latest_end(app, caller, now)?;
    let Some(days) = new.expires_in_days else { return Ok(latest) };
    let asked = now + Duration::from_hours(24 * days);
    match latest {
        Some(latest) if asked > latest => Err(Problem::forbidden(
            "expiry_exceeded",
            format!(
                "A key that you make ends no later than {latest}. Ask for fewer days, or leave expires_in_days out."
            ),
        )),
        _ => Ok(Some(asked)),
    }
}

/// When the caller's keys end at the latest; `None`: never.
fn latest_end(app: &App, caller: &Identity, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    match caller.shown {
        Shown::StaticKey => Ok(None),
        Shown::Key { expires_at } => Ok(expires_at),
        Shown::Token { signed_in_at: Some(at), .. } if now <= at + app.config.key_sign_in => Ok(None),
        // The first clients make keys with tokens that do not say when somebody signed in.
        Shown::Token { signed_in_at: None, is_own: true } => Ok(Some(now + app.config.key_life_from_token)),
        Shown::Token { .. } => Err(sign_in_again(app.config.key_sign_in)),
    }
}

fn sign_in_again(within: Duration) -> Problem {
    let minutes = within.as_secs().div_ceil(60);
    let message = format!(
        "A token makes keys only within {minutes} minutes after its user signed in. Sign in again, then make the key."
    );
    Problem::forbidden("sign_in_again", message)
}
