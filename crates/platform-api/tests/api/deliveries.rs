//! Deliveries as the services' documents describe them, and the journal that they are kept in.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use artel_domain::{Clock as _, InboundEventId};
use artel_store::{InboundEventWrite, InboundJournal as _, NewInboundEvent};
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sha2::Sha256;
use tower::ServiceExt as _;

use crate::world::{Answer, Person, World};

/// GitHub's own example.
pub(crate) const GITHUB_SECRET: &str = "It's a Secret to Everybody";
pub(crate) const GITHUB_BODY: &[u8] = b"Hello, World!";
pub(crate) const GITHUB_HEADERS: Headers = &[
    ("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
    ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
    ("x-github-event", "push"),
];

type Headers<'a> = &'a [(&'a str, &'a str)];

/// Where the hooks of a connector are made.
pub(crate) fn hooks(connector: &str) -> String {
    format!("/organizations/me/connectors/{connector}/hooks")
}

/// A new hook, as its maker sees it.
pub(crate) async fn made(person: &Person, connector: &str, secret: Option<&str>) -> Value {
    let body = secret.map_or_else(|| json!({}), |secret| json!({ "secret": secret }));
    let answer = person.post(&hooks(connector), body).await;
    answer.is(StatusCode::CREATED);
    answer.body
}

/// What a service that delivers this gets.
pub(crate) async fn delivers(world: &World, url: &str, headers: Headers<'_>, body: &[u8]) -> Answer {
    delivers_from(world, None, url, headers, Body::from(body.to_vec())).await
}

async fn delivers_from(world: &World, ip: Option<IpAddr>, url: &str, headers: Headers<'_>, body: Body) -> Answer {
    let request = Request::builder().method("POST").uri(url);
    let mut request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    if let Some(ip) = ip {
        request = request.extension(ConnectInfo(SocketAddr::new(ip, 443)));
    }
    let response = world.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status: parts.status.as_u16(), headers: parts.headers, body, bytes }
}

/// The journal, newest first.
pub(crate) async fn events(person: &Person, query: &str) -> Vec<Value> {
    let answer = person.get(&format!("/organizations/me/events/inbound?limit=100{query}")).await;
    answer.is(StatusCode::OK);
    answer.body["events"].as_array().unwrap().clone()
}

/// A hook's address.
async fn address(person: &Person, connector: &str, secret: Option<&str>) -> String {
    made(person, connector, secret).await["url"].as_str().unwrap().to_owned()
}

/// The newest event without what every event has of its own.
async fn newest(person: &Person) -> Value {
    let event = events(person, "").await.remove(0);
    json!([event["service"], event["type"], event["delivery_id"], event["payload"]])
}

#[tokio::test]
async fn github_delivers_with_a_signature() {
    let world = World::new().await;
    let ada = world.ada();
    let url = address(&ada, "github", Some(GITHUB_SECRET)).await;
    let taken = delivers(&world, &url, GITHUB_HEADERS, GITHUB_BODY).await;
    assert_eq!((taken.status, taken.bytes.len()), (202, 0));
    let expected = json!(["github", "push", "72d3162e-cc78-11e3-81ab-4c9367dc0958", "Hello, World!"]);
    assert_eq!(newest(&ada).await, expected);
    delivers(&world, &url.replace("/v1/", "/"), GITHUB_HEADERS, GITHUB_BODY).await.is(StatusCode::ACCEPTED);
    assert_eq!(events(&ada, "").await.len(), 1, "the address without /v1 is the same");
}

#[tokio::test]
async fn gitlab_delivers_with_its_token_or_signed_with_its_time() {
    let world = World::new().await;
    let ada = world.ada();
    let plain = address(&ada, "gitlab", Some("g1tlab-t0ken")).await;
    let body = br#"{"object_kind":"push","ref":"refs/heads/main"}"#;
    let shown = |key| [("x-gitlab-token", "g1tlab-t0ken"), ("x-gitlab-event", "Push Hook"), ("idempotency-key", key)];
    delivers(&world, &plain, &shown("a-1"), body).await.is(StatusCode::ACCEPTED);
    let payload = json!({ "object_kind": "push", "ref": "refs/heads/main" });
    assert_eq!(newest(&ada).await, json!(["gitlab", "Push Hook", "a-1", payload]));
    delivers(&world, &plain, &[("x-gitlab-token", "other-t0ken")], body).await.is_problem(404);

    let signed = address(&ada, "gitlab", Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).await;
    let deliver = async |seconds_ago: i64| {
        let time = (world.clock.now().as_second() - seconds_ago).to_string();
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(&[b"msg_1.", time.as_bytes(), b".", body].concat());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
        delivers(&world, &signed, &headers, body).await
    };
    deliver(310).await.is_problem(404);
    deliver(-310).await.is_problem(404);
    deliver(290).await.is(StatusCode::ACCEPTED);
    assert_eq!(newest(&ada).await[2], "msg_1");
    assert_eq!(events(&ada, "").await.len(), 2);
}

