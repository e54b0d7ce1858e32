//! Embeddings from providers over real connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use artel_domain::SystemClock;
use artel_llm::{
    Accountant, CallRecord, Config, CustomProvider, EmbeddingParams, EmbeddingRequest, Embeddings, ModelError, Models,
};
use serde_json::{Value, json};

use crate::upstream::{Step, Upstream, response};

const JSON: &str = "content-type: application/json\r\n";

/// Keeps all records.
#[derive(Default)]
struct Records(Mutex<Vec<CallRecord>>);

impl Accountant for Records {
    fn record(&self, call: CallRecord) {
        self.0.lock().unwrap().push(call);
    }
}

fn models(upstream: &Upstream) -> Models {
    let custom: CustomProvider = serde_json::from_value(
        json!({ "base_url": format!("http://{}/v1", upstream.address), "api_key": "sk-canary-123" }),
    )
    .unwrap();
    Models::new(Config { custom: [("mock".to_owned(), custom)].into(), ..Config::default() }).unwrap()
}

async fn embed(models: &Models, model: &str, members: Value) -> Result<Embeddings, ModelError> {
    let params = EmbeddingParams::read(members.as_object().unwrap()).unwrap();
    let model = models.check(model).unwrap();
    models
        .embed(EmbeddingRequest {
            model,
            params,
            account: "ada".to_owned(),
            used_by: artel_llm::UsedBy::default(),
            keys: BTreeMap::new(),
            trace: None,
        })
        .await
}

fn vectors() -> Vec<Step> {
    let body = json!({ "object": "list", "data": [{ "object": "embedding", "index": 0, "embedding": [0.25, -1.0] }], "model": "m",
        "usage": { "prompt_tokens": 4, "total_tokens": 4 } });
    vec![response(200, JSON, &body.to_string())]
}

#[tokio::test]
async fn embeddings_are_retried_when_the_provider_is_busy_and_recorded_once() {
    let busy = vec![response(
        503,
        "content-type: application/json\r\nretry-after-ms: 1\r\n",
        r#"{"error":{"message":"busy"}}"#,
    )];
    let mut upstream = Upstream::answering(vec![busy, vectors()]).await;
    let book = Arc::new(Records::default());
    let models = models(&upstream).accounting_to(book.clone(), Arc::new(SystemClock));
    let answer = embed(&models, "custom:mock:m", json!({ "input": "hi", "user": "u" })).await.unwrap();
    assert_eq!(serde_json::to_value(answer.body("m")).unwrap()["data"][0]["embedding"], json!([0.25, -1.0]));
    let seen = upstream.request().await;
    assert!(seen.starts_with("POST /v1/embeddings HTTP/1.1\r\n") && seen.contains("Bearer sk-canary-123"), "{seen}");
    assert!(seen.ends_with(r#"{"model":"m","input":"hi","user":"u"}"#), "{seen}");
    let records = std::mem::take(&mut *book.0.lock().unwrap());
    assert_eq!(records.len(), 1);
    assert_eq!(
        (records[0].account.as_str(), records[0].attempts, records[0].usage.map(|usage| usage.prompt_tokens)),
        ("ada", 2, Some(4))
    );
}

#[tokio::test]
async fn a_body_without_vectors_is_an_error_that_masks_the_key() {
    let refused = vec![response(401, JSON, r#"{"error":{"message":"Incorrect API key sk-canary-123"}}"#)];
    let upstream = Upstream::answering(vec![refused, vec![response(200, JSON, "oops")]]).await;
    let models = models(&upstream);
    let error = embed(&models, "custom:mock:m", json!({ "input": "hi" })).await.unwrap_err();
    assert_eq!(error, ModelError::KeyRefused("custom:mock: it answered 401: Incorrect API key ***".to_owned()));
    let error = embed(&models, "custom:mock:m", json!({ "input": "hi" })).await.unwrap_err();
    assert_eq!(error.code(), "model_protocol_error");
}

#[tokio::test]
async fn the_demo_has_embeddings_without_a_network() {
    let models = Models::new(Config::default()).unwrap();
    let answer = embed(&models, "demo", json!({ "input": ["a b", "a b"], "dimensions": 8 })).await.unwrap();
    assert_eq!(answer.vectors[0].get(), answer.vectors[1].get());
    assert_eq!(serde_json::from_str::<Vec<f32>>(answer.vectors[0].get()).unwrap().len(), 8);
}
