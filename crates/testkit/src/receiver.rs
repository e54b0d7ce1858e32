use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::watch;

/// The server of a tool. It honours `x-idempotency-key`: a repeated key has no second effect and gets the first answer.
#[derive(Debug, Clone)]
pub struct Receiver {
    inner: Arc<Inner>,
    url: String,
}

#[derive(Debug)]
struct Inner {
    delay: Mutex<Duration>,
    /// The number of calls by key, in order of the first call.
    calls: Mutex<BTreeMap<String, usize>>,
    effects: Mutex<BTreeMap<String, Value>>,
    arrived: watch::Sender<usize>,
    /// The number of calls whose connection was closed before the answer.
    dropped: AtomicUsize,
}

impl Receiver {
    /// Starts a receiver whose calls take `delay`.
    pub async fn start(delay: Duration) -> Self {
        let inner = Arc::new(Inner {
            delay: Mutex::new(delay),
            calls: Mutex::default(),
            effects: Mutex::default(),
            arrived: watch::Sender::new(0),
            dropped: AtomicUsize::new(0),
        });
        let routes = Router::new().route("/work", post(work).put(work)).with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { inner, url }
    }

    /// The body of `POST /tools` for this receiver.
    pub fn tool(&self, name: &str, effect: &str) -> Value {
        json!({
            "name": name,
            "description": "Works on a text",
            "input_schema": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] },
            "execution_type": "http_webhook",
            "endpoint": format!("{}/work", self.url),
            "effect": effect,
        })
    }

    pub fn set_delay(&self, delay: Duration) {
        *self.inner.delay.lock().unwrap() = delay;
    }

    /// Waits until `count` calls have arrived in total.
    pub async fn arrived(&self, count: usize) {
        let mut arrived = self.inner.arrived.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(20), arrived.wait_for(|n| *n >= count)).await;
        waited.expect("a call within 20 s").expect("the receiver lives");
    }

    /// The number of all calls.
    pub fn calls(&self) -> usize {
        self.inner.calls.lock().unwrap().values().sum()
    }

    /// The number of calls by key.
    pub fn calls_by_key(&self) -> BTreeMap<String, usize> {
        self.inner.calls.lock().unwrap().clone()
    }

    /// The number of effects: one per key.
    pub fn effects(&self) -> usize {
        self.inner.effects.lock().unwrap().len()
    }

    pub fn dropped(&self) -> usize {
        self.inner.dropped.load(Ordering::SeqCst)
    }
}

/// Counts a call whose handler is dropped before it answered.
struct Unfinished<'a>(&'a Inner);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

async fn work(State(inner): State<Arc<Inner>>, headers: HeaderMap, Json(args): Json<Value>) -> Json<Value> {
    let key = headers.get("x-idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    *inner.calls.lock().unwrap().entry(key.clone()).or_default() += 1;
    // The effect happens at once and the answer comes late. That is the worst case when the caller dies between them.
    let answer = inner.effects.lock().unwrap().entry(key).or_insert_with(|| json!({ "done": args["text"] })).clone();
    inner.arrived.send_modify(|count| *count += 1);
    let delay = *inner.delay.lock().unwrap();
    let unfinished = Unfinished(&inner);
    tokio::time::sleep(delay).await;
    std::mem::forget(unfinished);
    Json(answer)
}
