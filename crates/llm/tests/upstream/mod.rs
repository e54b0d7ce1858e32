//! A model provider for tests: it answers over real TCP with exactly the given bytes, and records the requests.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// What the provider does with one connection, in order. After the last step it closes the connection.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// Waits until the client closes the connection.
    Hang,
}

/// A running provider, which stops when it is dropped.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    requests: UnboundedReceiver<String>,
    closed: UnboundedReceiver<Instant>,
    _server: JoinSet<()>,
}

impl Upstream {
    /// The n-th connection gets the n-th reply, later connections the last one.
    pub(crate) async fn answering(replies: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, requests) = unbounded_channel();
        let (gone, closed) = unbounded_channel();
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let reply = replies.get(number).or(replies.last()).unwrap().clone();
                connections.spawn(serve(stream, reply, seen.clone(), gone.clone()));
            }
        });
        Self { address, requests, closed, _server: server }
    }

    /// The next request, head and body.
    pub(crate) async fn request(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    /// The number of requests that [`Upstream::request`] has not returned yet.
    pub(crate) fn request_count(&mut self) -> usize {
        std::iter::from_fn(|| self.requests.try_recv().ok()).count()
    }

    /// The time at which the client closed a connection that hung.
    pub(crate) async fn closed_at(&mut self) -> Instant {
        self.closed.recv().await.unwrap()
    }
}

async fn serve(mut stream: TcpStream, steps: Vec<Step>, seen: UnboundedSender<String>, gone: UnboundedSender<Instant>) {
    let _ = seen.send(read_request(&mut stream).await);
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Wait(time) => sleep(time).await,
            Step::Hang => {
                while stream.read(&mut [0; 64]).await.is_ok_and(|count| count > 0) {}
                let _ = gone.send(Instant::now());
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.parse::<usize>().ok())
            .unwrap_or(0);
        let complete = text.find("\r\n\r\n").is_some_and(|head| bytes.len() >= head + 4 + length);
        if complete || count == 0 {
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
}

/// A status line, headers and a body that ends when the connection closes.
pub(crate) fn response(status: u16, headers: &str, body: &str) -> Step {
    Step::Send(format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n{headers}\r\n{body}").into_bytes())
}

/// The beginning of a stream of events.
pub(crate) fn events(body: &str) -> Step {
    response(200, "content-type: text/event-stream; charset=utf-8\r\n", body)
}

/// One event with a piece of text.
pub(crate) fn text(text: &str) -> String {
    format!("data: {}\n\n", serde_json::json!({ "choices": [{ "index": 0, "delta": { "content": text } }] }))
}

/// The proper end of a stream.
pub(crate) const END: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