#[tokio::test]
async fn telegram_delivers_with_a_secret_in_a_header() {
    let world = World::new().await;
    let ada = world.ada();
    let url = address(&ada, "telegram", Some("T0ken_of-the-hook")).await;
    let body = json!({ "update_id": 10_000, "message": { "message_id": 1, "chat": { "id": 42 }, "text": "Привет" } });
    let headers = [("x-telegram-bot-api-secret-token", "T0ken_of-the-hook")];
    let taken = delivers(&world, &url, &headers, body.to_string().as_bytes()).await;
    assert_eq!((taken.status, taken.bytes.len()), (200, 0));
    assert_eq!(newest(&ada).await, json!(["telegram", null, "10000", body]));
    delivers(&world, &url, &[], body.to_string().as_bytes()).await.is_problem(404);
    // Another bot's hook counts its updates by itself.
    let second = address(&ada, "telegram", Some("T0ken_of-the-hook")).await;
    delivers(&world, &second, &headers, body.to_string().as_bytes()).await.is(StatusCode::OK);
    assert_eq!(events(&ada, "&service=telegram").await.len(), 2);
}

#[tokio::test]
async fn bitrix24_delivers_forms_whose_tokens_nobody_sees() {
    let world = World::new().await;
    let ada = world.ada();
    let url = address(&ada, "bitrix24", Some("51856fefc120afa4b628cc82d3935cce")).await;
    let body = "event=ONCRMDEALADD&data%5BFIELDS%5D%5BID%5D=662&ts=1466439714&auth%5Bdomain%5D=a.bitrix24.ru\
        &auth%5Baccess_token%5D=s6p6eclrvim6da22ft9ch94ekreb52lv\
        &auth%5Brefresh_token%5D=4s386p3q0tr8dy89xvmt96234v3dljg8\
        &auth%5Bapplication_token%5D=51856fefc120afa4b628cc82d3935cce";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let taken = delivers(&world, &url, &headers, body.as_bytes()).await;
    assert_eq!((taken.status, taken.bytes.len()), (200, 0));
    let auth =
        json!({ "domain": "a.bitrix24.ru", "access_token": "***", "refresh_token": "***", "application_token": "***" });
    let event = newest(&ada).await;
    let payload =
        json!({ "event": "ONCRMDEALADD", "data": { "FIELDS": { "ID": "662" } }, "ts": "1466439714", "auth": auth });
    assert_eq!((&event[1], &event[3]), (&json!("ONCRMDEALADD"), &payload));
    assert!(!world.files_contain("s6p6eclrvim6da22ft9ch94ekreb52lv"), "the service's token is in the database");
    let forged = body.replace("51856fefc120afa4b628cc82d3935cce", "61856fefc120afa4b628cc82d3935cce");
    delivers(&world, &url, &headers, forged.as_bytes()).await.is_problem(404);
}

