//! The mock over real sockets.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::time::{Duration, Instant};

use artel_model_mock::{
    Body, Cuts, Failure, How, Mock, ModelMock, Protocol, Reply, Script, Step, Timing, When, Wire, render,
};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

fn path(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenAi => "/v1/chat/completions",
        Protocol::Anthropic => "/v1/messages",
        Protocol::Ollama => "/api/chat",
    }
}

fn question(stream: bool) -> Value {
    json!({ "model": "mock-model", "stream": stream, "stream_options": { "include_usage": true }, "messages": [{ "role": "user", "content": "Hello" }] })
}

async fn ask(mock: &ModelMock, protocol: Protocol, body: &Value) -> Response {
    client().post(format!("{}{}", mock.url(), path(protocol))).json(body).send().await.unwrap()
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// The pieces in which a stream arrives: the HTTP chunks, of which each is a frame.
async fn pieces(mut response: Response) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some(piece) = response.chunk().await.unwrap() {
        pieces.push(piece.to_vec());
    }
    pieces
}

#[tokio::test]
async fn the_bytes_on_the_connection_are_those_of_render() {
    let reply = Reply::of([Step::text("Привет, мир"), Step::call("now", json!({ "zone": "Kyiv" }))]);
    let mock = ModelMock::start(reply.clone()).await.unwrap();
    for protocol in Protocol::ALL {
        for stream in [true, false] {
            for _ in 0..2 {
                let response = ask(&mock, protocol, &question(stream)).await;
                assert_eq!(response.status(), 200);
                assert_eq!(response.bytes().await.unwrap(), render(protocol, &reply, stream));
            }
        }
    }
}

