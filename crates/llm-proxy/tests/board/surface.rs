//! The rest of the surface: models, embeddings, headers, wrong requests.

use artel_model_mock::{Protocol, Reply, Timing};
use serde_json::{Value, json};

use crate::ask::{Answered, hello};
use crate::world::{KEY, World};

impl World {
    async fn get(&self, path: &str) -> Answered {
        let answer = self.http.get(format!("{}{path}", self.url)).header("x-internal-auth", KEY).send().await.unwrap();
        Answered {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await.unwrap(),
        }
    }
}

#[tokio::test]
async fn an_answers_headers_name_the_model_and_the_time_in_this_process() {
    let reply = Reply::text("Hi")
        .header("x-ratelimit-limit-requests", "100")
        .header("x-ratelimit-remaining-requests", "99")
        .header("x-ratelimit-reset-requests", "1m30s")
        .header("anthropic-ratelimit-tokens-remaining", "777")
        .timing(Timing { head_ms: 200, ..Timing::default() });
    let world = World::new(reply).await;
    for stream in [false, true] {
        let answer = world.ask(&hello(Protocol::OpenAi, &json!({ "stream": stream }))).await;
        assert_eq!(
            (answer.header("x-artel-provider"), answer.header("x-artel-model")),
            (Some("openai"), Some("scripted"))
        );
        assert_eq!(answer.header("x-ratelimit-limit-requests"), Some("100"));
        assert_eq!(answer.header("x-ratelimit-remaining-requests"), Some("99"));
        assert_eq!(answer.header("x-ratelimit-reset-requests"), Some("90s"));
        assert_eq!(answer.header("x-ratelimit-remaining-tokens"), Some("777"));
        let overhead: f64 = answer.header("x-artel-overhead-ms").unwrap().parse().unwrap();
        assert!(overhead > 0.0 && overhead < 150.0, "the provider's 200 ms are not ours: {overhead}");
        let call = world.book.last_of(1).await;
        let id = answer.header("x-request-id").unwrap();
        assert!(stream || id == call.id.to_string(), "the account has it under this id");
    }
}

#[tokio::test]
async fn only_a_trusted_caller_can_name_an_account() {
    let world = World::new("Hi").await;
    let body = hello(Protocol::OpenAi, &json!({}));
    world.post("/v1/chat/completions", &body).header("x-artel-tenant", "ada-s-shop").send().await.unwrap();
    world.ask(&body).await;
    let accounts: Vec<String> = world.book.calls().into_iter().map(|call| call.account).collect();
    assert_eq!(accounts, ["ada-s-shop", "internal"]);
    let refused = world.post("/v1/chat/completions", &body).header("x-artel-tenant", "a b").send().await.unwrap();
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn models_are_listed_as_openai_does() {
    let world = World::with("Hi", |config| {
        config.routes = serde_json::from_value(json!({ "smart": { "model": "demo:echo" } })).unwrap();
    })
    .await;
    let list = world.get("/v1/models").await.json();
    assert_eq!(list["object"], "list");
    let ids: Vec<&str> = list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(ids[0], "smart");
    assert!(ids.contains(&"demo:echo"), "{ids:?}");
    let model = world.get("/v1/models/demo:echo").await.json();
    assert_eq!((&model["object"], &model["owned_by"]), (&json!("model"), &json!("demo")));
    assert_eq!(world.get("/v1/models/openai:some/where").await.json()["id"], "openai:some/where");
    assert_eq!(
        world.get("/v1/models/nobody:x").await.error(),
        (404, "invalid_request_error".into(), "model_not_found".into())
    );
    let all: Vec<Value> = serde_json::from_str(&world.get("/v1/llm/models").await.text).unwrap();
    let demo = all.iter().find(|model| model["id"] == "demo:echo").unwrap();
    let members: Vec<&String> = demo.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "name", "provider", "context_length", "is_available"]);
}

#[tokio::test]
async fn texts_become_vectors() {
    let world = World::new("Hi").await;
    let answer = world
        .post("/v1/embeddings", &json!({ "model": "openai:embed", "input": ["one", "two"] }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!((&answer["object"], &answer["model"]), (&json!("list"), &json!("openai:embed")));
    let data = answer["data"].as_array().unwrap();
    assert_eq!((data.len(), &data[1]["index"], &data[1]["object"]), (2, &json!(1), &json!("embedding")));
    assert!(data[0]["embedding"].as_array().is_some_and(|vector| !vector.is_empty()));
    let refused = world.post("/v1/embeddings", &json!({ "model": "openai:embed" })).send().await.unwrap();
    assert_eq!(refused.json::<Value>().await.unwrap()["error"]["param"], "input");
}

#[tokio::test]
async fn errors_of_routing_and_authentication_have_the_same_form() {
    let world = World::new("Hi").await;
    assert_eq!(world.get("/v1/nothing").await.error(), (404, "invalid_request_error".into(), "unknown_url".into()));
    assert_eq!(
        world.get("/v1/chat/completions").await.error(),
        (405, "invalid_request_error".into(), "method_not_allowed".into())
    );
    let unknown = world.ask(&json!({ "model": "nobody:x", "messages": [{ "role": "user", "content": "?" }] })).await;
    assert_eq!(unknown.error(), (404, "invalid_request_error".into(), "model_not_found".into()));
    let stranger = world.http.get(format!("{}/v1/models", world.url)).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    assert_eq!(stranger.headers()["www-authenticate"], "Bearer realm=\"artel\"");
}
