//! What a call sends, what it refuses to send, and what it makes of the answer.

use std::time::{Duration, Instant};

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_domain::{AgentId, EffectClass, ExecutionType, PermissionScope};
use axum::response::IntoResponse;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Bench, Receiver, answer, failed, output, with_header};

#[tokio::test]
async fn a_call_carries_its_arguments_and_says_on_whose_behalf_it_is() {
    let receiver = Receiver::echoing().await;
    let bench = Bench::to(&receiver, "/echo");
    let done = bench.run().await;
    assert_eq!(output(&done), &json!({"got": {"text": "hello"}}));
    assert_eq!((done.attempts, done.status_code, done.truncated), (1, Some(200), false));
    let seen = &receiver.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/echo"));
    let key = bench.call_id.to_string();
    let traceparent = format!("00-0123456789abcdef0123456789abcdef-{}-01", &key.replace('-', "")[..16]);
    for (name, value) in [
        ("x-trace-id", "0123456789abcdef0123456789abcdef"),
        ("traceparent", traceparent.as_str()),
        ("x-tenant-id", "00000000-0000-0000-0000-000000000001"),
        ("x-user-id", "00000000-0000-0000-0000-000000000006"),
        ("x-idempotency-key", key.as_str()),
        ("content-type", "application/json"),
        ("accept-encoding", "identity"),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
    let request = done.request.unwrap();
    assert_eq!((request.method.as_str(), request.url), ("POST", receiver.url("/echo")));
}

#[tokio::test]
async fn the_mapping_and_the_tools_headers_reach_the_receiver() {
    let receiver = Receiver::echoing().await;
    let bench = Bench::to(&receiver, "/items/{id}?v=1").with(|bench| {
        bench.tool.http_method = HttpMethod::Delete;
        bench.tool.parameter_mapping = [("lang".to_owned(), ArgumentPlace::Header)].into();
        bench.tool.custom_headers = [("X-Api-Version".to_owned(), "3".to_owned())].into();
        bench.args = json!({"id": "a/../b", "lang": "en", "q": "x y"});
    });
    output(&bench.run().await);
    let seen = &receiver.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("DELETE", "/items/a%2F..%2Fb?v=1&q=x+y"));
    assert_eq!((seen.header("lang"), seen.header("x-api-version"), seen.body.len()), (Some("en"), Some("3"), 0));
}

#[tokio::test]
async fn arguments_that_do_not_fit_go_back_to_the_model_and_nothing_is_sent() {
    let receiver = Receiver::echoing().await;
    let bench = Bench::to(&receiver, "/").with(|bench| {
        bench.tool.input_schema =
            json!({"type": "object", "properties": {"text": {"type": "integer"}}, "required": ["text"]});
    });
    let done = bench.run().await;
    assert!(failed(&done).contains("/text"), "{done:?}");
    assert_eq!((done.attempts, done.request, receiver.connections()), (0, None, 0));
}

#[tokio::test]
async fn a_writing_binding_needs_the_scope() {
    let receiver = Receiver::echoing().await;
    let bench = Bench::to(&receiver, "/").with(|bench| bench.binding.permission_scope = PermissionScope::Write);
    assert!(failed(&bench.run().await).contains("tools:write"));
    assert_eq!(receiver.connections(), 0);
    output(&bench.with(|bench| bench.may_write = true).run().await);
}

#[tokio::test]
async fn the_rate_limit_counts_per_tenant_agent_and_tool() {
    let receiver = Receiver::echoing().await;
    let mut bench =
        Bench::to(&receiver, "/").with(|bench| bench.binding.rate_limit = Some("2/minute".parse().unwrap()));
    let tools = bench.tools();
    for _ in 0..2 {
        output(&bench.call(&tools).await);
    }
    let done = bench.call(&tools).await;
    assert!(failed(&done).contains("2/minute") && failed(&done).contains("12 s"), "{done:?}");
    assert_eq!(receiver.seen().len(), 2);
    bench.binding.agent_id = AgentId(Uuid::from_u128(99));
    output(&bench.call(&tools).await);
}

