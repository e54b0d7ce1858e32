//! The dialect of `/api/embed`: all vectors in one answer, in the order of the input.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use artel_domain::Usage;

use super::Ollama;
use super::members::given;
use crate::count::Count;
use crate::dialect::EmbeddingDialect;
use crate::embedding::in_format;
use crate::error::excerpt;
use crate::{EmbeddingInput, EmbeddingRequest, Embeddings, ModelError, lenient};

/// Members of Ollama's that have no typed field here.
const ITS_OWN: [&str; 2] = ["keep_alive", "options"];

impl EmbeddingDialect for Ollama {
    fn path(&self) -> &'static [&'static str] {
        &["api", "embed"]
    }

    fn encode(&self, request: &EmbeddingRequest) -> Result<Value, ModelError> {
        let params = &request.params;
        let EmbeddingInput::Texts(texts) = &params.input else {
            return Err(ModelError::BadRequest("Ollama makes vectors of texts, not of tokens".to_owned()));
        };
        let mut body = Map::new();
        body.insert("model".into(), request.model.model().into());
        body.insert("input".into(), texts.as_slice().into());
        body.extend(params.dimensions.map(|dimensions| ("dimensions".to_owned(), dimensions.into())));
        body.extend(ITS_OWN.iter().filter_map(|name| given(&params.rest, name)));
        // The vector of a truncated text is not the vector of the text.
        body.extend([given(&params.rest, "truncate").unwrap_or_else(|| ("truncate".to_owned(), false.into()))]);
        Ok(Value::Object(body))
    }

    fn decode(&self, request: &EmbeddingRequest, body: &[u8]) -> Result<Embeddings, ModelError> {
        let unreadable = |error: serde_json::Error| {
            ModelError::Protocol(format!("{error} in `{}`", excerpt(&String::from_utf8_lossy(body))))
        };
        let answer: WireEmbeddings = lenient::read(&String::from_utf8_lossy(body), &mut false).map_err(unreadable)?;
        let (asked, given) = (request.params.input.len(), answer.embeddings.len());
        if asked != given {
            return Err(ModelError::Protocol(format!("it sent {given} vectors for {asked} inputs")));
        }
        let vectors = answer.embeddings.into_iter().map(|vector| in_format(vector, request.params.format));
        let prompt_tokens = answer.prompt_eval_count.and_then(Count::tokens);
        let usage = prompt_tokens.map(|prompt_tokens| Usage { prompt_tokens, ..Usage::default() });
        Ok(Embeddings { vectors: vectors.collect::<Result<_, _>>()?, usage })
    }
}

#[derive(Deserialize)]
struct WireEmbeddings {
    embeddings: Vec<Box<RawValue>>,
    prompt_eval_count: Option<Count>,
}
