//! The routes of the mock.

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

use crate::ledger::{Ledger, Report, Verdict};
use crate::options::CallOptions;

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

/// Echoes: `{text}` → `{text}`.
pub(crate) async fn echo(
    State(ledger): State<Shared>,
    options: CallOptions,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let asked: Echo = read(&body)?;
    perform(&ledger, "/echo", options, &headers, json!({ "text": asked.text })).await
}

/// Adds: `{a, b}` → `{result}`.
pub(crate) async fn sum(
    State(ledger): State<Shared>,
    options: CallOptions,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let asked: Sum = read(&body)?;
    perform(&ledger, "/sum", options, &headers, json!({ "result": sum_of(&asked.a, &asked.b) })).await
}

/// Reports how often each path and each key was called, and how many calls took effect.
pub(crate) async fn calls(State(ledger): State<Shared>) -> Json<Report> {
    Json(open(&ledger).report())
}

/// Clears the ledger.
pub(crate) async fn reset(State(ledger): State<Shared>) -> StatusCode {
    *open(&ledger) = Ledger::default();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
pub(crate) struct StatusQuery {
    idempotency_key: Option<String>,
}

/// Reports the result of a key: its answer, or 404 when no call with it took effect.
pub(crate) async fn status(
    State(ledger): State<Shared>,
    Query(asked): Query<StatusQuery>,
) -> Result<Json<Value>, Problem> {
    let missing = || {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_query",
            "the query parameter 'idempotency_key' is missing",
        )
    };
    let key = asked.idempotency_key.ok_or_else(missing)?;
    let answer = open(&ledger).answer(&key).cloned();
    answer
        .map(Json)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found", "no call with this key took effect"))
}

pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", error.to_string()))
}

async fn perform(
    ledger: &Shared,
    path: &'static str,
    options: CallOptions,
    headers: &HeaderMap,
    answer: Value,
) -> Result<Json<Value>, Problem> {
    let key = headers.get("x-idempotency-key").and_then(|key| key.to_str().ok());
    let verdict = open(ledger).record(path, key, &options, answer);
    tokio::time::sleep(options.delay).await;
    match verdict {
        Verdict::Answer(answer) => Ok(Json(answer)),
        Verdict::Fail(status) => Err(Problem {
            retry_after: options.retry_after,
            ..Problem::new(status, "failed_on_request", "this failure was asked for")
        }),
    }
}

/// An error answer.
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<u64>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.code, "message": self.message, "detail": self.message });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The sum. Integers stay integers.
fn sum_of(a: &Number, b: &Number) -> Value {
    let whole = a.as_i64().zip(b.as_i64()).and_then(|(a, b)| a.checked_add(b));
    let sum = || a.as_f64().unwrap_or(f64::NAN) + b.as_f64().unwrap_or(f64::NAN);
    whole.map_or_else(|| json!(sum()), |whole| json!(whole))
}
