//! Streams that are not exact, and errors inside of them.

use super::{bodies, dialects, shown, streamed, whole};

/// A stream of every protocol with this line after its first piece.
fn with_line(protocol: &str, line: &str) -> String {
    let (stream, _) = bodies(protocol, &["Hel", "lo"], "null", "stop");
    let (first, rest) = stream.split_at(stream.find("Hel").unwrap());
    let end = rest.find('\n').unwrap() + if protocol == "ollama" { 1 } else { 2 };
    format!("{first}{}{line}{}", &rest[..end], &rest[end..])
}

#[test]
fn what_keeps_the_connection_open_costs_nothing() {
    for (protocol, dialect) in dialects() {
        for idle in [": keepalive", "ping", "\"ping\"", "null", "[]", "123", "true", "\0"] {
            let events = [format!("data: {idle}\n\n"), format!("event: ping\ndata: {idle}\n\n")];
            let lines = if protocol == "ollama" { vec![format!("{idle}\n")] } else { events.to_vec() };
            for line in lines {
                let (deltas, answer) = streamed(dialect.as_ref(), &with_line(protocol, &line));
                assert_eq!(answer.unwrap().text, "Hello", "{protocol} {line:?}");
                assert_eq!(shown(&deltas), "Hello");
            }
        }
    }
}

#[test]
fn a_damaged_piece_is_an_error_and_not_skipped() {
    for (protocol, dialect) in dialects() {
        for broken in [r#"{"choices":[{"#, r#"lo"},"index":{"#] {
            let line = if protocol == "ollama" { format!("{broken}\n") } else { format!("data: {broken}\n\n") };
            let answer = streamed(dialect.as_ref(), &with_line(protocol, &line)).1;
            assert_eq!(answer.unwrap_err().code(), "model_protocol_error", "{protocol} {line}");
        }
    }
}

