//! The mock's own endpoints, for tests in other processes.

use serde_json::{Value, json};

use super::incoming::Incoming;
use crate::plan::Plan;
use crate::{Mock, Script};

/// The answer, if the request is for the mock itself.
pub(super) fn answer(mock: &Mock, request: &Incoming) -> Option<Plan> {
    let path = request.path();
    if request.method == "GET" && matches!(path, "/health" | "/") {
        return Some(plan(200, &json!({ "status": "ok" })));
    }
    let own = path.strip_prefix("/__mock/")?;
    Some(match (request.method.as_str(), own) {
        ("GET", "requests") => plan(200, &requests(mock, request)),
        ("DELETE", "requests") => {
            mock.forget_requests();
            plan(200, &json!({}))
        }
        ("GET", "stats") => plan(200, &json!(mock.stats())),
        ("PUT", "script") => put_script(mock, &request.body),
        ("DELETE", "script") => {
            mock.set_script(Script::default());
            plan(200, &json!({}))
        }
        _ => refusal(404, &format!("there is no {} {path}; there are requests, stats and script", request.method)),
    })
}

/// The last `?last=n` requests, or all.
fn requests(mock: &Mock, request: &Incoming) -> Value {
    let all = mock.requests();
    let last = request
        .target
        .split_once("last=")
        .and_then(|(_, rest)| rest.split('&').next()?.parse().ok())
        .unwrap_or(all.len());
    let shown: Vec<Value> = all[all.len().saturating_sub(last)..].iter().map(crate::Recorded::shown).collect();
    json!({ "requests": shown })
}

fn put_script(mock: &Mock, body: &[u8]) -> Plan {
    match Script::parse(&String::from_utf8_lossy(body)) {
        Ok(script) => {
            let replies = script.replies.len();
            mock.set_script(script);
            plan(200, &json!({ "replies": replies }))
        }
        Err(error) => refusal(422, &error.to_string()),
    }
}

fn plan(status: u16, body: &Value) -> Plan {
    Plan::json(status, &body.to_string())
}

fn refusal(status: u16, why: &str) -> Plan {
    plan(status, &json!({ "error": { "message": why } }))
}
