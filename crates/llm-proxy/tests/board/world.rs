//! The proxy with a scripted provider behind it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_bus::LocalBus;
use artel_domain::{RateLimit, SystemClock};
use artel_http::{ConnectionLimits, Connections, Gate, GateConfig, Ground, InternalKey, MetricsText, Patience};
use artel_identity::{ApiKeyMaker, SecretBox, TokenVerifier};
use artel_llm::{Accountant, CallRecord, Config, Endpoint, Models, Timeouts};
use artel_llm_proxy::{App, Deps, ProxyConfig, router};
use artel_model_mock::{ModelMock, Protocol, Script};
use artel_store::GateStore;
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) const KEY: &str = "between-services";
pub(crate) const PROTOCOLS: [Protocol; 3] = [Protocol::OpenAi, Protocol::Anthropic, Protocol::Ollama];

/// A model of the provider that speaks this protocol.
pub(crate) fn model(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenAi => "openai:scripted",
        Protocol::Anthropic => "anthropic:scripted",
        Protocol::Ollama => "ollama:scripted",
    }
}

/// A proxy, its provider, and the records of its calls.
pub(crate) struct World {
    pub(crate) mock: ModelMock,
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) book: Arc<Records>,
    _server: JoinSet<bool>,
    _data: tempfile::TempDir,
}

/// All records of calls.
#[derive(Default)]
pub(crate) struct Records(Mutex<Vec<CallRecord>>);

impl Accountant for Records {
    fn record(&self, call: CallRecord) {
        self.0.lock().unwrap().push(call);
    }
}

impl Records {
    pub(crate) fn calls(&self) -> Vec<CallRecord> {
        self.0.lock().unwrap().clone()
    }

    /// The latest record, once there are this many.
    pub(crate) async fn last_of(&self, count: usize) -> CallRecord {
        for _ in 0..200 {
            let calls = self.calls();
            if calls.len() >= count {
                return calls[count - 1].clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("no {count} calls were accounted: {:?}", self.calls());
    }
}

struct NoMetrics;

#[async_trait::async_trait]
impl MetricsText for NoMetrics {
    async fn render(&self) -> String {
        String::new()
    }
}

impl World {
    /// A proxy without retries, so that the script decides everything.
    pub(crate) async fn new(script: impl Into<Script>) -> Self {
        Self::with(script, |config| config.retries = 0).await
    }

    pub(crate) async fn with(script: impl Into<Script>, change: impl FnOnce(&mut Config)) -> Self {
        let mock = ModelMock::start(script).await.unwrap();
        let mut config = config(mock.url());
        change(&mut config);
        let book = Arc::new(Records::default());
        let models = Models::new(config).unwrap().accounting_to(book.clone(), Arc::new(SystemClock));
        let data = tempfile::tempdir().unwrap();
        let deps = Deps { ground: ground(&data).await, models: Arc::new(models) };
        let app = App::new(deps, ProxyConfig { internal_key: Some(InternalKey::new(KEY.into())) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        let connections = Connections::new(ConnectionLimits::default());
        server.spawn(artel_http::serve(
            listener,
            router(app),
            CancellationToken::new(),
            Patience::default(),
            connections,
        ));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { mock, http, url, book, _server: server, _data: data }
    }
}

pub(crate) fn config(mock: &str) -> Config {
    let at = |base_url: String, key: &str| Endpoint { base_url: Some(base_url), api_key: Some(key.into()) };
    Config {
        openai: at(format!("{mock}/v1"), "sk-openai"),
        anthropic: at(mock.to_owned(), "sk-anthropic"),
        ollama: Endpoint { base_url: Some(mock.to_owned()), api_key: None },
        timeouts: Timeouts {
            first_byte: Duration::from_millis(600),
            between_chunks: Duration::from_millis(600),
            ..Timeouts::default()
        },
        ..Config::default()
    }
}

async fn ground(data: &tempfile::TempDir) -> Ground<dyn GateStore> {
    let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
    let store = Arc::new(SqliteStore::open(&options).await.unwrap());
    let plenty: RateLimit = "1000000/second".parse().unwrap();
    let about = GateConfig {
        rate_default: plenty,
        rate_runs: plenty,
        shares: artel_http::Shares::default(),
        trusted_proxies: Vec::new(),
        static_keys: HashMap::new(),
        auth_service: None,
        auth_service_elsewhere: None,
    };
    let tokens = TokenVerifier::new(&"a secret of the tests, long enough".into(), "artel", "artel");
    let (keys, seal) = (ApiKeyMaker::new(&"pepper-pepper".into()), SecretBox::new(&[7; 32]));
    let (bus, clock) = (Arc::new(LocalBus::new()), Arc::new(SystemClock));
    let gate =
        Gate::new(store.clone(), bus.clone(), clock.clone(), Arc::new(tokens), Arc::new(keys), Arc::new(seal), about);
    Ground { store, bus, clock, gate, metrics: Arc::new(NoMetrics) }
}