#[tokio::test]
async fn a_slow_answer_ends_at_the_bindings_timeout_and_never_later_than_the_maximum() {
    for (timeout_ms, max_timeout_ms) in [(200, 60_000), (60_000, 200)] {
        let receiver = Receiver::start(|_, _| async {
            tokio::time::sleep(Duration::from_mins(1)).await;
            answer(200, &json!({}))
        })
        .await;
        let bench = Bench::to(&receiver, "/").with(|bench| {
            bench.binding.timeout_ms = timeout_ms;
            bench.config.max_timeout_ms = max_timeout_ms;
            bench.config.retry_attempts = 0;
        });
        let started = Instant::now();
        assert!(failed(&bench.run().await).contains("within 200 ms"));
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn the_timeout_covers_a_body_that_drips() {
    let receiver = Receiver::start(|_, _| async {
        let drops = axum::body::Body::new(Drip(tokio::time::interval(Duration::from_millis(50))));
        drops.into_response()
    })
    .await;
    let bench = Bench::to(&receiver, "/").with(|bench| {
        bench.binding.timeout_ms = 300;
        bench.config.retry_attempts = 0;
    });
    assert!(failed(&bench.run().await).contains("within 300 ms"));
}

/// One byte per tick, for ever.
struct Drip(tokio::time::Interval);

impl axum::body::HttpBody for Drip {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        self.0.poll_tick(context).map(|_| Some(Ok(http_body::Frame::data(axum::body::Bytes::from_static(b"x")))))
    }
}

#[tokio::test]
async fn dropping_the_call_closes_the_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let bench = Bench::at(&format!("http://{address}/")).allowing(&address);
    let arrived = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut first = [0; 1];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut first).await.unwrap();
        stream
    };
    let mut stream = tokio::select! {
        done = bench.run() => panic!("nobody answered: {done:?}"),
        stream = arrived => stream,
    };
    let mut rest = Vec::new();
    // Ends when the caller closes its side; an error is a reset, which is as good.
    let closed = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest);
    let _ = tokio::time::timeout(Duration::from_secs(5), closed).await.expect("the connection was closed");
}

#[tokio::test]
async fn an_answer_over_the_cap_is_cut_marked_and_flagged() {
    let receiver = Receiver::start(|_, _| async { answer(200, &json!("x".repeat(100_000))) }).await;
    let done = Bench::to(&receiver, "/").with(|bench| bench.config.response_cap = 10_000).run().await;
    let text = output(&done).as_str().unwrap();
    assert!(done.truncated && text.ends_with("[truncated: the answer is larger than 10000 bytes]"));
    assert!(text.len() < 10_100);
}

#[tokio::test]
async fn an_answer_is_read_in_its_character_set_or_the_call_fails_and_names_it() {
    const WORD: &[u8] = b"\xcf\xf0\xe8\xe2\xe5\xf2";
    let utf_16: Vec<u8> = "{\"a\": \"Привет\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let xml = [b"<?xml version='1.0' encoding='windows-1251'?><a>".as_slice(), WORD, b"</a>"].concat();
    for (kind, body, read) in [
        ("text/plain; charset=windows-1251", WORD.to_vec(), Ok(json!("Привет"))),
        ("application/json; charset=windows-1251", [b"{\"a\": \"", WORD, b"\"}"].concat(), Ok(json!({"a": "Привет"}))),
        ("application/json; charset=utf-16le", utf_16, Ok(json!({"a": "Привет"}))),
        ("application/json", "\u{FEFF}{\"a\": 1}".as_bytes().to_vec(), Ok(json!({"a": 1}))),
        ("text/xml", xml, Ok(json!("<?xml version='1.0' encoding='windows-1251'?><a>Привет</a>"))),
        ("image/png", b"\x89PNG\xff".to_vec(), Ok(json!("[the answer is not text (image/png); it is not shown]"))),
        ("text/plain", WORD.to_vec(), Err("the tool answered, but its bytes are not text in the character set UTF-8")),
        (
            "text/plain; charset=klingon",
            WORD.to_vec(),
            Err("the tool answered, but its character set 'klingon' is not known here; UTF-8 is"),
        ),
    ] {
        let receiver = Receiver::start(move |_, _| {
            let body = body.clone();
            async move { ([("content-type", kind)], body).into_response() }
        })
        .await;
        let done = Bench::to(&receiver, "/").run().await;
        match read {
            Ok(value) => assert_eq!(output(&done), &value, "{kind}"),
            Err(told) => assert_eq!(failed(&done), told, "{kind}"),
        }
    }
    let receiver = Receiver::start(|_, _| async {
        (axum::http::StatusCode::BAD_REQUEST, [("content-type", "text/plain; charset=windows-1251")], WORD)
            .into_response()
    })
    .await;
    assert!(failed(&Bench::to(&receiver, "/").run().await).ends_with("400 Bad Request Привет"));
}

#[tokio::test]
async fn arguments_that_make_a_url_too_long_are_told_so() {
    let receiver = Receiver::echoing().await;
    let bench = Bench::to(&receiver, "/").with(|bench| {
        bench.tool.http_method = HttpMethod::Get;
        bench.args = json!({"text": "x".repeat(70_000)});
    });
    let told = failed(&bench.run().await).to_owned();
    assert!(told.contains("the URL would have") && told.contains("more than 60000"), "{told}");
    assert_eq!(receiver.seen().len(), 0);
}

