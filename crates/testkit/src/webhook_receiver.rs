use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::sync::watch;

/// A tenant's own server that is told what happens. It remembers every message.
#[derive(Debug, Clone)]
pub struct WebhookReceiver {
    inner: Arc<Inner>,
    url: String,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct WebhookMessage {
    pub headers: HeaderMap,
    pub body: String,
}

#[derive(Debug)]
struct Inner {
    answer: Mutex<(u16, Duration)>,
    messages: Mutex<Vec<WebhookMessage>>,
    arrived: watch::Sender<usize>,
}

impl WebhookReceiver {
    /// At a free port.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// At this address, where nobody listens. It answers 200.
    pub async fn start_at(address: SocketAddr) -> Self {
        let answer = Mutex::new((200, Duration::ZERO));
        let inner = Arc::new(Inner { answer, messages: Mutex::default(), arrived: watch::Sender::new(0) });
        let routes = Router::new().route("/hook", post(take)).with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind(address).await.expect("the address is free");
        let url = url_at(listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { inner, url }
    }

    /// An address where nobody listens yet, and its URL.
    pub fn later() -> (SocketAddr, String) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        (address, url_at(address))
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on it answers with this status, after `delay`.
    pub fn answers(&self, status: u16, delay: Duration) {
        *self.inner.answer.lock().unwrap() = (status, delay);
    }

    /// Waits until `count` messages have arrived in total; all of them.
    pub async fn arrived(&self, count: usize) -> Vec<WebhookMessage> {
        let mut arrived = self.inner.arrived.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(40), arrived.wait_for(|n| *n >= count)).await;
        waited.expect("a message within 40 s").expect("the receiver lives");
        self.messages()
    }

    /// All messages so far.
    pub fn messages(&self) -> Vec<WebhookMessage> {
        self.inner.messages.lock().unwrap().clone()
    }
}

impl WebhookMessage {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
    }
}

fn url_at(address: SocketAddr) -> String {
    format!("http://{address}/hook")
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: String) -> (StatusCode, &'static str) {
    inner.messages.lock().unwrap().push(WebhookMessage { headers, body });
    inner.arrived.send_modify(|count| *count += 1);
    let (status, delay) = *inner.answer.lock().unwrap();
    tokio::time::sleep(delay).await;
    (StatusCode::from_u16(status).expect("a status"), "thanks\n\u{1b}[31m")
}
