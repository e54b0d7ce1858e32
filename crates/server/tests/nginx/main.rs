//! CodeLab's services apart, as deploy/compose runs them, behind a real nginx with the very configuration of
//! deploy/nginx: each public path comes out where its clients look for it. And one process behind the configurations
//! for it, of compose.yaml and of the documentation.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say why they are skipped"
)]

mod platform;
mod proxy;
mod world;

use artel_testkit::Client;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use world::World;

#[tokio::test]
async fn every_public_path_comes_out_at_its_service_and_no_other_does() {
    let Some(world) = World::start().await else { return };
    let stranger = Client::anonymous(&world.origin);
    for (path, member, value) in [
        ("/auth-health", "status", "healthy"),
        ("/gateway-health", "service", "gateway"),
        ("/api/v1/health", "service", "gateway"),
    ] {
        let (status, body) = stranger.get(path).await;
        assert_eq!((status, body[member].as_str()), (200, Some(value)), "{path}: {body}");
    }
    assert_eq!(stranger.get("/nginx-health").await, (200, json!("healthy\n")));
    assert_eq!(stranger.get("/").await.0, 200);
    let (status, keys) = stranger.get("/.well-known/jwks.json").await;
    assert!(status == 200 && keys["keys"].is_array(), "{keys}");
    // Of the runtime, the LLM proxy and the services' own ports nothing is public; nor are the numbers.
    for hidden in ["/health", "/agents", "/sessions", "/v1/models", "/agent/message/stream", "/metrics"] {
        assert_eq!(stranger.get(hidden).await.0, 404, "{hidden}");
    }
    assert_eq!(stranger.get("/api/v1/metrics").await.0, 403);

    let ada = world.signs_in().await;
    assert_eq!(stranger.post("/api/v1/sessions", &json!({})).await.0, 401);
    let session = ada.create("/api/v1/sessions", &json!({})).await;
    let id = session["id"].as_str().unwrap();
    for path in [
        "/api/v1/sessions",
        &format!("/api/v1/sessions/{id}"),
        &format!("/api/v1/sessions/{id}/history"),
        "/api/v1/agents",
    ] {
        assert_eq!(ada.get(path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn a_turn_goes_through_all_four_services_and_the_socket_stays_open() {
    let Some(world) = World::start().await else { return };
    let ada = world.signs_in().await;
    let session = ada.create("/api/v1/sessions", &json!({})).await;
    let id = session["id"].as_str().unwrap();
    let mut socket = world.opens(id, Some(ada.token())).await.expect("the socket of a user with a token");
    for _ in 0..2 {
        let said = json!({ "type": "user_message", "content": "hello" });
        socket.send(Message::text(said.to_string())).await.unwrap();
        let answer = last_of_turn(&mut socket).await;
        assert_eq!(answer["content"], "Hello from the model.", "{answer}");
    }
    let (status, metrics) = ada.get(&format!("/api/v1/events/metrics/session/{id}")).await;
    assert!(status == 200 && metrics["total_requests"].as_u64() >= Some(2), "{metrics}");
}

#[tokio::test]
async fn a_socket_that_shows_nothing_is_its_users_if_they_are_where_it_comes_from() {
    let Some(world) = World::start().await else { return };
    let ada = world.signs_in().await;
    let session = ada.create("/api/v1/sessions", &json!({})).await;
    world.opens(session["id"].as_str().unwrap(), None).await.expect("the user was here a moment ago");
    let refused = world.opens("00000000-0000-4000-8000-000000000001", None).await;
    let Err(Error::Http(response)) = refused else { panic!("a stranger's socket was opened: {refused:?}") };
    assert_eq!(response.status(), 401);
}

/// The frame that ends the turn.
async fn last_of_turn(socket: &mut world::Socket) -> Value {
    loop {
        let frame =
            tokio::time::timeout(std::time::Duration::from_secs(30), socket.next()).await.expect("a frame within 30 s");
        let Message::Text(text) = frame.expect("an open socket").unwrap() else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        match frame["type"].as_str() {
            Some("assistant_message") if frame["is_final"] == true => return frame,
            Some("error") => panic!("{frame}"),
            _ => {}
        }
    }
}

impl World {
    /// The WebSocket of a session, as the IDE opens it.
    async fn opens(&self, session: &str, token: Option<&str>) -> Result<world::Socket, Error> {
        let address = self.origin.strip_prefix("http://").unwrap();
        let mut request = format!("ws://{address}/api/v1/ws/{session}").into_client_request()?;
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        tokio_tungstenite::client_async(request, stream).await.map(|(socket, _)| socket)
    }
}
