//! The two clients that exist, call by call: what each sends and nothing else, and what each needs of the answers.

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Reply, Socket};
use serde_json::{Value, json};

use crate::task::coding;
use crate::workspace::Workspace;
use crate::world::{KEY, World, input, kinds, results};

const PASSWORD: &str = "admin";

async fn world(script: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> World {
    let settings = [("AUTH_SERVICE__MASTER_KEY", PASSWORD), ("AUTH_SERVICE__RATE_LIMIT_PER_IP", "1000")];
    World::with(Database::Sqlite, &settings, script).await
}

/// The form that both send: without a scope, and without a secret.
async fn signs_in(artel: &Artel) -> Client {
    let form = [
        ("grant_type", "password"),
        ("username", "admin"),
        ("password", PASSWORD),
        ("client_id", "codelab-flutter-app"),
    ];
    let answer = Client::anonymous(artel.url()).request("POST", "/oauth/token").form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let token: Value = answer.json().await.unwrap();
    assert!(
        token["refresh_token"].is_string() && token["expires_in"].is_i64() && token["token_type"] == "bearer",
        "{token}"
    );
    Client::new(artel.url(), token["access_token"].as_str().unwrap())
}

/// A post without a body.
async fn opens_session(client: &Client, headers: &[(&str, &str)]) -> Value {
    let request = headers
        .iter()
        .fold(client.request("POST", "/api/v1/sessions"), |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

/// It sends no credentials on the socket, answers every call whatever the flag says, adds tokens up, and stops at the
/// first final message.
async fn runs_the_benchmark(world: &World, client: &Client, headers: &[(&str, &str)]) {
    assert_eq!(client.get("/api/v1/health").await.0, 200);
    let trial = opens_session(client, headers).await;
    assert_eq!(trial["id"], trial["session_id"]);
    let path = |session: &Value| format!("/api/v1/ws/{}", session["id"].as_str().unwrap());
    let user_agent = [("user-agent", "Python/3.12 websockets/17.4")];
    Socket::open(world.artel.url(), &path(&trial), &user_agent).await.unwrap().close().await;

    let session = opens_session(client, headers).await;
    let mut socket = Socket::open(world.artel.url(), &path(&session), &user_agent).await.unwrap();
    socket.send(&json!({ "type": "user_message", "content": "Создай файл hello.txt", "role": "user" })).await;
    let (mut workspace, mut response, mut switches) = (Workspace::new(), String::new(), 0);
    loop {
        let frame = socket.next().await.unwrap();
        match frame["type"].as_str().unwrap() {
            "assistant_message" => {
                response += frame["token"].as_str().unwrap();
                if frame["is_final"] == true {
                    break;
                }
            }
            "tool_call" => {
                assert!(
                    frame["call_id"].is_string()
                        && frame["arguments"].is_object()
                        && frame.get("content").is_none_or(Value::is_string)
                );
                let done = workspace.execute(&frame);
                socket
                    .send(&json!({ "type": "tool_result", "call_id": frame["call_id"], "result": done["result"] }))
                    .await;
            }
            "agent_switched" => switches += i32::from(frame["metadata"]["to_agent"].is_string()),
            "error" => panic!("{frame}"),
            _ => {}
        }
    }
    assert_eq!((workspace.done.len(), switches), (3, 1));
    assert!(response.contains("It says Привет, мир"), "{response}");
    let path = format!("/api/v1/events/metrics/session/{}", session["id"].as_str().unwrap());
    let request =
        headers.iter().fold(client.request("GET", &path), |request, (name, value)| request.header(*name, *value));
    let metrics: Value = request.send().await.unwrap().json().await.unwrap();
    let requests = metrics["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 5, "{metrics}");
    for request in requests {
        assert!(
            request["success"].is_boolean()
                && request["prompt_tokens"].is_i64()
                && request["completion_tokens"].is_i64()
        );
        assert!(request["model"].is_string() && request["duration_ms"].is_number());
    }
}

#[tokio::test]
async fn the_benchmark_does_its_task_with_a_token() {
    let world = world(coding).await;
    let client = signs_in(&world.artel).await;
    runs_the_benchmark(&world, &client, &[]).await;
}

#[tokio::test]
async fn the_benchmark_does_its_task_with_the_internal_key() {
    let world = world(coding).await;
    runs_the_benchmark(&world, &Client::anonymous(world.artel.url()), &[("x-internal-auth", KEY)]).await;
}

/// It opens the socket first and asks for the session at the same time, shows nothing on the socket, and sends every
/// key it knows.
#[tokio::test]
async fn the_ide_opens_a_session_that_it_left_with_a_call_open_and_finishes_it() {
    let world = world(|body| match (input(body).as_str(), results(body).pop()) {
        (_, None) => Reply::CallOf("Now. ".into(), "write_file", json!({ "path": "a.txt", "content": "x" })),
        (_, Some(_)) => Reply::Text("ok".into()),
    })
    .await;
    let anonymous = Client::anonymous(world.artel.url());
    let probes = [anonymous.get("/health").await.0, anonymous.get("/api/v1/health").await.0];
    assert!(probes.iter().any(|status| (200..300).contains(status)), "{probes:?}");
    let client = signs_in(&world.artel).await;
    assert_eq!(client.get("/api/v1/sessions").await.1["sessions"], json!([]));
    let made = opens_session(&client, &[]).await;
    let (_, list) = client.get("/api/v1/sessions").await;
    assert!(list["sessions"][0]["id"].is_string() && list["sessions"][0]["message_count"].is_i64(), "{list}");

    let id = made["id"].as_str().unwrap();
    let path = format!("/api/v1/ws/{id}");
    let headers = [("user-agent", "Dart/3.8 (dart:io)")];
    let mut socket = Socket::open(world.artel.url(), &path, &headers).await.unwrap();
    socket
        .send(&json!({ "type": "user_message", "content": "Write", "role": "user", "call_id": null, "metadata": null }))
        .await;
    let call = socket.turn().await.pop().unwrap();
    socket.close().await;

    // The program is started again.
    let client = signs_in(&world.artel).await;
    let one = format!("/api/v1/sessions/{id}");
    let (socket, (status, session)) = tokio::join!(Socket::open(world.artel.url(), &path, &headers), client.get(&one));
    let mut socket = socket.unwrap();
    assert_eq!((status, &session["id"]), (200, &made["id"]));
    let (_, pending) = client.get(&format!("{one}/pending-approvals")).await;
    assert_eq!((&pending["session_id"], &pending["count"]), (&made["id"], &json!(1)), "{pending}");
    let item = &pending["pending_approvals"][0];
    assert_eq!((&item["call_id"], &item["tool_name"]), (&call["call_id"], &json!("write_file")));
    assert!(item["arguments"].is_object() && item["created_at"].as_str().unwrap().ends_with('Z'), "{item}");
    let (_, history) = client.get(&format!("{one}/history")).await;
    assert!(history["messages"].as_array().unwrap().iter().all(|message| message["role"].is_string()), "{history}");
    assert_eq!((&history["message_count"].is_i64(), &history["current_agent"]), (&true, &json!("coder")));
    let result = Workspace::new().execute(&call);
    socket.send(&result).await;
    let last = socket.turn().await.pop().unwrap();
    assert_eq!((&last["content"], &last["is_final"]), (&json!("ok"), &json!(true)), "{last}");
    let renamed = client.request("PATCH", &one).json(&json!({ "title": "Мой чат" })).send().await.unwrap();
    assert_eq!(renamed.json::<Value>().await.unwrap()["title"], "Мой чат");
}

#[tokio::test]
async fn a_socket_is_alive_while_the_model_thinks() {
    let world = world(|_| Reply::Slow("at last".into(), Duration::from_secs(3))).await;
    let session = world.session().await;
    let mut socket = world.socket(&session, "?stream=whole").await;
    socket.send(&json!({ "type": "user_message", "content": "Think" })).await;
    assert_eq!(kinds(&socket.until("agent_switched").await), ["agent_switched"]);
    socket.is_alive(Duration::from_secs(1)).await;
    assert_eq!(socket.turn().await.pop().unwrap()["content"], "at last");
}
