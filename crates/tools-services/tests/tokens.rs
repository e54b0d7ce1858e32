//! Tokens of accounts in the store: engines of several processes share them, and they outlive each process.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_bus::LocalBus;
use artel_connector_engine::{Account, ExecuteError, Executor, ExecutorDeps, Outcome, Request};
use artel_connectors::{Catalogue, Credential as Secret};
use artel_domain::{Actor, AuditEntry, Credential, CredentialId, SystemClock, TenantId, Timestamp};
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_identity::{Keyring, SecretBox};
use artel_store::{ConnectorTokens as _, Credentials as _, TokenClaim, TokenTurn};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_tools_services::{StoredKeys, StoredTokens};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(0xA));
const CREDENTIAL: CredentialId = CredentialId(Uuid::from_u128(0xC));
const PATIENCE: Duration = Duration::from_secs(20);

/// A service that takes each refresh token once, and its newest access token alone.
#[derive(Default)]
struct Service {
    used: Vec<String>,
    /// Replaces the refresh token by a new one.
    rotates: bool,
    lifetime_seconds: u64,
    delay: Duration,
}

impl Service {
    fn answer(&mut self, request: &str) -> (u16, Value) {
        let made = self.used.len();
        if !request.starts_with("POST /token") {
            let is_good = request.contains(&format!("Bearer access-{made}\r\n"));
            return (if is_good { 200 } else { 401 }, json!({}));
        }
        let given = request.rsplit_once("refresh_token=").map_or("", |(_, token)| token).to_owned();
        let valid = if self.rotates { format!("refresh-{made}") } else { "refresh-0".to_owned() };
        if given != valid {
            return (400, json!({ "error": "invalid_grant" }));
        }
        self.used.push(given);
        let mut body = json!({ "access_token": format!("access-{}", made + 1), "expires_in": self.lifetime_seconds });
        if self.rotates {
            body["refresh_token"] = json!(format!("refresh-{}", made + 1));
        }
        (200, body)
    }
}

async fn serve(listener: TcpListener, service: Arc<Mutex<Service>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(connection(stream, Arc::clone(&service)));
    }
}

async fn connection(mut stream: TcpStream, service: Arc<Mutex<Service>>) {
    let mut request = String::new();
    while !is_whole(&request) {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => request.push_str(std::str::from_utf8(&chunk[..read]).unwrap()),
            _ => return,
        }
    }
    let delay = service.lock().unwrap().delay;
    tokio::time::sleep(delay).await;
    let (status, body) = service.lock().unwrap().answer(&request);
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-type: application/json\r\n");
    let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

struct World {
    service: Arc<Mutex<Service>>,
    address: SocketAddr,
    data: tempfile::TempDir,
    store: Arc<SqliteStore>,
    _tasks: JoinSet<()>,
}

impl World {
    async fn new(service: Service) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = Arc::new(Mutex::new(service));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, Arc::clone(&service)));
        let data = tempfile::tempdir().unwrap();
        let store = open(&data).await;
        let account = Credential {
            id: CREDENTIAL,
            tenant_id: TENANT,
            service_name: "http".to_owned(),
            instance_id: "main".to_owned(),
            account_label: "main".to_owned(),
            user_id: None,
            created_at: Timestamp::UNIX_EPOCH,
            last_used_at: None,
        };
        store.create_credential(account, None, "sealed".to_owned(), audit()).await.unwrap();
        Self { service, address, data, store, _tasks: tasks }
    }

    /// The engine of one more process.
    fn engine(&self) -> Arc<Executor> {
        let aliases = [("own.example".to_owned(), self.address)].into();
        let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
        let clock = Arc::new(SystemClock);
        let keys = Arc::new(StoredKeys::new(self.store.clone(), clock.clone()));
        let keyring = Arc::new(Keyring::new(Arc::new(SecretBox::new(&[7; 32])), keys));
        Arc::new(Executor::new(ExecutorDeps {
            egress: Arc::new(Egress::new(&[], aliases, &resolver).unwrap()),
            bus: Arc::new(LocalBus::new()),
            clock: clock.clone(),
            tokens: Arc::new(StoredTokens::new(self.store.clone(), keyring, clock)),
        }))
    }

    /// The refresh tokens that the service took.
    fn used(&self) -> Vec<String> {
        self.service.lock().unwrap().used.clone()
    }

    fn change(&self, change: impl FnOnce(&mut Service)) {
        change(&mut self.service.lock().unwrap());
    }
}

async fn open(data: &tempfile::TempDir) -> Arc<SqliteStore> {
    let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
    Arc::new(SqliteStore::open(&options).await.unwrap())
}

