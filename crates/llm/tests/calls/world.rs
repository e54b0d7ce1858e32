//! Models with two providers of the test's own, and an accountant that keeps the records.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_domain::SystemClock;
use artel_llm::{
    Accountant, CallRecord, Config, CustomProvider, Delta, Message, ModelError, Models, Params, ProviderHealth,
    Request, RouteConfig, Served,
};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::upstream::{END, Step, Upstream, events, response, text};

pub(crate) struct World {
    pub(crate) models: Models,
    book: Arc<Records>,
}

#[derive(Default)]
struct Records(Mutex<Vec<CallRecord>>);

impl Accountant for Records {
    fn record(&self, call: CallRecord) {
        self.0.lock().unwrap().push(call);
    }
}

/// `custom:a` and `custom:b`, without retries.
pub(crate) fn config(a: &Upstream, b: &Upstream) -> Config {
    let custom = |upstream: &Upstream| -> CustomProvider {
        serde_json::from_value(
            json!({ "base_url": format!("http://{}/v1", upstream.address), "api_key": "sk-canary-123" }),
        )
        .unwrap()
    };
    let custom = [("a".to_owned(), custom(a)), ("b".to_owned(), custom(b))].into();
    Config { custom, retries: 0, ..Config::default() }
}

/// One route: from `custom:a` to `custom:b`.
pub(crate) fn with_fallback(config: Config) -> Config {
    let route = RouteConfig { fallbacks: vec!["custom:b:other".to_owned()], ..RouteConfig::default() };
    Config { routes: [("custom:a:m".to_owned(), route)].into(), ..config }
}

impl World {
    pub(crate) fn of(config: Config) -> Self {
        let book = Arc::new(Records::default());
        let models = Models::new(config).unwrap().accounting_to(book.clone(), Arc::new(SystemClock));
        Self { models, book }
    }

    pub(crate) fn request(&self, model: &str) -> Request {
        Request {
            model: self.models.check(model).unwrap(),
            messages: vec![Message::user("twelve chars")],
            tools: Vec::new(),
            params: Params::default(),
            account: "acme".to_owned(),
            used_by: artel_llm::UsedBy::default(),
            keys: BTreeMap::new(),
            trace: None,
        }
    }

    /// Makes a call whose deltas are received.
    pub(crate) async fn ask(&self, model: &str) -> (Vec<Delta>, Result<Served, ModelError>) {
        let (sender, mut receiver) = mpsc::channel(1000);
        let outcome = self.models.stream(self.request(model), sender).await;
        let mut deltas = Vec::new();
        while let Some(delta) = receiver.recv().await {
            deltas.push(delta);
        }
        (deltas, outcome)
    }

    /// Makes a call whose deltas nobody receives.
    pub(crate) async fn ask_whole(&self, model: &str) -> Result<Served, ModelError> {
        self.models.stream(self.request(model), without_receiver()).await
    }

    /// Makes a call that is cancelled after a while. Its deltas are received until then.
    pub(crate) async fn cancel(&self, model: &str, after: Duration) {
        let (sender, _receiver) = mpsc::channel(1000);
        assert!(timeout(after, self.models.stream(self.request(model), sender)).await.is_err(), "it was answered");
    }

    /// All records since the last time this was called.
    pub(crate) fn records(&self) -> Vec<CallRecord> {
        std::mem::take(&mut self.book.0.lock().unwrap())
    }

    /// The only record since then.
    pub(crate) fn the_record(&self) -> CallRecord {
        let mut calls = self.records();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }

    pub(crate) fn health(&self, provider: &str) -> ProviderHealth {
        self.models.health().into_iter().find(|health| health.provider == provider).unwrap()
    }

    /// Whether no slot is taken by a call that is over.
    pub(crate) fn has_free_slots(&self) -> bool {
        self.models.health().iter().all(|health| health.in_flight == 0)
    }
}

/// A sender whose receiver is gone.
pub(crate) fn without_receiver() -> mpsc::Sender<Delta> {
    let (sender, _) = mpsc::channel(1);
    sender
}

pub(crate) fn shown(deltas: &[Delta]) -> String {
    deltas.iter().filter_map(|delta| if let Delta::Text(text) = delta { Some(text.as_str()) } else { None }).collect()
}

pub(crate) fn ok() -> Vec<Step> {
    vec![events(&format!("{}{END}", text("Hello")))]
}

pub(crate) fn status(status: u16) -> Vec<Step> {
    vec![response(status, "content-type: application/json\r\n", r#"{"error":{"message":"busy"}}"#)]
}

/// The time in which a closed connection is noticed.
pub(crate) async fn connection_close_delay() {
    sleep(Duration::from_millis(20)).await;
}
