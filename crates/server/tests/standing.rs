//! Whoever loses their access loses what is open too: sockets, event streams, streams of models. Through the real
//! binary, without Redis, so that other processes find it in the store.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests and what helps them fail by panicking")]

use std::time::{Duration, Instant};

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver, Reply, Socket, on_both_stores};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Within this a revocation holds everywhere.
const EVERYWHERE: Duration = Duration::from_secs(5);
/// In the process that hears of it, on a busy machine.
const AT_ONCE: Duration = Duration::from_millis(1500);
const USER: &str = "dddddddd-0000-4000-8000-000000000001";
const PASSWORD: &str = "Correct-Horse-7";

async fn start(database: Database, settings: &[(&str, &str)]) -> (Artel, ModelServer) {
    let model = ModelServer::start(|_| Reply::Slow("word ".repeat(2000), Duration::from_millis(20))).await;
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .with("OPENAI_BASE_URL", model.url())
        .with("AUTH_SERVICE__MASTER_KEY", PASSWORD)
        .with("JWT_SECRET", "one secret for all processes of this installation")
        .with("REDIS_URL", "");
    let launch = settings.iter().fold(launch, |launch, (name, value)| launch.with(name, value));
    (launch.start().await, model)
}

async fn person(artel: &Artel) -> Client {
    let (token, _) = artel.command(&["token", "--user", USER, "--scopes", "admin"]).await;
    Client::new(artel.url(), token.trim())
}

/// A key that may do everything, and its id.
async fn key(owner: &Client) -> (String, String) {
    let made = owner.create("/v1/api-keys", &json!({ "scopes": ["admin"] })).await;
    (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
}

async fn session(client: &Client) -> String {
    client.create("/api/v1/sessions", &json!({})).await["id"].as_str().unwrap().to_owned()
}

/// A stream that is under way: its answer, after the first bytes.
async fn opened(request: reqwest::RequestBuilder) -> reqwest::Response {
    let mut answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.chunk().await.unwrap().is_some());
    answer
}

/// What comes until the stream ends.
async fn rest(answer: reqwest::Response, patience: Duration) -> String {
    tokio::time::timeout(patience, answer.text()).await.expect("the stream ends in time").unwrap()
}

/// The last frame and the code with which the socket is closed.
async fn parting(mut socket: Socket, patience: Duration) -> (Value, Option<u16>) {
    let since = Instant::now();
    let frame = tokio::time::timeout(patience, socket.until("error")).await.expect("the socket is told in time");
    let code = socket.closed().await;
    assert!(since.elapsed() < patience + Duration::from_secs(1), "{:?}", since.elapsed());
    (frame.last().unwrap().clone(), code)
}

