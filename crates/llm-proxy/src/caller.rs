//! The caller, and the account that its calls are recorded on.

use artel_http::caller::LlmInvoke;
use artel_http::{Caller, InternalKey, Sender, Standing, limits, trace};
use artel_llm::{Trace, UsedBy};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::IntoResponse as _;
use uuid::Uuid;

use crate::App;
use crate::fault::Fault;

/// The account of services that name no tenant.
const INTERNAL: &str = "internal";
/// The header in which a service names the tenant that it acts for.
const TENANT: &str = "x-artel-tenant";
/// The headers in which a service names the agent and the person that it acts for. Others' are not read.
const AGENT: &str = "x-artel-agent";
const USER: &str = "x-artel-user";
const LONGEST_ACCOUNT: usize = 64;

/// A caller who may ask models.
#[derive(Debug, Clone)]
pub(crate) struct Invoker {
    pub(crate) account: String,
    pub(crate) used_by: UsedBy,
    /// Answers end with it.
    pub(crate) standing: Standing,
}

impl FromRequestParts<App> for Invoker {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        if let Some(key) = &app.config.internal_key {
            match InternalKey::shown(&parts.headers) {
                Some(shown) if key.is(shown) => return Self::service(&parts.headers),
                Some(_) => return Err(Fault::wrong_key()),
                // Most SDKs can send a key only as a bearer token.
                None if bearer(&parts.headers).is_some_and(|shown| key.is(shown)) => {
                    return Self::service(&parts.headers);
                }
                None => {}
            }
        }
        if !parts.headers.contains_key(AUTHORIZATION) && !parts.headers.contains_key("x-api-key") {
            return Err(Fault::no_key());
        }
        Sender::of(&mut parts.extensions).is_refused_with(|loss| Fault::access_ended(loss).into_response());
        let caller = Caller::<LlmInvoke>::from_request_parts(parts, app).await?;
        limits::charge(&app.gate, &caller).await?;
        let used_by = UsedBy { agent_id: None, user_id: Some(caller.user_id.0) };
        Ok(Self { account: caller.tenant_id.to_string(), used_by, standing: caller.standing.clone() })
    }
}

impl Invoker {
    fn service(headers: &HeaderMap) -> Result<Self, Fault> {
        let used_by = UsedBy { agent_id: id(headers, AGENT), user_id: id(headers, USER) };
        Ok(Self { account: account(headers)?, used_by, standing: Standing::permanent() })
    }
}

/// The caller's trace, or the trace that begins with this request.
pub(crate) fn trace_of(headers: &HeaderMap) -> Option<Trace> {
    let given = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(Trace::of_traceparent);
    given.or_else(|| Trace::of_id(&trace::current()))
}

fn account(headers: &HeaderMap) -> Result<String, Fault> {
    let Some(tenant) = headers.get(TENANT) else { return Ok(INTERNAL.to_owned()) };
    let word = tenant.to_str().map(str::trim).unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if word.is_empty() || word.len() > LONGEST_ACCOUNT || !word.bytes().all(fits) {
        return Err(Fault::bad_tenant());
    }
    Ok(word.to_owned())
}

fn id(headers: &HeaderMap, name: &str) -> Option<Uuid> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
