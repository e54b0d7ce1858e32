use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ollama;
use crate::dialect::EmbeddingDialect as _;
use crate::{EmbeddingParams, EmbeddingRequest, ModelError, ModelName};

fn asking(members: &Value) -> EmbeddingRequest {
    EmbeddingRequest {
        model: ModelName::new("ollama", "nomic-embed-text"),
        params: EmbeddingParams::read(members.as_object().unwrap()).unwrap(),
        account: "test".to_owned(),
        used_by: crate::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

#[test]
fn texts_are_sent_in_one_request_and_never_truncated_silently() {
    let asked = asking(&json!({ "input": "a", "dimensions": 4, "keep_alive": "5m", "user": "ada" }));
    let sent =
        json!({ "model": "nomic-embed-text", "input": ["a"], "dimensions": 4, "keep_alive": "5m", "truncate": false });
    assert_eq!(ollama().encode(&asked), Ok(sent));
    assert_eq!(ollama().encode(&asking(&json!({ "input": ["a", "b"], "truncate": true }))).unwrap()["truncate"], true);
    let tokens = ollama().encode(&asking(&json!({ "input": [1, 2] }))).unwrap_err();
    assert_eq!(tokens.code(), "model_bad_request");
}

#[test]
fn vectors_keep_their_order_and_digits_in_both_formats() {
    let body = br#"{"model":"m","embeddings":[[0.5,-0.006929283495992422],[2e-1,1]],"prompt_eval_count":7}"#;
    let answer = ollama().decode(&asking(&json!({ "input": ["a", "b"] })), body).unwrap();
    let vectors: Vec<&str> = answer.vectors.iter().map(|vector| vector.get()).collect();
    assert_eq!(vectors, ["[0.5,-0.006929283495992422]", "[2e-1,1]"]);
    assert_eq!(answer.usage.map(|usage| usage.prompt_tokens), Some(7));
    let packed = ollama()
        .decode(&asking(&json!({ "input": "a", "encoding_format": "base64" })), br#"{"embeddings":[[0.5,1]]}"#)
        .unwrap();
    assert_eq!((packed.vectors[0].get(), packed.usage), (r#""AAAAPwAAgD8=""#, None));
}

#[test]
fn too_few_vectors_or_none_are_not_an_answer() {
    let decode = |body: &[u8]| ollama().decode(&asking(&json!({ "input": ["a", "b"] })), body).unwrap_err();
    assert_eq!(decode(br#"{"embeddings":[[1]]}"#), ModelError::Protocol("it sent 1 vectors for 2 inputs".to_owned()));
    assert!(matches!(decode(br#"{"embedding":[1]}"#), ModelError::Protocol(_)));
}
