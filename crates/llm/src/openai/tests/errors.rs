use http::StatusCode;
use serde_json::{Value, json};

use super::{OpenAi, decode, delta, stream};
use crate::ModelError;
use crate::dialect::Dialect as _;

#[test]
fn an_error_inside_the_stream_ends_it_after_what_was_said() {
    let error = json!({ "error": { "message": "CUDA out of memory", "type": "server_error", "code": 500 } });
    let (shown, outcome) = decode([stream(&[delta(&json!({ "content": "Hel" })), error]).as_bytes()]);
    assert_eq!(shown.text, "Hel");
    assert_eq!(outcome, Err(ModelError::Unavailable("it broke off: CUDA out of memory".to_owned())));
}

#[test]
fn an_error_inside_the_stream_is_classified_by_its_text() {
    let code = |error: Value| decode([stream(&[json!({ "error": error })]).as_bytes()]).1.unwrap_err().code();
    assert_eq!(code(json!({ "message": "slow", "type": "rate_limit_exceeded" })), "model_rate_limited");
    assert_eq!(code(json!({ "message": "bad", "type": "BadRequestError", "code": 400 })), "model_rejected");
    assert_eq!(
        code(json!({ "message": "long", "type": "invalid_request_error", "code": "context_length_exceeded" })),
        "model_rejected"
    );
    assert_eq!(code(json!("boom")), "model_unavailable");
    assert_eq!(
        decode([b"event: error\ndata: {\"message\":\"x\"}\n\n".as_slice()]).1.unwrap_err().code(),
        "model_unavailable"
    );
}

#[test]
fn garbage_in_the_stream_is_named_with_an_excerpt() {
    let error = decode([b"data: <html>oops</html>\n\n".as_slice()]).1.unwrap_err();
    assert_eq!(error.code(), "model_protocol_error");
    assert!(error.to_string().contains("<html>oops</html>"), "{error}");
}

#[test]
fn error_statuses_become_errors_by_what_a_caller_can_do() {
    let error =
        |status: u16, body: &str| OpenAi::default().error(StatusCode::from_u16(status).unwrap(), body.as_bytes());
    let quota = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
    let cases = [
        (401, r#"{"error":{"message":"Incorrect API key"}}"#, "model_rejected"),
        (404, r#"{"detail":"Not Found"}"#, "model_rejected"),
        (408, "", "model_unavailable"),
        (409, "{}", "model_unavailable"),
        (
            429,
            r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
            "model_rate_limited",
        ),
        (429, quota, "model_rejected"),
        (500, "null", "model_unavailable"),
        (502, "<html>Bad gateway</html>", "model_unavailable"),
        (503, r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, "model_unavailable"),
        (302, "", "model_rejected"),
    ];
    for (status, body, code) in cases {
        assert_eq!(error(status, body).code(), code, "{status} {body}");
    }
    assert_eq!(
        error(400, r#"[{"error":{"code":400,"message":"Bad key"}}]"#),
        ModelError::Rejected("it answered 400: Bad key".to_owned())
    );
    assert_eq!(
        error(400, r#"{"object":"error","message":"too long","code":400}"#),
        ModelError::Rejected("it answered 400: too long".to_owned())
    );
    assert_eq!(error(403, " \n"), ModelError::Rejected("it answered 403: no explanation".to_owned()));
}