#[tokio::test]
async fn without_a_script_it_calls_the_first_tool_once_and_echoes() {
    let mock = ModelMock::start(Script::default()).await.unwrap();
    let echoed = json_of(ask(&mock, Protocol::OpenAi, &question(false)).await).await;
    assert_eq!(echoed["choices"][0]["message"]["content"], "Hello");
    let tool = json!({ "name": "echo", "input_schema": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] } });
    let mut body =
        json!({ "model": "m", "max_tokens": 9, "tools": [tool], "messages": [{ "role": "user", "content": "Hello" }] });
    let call = json_of(ask(&mock, Protocol::Anthropic, &body).await).await;
    assert_eq!(call["content"][0]["input"], json!({ "text": "Hello" }));
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "assistant", "content": call["content"] }));
    messages.push(json!({ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_1", "content": "it is done" }] }));
    let end = json_of(ask(&mock, Protocol::Anthropic, &body).await).await;
    assert_eq!(
        (&end["content"][0]["text"], &end["stop_reason"]),
        (&json!("The tool said it is done"), &json!("end_turn"))
    );
}

#[tokio::test]
async fn replies_are_used_in_order_unless_one_matches_the_request() {
    let meant = Reply::text("meant").when(When {
        last: Some("Special".into()),
        model: Some("gpt-*".into()),
        ..When::default()
    });
    let mock = ModelMock::start(Script::from_iter([
        Reply::status(503).times(2),
        Reply::text("first"),
        meant,
        Reply::text("last"),
    ]))
    .await
    .unwrap();
    let mut seen = Vec::new();
    for last in ["a", "b", "Special", "c", "d", "e"] {
        let body = json!({ "model": "gpt-4", "messages": [{ "role": "user", "content": last }] });
        let answer = json_of(ask(&mock, Protocol::OpenAi, &body).await).await;
        seen.push(answer["choices"][0]["message"]["content"].as_str().unwrap_or("failed").to_owned());
    }
    assert_eq!(seen, ["failed", "failed", "meant", "first", "last", "last"]);
}

#[tokio::test]
async fn bytes_arrive_in_the_pieces_that_were_asked_for() {
    let wire = |pieces| Wire { pieces: Some(pieces), ..Wire::default() };
    let whole = render(Protocol::Anthropic, &"Київ".into(), true);
    let mock = ModelMock::start(Reply::text("Київ").wire(wire(Cuts::Every(1)))).await.unwrap();
    let bytes = pieces(ask(&mock, Protocol::Anthropic, &question(true)).await).await;
    assert_eq!((bytes.len(), bytes.concat()), (whole.len(), whole.clone()));
    mock.set_script(Reply::text("Київ").wire(wire(Cuts::At { at: vec![17] })));
    let lengths: Vec<usize> =
        pieces(ask(&mock, Protocol::Anthropic, &question(true)).await).await.iter().map(Vec::len).collect();
    assert_eq!(lengths, [17, whole.len() - 17]);
    mock.set_script(Reply::text("Київ").wire(wire(Cuts::Sizes(vec![1, 200]))));
    let lengths: Vec<usize> =
        pieces(ask(&mock, Protocol::Anthropic, &question(true)).await).await.iter().map(Vec::len).collect();
    assert_eq!(lengths[..4], [1, 200, 1, 200]);
}

#[tokio::test]
async fn it_pauses_as_the_script_says() {
    let mock =
        ModelMock::start(Reply::text("a b c d e").timing(Timing { head_ms: 40, ..Timing::of(150, 50) })).await.unwrap();
    let began = Instant::now();
    let mut response = ask(&mock, Protocol::OpenAi, &question(true)).await;
    let head = began.elapsed();
    response.chunk().await.unwrap();
    let first = began.elapsed();
    while response.chunk().await.unwrap().is_some() {}
    let end = began.elapsed();
    let within = |time: Duration, least: u64| (least..least + 150).contains(&(time.as_millis() as u64));
    assert!(within(head, 40) && within(first, 190) && within(end, 390), "{head:?} {first:?} {end:?}");
    let began = Instant::now();
    ask(&mock, Protocol::OpenAi, &question(false)).await;
    assert!(began.elapsed() >= Duration::from_millis(390), "a whole answer takes as long as its stream");
}

#[tokio::test]
async fn statuses_bodies_and_headers_are_as_scripted() {
    let busy = Reply::status(429).header("retry-after-ms", "1500").header("X-Should-Retry", "true");
    let quota = Body::Error(Failure {
        code: Some("insufficient_quota".into()),
        ..Failure::new("insufficient_quota", "No money")
    });
    let replies = [
        busy,
        Reply::status(429).body(quota),
        Reply::status(502).body(Body::Html),
        Reply::default().body(Body::Garbage),
        Reply::status(503).body(Body::Empty),
    ];
    let mock = ModelMock::start(Script::from_iter(replies)).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let response = ask(&mock, Protocol::OpenAi, &question(true)).await;
        let head = format!("{} {}", response.status().as_u16(), response.headers()["content-type"].to_str().unwrap());
        if seen.is_empty() {
            assert_eq!(
                (&response.headers()["retry-after-ms"], &response.headers()["x-should-retry"]),
                (&"1500".parse().unwrap(), &"true".parse().unwrap())
            );
        }
        let body = response.bytes().await.unwrap();
        seen.push((head, String::from_utf8_lossy(&body).into_owned()));
    }
    assert_eq!(
        seen.iter().map(|(head, _)| head.as_str()).collect::<Vec<_>>(),
        [
            "429 application/json",
            "429 application/json",
            "502 text/html",
            "200 application/octet-stream",
            "503 text/plain"
        ]
    );
    assert!(
        seen[1].1.contains("\"code\":\"insufficient_quota\"") && seen[2].1.contains("<html>") && seen[4].1.is_empty()
    );
}

#[tokio::test]
async fn a_stream_breaks_off_hangs_is_reset_or_ends_too_early() {
    let mock = ModelMock::start(Script::default()).await.unwrap();
    let streams = async |how: How| {
        mock.set_script(Reply::text("one two three").fault_after_deltas(2, how));
        let mut response = ask(&mock, Protocol::Ollama, &question(true)).await;
        let mut text = String::new();
        loop {
            match tokio::time::timeout(Duration::from_millis(300), response.chunk()).await {
                Err(_) => return (text, "hangs"),
                Ok(Err(_)) => return (text, "breaks off"),
                Ok(Ok(None)) => return (text, "ends"),
                Ok(Ok(Some(piece))) => text.push_str(&String::from_utf8_lossy(&piece)),
            }
        }
    };
    for (how, end) in
        [(How::Cut, "breaks off"), (How::Hang, "hangs"), (How::End, "ends"), (How::Error(Failure::default()), "ends")]
    {
        let (text, ended) = streams(how.clone()).await;
        assert_eq!(ended, end, "{how:?}");
        assert!(text.contains("two") && !text.contains("three"));
    }
    assert_eq!(streams(How::Reset).await.1, "breaks off");
}

#[tokio::test]
async fn a_whole_answer_fails_at_once_when_its_stream_would_fail_later() {
    let overloaded = How::Error(Failure { status: Some(529), ..Failure::new("overloaded_error", "Overloaded") });
    let mock = ModelMock::start(Script::from_iter([
        Reply::text("a b").fault_after_deltas(1, overloaded),
        Reply::text("a b").fault_after_deltas(1, How::Cut),
    ]))
    .await
    .unwrap();
    assert_eq!(ask(&mock, Protocol::Anthropic, &question(false)).await.status(), 529);
    let cut = client().post(format!("{}/v1/messages", mock.url())).json(&question(false)).send().await;
    assert!(cut.is_err());
}

/// Everything that a plain socket receives until the other side closes, for at most half a second.
async fn raw(mock: &ModelMock) -> String {
    let mut stream = TcpStream::connect(mock.url().trim_start_matches("http://")).await.unwrap();
    let body = question(false).to_string();
    stream
        .write_all(
            format!("POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes(),
        )
        .await
        .unwrap();
    let mut seen = Vec::new();
    let _ = tokio::time::timeout(Duration::from_millis(500), stream.read_to_end(&mut seen)).await;
    String::from_utf8_lossy(&seen).into_owned()
}

#[tokio::test]
async fn it_sends_a_wrong_length_and_then_closes() {
    let mock =
        ModelMock::start(Reply::text("x").wire(Wire { content_length: Some(9999), ..Wire::default() })).await.unwrap();
    let seen = raw(&mock).await;
    assert!(seen.contains("content-length: 9999\r\n") && seen.contains("connection: close") && seen.ends_with('}'));
    assert!(ask(&mock, Protocol::Ollama, &question(false)).await.bytes().await.is_err());
    mock.set_script(Reply::text("x").wire(Wire { until_close: true, ..Wire::default() }));
    let seen = raw(&mock).await;
    assert!(!seen.contains("content-length") && !seen.contains("chunked") && seen.ends_with('}'));
    mock.set_script(Reply::text("x").timing(Timing { head_line_ms: 30, ..Timing::default() }));
    let began = Instant::now();
    assert_eq!(ask(&mock, Protocol::Ollama, &question(false)).await.status(), 200);
    assert!(began.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn it_notices_at_once_that_a_client_closed_its_connection() {
    let mock = ModelMock::start(Reply::hang()).await.unwrap();
    let mut number = 0;
    let slow = Reply::text("a b c").timing(Timing::of(20, 60_000));
    for (reply, stream) in [(Reply::hang(), true), (Reply::hang(), false), (slow.clone(), true), (slow, false)] {
        mock.set_script(reply);
        let asking = tokio::time::timeout(Duration::from_millis(200), async {
            ask(&mock, Protocol::OpenAi, &question(stream)).await.bytes().await
        });
        assert!(asking.await.is_err());
        let gone = tokio::time::Instant::now();
        number += 1;
        let closed = mock.wait_closed(number).await;
        assert!(closed.at.saturating_duration_since(gone) < Duration::from_millis(50));
        assert!(closed.after_ms <= 300 && closed.request == number);
    }
    mock.wait_idle().await;
    let stats = mock.stats();
    assert_eq!((stats.requests, stats.open_answers, stats.closed_early, stats.closed.len()), (4, 0, 4, 4));
}

#[tokio::test]
async fn a_connection_is_reused_also_for_pipelined_requests() {
    let mock = ModelMock::start(Reply::text("Hi").timing(Timing::of(20, 0))).await.unwrap();
    let mut stream = TcpStream::connect(mock.url().trim_start_matches("http://")).await.unwrap();
    let body = question(true).to_string();
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    stream.write_all(request.repeat(2).as_bytes()).await.unwrap();
    let mut seen = String::new();
    while seen.matches("message_stop\"}").count() < 2 {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    assert_eq!((mock.stats().connections, mock.stats().requests), (1, 2));
}

#[tokio::test]
async fn other_processes_see_requests_and_stats_and_replace_the_script() {
    let mock = ModelMock::start(Script::default()).await.unwrap();
    let own = |method: reqwest::Method, what: &str| client().request(method, format!("{}/__mock/{what}", mock.url()));
    let put =
        own("PUT".parse().unwrap(), "script").body("[[replies]]\nsteps = [{ text = \"Hi\" }]\n").send().await.unwrap();
    assert_eq!(json_of(put).await, json!({ "replies": 1 }));
    let asked = client()
        .post(format!("{}/v1/messages", mock.url()))
        .header("x-api-key", "sk-secret")
        .json(&question(false))
        .send()
        .await
        .unwrap();
    assert_eq!(json_of(asked).await["content"][0]["text"], "Hi");
    let requests = json_of(own("GET".parse().unwrap(), "requests?last=1").send().await.unwrap()).await;
    let request = &requests["requests"][0];
    assert_eq!(request["headers"]["x-api-key"], json!({ "present": true, "length": 9 }));
    assert_eq!(
        (&request["protocol"], &request["path"], &request["body"]),
        (&json!("anthropic"), &json!("/v1/messages"), &question(false))
    );
    assert!(!requests.to_string().contains("sk-secret"));
    let stats = json_of(own("GET".parse().unwrap(), "stats").send().await.unwrap()).await;
    assert_eq!((&stats["requests"], &stats["open_answers"], &stats["closed"]), (&json!(1), &json!(0), &json!([])));
    let refused = own("PUT".parse().unwrap(), "script").body(r#"{"replies": [{"stepz": []}]}"#).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("replies[0].stepz: unknown field"));
    own("DELETE".parse().unwrap(), "script").send().await.unwrap();
    own("DELETE".parse().unwrap(), "requests").send().await.unwrap();
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn models_and_embeddings_have_each_protocols_form() {
    let mock = ModelMock::start(Script { models: vec!["a".into(), "b".into()], ..Script::default() }).await.unwrap();
    let get = async |path: &str, version: Option<&str>| {
        let mut request = client().get(format!("{}{path}", mock.url()));
        if let Some(version) = version {
            request = request.header("anthropic-version", version);
        }
        json_of(request.send().await.unwrap()).await
    };
    assert_eq!(get("/v1/models", None).await["data"][1]["id"], "b");
    assert_eq!(get("/v1/models", Some("2023-06-01")).await["last_id"], "b");
    assert_eq!(get("/api/tags", None).await["models"][0]["name"], "a");
    let embed = async |path: &str, body: Value| {
        json_of(client().post(format!("{}{path}", mock.url())).json(&body).send().await.unwrap()).await
    };
    let floats = embed("/v1/embeddings", json!({ "model": "m", "input": ["x", "y"], "dimensions": 3 })).await;
    assert_eq!(
        (floats["data"].as_array().unwrap().len(), floats["data"][0]["embedding"].as_array().unwrap().len()),
        (2, 3)
    );
    assert_ne!(floats["data"][0]["embedding"], floats["data"][1]["embedding"]);
    let packed = embed("/v1/embeddings", json!({ "model": "m", "input": "x", "encoding_format": "base64" })).await;
    assert_eq!(packed["data"][0]["embedding"].as_str().unwrap().len(), 44);
    let ollama = embed("/api/embed", json!({ "model": "m", "input": "x" })).await;
    assert_eq!(ollama["embeddings"][0].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn other_requests_are_refused_with_an_explanation() {
    let mock = ModelMock::start(Script::default()).await.unwrap();
    let post = async |path: &str, body: &'static str| {
        client().post(format!("{}{path}", mock.url())).body(body).send().await.unwrap()
    };
    assert_eq!(post("/v1/completions", "{}").await.status(), 404);
    let refused = post("/v1/messages", "{").await;
    assert_eq!(refused.status(), 400);
    assert_eq!(json_of(refused).await["error"]["type"], "invalid_request_error");
}

#[tokio::test]
async fn a_function_can_answer_instead_of_a_script() {
    let mock =
        ModelMock::serve(Mock::answering(|asked| Reply::text(&format!("{} of {:?}", asked.model, asked.protocol))))
            .await
            .unwrap();
    let answer = json_of(ask(&mock, Protocol::Ollama, &question(false)).await).await;
    assert_eq!(answer["message"]["content"], "mock-model of Ollama");
}
