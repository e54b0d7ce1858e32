use http::StatusCode;

use super::{decode, dialect, joined, request};
use crate::dialect::Dialect as _;
use crate::{Completion, Delta, ModelError};

fn whole(body: &str) -> (Vec<Delta>, Result<Completion, ModelError>) {
    let mut deltas = Vec::new();
    let outcome = dialect().decode_whole(&request(Vec::new()), body.as_bytes(), &mut deltas);
    (joined(deltas), outcome)
}

/// The same answer, streamed and whole. Arguments are compared as values: a stream has the model's own spaces.
fn assert_same(streamed: &str, body: &str) {
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let values = |answer: &Completion| {
        answer.calls.iter().map(|call| (call.id.clone(), call.name.clone(), value(&call.arguments))).collect::<Vec<_>>()
    };
    let (streamed, whole) = (decode([streamed.as_bytes()]).1.unwrap(), whole(body).1.unwrap());
    assert_eq!(values(&streamed), values(&whole));
    assert_eq!(Completion { calls: Vec::new(), ..streamed }, Completion { calls: Vec::new(), ..whole });
}

#[test]
fn an_answer_in_one_piece_is_read_like_a_stream() {
    macro_rules! pair {
        ($name:literal) => {
            assert_same(
                include_str!(concat!("../../../tests/golden/anthropic/", $name, ".sse")),
                include_str!(concat!("../../../tests/golden/anthropic/", $name, ".json")),
            )
        };
    }
    pair!("text");
    pair!("parallel-tools");
    pair!("thinking");
    pair!("web-search");
}

#[test]
fn an_answer_in_one_piece_is_shown_as_a_stream_would_be() {
    let (deltas, _) = whole(include_str!("../../../tests/golden/anthropic/parallel-tools.json"));
    let calls = deltas.iter().filter_map(|delta| {
        if let Delta::Call { index, name, .. } = delta { Some((*index, name.as_str())) } else { None }
    });
    assert_eq!(calls.collect::<Vec<_>>(), [(0, "get_weather"), (1, "get_time"), (2, "now")]);
    assert_eq!(
        deltas.iter().filter(|delta| matches!(delta, Delta::Arguments { piece, .. } if piece == "{}")).count(),
        2
    );
}

#[test]
fn an_error_with_a_good_status_is_still_an_error() {
    let body = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    assert_eq!(whole(body).1, Err(ModelError::Unavailable("it broke off: Overloaded".to_owned())));
    assert_eq!(whole("[]").1.unwrap_err().code(), "model_protocol_error");
    assert_eq!(whole(r#"{"content":[],"stop_reason":null}"#).1.unwrap_err().code(), "model_protocol_error");
}

#[test]
fn error_statuses_become_errors_by_what_a_caller_can_do() {
    let error = |status: u16, body: &str| dialect().error(StatusCode::from_u16(status).unwrap(), body.as_bytes());
    let told = |kind: &str, message: &str| {
        format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}},"request_id":"req_1"}}"#)
    };
    let cases = [
        (400, told("invalid_request_error", "max_tokens: Field required"), "model_rejected"),
        (
            400,
            told("invalid_request_error", "messages.0: image exceeds 5 MB maximum: 8259148 bytes > 5242880 bytes"),
            "model_request_too_large",
        ),
        (401, told("authentication_error", "invalid x-api-key"), "model_rejected"),
        (402, told("billing_error", "pay"), "model_rejected"),
        (403, told("permission_error", "no"), "model_rejected"),
        (404, told("not_found_error", "model: claude-x"), "model_rejected"),
        (408, String::new(), "model_unavailable"),
        (413, told("request_too_large", "Request exceeds the maximum size"), "model_request_too_large"),
        (413, "<html><h1>413 Request Entity Too Large</h1></html>".to_owned(), "model_request_too_large"),
        (429, told("rate_limit_error", "slow down"), "model_rate_limited"),
        (500, told("api_error", "Internal server error"), "model_unavailable"),
        (502, "<html>Bad gateway</html>".to_owned(), "model_unavailable"),
        (504, told("timeout_error", "late"), "model_unavailable"),
        (529, told("overloaded_error", "Overloaded"), "model_unavailable"),
    ];
    for (status, body, code) in cases {
        assert_eq!(error(status, &body).code(), code, "{status} {body}");
    }
    assert!(error(529, &told("overloaded_error", "Overloaded")).is_transient());
    assert_eq!(error(404, &told("not_found_error", "gone")), ModelError::Rejected("it answered 404: gone".to_owned()));
    assert_eq!(error(502, " \n"), ModelError::Unavailable("it answered 502: no explanation".to_owned()));
    assert_eq!(error(500, "<p>\nOops</p>"), ModelError::Unavailable("it answered 500: <p> Oops</p>".to_owned()));
}
