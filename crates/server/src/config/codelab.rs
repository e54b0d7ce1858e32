//! Settings of CodeLab's gateway and agent runtime, under the names that its operators know.

use std::net::SocketAddr;
use std::time::Duration;

use artel_codelab_api::{StreamMode, UnfinishedLimits};
use artel_domain::{RateLimit, Specialist};

use super::settings::{Invalid, Settings, invalid};

const RATE: &str = "a rate N/second, N/minute, N/hour or N/day";

#[derive(Debug, Clone)]
pub(crate) struct CodelabSettings {
    pub(crate) runtime_addr: SocketAddr,
    /// The specialists' model; the default one when absent.
    pub(crate) model: Option<String>,
    pub(crate) routing: bool,
    pub(crate) first: Specialist,
    pub(crate) max_switches: u32,
    /// In development this machine is exempt from limits per address.
    pub(crate) exempt_loopback: bool,
    pub(crate) rate_per_ip: RateLimit,
    pub(crate) socket_rate_per_ip: RateLimit,
    pub(crate) message_rate_per_session: RateLimit,
    pub(crate) runtime_rate_per_user: RateLimit,
    pub(crate) sockets_per_user: usize,
    pub(crate) unfinished: UnfinishedLimits,
    pub(crate) session_capability: Option<Duration>,
    pub(crate) socket_origins: Vec<String>,
    pub(crate) stream_mode: StreamMode,
    pub(crate) whole_for_user_agent: String,
    pub(crate) ping_interval: Duration,
    pub(crate) pong_timeout: Duration,
}

pub(super) fn codelab(s: &mut Settings, dev: bool) -> Result<CodelabSettings, Invalid> {
    for name in ["GATEWAY__AGENT_URL", "GATEWAY__REQUEST_TIMEOUT", "GATEWAY__AGENT_STREAM_TIMEOUT"] {
        s.idle(name, "the gateway and the agent runtime do not call each other over HTTP");
    }
    // One switch under two names.
    let older_name = s.flag("AGENT_RUNTIME__MULTI_AGENT_MODE", true)?;
    let many_agents = s.flag("AGENT_RUNTIME__MULTI_AGENT_ENABLED", older_name)?;
    let switching = s.flag("AGENT_RUNTIME__AUTO_AGENT_SWITCHING", true)?;
    Ok(CodelabSettings {
        runtime_addr: s.parse(
            "ARTEL_RUNTIME_ADDR",
            "127.0.0.1:8001",
            "an address and a port (port 0 picks a free one)",
            "127.0.0.1:8001",
        )?,
        model: s.given("AGENT_RUNTIME__LLM_MODEL"),
        routing: many_agents && switching,
        first: first(s, many_agents)?,
        max_switches: s.number("AGENT_RUNTIME__MAX_AGENT_SWITCHES", 10, 0..=1000)?,
        exempt_loopback: dev,
        rate_per_ip: s.parse("GATEWAY__RATE_LIMIT", "100/minute", RATE, "100/minute")?,
        socket_rate_per_ip: s.parse("GATEWAY__WS_RATE_LIMIT", "10/minute", RATE, "10/minute")?,
        message_rate_per_session: s.parse("GATEWAY__MESSAGE_RATE_LIMIT", "100/minute", RATE, "100/minute")?,
        runtime_rate_per_user: s.parse("AGENT_RUNTIME__RATE_LIMIT", "60/minute", RATE, "60/minute")?,
        sockets_per_user: s.number("GATEWAY__MAX_SOCKETS_PER_USER", 10, 1..=1_000_000)?,
        unfinished: unfinished(s)?,
        session_capability: capability(s)?,
        socket_origins: origins(s),
        stream_mode: match s.one_of("GATEWAY__WS_STREAM_MODE", &["auto", "tokens", "whole"], "auto")?.as_str() {
            "tokens" => StreamMode::Tokens,
            "whole" => StreamMode::Whole,
            _ => StreamMode::Auto,
        },
        whole_for_user_agent: s.text("GATEWAY__WS_WHOLE_USER_AGENT", "Dart/", "how a User-Agent begins", "Dart/")?,
        ping_interval: Duration::from_secs(s.number("GATEWAY__WS_HEARTBEAT_INTERVAL", 30, 1..=3600)?),
        pong_timeout: Duration::from_secs(s.number("GATEWAY__WS_CLOSE_TIMEOUT", 10, 1..=600)?),
    })
}

/// Who answers before anybody is chosen; without a team, the coder answers everything.
fn first(s: &mut Settings, many_agents: bool) -> Result<Specialist, Invalid> {
    const NAME: &str = "AGENT_RUNTIME__DEFAULT_AGENT";
    let usual = if many_agents { "orchestrator" } else { "coder" };
    let name = s.text(NAME, usual, "an agent", "orchestrator")?;
    let wrong =
        || invalid(NAME, format!("'{name}' is none of orchestrator, coder, architect, debug, ask"), "orchestrator");
    Specialist::parse(&name).ok_or_else(wrong)
}

/// What messages on sockets may hold that are not complete.
fn unfinished(s: &mut Settings) -> Result<UnfinishedLimits, Invalid> {
    let bytes = (64 << 10)..=(1 << 40);
    Ok(UnfinishedLimits {
        per_user: s.number("GATEWAY__WS_UNFINISHED_BYTES_PER_USER", 32 << 20, bytes.clone())?,
        per_tenant: s.number("GATEWAY__WS_UNFINISHED_BYTES_PER_TENANT", 64 << 20, bytes.clone())?,
        in_all: s.number("GATEWAY__WS_UNFINISHED_BYTES", 128 << 20, bytes)?,
        patience: Duration::from_secs(s.number("GATEWAY__WS_MESSAGE_TIMEOUT", 30, 1..=3600)?),
    })
}

/// Pages of these origins may open a socket without credentials.
fn origins(s: &mut Settings) -> Vec<String> {
    let given = s.given("GATEWAY__WS_ALLOWED_ORIGINS").unwrap_or_default();
    given
        .split(',')
        .map(|origin| origin.trim().trim_end_matches('/').to_owned())
        .filter(|origin| !origin.is_empty())
        .collect()
}

/// How long after a request of their user sockets without credentials are let in; both of today's clients send none.
fn capability(s: &mut Settings) -> Result<Option<Duration>, Invalid> {
    let enabled = s.flag("GATEWAY__WS_SESSION_CAPABILITY", true)?;
    let seconds = s.number("GATEWAY__WS_SESSION_CAPABILITY_SECONDS", 900, 1..=86_400)?;
    Ok(enabled.then(|| Duration::from_secs(seconds)))
}
