//! `BUDGET_*`: what the operator lets every run, agent and tenant cost at most.

use artel_domain::{Cap, Caps, nanos};

use super::settings::{Invalid, Settings, invalid};

const MOST_USD: f64 = 1_000_000.0;

pub(super) fn caps(s: &mut Settings) -> Result<Caps, Invalid> {
    Ok(Caps {
        run: Cap { tokens: tokens(s, "BUDGET_RUN_TOKENS")?, nano_usd: money(s, "BUDGET_RUN_USD")? },
        agent_day: Cap {
            tokens: tokens(s, "BUDGET_AGENT_DAILY_TOKENS")?,
            nano_usd: money(s, "BUDGET_AGENT_DAILY_USD")?,
        },
        tenant_day: Cap {
            tokens: tokens(s, "BUDGET_TENANT_DAILY_TOKENS")?,
            nano_usd: money(s, "BUDGET_TENANT_DAILY_USD")?,
        },
    })
}

/// Absent is no limit.
fn tokens(s: &mut Settings, name: &'static str) -> Result<Option<i64>, Invalid> {
    let Some(text) = s.given(name) else { return Ok(None) };
    let tokens = text.parse().ok().filter(|tokens| *tokens > 0);
    tokens.map(Some).ok_or_else(|| invalid(name, format!("'{text}' is not a number of tokens, 1 or more"), "1000000"))
}

fn money(s: &mut Settings, name: &'static str) -> Result<Option<i64>, Invalid> {
    let Some(text) = s.given(name) else { return Ok(None) };
    let usd = text.parse::<f64>().ok().filter(|usd| *usd > 0.0 && *usd <= MOST_USD);
    usd.map(nanos).map(Some).ok_or_else(|| {
        invalid(name, format!("'{text}' is not an amount of US dollars, more than 0, up to 1000000"), "25.50")
    })
}
