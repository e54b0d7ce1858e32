//! A world for one test: the surface, its store, a clock that the test moves, and people who call.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use artel_artifacts::{ArtifactFiles, ArtifactLinks, Place};
use artel_bus::LocalBus;
use artel_connector_engine::{Executor, ExecutorDeps, LocalTokens};
use artel_domain::{ApiKeyId, Clock, RateLimit, SystemClock, TenantId, Timestamp, UserId};
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_engine::{Rules, dangerous_tools};
use artel_http::{AuthServiceTrust, Gate, GateConfig, Ground, StaticKey, TrustedHosts};
use artel_identity::{ApiKeyMaker, Grant, Keyring, Scopes, SecretBox, TokenIssuer, TokenVerifier};
use artel_intents::{Intents, IntentsConfig};
use artel_llm::Models;
use artel_platform_api::{ApiConfig, App, Deps, TestToken, router};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_tools::{CallLimits, EnvSecrets, Registry, ToolsConfig, ToolsDeps};
use artel_tools_services::{Connectors, StoredKeys};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

pub(crate) const SECRET: &str = "a secret of the tests, long enough";
pub(crate) const ISSUER: &str = "agent-platform";
/// Of the auth service beside it.
pub(crate) const AUTH_ISSUER: &str = "https://auth.codelab.local";
pub(crate) const AUTH_AUDIENCE: &str = "codelab-api";
pub(crate) const ALL: &[&str] = &["admin"];
/// In `AUTH_API_KEYS`: ada's.
pub(crate) const STATIC_KEY: &str = "admin-key-123";

pub(crate) struct World {
    pub(crate) app: Router,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) bus: Arc<LocalBus>,
    pub(crate) clock: Arc<HandClock>,
    data: tempfile::TempDir,
}

/// Somebody with a token.
#[derive(Clone)]
pub(crate) struct Person {
    app: Router,
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) credential: Credential,
}

#[derive(Clone)]
pub(crate) enum Credential {
    None,
    Bearer(String),
    ApiKey(String),
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) bytes: Bytes,
}

/// The real clock, moved by the test.
#[derive(Default)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs() as i64, Ordering::SeqCst);
    }

    pub(crate) fn back(by: Duration) -> Self {
        Self(AtomicI64::new(-(by.as_secs() as i64)))
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        let moved = SystemClock.now().as_microsecond() + self.0.load(Ordering::SeqCst) * 1_000_000;
        artel_domain::clock::micros(moved)
    }

    fn uuid(&self) -> Uuid {
        SystemClock.uuid()
    }
}

struct NoLimits;

#[async_trait::async_trait]
impl CallLimits for NoLimits {
    async fn admit(&self, _: &str, _: RateLimit) -> Result<(), Duration> {
        Ok(())
    }
}

struct NoMetrics;

#[async_trait::async_trait]
impl artel_http::MetricsText for NoMetrics {
    async fn render(&self) -> String {
        String::new()
    }
}

struct NoKeys;

