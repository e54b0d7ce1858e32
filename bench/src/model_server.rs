//! A model without delay behind OpenAI's protocol, which Artel and the peer both call.
//!
//! A model whose name begins with `hold` never answers: its runs wait until the caller gives up. A model whose name
//! begins with `stamp` streams the time of its answer, in microseconds since 1970.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use artel_domain::{Clock as _, SystemClock};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The answer to every request.
pub(crate) const ANSWER: &str = "All is well.";

const COMPLETION: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"fixed","choices":[{"index":0,"message":{"role":"assistant","content":"All is well."},"finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":4,"total_tokens":28}}"#;

const STREAM: &str = concat!(
    r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"fixed","choices":[{"index":0,"delta":{"role":"assistant","content":"All is well."},"finish_reason":null}]}"#,
    "\n\n",
    r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"fixed","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    "\n\n",
    r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"fixed","choices":[],"usage":{"prompt_tokens":24,"completion_tokens":4,"total_tokens":28}}"#,
    "\n\ndata: [DONE]\n\n",
);

/// The members of a request that decide the form of the answer.
#[derive(Deserialize)]
struct ChatRequest<'a> {
    #[serde(borrow)]
    model: std::borrow::Cow<'a, str>,
    #[serde(default)]
    stream: bool,
}

/// Serves on a separate thread until the program ends. Returns the base URL.
pub(crate) fn start(port: u16) -> Result<String> {
    let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    listener.set_nonblocking(true)?;
    let base_url = format!("http://{}/v1", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("model".to_owned()).spawn(move || runtime.block_on(serve(listener)))?;
    Ok(base_url)
}

/// Serves for use by hand.
pub(crate) fn serve_forever(port: u16) -> Result<()> {
    crate::report::say(&start(port)?)?;
    loop {
        std::thread::park();
    }
}

async fn serve(listener: std::net::TcpListener) -> Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        while connections.try_join_next().is_some() {}
        connections.spawn(
            hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service_fn(answer)),
        );
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(refusal("the body broke off")),
    };
    match serde_json::from_slice::<ChatRequest>(&body) {
        Ok(question) if question.model.starts_with("hold") => std::future::pending().await,
        Ok(question) if question.stream && question.model.starts_with("stamp") => {
            let now = SystemClock.now().as_microsecond().to_string();
            Ok(text("text/event-stream", STREAM.replace(ANSWER, &now)))
        }
        Ok(question) if question.stream => Ok(text("text/event-stream", STREAM)),
        Ok(_) => Ok(text("application/json", COMPLETION)),
        Err(_) => Ok(refusal("not a chat completion")),
    }
}

fn text(content_type: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.into()));
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    response
}

fn refusal(why: &'static str) -> Response<Full<Bytes>> {
    let mut response = text("text/plain", why);
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

#[cfg(test)]
mod tests {
    use hyper::Method;
    use serde_json::{Value, json};

    use super::*;
    use crate::client::{Client, Target};

    async fn ask(body: &Value) -> String {
        let base_url = start(0).unwrap();
        let address = base_url.trim_start_matches("http://").trim_end_matches("/v1").parse().unwrap();
        let mut client = Client::connect(Target { address, headers: Vec::new() }).await.unwrap();
        let (status, answer) =
            client.ask(Method::POST, "/v1/chat/completions", Bytes::from(body.to_string())).await.unwrap();
        assert_eq!(status, StatusCode::OK);
        String::from_utf8(answer.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_question_gets_the_answer_whole_or_streamed() {
        let whole: Value = serde_json::from_str(&ask(&json!({ "model": "x", "messages": [] })).await).unwrap();
        assert_eq!(whole["choices"][0]["message"]["content"], ANSWER);

        let streamed = ask(&json!({ "model": "x", "messages": [], "stream": true })).await;
        let events =
            streamed.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()).collect::<Vec<_>>();
        let (done, chunks) = events.split_last().unwrap();
        let chunks = chunks.iter().map(|chunk| serde_json::from_str::<Value>(chunk).unwrap()).collect::<Vec<_>>();
        assert_eq!(*done, "[DONE]");
        assert_eq!(chunks[0]["choices"][0]["delta"]["content"], ANSWER);
        assert_eq!(chunks[2]["usage"]["total_tokens"], 28);
    }
}
