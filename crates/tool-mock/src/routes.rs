//! The operations.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value, json};

use crate::knobs::Knobs;
use crate::ledger::{Ledger, Report, Verdict};

pub(crate) type Shared = Arc<Mutex<Ledger>>;

fn open(ledger: &Shared) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Deserialize)]
struct Echo {
    text: String,
}

#[derive(Deserialize)]
struct Sum {
    a: Number,
    b: Number,
}

/// `{text}` → `{text}`
pub(crate) async fn echo(State(ledger): State<Shared>, knobs: Knobs, headers: HeaderMap, body: Bytes) -> Response {
    let asked: Echo = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    perform(&ledger, "/echo", knobs, &headers, json!({ "text": asked.text })).await
}

/// `{a, b}` → `{result}`
pub(crate) async fn sum(State(ledger): State<Shared>, knobs: Knobs, headers: HeaderMap, body: Bytes) -> Response {
    let asked: Sum = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    perform(&ledger, "/sum", knobs, &headers, json!({ "result": added(&asked.a, &asked.b) })).await
}

/// How often each path and each key was called, and how many effects that had.
pub(crate) async fn calls(State(ledger): State<Shared>) -> Json<Report> {
    Json(open(&ledger).report())
}

/// Forget everything.
pub(crate) async fn reset(State(ledger): State<Shared>) -> StatusCode {
    *open(&ledger) = Ledger::default();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    idempotency_key: Option<String>,
}

/// What became of a key: its answer, or 404 when no call with it took effect.
pub(crate) async fn status(State(ledger): State<Shared>, Query(asked): Query<Asked>) -> Response {
    let Some(key) = asked.idempotency_key else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid_query", "the query parameter 'idempotency_key' is missing");
    };
    match open(&ledger).answer(&key) {
        Some(answer) => Json(answer.clone()).into_response(),
        None => problem(StatusCode::NOT_FOUND, "not_found", "no call with this key took effect"),
    }
}

pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Response> {
    serde_json::from_slice(body).map_err(|error| problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", &error.to_string()))
}

async fn perform(ledger: &Shared, path: &'static str, knobs: Knobs, headers: &HeaderMap, answer: Value) -> Response {
    let key = headers.get("x-idempotency-key").and_then(|key| key.to_str().ok());
    let verdict = open(ledger).book(path, key, &knobs, answer);
    tokio::time::sleep(knobs.delay).await;
    match verdict {
        Verdict::Answer(answer) => Json(answer).into_response(),
        Verdict::Fail(status) => {
            let mut response = problem(status, "failed_on_request", "this failure was asked for");
            if let Some(seconds) = knobs.retry_after {
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            response
        }
    }
}

fn problem(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "error": code, "message": message, "detail": message }))).into_response()
}

/// Whole numbers stay whole.
fn added(a: &Number, b: &Number) -> Value {
    let whole = a.as_i64().zip(b.as_i64()).and_then(|(a, b)| a.checked_add(b));
    let sum = || a.as_f64().unwrap_or(f64::NAN) + b.as_f64().unwrap_or(f64::NAN);
    whole.map_or_else(|| json!(sum()), |whole| json!(whole))
}
