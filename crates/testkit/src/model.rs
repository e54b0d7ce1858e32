use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::stream;
use serde_json::{Value, json};

/// What the model answers.
#[derive(Debug, Clone)]
pub enum Reply {
    Text(String),
    /// Words with a pause after each.
    Slow(String, Duration),
    /// One call of the first tool offered.
    Call(Value),
    /// An HTTP error.
    Status(u16),
    /// Accepts and never answers.
    Hang,
}

type Script = dyn Fn(&Value) -> Reply + Send + Sync;

/// A real HTTP server that speaks OpenAI's streaming protocol from a script.
#[derive(Clone)]
pub struct ModelServer {
    url: String,
    requests: Arc<Mutex<Vec<Value>>>,
}

#[derive(Clone)]
struct Shared {
    script: Arc<Script>,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl ModelServer {
    /// The script sees each request's body.
    pub async fn start(script: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Self {
        let shared = Shared { script: Arc::new(script), requests: Arc::default() };
        let requests = shared.requests.clone();
        let routes = Router::new().route("/v1/chat/completions", post(complete)).with_state(shared);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, requests }
    }

    /// Calls the first tool with `args` once, then answers with the tool's result.
    pub async fn calling_the_tool_once(args: Value) -> Self {
        Self::start(move |request| match last(request) {
            last if last["role"] == "tool" => Reply::Text(format!("The tool said {}", last["content"].as_str().unwrap_or_default())),
            _ => Reply::Call(args.clone()),
        })
        .await
    }

    /// For `OPENAI_BASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The bodies of all requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.requests.lock().unwrap().clone()
    }
}

fn last(request: &Value) -> &Value {
    request["messages"].as_array().and_then(|messages| messages.last()).unwrap_or(&Value::Null)
}

async fn complete(State(shared): State<Shared>, Json(request): Json<Value>) -> Response {
    shared.requests.lock().unwrap().push(request.clone());
    match (shared.script)(&request) {
        Reply::Text(text) => events(vec![json!({ "role": "assistant", "content": text })], "stop", Duration::ZERO),
        Reply::Slow(text, pause) => events(text.split_inclusive(' ').map(|word| json!({ "content": word })).collect(), "stop", pause),
        Reply::Call(args) => {
            let name = request["tools"][0]["function"]["name"].clone();
            let call =
                json!({ "index": 0, "id": "call_1", "type": "function", "function": { "name": name, "arguments": args.to_string() } });
            events(vec![json!({ "role": "assistant", "tool_calls": [call] })], "tool_calls", Duration::ZERO)
        }
        Reply::Status(status) => {
            let status = axum::http::StatusCode::from_u16(status).expect("a status");
            (status, Json(json!({ "error": { "message": "scripted", "type": "scripted", "code": null } }))).into_response()
        }
        Reply::Hang => std::future::pending().await,
    }
}

fn events(deltas: Vec<Value>, finish: &'static str, pause: Duration) -> Response {
    let chunk = |choices: Value, usage: Value| json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": choices, "usage": usage });
    let mut chunks: Vec<Value> =
        deltas.into_iter().map(|delta| chunk(json!([{ "index": 0, "delta": delta, "finish_reason": null }]), Value::Null)).collect();
    chunks.push(chunk(json!([{ "index": 0, "delta": {}, "finish_reason": finish }]), Value::Null));
    chunks.push(chunk(json!([]), json!({ "prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25 })));
    let mut lines: Vec<String> = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    lines.push("data: [DONE]\n\n".to_owned());
    let body = stream::unfold(lines.into_iter(), move |mut lines| async move {
        let line = lines.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(line)), lines))
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}
