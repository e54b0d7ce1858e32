//! Who may open a socket. What is refused is refused before the upgrade.

use artel_testkit::{Client, Database, Reply};
use serde_json::{Value, json};

use crate::world::{KEY, World, says};

const OTHER: &str = "00000000-0000-0000-0000-000000000009";

async fn world(settings: &[(&str, &str)]) -> World {
    World::with(Database::Sqlite, settings, |_| Reply::Text("hi".into())).await
}

async fn answers(world: &World, path: &str, headers: &[(&str, &str)]) {
    let mut socket = world.try_socket(path, headers).await.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"));
    socket.send(&says("hello")).await;
    assert_eq!(socket.turn().await.pop().unwrap()["content"], "hi", "{path}");
    socket.close().await;
}

async fn refusal(world: &World, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    match world.try_socket(path, headers).await {
        Ok(_) => panic!("{path} was let in"),
        Err(refusal) => refusal,
    }
}

/// A session of another user: where that one is, nobody knows.
async fn made_by_a_service(world: &World) -> String {
    let runtime = Client::anonymous(world.artel.url_of("runtime"));
    let request = runtime.request("POST", "/sessions").header("x-internal-auth", KEY).header("x-user-id", OTHER);
    let made = request.send().await.unwrap().json::<Value>().await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// The last frame of the answer to a message on a socket that shows nothing.
async fn told(world: &World, path: &str) -> Value {
    let mut socket = world.try_socket(path, &[]).await.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"));
    socket.send(&says("hello")).await;
    let last = socket.turn().await.pop().unwrap();
    socket.close().await;
    last
}

#[tokio::test]
async fn each_way_to_show_who_one_is_opens_a_socket() {
    let world = world(&[("GATEWAY__MAX_SOCKETS_PER_USER", "100")]).await;
    let session = world.session().await;
    let (path, bearer, token) = (format!("/api/v1/ws/{session}"), world.bearer(), world.client.token());
    answers(&world, &path, &[("authorization", &bearer)]).await;
    answers(&world, &format!("/ws/{session}"), &[("authorization", &bearer)]).await;
    answers(&world, &format!("{path}?access_token={token}"), &[]).await;
    answers(&world, &path, &[("x-internal-auth", KEY)]).await;
    let protocols = format!("bearer, {token}");
    answers(&world, &path, &[("sec-websocket-protocol", &protocols)]).await;
    let socket = world.try_socket(&path, &[("sec-websocket-protocol", &protocols)]).await.unwrap();
    assert_eq!(socket.protocol(), Some("bearer"));
}

#[tokio::test]
async fn what_is_wrong_is_refused_before_the_upgrade() {
    let world = world(&[]).await;
    let session = world.session().await;
    let path = format!("/api/v1/ws/{session}");
    let (status, body) = refusal(&world, &path, &[("authorization", "Bearer a.b.c")]).await;
    assert_eq!(
        (status, &body["error"]),
        (401, &json!("invalid_token")),
        "the owner's presence does not help a wrong token: {body}"
    );
    assert!(body["error_description"].is_string() && body["detail"].is_string() && body["message"].is_string());
    assert_eq!(refusal(&world, &path, &[("x-internal-auth", "wrong")]).await.0, 401);
    assert_eq!(refusal(&world, &format!("{path}?access_token=nonsense"), &[]).await.0, 401);
    let bearer = [("authorization", "Bearer a.b.c"), ("x-internal-auth", KEY)];
    assert_eq!(refusal(&world, &path, &bearer).await.0, 401, "a bearer is never retried as a service");
    let (status, body) = world.client.get(&path).await;
    assert_eq!((status, &body["error"]), (426, &json!("upgrade_required")));
    let long = format!("/api/v1/ws/{}", "x".repeat(201));
    assert_eq!(refusal(&world, &long, &[("authorization", &world.bearer())]).await.0, 404);
    assert_eq!(refusal(&world, &format!("{path}?stream=fast"), &[("authorization", &world.bearer())]).await.0, 422);
}

#[tokio::test]
async fn a_session_is_its_users_alone() {
    let world = world(&[]).await;
    let session = world.session().await;
    let path = format!("/api/v1/ws/{session}");
    let other = world.user(OTHER, &[]).await;
    let bearer = format!("Bearer {}", other.token());
    assert_eq!(refusal(&world, &path, &[("authorization", &bearer)]).await.0, 404);
    let stranger = world.artel.client_of("aaaaaaaa-0000-4000-8000-000000000001").await;
    let bearer = format!("Bearer {}", stranger.token());
    // In their own tenant the id is free.
    answers(&world, &path, &[("authorization", &bearer)]).await;
    assert_eq!(world.history(&session).await["message_count"], 0);
}

#[tokio::test]
async fn an_unknown_session_is_made_and_a_new_one_is_named() {
    let world = world(&[]).await;
    let bearer = world.bearer();
    answers(&world, "/ws/my-console", &[("authorization", &bearer)]).await;
    assert_eq!(world.history("my-console").await["messages"][0]["content"], "hello");
    let mut socket = world.try_socket("/api/v1/ws/new_1700000000", &[("authorization", &bearer)]).await.unwrap();
    let info = socket.next().await.unwrap();
    assert_eq!(info["type"], "session_info");
    let id = info["session_id"].as_str().unwrap();
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{info}");
    socket.send(&says("hello")).await;
    socket.turn().await;
    assert_eq!(world.history(id).await["message_count"], 2);
}

#[tokio::test]
async fn a_socket_without_credentials_is_let_in_where_its_owner_was_just_seen() {
    let world = world(&[]).await;
    let session = world.session().await;
    let path = format!("/api/v1/ws/{session}");
    answers(&world, &path, &[]).await;
    assert_eq!(
        refusal(&world, "/api/v1/ws/01890000-0000-4000-8000-000000000001", &[]).await.0,
        401,
        "nobody's session"
    );
    answers(&world, "/ws/guessable", &[("authorization", &world.bearer())]).await;
    assert_eq!(refusal(&world, "/ws/guessable", &[]).await.0, 401, "an id that can be guessed is no secret");
    assert_eq!(refusal(&world, "/ws/new_1", &[]).await.0, 401);
}

#[tokio::test]
async fn an_id_that_two_tenants_have_lets_nobody_in_without_credentials() {
    let world = world(&[]).await;
    let session = world.session().await;
    let path = format!("/api/v1/ws/{session}");
    answers(&world, &path, &[]).await;
    let stranger = world.artel.client_of("aaaaaaaa-0000-4000-8000-000000000001").await;
    answers(&world, &path, &[("authorization", &format!("Bearer {}", stranger.token()))]).await;
    assert_eq!(refusal(&world, &path, &[]).await.0, 401);
    answers(&world, &path, &[("authorization", &world.bearer())]).await;
}

#[tokio::test]
async fn a_refusal_takes_equally_long_whether_there_is_such_a_session_or_not() {
    let world = world(&[]).await;
    let known = made_by_a_service(&world).await;
    let took = async |id: &str| {
        let start = std::time::Instant::now();
        let (status, mut body) = refusal(&world, &format!("/api/v1/ws/{id}"), &[]).await;
        body.as_object_mut().unwrap().remove("trace_id");
        (start.elapsed().as_secs_f64(), status, body)
    };
    let (known, unknown) = (took(&known).await, took("01890000-0000-4000-8000-000000000001").await);
    assert_eq!((known.1, &known.2), (401, &unknown.2));
    assert!((known.0 - unknown.0).abs() < 0.3 && known.0 >= 2.0, "{} s and {} s", known.0, unknown.0);
}

#[tokio::test]
async fn a_socket_without_credentials_gets_no_more_than_its_owner_showed() {
    let world = world(&[]).await;
    let owner = world.user(OTHER, &["--scopes", "admin"]).await;
    let agent = owner.agent("demo:echo", &[]).await;
    let path = format!("/api/v1/ws/{}", made_by_a_service(&world).await);
    let sessions = "/api/v1/sessions";
    let anonymous = Client::anonymous(world.artel.url());
    let service = anonymous.request("GET", sessions).header("x-internal-auth", KEY).header("x-user-id", OTHER);
    assert_eq!(service.send().await.unwrap().status(), 200);
    assert_eq!(refusal(&world, &path, &[]).await.0, 401, "a service is not where its user is");

    let makes = async |members: Value| {
        let made = owner.create("/v1/api-keys", &members).await;
        let by_key = Client::new(world.artel.url(), made["key"].as_str().unwrap());
        let status = by_key.get(sessions).await.0;
        (format!("/v1/api-keys/{}", made["id"].as_str().unwrap()), status)
    };
    let revokes = async |key: &str| {
        assert_eq!(owner.request("DELETE", key).send().await.unwrap().status(), 204);
    };
    let (key, status) = makes(json!({ "scopes": ["agents:read"] })).await;
    assert_eq!((status, refusal(&world, &path, &[]).await.0), (403, 401));
    revokes(&key).await;
    for members in
        [json!({ "scopes": ["runs:read"] }), json!({ "scopes": ["runs:read", "runs:write"], "agent_id": agent })]
    {
        let (key, status) = makes(members.clone()).await;
        assert_eq!((status, &told(&world, &path).await["error_code"]), (200, &json!("UNAUTHORIZED")), "{members}");
        revokes(&key).await;
    }
    let (key, _) = makes(json!({ "scopes": ["runs:write"], "daily_limit": 1 })).await;
    assert_eq!(told(&world, &path).await["content"], "hi");
    assert_eq!(told(&world, &path).await["error_code"], "RATE_LIMIT_EXCEEDED");
    revokes(&key).await;
    assert_eq!(refusal(&world, &path, &[]).await.0, 401);
}

#[tokio::test]
async fn of_several_credentials_at_one_address_the_one_that_may_least_counts() {
    let world = world(&[]).await;
    let owner = world.user(OTHER, &["--scopes", "admin"]).await;
    let path = format!("/api/v1/ws/{}", made_by_a_service(&world).await);
    let key = owner.create("/v1/api-keys", &json!({ "scopes": ["runs:read"] })).await;
    let by_key = Client::new(world.artel.url(), key["key"].as_str().unwrap());
    assert_eq!(owner.get("/api/v1/sessions").await.0, 200);
    assert_eq!(told(&world, &path).await["content"], "hi");
    for client in [&by_key, &owner] {
        assert_eq!(client.get("/api/v1/sessions").await.0, 200);
        assert_eq!(told(&world, &path).await["error_code"], "UNAUTHORIZED", "whoever was seen last");
    }
    let key = format!("/v1/api-keys/{}", key["id"].as_str().unwrap());
    assert_eq!(owner.request("DELETE", &key).send().await.unwrap().status(), 204);
    assert_eq!(told(&world, &path).await["content"], "hi", "a key that is gone narrows nothing");
}

#[tokio::test]
async fn a_page_of_a_foreign_site_opens_no_socket_without_a_token() {
    let world = world(&[("GATEWAY__WS_ALLOWED_ORIGINS", "https://ide.example, https://other.example/")]).await;
    let path = format!("/api/v1/ws/{}", world.session().await);
    for origin in ["https://evil.example", "https://ide.example.evil", "null", world.artel.url()] {
        let (status, body) = refusal(&world, &path, &[("origin", origin)]).await;
        assert_eq!((status, &body["error"]), (403, &json!("origin_not_allowed")), "{origin}");
        answers(&world, &path, &[("origin", origin), ("authorization", &world.bearer())]).await;
    }
    for origin in ["https://ide.example", "https://other.example"] {
        answers(&world, &path, &[("origin", origin)]).await;
    }
}

#[tokio::test]
async fn a_socket_may_come_before_the_request_that_vouches_for_it() {
    let world = world(&[]).await;
    let session = made_by_a_service(&world).await;
    let path = format!("/api/v1/ws/{session}");
    assert_eq!(refusal(&world, &path, &[]).await.0, 401);
    let owner = world.user(OTHER, &[]).await;
    let comes_later = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        owner.get(&format!("/api/v1/sessions/{session}")).await
    };
    let (socket, seen) = tokio::join!(world.try_socket(&path, &[]), comes_later);
    assert_eq!(seen.0, 200);
    let mut socket = socket.unwrap();
    socket.send(&says("hello")).await;
    assert_eq!(socket.turn().await.pop().unwrap()["content"], "hi");
}

