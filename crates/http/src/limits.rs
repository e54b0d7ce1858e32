//! Rate limits, as layers: every request is counted for its principal, or for its address when it has none.

use artel_bus::{Admission, Payer, admit_shared};
use artel_domain::RateLimit;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::gate::{Admitted, Gate};
use crate::problem::RefusedBecause;
use crate::{Identity, Problem, ip};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Authenticates, counts, and goes on; whether authentication was needed is the handler's business.
pub async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let known = gate.authenticate(&parts).await;
    let admission = match &known {
        Ok(caller) => count(&gate, "api", caller, gate.rate_default()).await,
        Err(_) => gate.bus().admit(&format!("api:{}", ip::bucket(gate.ip(&parts))), gate.rate_default()).await,
    };
    parts.extensions.insert(Admitted(known.clone()));
    let may_refuse = parts.method.is_safe();
    let answer = limited(&admission, Request::from_parts(parts, body), next).await;
    let answer = match &known {
        Ok(caller) => gate.replies().held(caller.tenant_id, may_refuse, answer),
        Err(_) => answer,
    };
    let refused = answer.extensions().get::<RefusedBecause>().copied();
    if let (Ok(caller), Some(RefusedBecause(code))) = (known, refused) {
        gate.note_refusal(&caller, code).await;
    }
    answer
}

/// The tighter limit on starting runs; goes behind [`admit`].
pub async fn admit_runs(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Some(Admitted(Ok(caller))) = request.extensions().get::<Admitted>() else {
        return next.run(request).await;
    };
    let caller = caller.clone();
    let admission = count(&gate, "runs", &caller, gate.rate_runs()).await;
    limited(&admission, request, next).await
}

/// Counts one request of a known caller like those of [`admit`], for surfaces that say no in words of their own.
pub async fn charge(gate: &Gate, caller: &Identity) -> Result<(), Problem> {
    let admission = count(gate, "api", caller, gate.rate_default()).await;
    if admission.allowed { Ok(()) } else { Err(refusal(&admission)) }
}

/// Counts one request of a known caller.
async fn count(gate: &Gate, what: &str, caller: &Identity, rate: RateLimit) -> Admission {
    let payer = Payer { tenant: caller.tenant_id, user: caller.user_id, own: caller.payer() };
    admit_shared(gate.bus(), what, &payer, rate, gate.shares()).await
}

/// For routes where nobody is known yet: by address.
pub async fn admit_strangers(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let bucket = format!("auth:{}", ip::bucket(gate.ip(&parts)));
    let admission = gate.bus().admit(&bucket, gate.rate_default()).await;
    // Guessing must not become cheaper because the shared count is down.
    if admission.degraded {
        return Problem::unavailable("the shared rate limit is out of reach").into_response();
    }
    limited(&admission, Request::from_parts(parts, body), next).await
}

async fn limited(admission: &Admission, request: Request, next: Next) -> Response {
    let mut response = if admission.allowed { next.run(request).await } else { refusal(admission).into_response() };
    report(admission, response.headers_mut());
    response
}

/// 429 for a use that was not admitted.
pub fn refusal(admission: &Admission) -> Problem {
    let seconds = admission.retry_after.as_secs_f64().ceil().max(1.0) as u64;
    Problem::too_many(format!("Too many requests; try again in {seconds} s."), seconds)
}

/// What is left, unless a tighter limit has said so already.
pub fn report(admission: &Admission, headers: &mut HeaderMap) {
    if headers.contains_key(&LIMIT) {
        return;
    }
    headers.insert(LIMIT, HeaderValue::from(admission.limit));
    headers.insert(REMAINING, HeaderValue::from(admission.remaining));
    headers.insert(RESET, HeaderValue::from(admission.reset_after.as_secs_f64().ceil() as u64));
}