#[test]
fn text_that_is_almost_json_is_mended() {
    for (protocol, dialect) in dialects() {
        for (from, to, text) in [
            (r#""index":0"#, r#""index":0,"x":NaN,"y":[-Infinity,Infinity]"#, "Hello"),
            (r#""done":"#, r#""logprobs":[{"logprob":-Infinity,"x":"NaN"}],"done":"#, "Hello"),
            ("Hel", "H\te\u{1}l", "H\te\u{1}llo"),
            ("Hel", "H\\\tel", "H\\\tello"),
            ("}\n", "}\0\n", "Hello"),
            ("}\n", "} \0 ;\n", "Hello"),
        ] {
            let (stream, body) = bodies(protocol, &["Hel", "lo"], "null", "stop");
            let body = (body + "\n").replace(from, to);
            for answer in [streamed(dialect.as_ref(), &stream.replace(from, to)), whole(dialect.as_ref(), &body)] {
                assert_eq!(answer.1.unwrap().text, text, "{protocol} {to:?}");
            }
        }
    }
}

#[test]
fn an_empty_error_beside_an_answer_is_none() {
    for (protocol, dialect) in dialects() {
        for empty in ["false", "\"\"", "{}", "null", "[]", "0"] {
            let (stream, body) = bodies(protocol, &["Hel", "lo"], "null", "stop");
            let add = |text: String| match protocol {
                "openai" => text.replace(r#"{"choices""#, &format!(r#"{{"error":{empty},"choices""#)),
                "anthropic" => text
                    .replace(r#"{"type":"message_stop""#, &format!(r#"{{"error":{empty},"type":"message_stop""#))
                    .replace(r#"{"content""#, &format!(r#"{{"error":{empty},"content""#)),
                _ => text.replace(r#"{"message""#, &format!(r#"{{"error":{empty},"message""#)),
            };
            for answer in [streamed(dialect.as_ref(), &add(stream)), whole(dialect.as_ref(), &add(body))] {
                assert_eq!(answer.1.unwrap().text, "Hello", "{protocol} {empty}");
            }
        }
    }
}

/// Errors in the places that servers have for them, with the codes of the calls.
const ERRORS: [(&str, &str); 21] = [
    (r#"{"object":"error","message":"engine dead","type":"InternalServerError","code":500}"#, "model_unavailable"),
    (r#"{"message":"engine dead","type":"InternalServerError","code":500}"#, "model_unavailable"),
    (r#"{"detail":"boom"}"#, "model_unavailable"),
    (r#"{"errors":[{"message":"slow down","code":429}]}"#, "model_rate_limited"),
    (r#"{"errors":["boom"]}"#, "model_unavailable"),
    (r#"{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#, "model_quota_exhausted"),
    (r#"{"choices":[],"base_resp":{"status_code":1002,"status_msg":"rate limit"}}"#, "model_rate_limited"),
    (r#"[{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}]"#, "model_unavailable"),
    (r#"{"error":{"code":"oops","status":"RESOURCE_EXHAUSTED","message":"x"}}"#, "model_rate_limited"),
    (r#"{"error":{"message":"no credit","code":402}}"#, "model_quota_exhausted"),
    (r#"{"error":"no credit","code":402}"#, "model_quota_exhausted"),
    (r#"{"error":{"message":"key","code":401}}"#, "model_key_refused"),
    (r#"{"error":{"message":"key","code":"invalid_api_key","type":"invalid_request_error"}}"#, "model_key_refused"),
    (r#"{"error":{"message":"who","code":"404"}}"#, "model_not_found"),
    (r#"{"error":{"message":"who","type":"NotFoundError"}}"#, "model_not_found"),
    (r#"{"error":{"message":"pay","type":"billing_error"}}"#, "model_quota_exhausted"),
    (r#"{"error":{"message":"pay","type":"insufficient_quota","code":"insufficient_quota"}}"#, "model_quota_exhausted"),
    (r#"{"error":{"message":"pay","code":429,"type":"insufficient_quota"}}"#, "model_quota_exhausted"),
    (r#"{"error":{"message":"bad","code":400}}"#, "model_rejected"),
    (r#"{"error":{"message":"NaN","code":400,"x":NaN}}"#, "model_rejected"),
    (
        r#"{"choices":[{"delta":{},"finish_reason":"error","error":{"code":402,"message":"no"}}]}"#,
        "model_quota_exhausted",
    ),
];

#[test]
fn an_error_inside_a_stream_is_what_the_same_status_would_be() {
    for (protocol, dialect) in dialects().into_iter().take(2) {
        for (error, code) in ERRORS {
            if protocol == "anthropic" && error.starts_with(r#"{"choices""#) {
                continue;
            }
            let (deltas, answer) = streamed(dialect.as_ref(), &with_line(protocol, &format!("data: {error}\n\n")));
            assert_eq!(answer.unwrap_err().code(), code, "{protocol} {error}");
            assert_eq!(shown(&deltas), "Hel");
            assert_eq!(whole(dialect.as_ref(), error).1.unwrap_err().code(), code, "{protocol} {error}, whole");
        }
    }
    let ollama = &dialects()[2].1;
    let line = "{\"error\":{\"message\":\"no credit\",\"code\":402}}\n";
    assert_eq!(streamed(ollama.as_ref(), &with_line("ollama", line)).1.unwrap_err().code(), "model_quota_exhausted");
}

#[test]
fn an_answer_whose_promised_reason_never_comes_is_cut_short() {
    let openai = &dialects()[0].1;
    let chunk =
        |rest: &str| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"hel\"}}{rest}}}]}}\n\n");
    let early = streamed(openai.as_ref(), &(chunk(r#","finish_reason":null"#) + "data: [DONE]\n\n")).1.unwrap_err();
    assert!(early.to_string().contains("ended early"), "{early}");
    let answer = streamed(openai.as_ref(), &(chunk("") + "data: [DONE]\n\n")).1;
    assert_eq!(answer.unwrap().text, "hel", "this server never tells a reason");
}