#[tokio::test]
async fn the_capability_can_be_switched_off() {
    let world = world(&[("GATEWAY__WS_SESSION_CAPABILITY", "false")]).await;
    let session = world.session().await;
    assert_eq!(refusal(&world, &format!("/api/v1/ws/{session}"), &[]).await.0, 401);
}

#[tokio::test]
async fn a_user_has_so_many_sockets_and_no_more() {
    let world = world(&[("GATEWAY__MAX_SOCKETS_PER_USER", "2")]).await;
    let session = world.session().await;
    let (path, bearer) = (format!("/api/v1/ws/{session}"), world.bearer());
    let one = world.try_socket(&path, &[("authorization", &bearer)]).await.unwrap();
    let _two = world.try_socket(&path, &[("authorization", &bearer)]).await.unwrap();
    let (status, body) = refusal(&world, &path, &[("authorization", &bearer)]).await;
    assert_eq!((status, &body["error"]), (429, &json!("rate_limit_exceeded")));
    assert!(body["retry_after"].is_number());
    one.close().await;
    let mut freed = None;
    for _ in 0..50 {
        freed = world.try_socket(&path, &[("authorization", &bearer)]).await.ok();
        if freed.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(freed.is_some(), "a socket that is closed makes room");
}

#[tokio::test]
async fn a_token_that_may_only_read_starts_nothing() {
    let world = world(&[]).await;
    let reader = world.user("00000000-0000-0000-0000-000000000001", &["--scopes", "api:read"]).await;
    let session = world.session().await;
    let bearer = format!("Bearer {}", reader.token());
    let mut socket = world.try_socket(&format!("/api/v1/ws/{session}"), &[("authorization", &bearer)]).await.unwrap();
    socket.send(&says("hello")).await;
    assert_eq!(socket.turn().await.pop().unwrap()["error_code"], "UNAUTHORIZED");
    // Nor does it make a session.
    let absent = "/api/v1/ws/01890000-0000-4000-8000-000000000002";
    assert_eq!(refusal(&world, absent, &[("authorization", &bearer)]).await.0, 404);
    assert_eq!(refusal(&world, "/api/v1/ws/new_1", &[("authorization", &bearer)]).await.0, 403);
    assert_eq!(world.client.get("/api/v1/sessions").await.1["total"], 1);
}