#[tokio::test]
async fn a_compressed_answer_is_not_unpacked() {
    // 10 MB of zeros as gzip would be 10 kB; what matters is that the bytes are not taken for text or unpacked.
    let receiver = Receiver::start(|_, _| async {
        ([("content-encoding", "gzip")], vec![0x1f_u8, 0x8b, 8, 0, 0, 0, 0, 0]).into_response()
    })
    .await;
    let done = Bench::to(&receiver, "/").run().await;
    assert!(output(&done).as_str().unwrap().contains("compressed (gzip)"));
}

#[tokio::test]
async fn an_answer_whose_coding_is_none_is_read() {
    for coding in ["utf-8", "identity", "UTF-8, identity", "none"] {
        let receiver = Receiver::start(move |_, _| async move {
            ([("content-encoding", coding), ("content-type", "application/json")], "[1]").into_response()
        })
        .await;
        assert_eq!(output(&Bench::to(&receiver, "/").run().await), &json!([1]), "{coding}");
    }
}

#[tokio::test]
async fn json_becomes_a_value_text_stays_text_and_nothing_is_an_empty_text() {
    let receiver = Receiver::start(|seen, _| async move {
        match seen.target.as_str() {
            "/json" => ([("content-type", "application/problem+json")], "[1]").into_response(),
            "/text" => ([("content-type", "text/plain")], "[1]").into_response(),
            "/broken" => ([("content-type", "application/json")], "[1").into_response(),
            _ => with_header(204, "x-a", "b"),
        }
    })
    .await;
    for (path, expected) in
        [("/json", json!([1])), ("/text", json!("[1]")), ("/broken", json!("[1")), ("/none", json!(""))]
    {
        assert_eq!(output(&Bench::to(&receiver, path).run().await), &expected, "{path}");
    }
}

#[tokio::test]
async fn the_transform_cuts_the_answer() {
    let receiver = Receiver::echoing().await;
    let transformed = |expression: &str| {
        Bench::to(&receiver, "/").with(|bench| bench.tool.response_transform = Some(expression.to_owned()))
    };
    assert_eq!(output(&transformed("got.text").run().await), &json!("hello"));
    assert!(failed(&transformed("sum(got)").run().await).contains("response_transform failed"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_transformed_is_not_shown_as_it_is() {
    let receiver = Receiver::start(|seen, _| async move {
        let (from, to) = if seen.target == "/half" { ("{", r#", "cut": "a\ud83d"}"#) } else { ("{", r#", "n": NaN}"#) };
        let body = format!("{from}\"public\": \"ok\", \"hidden\": \"INTERNAL\"{to}");
        ([("content-type", "application/json")], body).into_response()
    })
    .await;
    let of =
        |path: &str| Bench::to(&receiver, path).with(|bench| bench.tool.response_transform = Some("public".to_owned()));
    assert_eq!(output(&of("/half").run().await), &json!("ok"));
    let told = failed(&of("/nan").run().await).to_owned();
    assert!(told.contains("response_transform cannot be applied") && !told.contains("INTERNAL"), "{told}");
}

#[tokio::test]
async fn an_error_status_reaches_the_model_with_the_beginning_of_the_body() {
    let receiver =
        Receiver::start(|_, _| async { answer(404, &json!({"reason": "no such city", "noise": "x".repeat(5_000)})) })
            .await;
    let done = Bench::to(&receiver, "/").run().await;
    let error = failed(&done);
    assert!(error.contains("404") && error.contains("no such city") && error.len() < 700, "{error}");
    assert_eq!((done.attempts, done.status_code), (1, Some(404)));
}

#[tokio::test]
async fn an_internal_tool_runs_by_its_name_or_by_its_endpoint() {
    let bench = Bench::at("echo").with(|bench| {
        bench.tool.execution_type = ExecutionType::Internal;
        bench.tool.effect = EffectClass::ReadOnly;
    });
    assert_eq!(output(&bench.run().await), &json!({"text": "hello"}));
    let by_name = bench.with(|bench| {
        bench.tool.endpoint = None;
        bench.tool.name = "calculator".into();
        bench.args = json!({"expression": "6 * 7"});
    });
    assert_eq!(output(&by_name.run().await)["result"], 42);
    let unknown = by_name.with(|bench| bench.tool.name = "rm".into());
    assert!(failed(&unknown.run().await).contains("'rm'"));
}