async fn a_revoked_key_loses_everything_that_is_open_at_once(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let owner = person(&artel).await;
    let (id, key) = key(&owner).await;
    let by_key = Client::new(artel.url(), &key);
    let agent = by_key.agent("openai:scripted", &[]).await;
    let path = format!("/api/v1/ws/{}", session(&by_key).await);
    let socket = Socket::open(artel.url(), &path, &[("x-api-key", &key)]).await.unwrap();
    let start = json!({ "agent_id": agent, "input_message": "hi" });
    let run = opened(by_key.request("POST", "/v1/runs/stream").json(&start)).await;
    let asked =
        json!({ "model": "openai:scripted", "stream": true, "messages": [{ "role": "user", "content": "hi" }] });
    let proxy = Client::new(artel.url_of("llm_proxy"), &key);
    let model = opened(proxy.request("POST", "/v1/chat/completions").json(&asked)).await;

    let revoked = owner.request("DELETE", &format!("/v1/api-keys/{id}")).send().await.unwrap();
    assert_eq!(revoked.status(), 204);
    let (parting, run, model) = tokio::join!(parting(socket, AT_ONCE), rest(run, AT_ONCE), rest(model, AT_ONCE));
    assert_eq!((&parting.0["error_code"], parting.1), (&json!("ACCESS_REVOKED"), Some(4401)));
    let last = run.trim_end().rsplit("\n\n").next().unwrap();
    assert!(last.starts_with("event: access_ended\n") && last.contains(r#""code":"access_revoked""#), "{last}");
    assert!(model.contains(r#""code":"access_revoked""#) && !model.contains("[DONE]"), "{model}");
    for client in [&by_key, &proxy] {
        assert_eq!(client.get("/v1/models").await.0 / 100, 4, "no surface remembers the key");
    }
    assert_eq!(proxy.post("/v1/chat/completions", &asked).await.0, 401);

    let (_, runs) = owner.get("/v1/runs").await;
    let ended = owner.finished_run(runs[0]["id"].as_str().unwrap()).await;
    assert_eq!((&ended["status"], &ended["error_message"]), (&json!("failed"), &json!("cancelled")), "{ended}");
}

/// Sends a request whose body stops after its first byte; the rest of it, to be sent later.
async fn held_back(artel: &Artel, key: &str, method: &str, path: &str, body: &Value) -> (TcpStream, Vec<u8>) {
    let address = artel.url().trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&address).await.unwrap();
    let body = body.to_string().into_bytes();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    connection.write_all(&[head.as_bytes(), &body[..1]].concat()).await.unwrap();
    (connection, body[1..].to_vec())
}

async fn a_request_whose_body_comes_after_the_revocation_is_not_done(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let owner = person(&artel).await;
    let agent = owner.agent("demo:echo", &[]).await;
    let (id, key) = key(&owner).await;
    let rules = json!({ "rules": [{ "tool": "anything", "effect": "allow" }] });
    let requests = [
        ("POST", "/v1/agents", json!({ "name": "late" })),
        ("POST", "/v1/runs?wait=false", json!({ "agent_id": agent, "input_message": "late" })),
        ("PUT", "/v1/approval-rules", rules),
        ("POST", "/api/v1/sessions", json!({ "title": "late" })),
        (
            "POST",
            "/v1/chat/completions",
            json!({ "model": "demo:echo", "messages": [{ "role": "user", "content": "late" }] }),
        ),
    ];
    let mut held = Vec::new();
    for (method, path, body) in &requests {
        held.push(held_back(&artel, &key, method, path, body).await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let revoked = owner.request("DELETE", &format!("/v1/api-keys/{id}")).send().await.unwrap();
    assert_eq!(revoked.status(), 204);
    tokio::time::sleep(Duration::from_millis(300)).await;
    for ((mut connection, rest), (method, path, _)) in held.into_iter().zip(&requests) {
        // The server may have answered and closed already.
        let _ = connection.write_all(&rest).await;
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 4"), "{method} {path}: {answer}");
    }
    assert!(!owner.get("/v1/agents").await.1.to_string().contains("late"));
    assert_eq!(owner.get("/v1/runs").await.1, json!([]));
    assert_eq!(owner.get("/v1/approval-rules").await.1["rules"], json!([]));
}

async fn an_operator_may_let_runs_of_revoked_keys_finish(database: Database) {
    let (artel, _model) = start(database, &[("CANCEL_RUNS_OF_REVOKED_KEYS", "false")]).await;
    let owner = person(&artel).await;
    let (id, key) = key(&owner).await;
    let by_key = Client::new(artel.url(), &key);
    let agent = by_key.agent("demo:echo", &[]).await;
    let slow = by_key.agent("openai:scripted", &[]).await;
    let run = by_key.start_run(&slow, "hi").await;
    owner.request("DELETE", &format!("/v1/api-keys/{id}")).send().await.unwrap();
    // Longer than it takes to cancel one.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(owner.get(&format!("/v1/runs/{run}")).await.1["status"], "running");
    assert_eq!(by_key.post("/v1/runs", &json!({ "agent_id": agent, "input_message": "hi" })).await.0, 401);
}

/// An access token of `admin`, by the login page's own client.
async fn logs_in(artel: &Artel) -> String {
    let fields = [
        ("grant_type", "password"),
        ("username", "admin"),
        ("password", PASSWORD),
        ("client_id", "codelab-flutter-app"),
    ];
    let request = Client::anonymous(artel.url()).request("POST", "/oauth/token").form(&fields);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn a_login_that_ends_in_one_process_closes_the_sockets_of_another(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let (_child, there) = artel.another().await;
    let (first, second) = (logs_in(&artel).await, logs_in(&artel).await);
    let path = format!("/api/v1/ws/{}", session(&Client::new(artel.url(), &first)).await);
    let bearer = |token: &str| format!("Bearer {token}");
    let here = Socket::open(artel.url(), &path, &[("authorization", &bearer(&first))]).await.unwrap();
    let far = Socket::open(&there, &path, &[("authorization", &bearer(&first))]).await.unwrap();
    let mut kept = Socket::open(&there, &path, &[("authorization", &bearer(&second))]).await.unwrap();

    let out = Client::new(artel.url(), &first).request("POST", "/oauth/logout").send().await.unwrap();
    assert_eq!(out.status(), 200);
    let (here, far) = tokio::join!(parting(here, AT_ONCE), parting(far, EVERYWHERE));
    assert_eq!((here.1, far.1), (Some(4401), Some(4401)));
    kept.is_alive(Duration::from_secs(5)).await;
    for url in [artel.url(), &there] {
        assert_eq!(Client::new(url, &first).get("/api/v1/sessions").await.0, 401, "nor is it let in again");
        assert_eq!(Client::new(url, &second).get("/api/v1/sessions").await.0, 200);
    }
}

async fn a_deactivated_account_is_out_also_where_it_shows_nothing(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let token = logs_in(&artel).await;
    let client = Client::new(artel.url(), &token);
    let path = format!("/api/v1/ws/{}", session(&client).await);
    let socket = Socket::open(artel.url(), &path, &[("authorization", &format!("Bearer {token}"))]).await.unwrap();
    let nameless = Socket::open(artel.url(), &path, &[]).await.unwrap();

    let (said, is_good) = artel.command(&["users", "deactivate", "admin"]).await;
    assert!(is_good, "{said}");
    let (socket, nameless) = tokio::join!(parting(socket, EVERYWHERE), parting(nameless, EVERYWHERE));
    assert_eq!((socket.1, nameless.1), (Some(4401), Some(4401)));
    assert_eq!(client.get("/api/v1/sessions").await.0, 401);
    let refusal = Socket::open(artel.url(), &path, &[]).await.unwrap_err();
    assert_eq!(refusal.0, 401, "an earlier request vouches for nobody who is out: {}", refusal.1);
}

async fn a_revoked_key_takes_along_the_runs_of_a_socket_that_shows_nothing(database: Database) {
    let (artel, _model) = start(database, &[("AGENT_RUNTIME__LLM_MODEL", "openai:scripted")]).await;
    let owner = person(&artel).await;
    let (id, key) = key(&owner).await;
    let path = format!("/api/v1/ws/{}", session(&Client::new(artel.url(), &key)).await);
    let mut nameless = Socket::open(artel.url(), &path, &[]).await.unwrap();
    nameless.send(&json!({ "type": "user_message", "content": "hi", "role": "user" })).await;
    let run = running(&owner).await;

    let revoked = owner.request("DELETE", &format!("/v1/api-keys/{id}")).send().await.unwrap();
    assert_eq!(revoked.status(), 204);
    assert_eq!(parting(nameless, AT_ONCE).await.1, Some(4401));
    let ended = owner.finished_run(&run).await;
    assert_eq!((&ended["status"], &ended["error_message"]), (&json!("failed"), &json!("cancelled")), "{ended}");
    assert_eq!(Socket::open(artel.url(), &path, &[]).await.unwrap_err().0, 401);
}

async fn a_deactivated_client_takes_along_the_runs_of_its_logins(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let owner = person(&artel).await;
    let by_login = Client::new(artel.url(), &logs_in(&artel).await);
    let agent = by_login.agent("openai:scripted", &[]).await;
    let run = by_login.start_run(&agent, "hi").await;
    let (said, is_good) = artel.command(&["clients", "deactivate", "codelab-flutter-app"]).await;
    assert!(is_good, "{said}");
    let ended = owner.finished_run(&run).await;
    assert_eq!((&ended["status"], &ended["error_message"]), (&json!("failed"), &json!("cancelled")), "{ended}");
}

/// The only run that the user sees, once a worker has it.
async fn running(user: &Client) -> String {
    for _ in 0..100 {
        let (_, runs) = user.get("/v1/runs").await;
        if runs[0]["status"] == "running" {
            return runs[0]["id"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no run begins")
}

/// What waits is refused soon after `ends`: each of these answers is 401, with the word that says why.
async fn are_refused<const N: usize>(answers: impl Future<Output = [(u16, Value); N]>, ends: impl Future<Output = ()>) {
    let answers = async { (answers.await, Instant::now()) };
    let ends = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let since = Instant::now();
        ends.await;
        since
    };
    let ((answers, last), since) = tokio::join!(answers, ends);
    for (status, body) in &answers {
        assert!(*status == 401 && body.to_string().contains("\"access_revoked\""), "{answers:?}");
    }
    assert!(last - since < EVERYWHERE + Duration::from_secs(1), "{:?}", last - since);
}

/// A slow agent, and a slow tool with its receiver.
async fn slow_work(owner: &Client) -> (String, String, Receiver) {
    let receiver = Receiver::start(Duration::from_secs(25)).await;
    let tool = owner.create("/v1/tools", &receiver.tool("slow", "read_only")).await;
    (owner.agent("openai:scripted", &[]).await, tool["id"].as_str().unwrap().to_owned(), receiver)
}

async fn whoever_waits_for_an_answer_is_refused_when_their_key_is_revoked(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let owner = person(&artel).await;
    let (agent, tool, _receiver) = slow_work(&owner).await;
    let (id, key) = key(&owner).await;
    let (by_key, proxy) = (Client::new(artel.url(), &key), Client::new(artel.url_of("llm_proxy"), &key));
    let run = json!({ "agent_id": agent, "input_message": "hi" });
    let asked = json!({ "model": "openai:scripted", "messages": [{ "role": "user", "content": "hi" }] });
    let (test, args) = (format!("/v1/tools/{tool}/test"), json!({ "args": { "text": "hi" }, "timeout_ms": 20_000 }));
    let answers = async {
        let answers = tokio::join!(
            by_key.post("/v1/runs", &run),
            proxy.post("/v1/chat/completions", &asked),
            by_key.post(&test, &args),
        );
        <[_; 3]>::from(answers)
    };
    let revokes = async {
        let revoked = owner.request("DELETE", &format!("/v1/api-keys/{id}")).send().await.unwrap();
        assert_eq!(revoked.status(), 204);
    };
    are_refused(answers, revokes).await;
}

async fn whoever_waits_for_an_answer_is_refused_when_their_account_is_deactivated(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let by_token = Client::new(artel.url(), &logs_in(&artel).await);
    let (agent, ..) = slow_work(&person(&artel).await).await;
    let run = json!({ "agent_id": agent, "input_message": "hi" });
    let deactivates = async {
        let (said, is_good) = artel.command(&["users", "deactivate", "admin"]).await;
        assert!(is_good, "{said}");
    };
    are_refused(async { [by_token.post("/v1/runs", &run).await] }, deactivates).await;
}

/// A request that ends its own access is answered.
async fn whoever_revokes_their_own_key_hears_so(database: Database) {
    let (artel, _model) = start(database, &[]).await;
    let (id, key) = key(&person(&artel).await).await;
    let by_key = Client::new(artel.url(), &key);
    assert_eq!(by_key.request("DELETE", &format!("/v1/api-keys/{id}")).send().await.unwrap().status(), 204);
    assert_eq!(by_key.get("/v1/agents").await.0, 401);
}

#[tokio::test]
async fn two_credentials_of_one_kind_are_none_on_every_surface() {
    let (artel, _model) = start(Database::Sqlite, &[]).await;
    let owner = person(&artel).await;
    let (_, key) = key(&owner).await;
    let proxy = Client::new(artel.url_of("llm_proxy"), owner.token());
    for (client, method, path) in [
        (&owner, "GET", "/v1/agents"),
        (&owner, "GET", "/api/v1/sessions"),
        (&owner, "GET", "/v1/models"),
        (&owner, "GET", "/oauth/userinfo"),
        (&owner, "POST", "/oauth/token"),
        (&proxy, "GET", "/v1/models"),
    ] {
        let bearer = format!("Bearer {}", owner.token());
        let twice = client.request(method, path).header("authorization", &bearer).send().await.unwrap();
        assert!(matches!(twice.status().as_u16(), 400 | 401), "{path}: {}", twice.status());
        let keys = Client::anonymous(artel.url()).request(method, path);
        let keys = keys.header("x-api-key", &key).header("x-api-key", &key).send().await.unwrap();
        assert!(matches!(keys.status().as_u16(), 400 | 401), "{path}: {}", keys.status());
    }
}

on_both_stores! {
    whoever_waits_for_an_answer_is_refused_when_their_key_is_revoked
        as a_revoked_key_waits_for_nothing_on_sqlite, a_revoked_key_waits_for_nothing_on_postgres;
    whoever_waits_for_an_answer_is_refused_when_their_account_is_deactivated
        as a_deactivated_account_waits_for_nothing_on_sqlite, a_deactivated_account_waits_for_nothing_on_postgres;
    whoever_revokes_their_own_key_hears_so as own_keys_can_be_revoked_on_sqlite, own_keys_can_be_revoked_on_postgres;
    a_request_whose_body_comes_after_the_revocation_is_not_done as a_late_body_on_sqlite, a_late_body_on_postgres;
    a_revoked_key_loses_everything_that_is_open_at_once
        as a_revoked_key_loses_everything_at_once_on_sqlite, a_revoked_key_loses_everything_at_once_on_postgres;
    an_operator_may_let_runs_of_revoked_keys_finish
        as runs_of_revoked_keys_may_finish_on_sqlite, runs_of_revoked_keys_may_finish_on_postgres;
    a_login_that_ends_in_one_process_closes_the_sockets_of_another
        as a_login_ends_in_other_processes_on_sqlite, a_login_ends_in_other_processes_on_postgres;
    a_revoked_key_takes_along_the_runs_of_a_socket_that_shows_nothing
        as a_revoked_key_takes_along_runs_on_sqlite, a_revoked_key_takes_along_runs_on_postgres;
    a_deactivated_client_takes_along_the_runs_of_its_logins
        as a_deactivated_client_takes_along_runs_on_sqlite, a_deactivated_client_takes_along_runs_on_postgres;
    a_deactivated_account_is_out_also_where_it_shows_nothing
        as a_deactivated_account_is_out_on_sqlite, a_deactivated_account_is_out_on_postgres;
}