#[tokio::test]
async fn ozon_gets_the_answers_that_it_checks() {
    let world = World::new().await;
    let ada = world.ada();
    let url = address(&ada, "ozon", None).await;
    let ping = delivers(&world, &url, &[], br#"{"message_type":"TYPE_PING","time":"2026-11-28T10:00:00Z"}"#).await;
    ping.is(StatusCode::OK);
    assert_eq!((&ping.body["name"], ping.body["version"].is_string()), (&json!("artel"), true));
    assert!(ping.body["time"].is_string());
    assert_eq!(events(&ada, "").await, Vec::<Value>::new(), "a handshake is no event");
    let posting = br#"{"message_type":"TYPE_NEW_POSTING","posting_number":"24219509-0020-1"}"#;
    for _ in 0..2 {
        let taken = delivers(&world, &url, &[("content-type", "application/json")], posting).await;
        assert_eq!((taken.status, taken.body), (200, json!({ "result": true })));
    }
    assert_eq!(newest(&ada).await[1], "TYPE_NEW_POSTING");
    assert_eq!(events(&ada, "&type=TYPE_NEW_POSTING").await.len(), 1, "the body tells them for ten minutes");
    world.clock.advance(Duration::from_mins(10));
    delivers(&world, &url, &[], posting).await.is(StatusCode::OK);
    assert_eq!(events(&ada, "").await.len(), 2);
}

#[tokio::test]
async fn yandex_market_delivers_from_its_own_addresses_alone() {
    let world = World::new().await;
    let ada = world.ada();
    let hook = made(&ada, "yandex_market", None).await;
    let url = hook["url"].as_str().unwrap();
    assert_eq!(hook["proof"], "address");
    let from = async |ip: &str, body: &Value| {
        delivers_from(&world, Some(ip.parse().unwrap()), url, &[], Body::from(body.to_string())).await
    };
    let created = json!({ "notificationType": "ORDER_CREATED", "orderId": 501_923_741, "campaignId": 21_098 });
    let taken = from("5.45.207.12", &created).await;
    assert_eq!((taken.status, &taken.body["name"]), (200, &json!("artel")));
    let ping = from("141.8.142.1", &json!({ "notificationType": "PING", "time": "2026-11-28T10:00:00Z" })).await;
    assert_eq!((ping.status, ping.body["time"].is_string()), (200, true));
    from("93.158.134.3", &created).await.is_problem(404);
    delivers(&world, url, &[], created.to_string().as_bytes()).await.is_problem(404);
    assert_eq!(newest(&ada).await[1], "ORDER_CREATED");
    assert_eq!(events(&ada, "").await.len(), 1);
}

#[tokio::test]
async fn any_other_service_delivers_whatever_it_likes() {
    let world = World::new().await;
    let ada = world.ada();
    let http = address(&ada, "http", None).await;
    for (headers, body, id, payload) in [
        ([("webhook-id", "m1"), ("content-type", "text/plain")], &b"just text"[..], "m1", json!("just text")),
        (
            [("x-delivery-id", "d1"), ("content-type", "image/png")],
            b"\x89PNG\xff",
            "d1",
            json!({ "base64": "iVBOR/8=" }),
        ),
        ([("webhook-id", "m2"), ("content-type", "")], b"", "m2", Value::Null),
        (
            [("webhook-id", "m3"), ("content-type", "application/json")],
            br#"{"id":9007199254740993}"#,
            "m3",
            json!({ "id": 9_007_199_254_740_993_i64 }),
        ),
    ] {
        delivers(&world, &http, &headers, body).await.is(StatusCode::ACCEPTED);
        assert_eq!(newest(&ada).await, json!(["http", null, id, payload]));
    }
    let rpc = address(&ada, "jsonrpc", None).await;
    delivers(&world, &rpc, &[], br#"{"jsonrpc":"2.0","method":"changed"}"#).await.is(StatusCode::ACCEPTED);
    assert_eq!(newest(&ada).await[2].as_str().unwrap().len(), 64, "a digest of the body");
}

#[tokio::test]
async fn a_delivery_that_comes_again_is_kept_once_also_at_the_same_time() {
    let world = World::new().await;
    let ada = world.ada();
    let url = address(&ada, "github", Some(GITHUB_SECRET)).await;
    let at_once = futures::future::join_all((0..10).map(|_| delivers(&world, &url, GITHUB_HEADERS, GITHUB_BODY))).await;
    assert!(at_once.iter().all(|answer| answer.status == 202));
    world.clock.advance(Duration::from_mins(30));
    delivers(&world, &url, GITHUB_HEADERS, GITHUB_BODY).await.is(StatusCode::ACCEPTED);
    assert_eq!(events(&ada, "").await.len(), 1);
}

/// A body of parts, and how many of them were asked for.
#[expect(clippy::disallowed_methods, reason = "the body of a client, which no standing ends")]
fn counted(parts: usize) -> (Body, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let counter = read.clone();
    let part = move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 64 * 1024]))
    };
    (Body::from_stream(futures::stream::iter((0..parts).map(part))), read)
}

#[tokio::test]
async fn a_body_is_read_for_a_hook_alone_and_within_its_bound() {
    let world = World::new().await;
    let ada = world.ada();
    let url = address(&ada, "http", None).await;
    let unknown = url.replace("/http/", "/jsonrpc/");
    let (body, read) = counted(16);
    delivers_from(&world, None, &unknown, &[], body).await.is_problem(404);
    assert_eq!(read.load(Ordering::SeqCst), 0, "nothing of it was read");
    let (body, _) = counted(16);
    delivers_from(&world, None, &url, &[], body).await.is(StatusCode::ACCEPTED);
    let (body, read) = counted(1000);
    delivers_from(&world, None, &url, &[], body).await.is_problem(413);
    assert!(read.load(Ordering::SeqCst) <= 17, "it stops at the bound");
    assert_eq!(events(&ada, "").await.len(), 1);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the body of a client, which no standing ends")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    use futures::StreamExt as _;
    let world = World::new().await;
    let url = address(&world.ada(), "http", None).await;
    let (first, _) = counted(1);
    let body = Body::from_stream(first.into_data_stream().chain(futures::stream::pending()));
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(31)).await;
        tokio::time::resume();
    };
    let (answer, ()) = futures::join!(delivers_from(&world, None, &url, &[], body), later);
    answer.is_problem(408);
}