fn audit() -> AuditEntry {
    AuditEntry {
        actor: Actor { user_id: None, api_key_id: None, ip: None },
        action: "credential.create",
        entity_type: "credential",
        entity_id: CREDENTIAL.to_string(),
        trace_id: String::new(),
        outcome: "ok".to_owned(),
        details: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

async fn calls(engine: &Executor, patience: Duration) -> Result<Outcome, ExecuteError> {
    let secret = json!({
        "base_url": "http://own.example",
        "token_url": "http://own.example/token",
        "client_id": "id-1",
        "refresh_token": "refresh-0",
    });
    let account = Account {
        tenant: TENANT,
        id: CREDENTIAL.to_string(),
        connector: Arc::clone(&Catalogue::new(&[]).0.get("http").unwrap().connector),
        credential: Secret::new(secret.as_object().unwrap().clone()),
    };
    let params = json!({ "method": "GET", "path": "/" });
    let params = params.as_object().unwrap();
    let request =
        Request { account: &account, operation: "request", params, pages: None, patience, idempotency_key: None };
    engine.execute(&request).await
}

fn rotating(lifetime_seconds: u64) -> Service {
    Service { rotates: true, lifetime_seconds, ..Service::default() }
}

#[tokio::test]
async fn of_twenty_calls_of_two_engines_on_an_expired_token_one_refreshes_it() {
    let world = World::new(rotating(1)).await;
    calls(&world.engine(), PATIENCE).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    world.change(|service| (service.lifetime_seconds, service.delay) = (3600, Duration::from_millis(100)));
    let engines = [world.engine(), world.engine()];
    let mut calling = JoinSet::new();
    for number in 0..20 {
        let engine = Arc::clone(&engines[number % 2]);
        calling.spawn(async move { calls(&engine, PATIENCE).await });
    }
    for result in calling.join_all().await {
        result.unwrap();
    }
    assert_eq!(world.used(), ["refresh-0", "refresh-1"]);
}

#[tokio::test]
async fn after_a_restart_the_rotated_token_is_used_and_a_good_one_is_not_asked_for() {
    let mut world = World::new(rotating(1)).await;
    calls(&world.engine(), PATIENCE).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    world.store = open(&world.data).await;
    world.change(|service| service.lifetime_seconds = 3600);
    calls(&world.engine(), PATIENCE).await.unwrap();
    world.store = open(&world.data).await;
    calls(&world.engine(), PATIENCE).await.unwrap();
    assert_eq!(world.used(), ["refresh-0", "refresh-1"]);
    for entry in std::fs::read_dir(world.data.path()).unwrap() {
        let file = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in ["access-1", "refresh-1", "access-2"] {
            assert!(!file.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} is sealed");
        }
    }
}

#[tokio::test]
async fn an_answer_without_a_new_refresh_token_keeps_the_old_one() {
    let world = World::new(Service { lifetime_seconds: 1, ..Service::default() }).await;
    calls(&world.engine(), PATIENCE).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    calls(&world.engine(), PATIENCE).await.unwrap();
    assert_eq!(world.used(), ["refresh-0", "refresh-0"]);
}

#[tokio::test]
async fn a_token_that_comes_after_its_call_has_ended_is_kept() {
    let world = World::new(Service { delay: Duration::from_millis(400), ..rotating(3600) }).await;
    let engine = world.engine();
    let late = calls(&engine, Duration::from_millis(200)).await.unwrap_err();
    assert!(matches!(late, ExecuteError::NotSent(_)), "{late:?}");
    engine.finish().await;
    calls(&world.engine(), PATIENCE).await.unwrap();
    assert_eq!(world.used(), ["refresh-0"]);
}

#[tokio::test]
async fn whoever_died_over_a_token_holds_others_up_until_their_lease_lapses() {
    let world = World::new(rotating(3600)).await;
    let dead = TokenClaim { tenant_id: TENANT, credential_id: CREDENTIAL, owner: Uuid::from_u128(1) };
    let claimed = world.store.claim_connector_token(&dead, Duration::from_millis(1500)).await.unwrap();
    assert_eq!(claimed, TokenTurn::Claimed);
    let told = calls(&world.engine(), Duration::from_millis(500)).await.unwrap_err().to_string();
    assert!(told.contains("another call is getting a new token"), "{told}");
    assert_eq!(world.used(), Vec::<String>::new());
    calls(&world.engine(), PATIENCE).await.unwrap();
    assert_eq!(world.used(), ["refresh-0"]);
}
