//! The dialect of `POST /embeddings`, which keeps the client's form where it can.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::OpenAi;
use super::wire::WireUsage;
use crate::dialect::EmbeddingDialect;
use crate::embedding::in_format;
use crate::error::excerpt;
use crate::{EmbeddingInput, EmbeddingRequest, Embeddings, ModelError, VectorFormat, lenient};

impl EmbeddingDialect for OpenAi {
    fn path(&self) -> &'static [&'static str] {
        &["embeddings"]
    }

    fn encode(&self, request: &EmbeddingRequest) -> Result<Value, ModelError> {
        let params = &request.params;
        let mut body = Map::new();
        body.insert("model".into(), request.model.model().into());
        body.insert("input".into(), input(&params.input));
        if let Some(dimensions) = params.dimensions {
            body.insert("dimensions".into(), dimensions.into());
        }
        // Not every server knows the member, and all servers write floats without it.
        if params.format == VectorFormat::Base64 {
            body.insert("encoding_format".into(), "base64".into());
        }
        for (name, value) in &params.rest {
            body.entry(name.as_str()).or_insert_with(|| value.clone());
        }
        Ok(Value::Object(body))
    }

    fn decode(&self, request: &EmbeddingRequest, body: &[u8]) -> Result<Embeddings, ModelError> {
        let unreadable = |error: serde_json::Error| {
            ModelError::Protocol(format!("{error} in `{}`", excerpt(&String::from_utf8_lossy(body))))
        };
        let mut answer: WireEmbeddings =
            lenient::read(&String::from_utf8_lossy(body), &mut false).map_err(unreadable)?;
        let (asked, given) = (request.params.input.len(), answer.data.len());
        if asked != given {
            return Err(ModelError::Protocol(format!("it sent {given} vectors for {asked} inputs")));
        }
        answer.data.sort_by_key(|item| item.index);
        let vectors = answer.data.into_iter().map(|item| in_format(item.embedding, request.params.format));
        Ok(Embeddings {
            vectors: vectors.collect::<Result<_, _>>()?,
            usage: answer.usage.and_then(WireUsage::of_embeddings),
        })
    }
}

/// A single text is sent without a list, because every server accepts that.
fn input(input: &EmbeddingInput) -> Value {
    match input {
        EmbeddingInput::Texts(texts) if texts.len() == 1 => texts[0].as_str().into(),
        EmbeddingInput::Texts(texts) => texts.as_slice().into(),
        EmbeddingInput::Tokens(lists) => lists.iter().map(|list| Value::from(list.as_slice())).collect(),
    }
}

#[derive(Deserialize)]
struct WireEmbeddings {
    data: Vec<Item>,
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    index: u64,
    embedding: Box<RawValue>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::OpenAi;
    use crate::dialect::EmbeddingDialect as _;
    use crate::{EmbeddingParams, EmbeddingRequest, Embeddings, ModelError, ModelName};

    fn request(members: &Value) -> EmbeddingRequest {
        let params = EmbeddingParams::read(members.as_object().unwrap()).unwrap();
        EmbeddingRequest {
            model: ModelName::new("openai", "small"),
            params,
            account: "test".to_owned(),
            used_by: crate::UsedBy::default(),
            keys: BTreeMap::new(),
            trace: None,
        }
    }

    fn decode(body: &Value) -> Result<Embeddings, ModelError> {
        OpenAi::default().decode(&request(&json!({ "input": ["a", "b"] })), body.to_string().as_bytes())
    }

    #[test]
    fn a_request_keeps_the_form_of_the_client() {
        let asked = json!({ "model": "openai:small", "input": ["a", "b"], "dimensions": 4, "encoding_format": "base64", "user": "u" });
        let sent =
            json!({ "model": "small", "input": ["a", "b"], "dimensions": 4, "encoding_format": "base64", "user": "u" });
        assert_eq!(OpenAi::default().encode(&request(&asked)), Ok(sent));
        assert_eq!(
            OpenAi::default().encode(&request(&json!({ "input": ["a"] }))),
            Ok(json!({ "model": "small", "input": "a" }))
        );
        assert_eq!(
            OpenAi::default().encode(&request(&json!({ "input": [1, 2] }))),
            Ok(json!({ "model": "small", "input": [[1, 2]] }))
        );
    }

    #[test]
    fn vectors_have_the_order_of_the_input_and_keep_their_digits() {
        let body = r#"{"object":"list","data":[{"index":1,"embedding":[2e-1]},{"index":0,"embedding":[-0.006929283495992422]}],"model":"m","usage":{"prompt_tokens":5,"total_tokens":5}}"#;
        let answer = OpenAi::default().decode(&request(&json!({ "input": ["a", "b"] })), body.as_bytes()).unwrap();
        let vectors: Vec<&str> = answer.vectors.iter().map(|vector| vector.get()).collect();
        assert_eq!(vectors, ["[-0.006929283495992422]", "[2e-1]"]);
        assert_eq!(answer.usage.map(|usage| usage.prompt_tokens), Some(5));
    }

    #[test]
    fn an_answer_with_too_few_vectors_is_an_error() {
        let one = decode(&json!({ "data": [{ "index": 0, "embedding": [1] }] })).unwrap_err();
        assert_eq!(one, ModelError::Protocol("it sent 1 vectors for 2 inputs".to_owned()));
        assert!(matches!(decode(&json!({ "error": "no" })), Err(ModelError::Protocol(_))));
    }
}
