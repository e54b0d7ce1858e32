//! How model providers are called: patience, breakers, routes, the proxy; and the collector of spans.

use std::collections::BTreeMap;
use std::time::Duration;

use artel_llm::{BreakerLimits, ProviderLimits, RouteConfig, Timeouts};
use secrecy::{ExposeSecret as _, SecretString};

use super::settings::{Invalid, Settings, invalid};
use super::values;

#[derive(Debug, Clone)]
pub(crate) struct LlmSettings {
    pub(crate) timeouts: Timeouts,
    pub(crate) retries: u32,
    pub(crate) max_concurrency: usize,
    pub(crate) breaker: BreakerLimits,
    /// What differs for one provider.
    pub(crate) limits: BTreeMap<String, ProviderLimits>,
    pub(crate) routes: BTreeMap<String, RouteConfig>,
    /// The process that makes the calls for this one.
    pub(crate) proxy_url: Option<String>,
}

/// Where spans go, when they go anywhere.
#[derive(Debug, Clone)]
pub(crate) struct OtlpSettings {
    pub(crate) endpoint: Option<String>,
    pub(crate) headers: Vec<(String, SecretString)>,
    pub(crate) service_name: String,
}

pub(super) fn llm(s: &mut Settings) -> Result<LlmSettings, Invalid> {
    let breaker = BreakerLimits::default();
    Ok(LlmSettings {
        timeouts: timeouts(s)?,
        retries: s.number("LLM_RETRIES", 2, 0..=20)?,
        max_concurrency: s.number("LLM_MAX_CONCURRENCY", 4096, 1..=1_000_000)?,
        breaker: BreakerLimits {
            in_a_row: s.number("LLM_BREAKER_FAILURES", breaker.in_a_row, 0..=1_000_000)?,
            percent: s.number("LLM_BREAKER_PERCENT", breaker.percent, 1..=100)?,
            least_calls: s.number("LLM_BREAKER_LEAST_CALLS", breaker.least_calls, 1..=1_000_000)?,
            window: Duration::from_secs(s.number(
                "LLM_BREAKER_WINDOW_SECONDS",
                breaker.window.as_secs(),
                1..=86_400,
            )?),
            open_for: Duration::from_secs(s.number(
                "LLM_BREAKER_OPEN_SECONDS",
                breaker.open_for.as_secs(),
                1..=86_400,
            )?),
        },
        limits: s.json("LLM_LIMITS", r#"{"openai": {"total": 120, "max_concurrency": 50}}"#)?,
        routes: s.json("LLM_ROUTES", r#"{"gpt-4o": {"fallbacks": ["custom:local"], "retries": 3}}"#)?,
        proxy_url: values::base_url(s, "LLM_PROXY_URL", "http://llm-proxy:8002")?,
    })
}

fn timeouts(s: &mut Settings) -> Result<Timeouts, Invalid> {
    let usual = Timeouts::default();
    let mut seconds = |name, usual: Duration| Ok(Duration::from_secs(s.number(name, usual.as_secs(), 1..=86_400)?));
    Ok(Timeouts {
        connect: seconds("LLM_CONNECT_TIMEOUT_SECONDS", usual.connect)?,
        first_byte: seconds("LLM_FIRST_BYTE_TIMEOUT_SECONDS", usual.first_byte)?,
        between_chunks: seconds("LLM_CHUNK_TIMEOUT_SECONDS", usual.between_chunks)?,
        total: seconds("LLM_TOTAL_TIMEOUT_SECONDS", usual.total)?,
    })
}

pub(super) fn otlp(s: &mut Settings) -> Result<OtlpSettings, Invalid> {
    Ok(OtlpSettings {
        endpoint: values::base_url(s, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")?,
        headers: headers(s)?,
        service_name: s.text("OTEL_SERVICE_NAME", "artel", "a name", "artel")?,
    })
}

/// `name=value`, separated by commas, values as in a URL: so OpenTelemetry has it.
fn headers(s: &mut Settings) -> Result<Vec<(String, SecretString)>, Invalid> {
    const NAME: &str = "OTEL_EXPORTER_OTLP_HEADERS";
    let Some(text) = s.secret(NAME, 1)? else { return Ok(Vec::new()) };
    let pair = |pair: &str| {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| invalid(NAME, "a part of it has no '='".to_owned(), "authorization=Bearer%20x"))?;
        let value = percent_encoding::percent_decode_str(value.trim()).decode_utf8_lossy();
        Ok((name.trim().to_ascii_lowercase(), SecretString::from(value.as_ref())))
    };
    text.expose_secret().split(',').filter(|part| !part.trim().is_empty()).map(pair).collect()
}
