//! The LLM proxy through the real binary: who is let in, and what OpenAI's clients get.

mod clients;
mod tls;

use artel_testkit::{Artel, Client, Database, Launch};
use serde_json::{Value, json};

const KEY: &str = "between-services";

async fn artel() -> Artel {
    Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("INTERNAL_API_KEY", KEY).start().await
}

/// As an SDK would: the internal key as its API key.
fn service(artel: &Artel) -> Client {
    Client::new(artel.url_of("llm_proxy"), KEY)
}

fn hello(stream: bool) -> Value {
    json!({ "model": "demo:echo", "messages": [{ "role": "user", "content": "hello there" }], "stream": stream })
}

#[tokio::test]
async fn a_demo_model_answers_in_openais_shape() {
    let artel = artel().await;
    let (status, answer) = service(&artel).post("/v1/chat/completions", &hello(false)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["object"], "chat.completion");
    let choice = &answer["choices"][0];
    assert_eq!(
        (&choice["message"]["content"], &choice["finish_reason"]),
        (&json!("You said: hello there"), &json!("stop"))
    );
    assert_eq!(answer["usage"]["total_tokens"].as_i64().unwrap(), 3 + 6);
}

#[tokio::test]
async fn a_demo_model_streams_in_openais_shape() {
    let artel = artel().await;
    let data = service(&artel).post_for_data("/v1/chat/completions", &hello(true)).await;
    assert_eq!(data.last().unwrap(), "[DONE]");
    let chunks: Vec<Value> = data[..data.len() - 1].iter().map(|data| serde_json::from_str(data).unwrap()).collect();
    let words: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(words, "You said: hello there");
    assert_eq!(chunks.last().unwrap()["choices"][0]["finish_reason"], "stop");
    assert!(chunks.iter().all(|chunk| chunk["id"] == chunks[0]["id"] && chunk["object"] == "chat.completion.chunk"));
}

#[tokio::test]
async fn only_services_and_keys_with_the_scope_are_let_in() {
    let artel = artel().await;
    let url = artel.url_of("llm_proxy");
    let post = async |client: Client, header: Option<(&str, &str)>| {
        let mut request = client.request("POST", "/v1/chat/completions").json(&hello(false));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        (status, body["error"]["type"].as_str().unwrap_or("answered").to_owned())
    };
    let refused = |status: u16, kind: &str| (status, kind.to_owned());
    let answered = (200, "answered".to_owned());
    assert_eq!(post(Client::anonymous(url), Some(("X-Internal-Auth", KEY))).await, answered);
    assert_eq!(
        post(Client::anonymous(url), Some(("X-Internal-Auth", "wrong"))).await,
        refused(401, "authentication_error")
    );
    assert_eq!(post(Client::anonymous(url), None).await, refused(401, "authentication_error"));
    assert_eq!(post(Client::new(url, "artel_unknown"), None).await, refused(401, "authentication_error"));
    let may_not = artel.command(&["keys", "create", "--scopes", "tools:write"]).await.0;
    assert_eq!(post(Client::new(url, may_not.trim()), None).await, refused(403, "permission_error"));
    let may = artel.command(&["keys", "create", "--scopes", "llm:invoke"]).await.0;
    assert_eq!(post(Client::new(url, may.trim()), None).await, answered);
}

#[tokio::test]
async fn the_role_alone_is_a_whole_proxy() {
    let launch =
        Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("INTERNAL_API_KEY", KEY).roles("llm-proxy");
    let artel = launch.start().await;
    let (status, answer) = service(&artel).post("/chat/completions", &hello(false)).await;
    assert_eq!((status, &answer["object"]), (200, &json!("chat.completion")));
    assert_eq!(service(&artel).get("/health").await.1["service"], "llm-proxy");
}

#[tokio::test]
async fn the_public_port_serves_models_to_keys_only_when_the_operator_says_so() {
    let public = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("INTERNAL_API_KEY", KEY)
        .with("LLM_PROXY_PUBLIC", "true");
    let public = public.start().await;
    let key = public.command(&["keys", "create", "--scopes", "llm:invoke"]).await.0;
    let (status, answer) = Client::new(public.url(), key.trim()).post("/v1/chat/completions", &hello(false)).await;
    assert_eq!((status, &answer["object"]), (200, &json!("chat.completion")));
    assert_eq!(Client::new(public.url(), key.trim()).get("/v1/models").await.0, 200);
    // Nobody is a service there.
    assert_eq!(Client::new(public.url(), KEY).post("/v1/chat/completions", &hello(false)).await.0, 401);
    let service =
        Client::anonymous(public.url()).request("POST", "/v1/chat/completions").header("x-internal-auth", KEY);
    assert_eq!(service.json(&hello(false)).send().await.unwrap().status(), 401);
    let private = artel().await;
    assert_eq!(private.client().await.post("/v1/chat/completions", &hello(false)).await.0, 404);
}