#[tokio::test]
async fn the_journal_is_read_by_filters_page_by_page_and_by_scope() {
    let world = World::new().await;
    let ada = world.ada();
    let (ozon, http) = (address(&ada, "ozon", None).await, address(&ada, "http", None).await);
    for number in 0..5 {
        let body = json!({ "message_type": format!("TYPE_{}", number % 2), "number": number }).to_string();
        delivers(&world, &ozon, &[], body.as_bytes()).await.is(StatusCode::OK);
    }
    let middle = world.clock.now();
    world.clock.advance(Duration::from_secs(1));
    delivers(&world, &http, &[], b"{}").await.is(StatusCode::ACCEPTED);
    let count = async |query: &str| events(&ada, query).await.len();
    assert_eq!(count("").await, 6);
    assert_eq!((count("&service=ozon").await, count("&service=ozon&type=TYPE_1").await), (5, 2));
    assert_eq!((count(&format!("&since={middle}")).await, count(&format!("&until={middle}")).await), (1, 5));
    let place = "/v1/organizations/me/events/inbound?service=ozon&limit=2";
    let (mut read, mut path) = (Vec::new(), place.to_owned());
    loop {
        let page = ada.get(&path).await.body;
        read.extend(page["events"].as_array().unwrap().iter().map(|event| event["payload"]["number"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{place}&after={next}");
    }
    assert_eq!(read, [4, 3, 2, 1, 0]);
    ada.get("/organizations/me/events/inbound?limit=101").await.names("limit");
    ada.get("/organizations/me/events/inbound?after=1").await.is_problem(422);
    assert_eq!(events(&world.bob(), "").await, Vec::<Value>::new());
    let reader = world.person_with(0xA, 0xADA, &["credentials:read"]);
    assert_eq!(events(&reader, "").await.len(), 6);
    let keeper = world.person_with(0xA, 0xADA, &["agents:write", "runs:write"]);
    keeper.get("/organizations/me/events/inbound").await.is_problem(403);
}

/// Larger ones are read elsewhere.
#[tokio::test]
async fn a_large_delivery_is_proven_and_masked_like_every_other() {
    let world = World::new().await;
    let ada = world.ada();
    let url = address(&ada, "github", Some(GITHUB_SECRET)).await;
    let rest = "x".repeat(100_000);
    let body = json!({ "a": GITHUB_SECRET, "b": rest }).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(GITHUB_SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let headers = [("x-hub-signature-256", signature.as_str()), ("x-github-delivery", "1"), ("x-github-event", "push")];
    delivers(&world, &url, &headers, format!("{body} ").as_bytes()).await.is_problem(404);
    delivers(&world, &url, &headers, body.as_bytes()).await.is(StatusCode::ACCEPTED);
    assert_eq!(newest(&ada).await, json!(["github", "push", "1", { "a": "***", "b": rest }]));
}

/// Notes the longest time that this thread's tasks had to wait for it.
async fn watches(longest: Arc<AtomicU64>) {
    loop {
        let before = Instant::now();
        tokio::time::sleep(Duration::from_millis(2)).await;
        longest.fetch_max(before.elapsed().as_micros() as u64, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_large_journal_holds_up_nobody_who_shares_the_thread() {
    let world = World::new().await;
    let ada = world.ada();
    let hook = made(&ada, "github", None).await["id"].as_str().unwrap().parse().unwrap();
    let payload = format!("[{}0]", "\"what a service says\",".repeat(300_000));
    let alone = Instant::now();
    drop(serde_json::from_str::<Value>(&payload).unwrap());
    let (alone, longest) = (alone.elapsed(), Arc::new(AtomicU64::new(0)));
    let event = NewInboundEvent {
        id: InboundEventId(world.clock.uuid()),
        tenant_id: ada.tenant,
        hook_id: hook,
        service: "github".to_owned(),
        kind: None,
        received_at: world.clock.now(),
        delivery_id: "large".to_owned(),
        payload: payload.clone(),
        sameness: [1; 32],
        same_for: None,
        most_of_tenant: None,
    };
    assert_eq!(world.store.record_inbound_event(event).await.unwrap(), InboundEventWrite::Done);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(watches(Arc::clone(&longest)));
    let answer = ada.open("GET", "/organizations/me/events/inbound", &[], Body::empty()).await;
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let waited = Duration::from_micros(longest.load(Ordering::Relaxed));
    assert!(bytes.windows(payload.len()).any(|part| part == payload.as_bytes()), "it is written as it came");
    assert!(waited < alone / 2, "others waited {waited:?}, and the reading takes {alone:?}");
}