#[async_trait::async_trait]
impl artel_http::PublicKeys for NoKeys {
    async fn jwks(&self) -> Result<Value, String> {
        Ok(json!({ "keys": [] }))
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut ApiConfig)) -> Self {
        Self::build(change, |_| {}).await
    }

    /// With other limits or keys.
    pub(crate) async fn with_gate(change: impl FnOnce(&mut GateConfig)) -> Self {
        Self::build(|_| {}, change).await
    }

    async fn build(change: impl FnOnce(&mut ApiConfig), change_gate: impl FnOnce(&mut GateConfig)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
        let store = Arc::new(SqliteStore::open(&options).await.unwrap());
        let (bus, clock) = (Arc::new(LocalBus::new()), Arc::new(HandClock::default()));
        let (mut config, mut gate) = (config(), gate_config());
        change(&mut config);
        change_gate(&mut gate);
        let (rules, limits) = (Arc::new(Rules::new(dangerous_tools(&[]))), IntentsConfig::new(8000));
        let intents = Intents::new(store.clone(), bus.clone(), clock.clone(), rules, limits);
        let deps = Deps {
            ground: Ground {
                gate: Gate::new(
                    store.clone(),
                    bus.clone(),
                    clock.clone(),
                    Arc::new(TokenVerifier::new(&SECRET.into(), ISSUER, ISSUER)),
                    Arc::new(ApiKeyMaker::new(&"pepper".into())),
                    Arc::new(SecretBox::new(&[7; 32])),
                    gate,
                ),
                store: store.clone(),
                bus: bus.clone(),
                clock: clock.clone(),
                metrics: Arc::new(NoMetrics),
            },
            issuer: Arc::new(TokenIssuer::new(&SECRET.into(), ISSUER, ISSUER)),
            key_maker: Arc::new(ApiKeyMaker::new(&"pepper".into())),
            models: Arc::new(Models::new(artel_llm::Config::default()).unwrap()),
            tools: Arc::new(registry(clock.clone())),
            intents,
            public_keys: Arc::new(NoKeys),
            artifacts: ArtifactFiles::new(
                store.clone(),
                Place::directory(&data.path().join("artifacts")).unwrap(),
                clock.clone(),
            ),
            artifact_links: Arc::new(ArtifactLinks::new(SecretBox::new(&[7; 32]))),
            connectors: Arc::new(Connectors::new(Arc::new(artel_connectors::Catalogue::new(&[]).0), store.clone())),
            egress: guard(&[]),
            executor: Arc::new(Executor::new(ExecutorDeps {
                egress: guard(&[]),
                bus: bus.clone(),
                clock: clock.clone(),
                tokens: Arc::new(LocalTokens::default()),
            })),
            keyring: Arc::new(Keyring::new(
                Arc::new(SecretBox::new(&[7; 32])),
                Arc::new(StoredKeys::new(store.clone(), clock.clone())),
            )),
        };
        Self { app: router(App::new(deps, config)), store, bus, clock, data }
    }

    /// Somebody of tenant `tenant` who may do everything.
    pub(crate) fn person(&self, tenant: u128, user: u128) -> Person {
        self.person_with(tenant, user, ALL)
    }

    pub(crate) fn person_with(&self, tenant: u128, user: u128, scopes: &[&str]) -> Person {
        let (tenant, user) = (TenantId(Uuid::from_u128(tenant)), UserId(Uuid::from_u128(user)));
        let token = self.token(tenant, user, scopes);
        Person { app: self.app.clone(), tenant, user, credential: Credential::Bearer(token) }
    }

    pub(crate) fn ada(&self) -> Person {
        self.person(0xA, 0xADA)
    }

    /// Of another tenant.
    pub(crate) fn bob(&self) -> Person {
        self.person(0xB, 0xB0B)
    }

    pub(crate) fn stranger(&self) -> Person {
        Person { credential: Credential::None, ..self.ada() }
    }

    pub(crate) fn token(&self, tenant: TenantId, user: UserId, scopes: &[&str]) -> String {
        token_from(&TokenIssuer::new(&SECRET.into(), ISSUER, ISSUER), &*self.clock, tenant, user, scopes)
    }

    /// A token that says that it was issued from this key.
    pub(crate) fn token_of_key(&self, person: &Person, key: ApiKeyId) -> String {
        let (user_id, tenant_id) = (person.user, person.tenant);
        let grant = Grant { user_id, tenant_id, scopes: Scopes::new(ALL.iter().copied()), key_id: Some(key) };
        let issuer = TokenIssuer::new(&SECRET.into(), ISSUER, ISSUER);
        issuer.issue(&grant, Duration::from_hours(1), &*self.clock).unwrap()
    }

    /// Whether some file of the database has this text in it.
    pub(crate) fn files_contain(&self, text: &str) -> bool {
        let files =
            std::fs::read_dir(self.data.path()).unwrap().filter_map(|file| std::fs::read(file.unwrap().path()).ok());
        files.into_iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
    }
}

pub(crate) fn token_from(
    issuer: &TokenIssuer,
    clock: &dyn Clock,
    tenant: TenantId,
    user: UserId,
    scopes: &[&str],
) -> String {
    let grant = Grant { user_id: user, tenant_id: tenant, scopes: Scopes::new(scopes.iter().copied()), key_id: None };
    issuer.issue(&grant, Duration::from_hours(1), clock).unwrap()
}

fn config() -> ApiConfig {
    ApiConfig {
        default_model: "demo:echo".to_owned(),
        sse_keepalive: Duration::from_secs(15),
        test_token: Some(TestToken {
            tenant_id: TenantId(Uuid::from_u128(0xA)),
            user_id: UserId(Uuid::from_u128(0xADA)),
        }),
        trusted_hosts: TrustedHosts::new(&["artel.test".to_owned()]),
        token_ttl: Duration::from_hours(1),
        key_sign_in: Duration::from_mins(15),
        key_life_from_token: Duration::from_hours(24 * 90),
        tool_default_timeout_ms: 15_000,
        tool_max_timeout_ms: 60_000,
        hook_rate: "100000/second".parse().unwrap(),
        event_bytes: None,
    }
}

