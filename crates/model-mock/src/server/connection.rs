//! One connection: alternating requests and answers.

use std::sync::Arc;

use bytes::BytesMut;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::admin;
use super::incoming::{self, Incoming, NoRequest};
use super::send::{Sent, perform};
use crate::plan::Plan;
use crate::protocol::endpoint;
use crate::render::error_body;
use crate::{Failure, IncomingRequest, Mock, Protocol, Recorded};

pub(super) async fn serve(mock: Mock, mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let _open = Open::new(
        &mock,
        |counts| {
            counts.connections += 1;
            counts.open_connections += 1;
        },
        |counts| counts.open_connections -= 1,
    );
    let mut buffer = BytesMut::new();
    loop {
        let request = match incoming::next(&mut stream, &mut buffer).await {
            Ok(request) => request,
            Err(NoRequest::Gone) => return,
            Err(NoRequest::Bad) => {
                let _ = stream
                    .write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                    .await;
                return;
            }
        };
        let keep_alive = request.keep_alive;
        if !answer(&mock, request, &mut stream, &mut buffer).await || !keep_alive {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

/// Whether the connection can be used for the next request.
async fn answer(mock: &Mock, request: Incoming, stream: &mut TcpStream, ahead: &mut BytesMut) -> bool {
    if let Some(plan) = admin::answer(mock, &request) {
        return perform(&plan, stream, ahead).await == Sent::All;
    }
    let began = Instant::now();
    let number = record(mock, &request);
    let _open = Open::new(
        mock,
        |counts| {
            counts.requests += 1;
            counts.open_answers += 1;
        },
        |counts| counts.open_answers -= 1,
    );
    let plan = plan(mock, request);
    match perform(&plan, stream, ahead).await {
        Sent::All => !plan.close,
        Sent::Reset => {
            let _ = stream.set_zero_linger();
            false
        }
        Sent::ClientGone => {
            mock.request_log().close_early(number, began);
            mock.count(|counts| counts.closed_early += 1);
            false
        }
    }
}

fn target(request: &Incoming) -> Option<(Protocol, crate::Endpoint)> {
    endpoint(&request.method, request.path(), request.header("anthropic-version").is_some())
}

fn record(mock: &Mock, request: &Incoming) -> u64 {
    mock.request_log().record(Recorded {
        number: 0,
        at_ms: 0,
        protocol: target(request).map(|(protocol, _)| protocol),
        method: request.method.clone(),
        path: request.target.clone(),
        headers: request.headers.clone(),
        body: request.body.clone(),
    })
}

fn plan(mock: &Mock, request: Incoming) -> Arc<Plan> {
    let refusal = |protocol: Protocol, status: u16, why: String| {
        let failure = Failure { message: Some(why), ..Failure::default() };
        Arc::new(Plan::json(status, &error_body(protocol, status, &failure).to_string()))
    };
    let Some((protocol, endpoint)) = target(&request) else {
        return refusal(Protocol::OpenAi, 404, format!("there is no {} {}", request.method, request.path()));
    };
    let body = match serde_json::from_slice(&request.body) {
        Ok(body) => body,
        Err(_) if request.method == "GET" => Value::Null,
        Err(error) => return refusal(protocol, 400, format!("the body is no JSON: {error}")),
    };
    let asked = IncomingRequest::new(protocol, endpoint, request.target, request.headers, body);
    mock.plan(&asked)
}

/// Counts something while it lives.
struct Open<'a, F: Fn(&mut crate::request_log::Counts)> {
    mock: &'a Mock,
    over: F,
}

impl<'a, F: Fn(&mut crate::request_log::Counts)> Open<'a, F> {
    fn new(mock: &'a Mock, begin: impl FnOnce(&mut crate::request_log::Counts), over: F) -> Self {
        mock.count(begin);
        Self { mock, over }
    }
}

impl<F: Fn(&mut crate::request_log::Counts)> Drop for Open<'_, F> {
    fn drop(&mut self) {
        self.mock.count(|counts| (self.over)(counts));
    }
}
