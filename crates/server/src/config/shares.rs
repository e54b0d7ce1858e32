//! How much keys, users and tenants may do, beside the limit of one key.

use std::time::Duration;

use super::settings::{Invalid, Settings};

const MOST_RUNS: i64 = 1_000_000_000;

#[derive(Debug, Clone, Copy)]
pub(crate) struct ShareSettings {
    /// How many times the rate limits of one key a user may use.
    pub(crate) user_times: u32,
    /// The same for all users of a tenant.
    pub(crate) tenant_times: u32,
    /// Runs in a UTC day; no limit when absent.
    pub(crate) runs_per_day_user: Option<i64>,
    pub(crate) runs_per_day_tenant: Option<i64>,
    /// Two starts of a task by its schedule are at least so far apart.
    pub(crate) least_between_starts: Duration,
    /// For how long after a sign-in its tokens make API keys.
    pub(crate) key_sign_in: Duration,
    /// How long keys live that were made by a token which does not say when somebody signed in.
    pub(crate) key_life_from_token: Duration,
}

pub(super) fn shares(s: &mut Settings) -> Result<ShareSettings, Invalid> {
    let minutes: u64 = s.number("API_KEY_SIGN_IN_MINUTES", 15, 1..=60 * 24 * 365)?;
    let days: u64 = s.number("API_KEY_DAYS_FROM_TOKEN", 90, 1..=3650)?;
    Ok(ShareSettings {
        user_times: s.number("RATE_LIMIT_USER_TIMES", 5, 1..=1_000_000)?,
        tenant_times: s.number("RATE_LIMIT_TENANT_TIMES", 50, 1..=1_000_000)?,
        runs_per_day_user: s.number_if_given("RUNS_PER_DAY_USER", 1..=MOST_RUNS, 1000)?,
        least_between_starts: Duration::from_secs(s.number("TASK_MIN_INTERVAL_SECONDS", 10, 1..=60)?),
        runs_per_day_tenant: s.number_if_given("RUNS_PER_DAY_TENANT", 1..=MOST_RUNS, 10_000)?,
        key_sign_in: Duration::from_mins(minutes),
        key_life_from_token: Duration::from_hours(24 * days),
    })
}