fn gate_config() -> GateConfig {
    let ada = StaticKey {
        tenant_id: TenantId(Uuid::from_u128(0xA)),
        user_id: UserId(Uuid::from_u128(0xADA)),
        scopes: Scopes::new(["tools:read", "tools:write"]),
    };
    GateConfig {
        rate_default: "100000/second".parse().unwrap(),
        rate_runs: "100000/second".parse().unwrap(),
        shares: artel_http::Shares::default(),
        static_keys: HashMap::from([(STATIC_KEY.to_owned(), ada)]),
        trusted_proxies: Vec::new(),
        auth_service: Some(AuthServiceTrust { issuer: AUTH_ISSUER.to_owned(), audience: AUTH_AUDIENCE.to_owned() }),
        auth_service_elsewhere: None,
    }
}

/// The guard that lets through to these private hosts.
fn guard(private: &[String]) -> Arc<Egress> {
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    Arc::new(Egress::new(private, BTreeMap::new(), &resolver).unwrap())
}

fn registry(clock: Arc<HandClock>) -> Registry {
    let deps = ToolsDeps {
        secrets: Arc::new(EnvSecrets::new(Vec::new(), None)),
        limits: Arc::new(NoLimits),
        signer: None,
        egress: guard(&[]),
        clock,
    };
    Registry::new(ToolsConfig::default(), deps)
}

impl Person {
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { credential: Credential::ApiKey(key.to_owned()), ..self.clone() }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { credential: Credential::Bearer(token.to_owned()), ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Body::empty()).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    pub(crate) async fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(method, path, &headers, Body::from(body.to_string())).await
    }

    /// With the whole answer read.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let response = self.open(method, path, headers, body).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, bytes }
    }

    /// With the body still to come.
    pub(crate) async fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match &self.credential {
            Credential::None => request,
            Credential::Bearer(token) => request.header("authorization", format!("Bearer {token}")),
            Credential::ApiKey(key) => request.header("x-api-key", key),
        };
        self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    /// The id of a new agent.
    pub(crate) async fn creates_agent(&self, name: &str) -> String {
        self.post("/v1/agents", json!({ "name": name, "model": "demo:echo" })).await.id()
    }

    /// The id of a new webhook tool.
    pub(crate) async fn creates_tool(&self, name: &str) -> String {
        self.post("/v1/tools", tool(name)).await.id()
    }

    pub(crate) async fn binds(&self, agent: &str, tool: &str) -> Answer {
        self.post(&format!("/v1/agents/{agent}/tools/{tool}"), json!({})).await
    }

    /// A new API key.
    pub(crate) async fn creates_key(&self, body: Value) -> Answer {
        self.post("/v1/api-keys", body).await
    }
}

/// A webhook that echoes.
pub(crate) fn tool(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Echoes input back",
        "input_schema": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] },
        "execution_type": "http_webhook",
        "endpoint": "http://tool-mock:9000/echo",
        "auth_type": "none",
    })
}

impl Answer {
    /// The `id` of what was made.
    pub(crate) fn id(&self) -> String {
        assert!(self.status < 300, "{self:?}");
        self.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).to_str().unwrap()
    }

    /// The status is this and the body is the common error body.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.body.as_object().unwrap_or_else(|| panic!("not an object: {self:?}"));
        for member in ["error", "message", "detail", "trace_id"] {
            assert!(body.get(member).is_some_and(Value::is_string), "{member} is missing: {self:?}");
        }
        assert_eq!(body["message"], body["detail"]);
        assert_eq!(body["trace_id"], self.header("x-trace-id"));
        assert!(!["error", "message"].iter().any(|member| body[*member].as_str().unwrap().is_empty()));
        self
    }

    /// And this is where it is wrong.
    #[track_caller]
    pub(crate) fn names(&self, field: &str) -> &Self {
        self.is_problem(422);
        let errors = self.body["field_errors"].as_array().unwrap_or_else(|| panic!("no field_errors: {self:?}"));
        assert!(errors.iter().any(|error| error["field"] == field), "{field} is not named: {self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn is(&self, status: StatusCode) -> &Self {
        assert_eq!(self.status, status.as_u16(), "{self:?}");
        self
    }
}
