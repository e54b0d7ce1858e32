//! The fixture of one test: the surface on SQLite, with a clock that the test advances.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use artel_auth_api::{AuthApp, AuthConfig, Deps, Keys, KeysConfig, Limits, Registration, Seed, router, seed};
use artel_bus::LocalBus;
use artel_domain::{AuditEntry, ClientId, Clock, OAuthClient, SystemClock, TenantId, Timestamp, UserId};
use artel_http::{Gate, GateConfig, Ground, MetricsText, PublicKeys, TrustedHosts};
use artel_identity::{
    AccessTokenIssuer, ApiKeyMaker, ClientSecrets, OpaqueTokens, Passwords, SecretBox, TokenVerifier,
};
use artel_store::{ClientRecord, OAuthClients as _};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "Correct-Horse-7";
pub(crate) const CALLBACK: &str = "https://app.example.com/callback";
const HOME: Uuid = Uuid::from_u128(1);

pub(crate) struct World {
    app: Router,
    pub(crate) clock: Arc<TestClock>,
    _data: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// The real clock plus an offset that the test advances.
#[derive(Default)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs() as i64, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        artel_domain::clock::micros(SystemClock.now().as_microsecond() + self.0.load(Ordering::SeqCst) * 1_000_000)
    }

    fn uuid(&self) -> Uuid {
        SystemClock.uuid()
    }
}

struct NoMetrics;

#[async_trait::async_trait]
impl MetricsText for NoMetrics {
    async fn render(&self) -> String {
        String::new()
    }
}

#[async_trait::async_trait]
impl PublicKeys for NoMetrics {
    async fn jwks(&self) -> Result<Value, String> {
        Ok(json!({ "keys": [] }))
    }
}

impl World {
    /// A fixture with `admin` and a client `my-app` for codes.
    pub(crate) async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
        let store = Arc::new(SqliteStore::open(&options).await.unwrap());
        let clock = Arc::new(TestClock::default());
        let seal = Arc::new(SecretBox::new(&[7; 32]));
        let verifier = Arc::new(TokenVerifier::new(&"a secret of the tests, long enough".into(), "artel", "artel"));
        let keys_config = KeysConfig {
            issuer: "https://auth.test".into(),
            audience: "api".into(),
            home_tenant: TenantId(HOME),
            first: None,
        };
        let bus = Arc::new(LocalBus::new());
        let gate = Gate::new(
            store.clone(),
            bus.clone(),
            clock.clone(),
            verifier.clone(),
            Arc::new(ApiKeyMaker::new(&"pepper".into())),
            seal.clone(),
            gate_config(),
        );
        let keys = Arc::new(Keys::new(store.clone(), clock.clone(), seal.clone(), verifier, keys_config));
        let deps = Deps {
            ground: Ground { store: store.clone(), bus, clock: clock.clone(), gate, metrics: Arc::new(NoMetrics) },
            keys,
            public_keys: Arc::new(NoMetrics),
            issuer: AccessTokenIssuer::new("https://auth.test", "api"),
            passwords: Arc::new(Passwords::new().unwrap()),
            client_secrets: Arc::new(ClientSecrets::new(&"pepper".into())),
            opaque: OpaqueTokens::new(&"pepper".into()),
            seal,
        };
        let app = AuthApp::new(deps, config());
        let first = Seed {
            admin: UserId(HOME),
            admin_password: Some(PASSWORD.into()),
            internal_secret: Some("a secret for inside".into()),
            access_ttl_seconds: 900,
            refresh_ttl_seconds: 86_400,
        };
        seed(&app, &first).await.unwrap();
        store.create_client(ClientRecord { client: my_app(), secret_hash: None }, anonymous_entry()).await.unwrap();
        Self { app: router(app), clock, _data: data }
    }

    pub(crate) async fn get(&self, uri: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", uri, headers, Body::empty()).await
    }

    pub(crate) async fn post(&self, uri: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", uri, headers, Body::from(body)).await
    }

    pub(crate) async fn login(&self, password: &str) -> Answer {
        let fields = [
            ("grant_type", "password"),
            ("username", "admin"),
            ("password", password),
            ("client_id", "codelab-flutter-app"),
        ];
        self.post("/oauth/token", &[], &fields).await
    }

    async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1))));
        let (parts, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }
}

fn config() -> AuthConfig {
    AuthConfig {
        issuer: "https://auth.test".to_owned(),
        audience: "api".to_owned(),
        public_url: None,
        trusted_hosts: TrustedHosts::default(),
        environment: "production".to_owned(),
        password_grant: true,
        registration: Registration::Closed,
        home_tenant: TenantId(HOME),
        limits: Limits {
            enabled: false,
            per_address: "5/minute".parse().unwrap(),
            per_address_any: "100/minute".parse().unwrap(),
            per_username: "10/hour".parse().unwrap(),
            username_threshold: 5,
            username_threshold_anywhere: 50,
            address_threshold: 100,
            lockout: Duration::from_mins(15),
            exempt_loopback: false,
        },
        console_redirects: vec!["https://artel.example.com/console/sign-in/callback".to_owned()],
        refresh_grace: Duration::from_secs(10),
    }
}

fn gate_config() -> GateConfig {
    GateConfig {
        rate_default: "100/minute".parse().unwrap(),
        rate_runs: "100/minute".parse().unwrap(),
        shares: artel_http::Shares::default(),
        trusted_proxies: Vec::new(),
        static_keys: HashMap::new(),
        auth_service: None,
        auth_service_elsewhere: None,
    }
}

fn my_app() -> OAuthClient {
    OAuthClient {
        id: ClientId::new("my-app"),
        tenant_id: TenantId(HOME),
        user_id: UserId(SystemClock.uuid()),
        name: "My app".to_owned(),
        description: None,
        is_confidential: false,
        is_first_party: false,
        scopes: vec!["api:read".to_owned()],
        grant_types: vec![artel_domain::GrantType::AuthorizationCode, artel_domain::GrantType::RefreshToken],
        redirect_uris: vec![CALLBACK.to_owned()],
        access_ttl_seconds: 900,
        refresh_ttl_seconds: 86_400,
        created_at: SystemClock.now(),
        updated_at: None,
        deactivated_at: None,
    }
}

fn anonymous_entry() -> AuditEntry {
    AuditEntry {
        actor: artel_domain::Actor::default(),
        action: "client.create",
        entity_type: "client",
        entity_id: "my-app".to_owned(),
        trace_id: Uuid::nil().to_string(),
        outcome: "ok".to_owned(),
        details: None,
        at: SystemClock.now(),
    }
}
