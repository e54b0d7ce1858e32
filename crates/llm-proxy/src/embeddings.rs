//! `POST /v1/embeddings`.

use std::collections::BTreeMap;

use artel_llm::{EmbeddingParams, EmbeddingRequest, Embeddings};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::App;
use crate::caller::{Invoker, trace_of};
use crate::fault::Fault;
use crate::inbound::read_embedding;
use crate::payload::Payload;
use crate::shapes;

#[derive(Serialize)]
struct WireEmbeddings<'a> {
    object: &'static str,
    data: Vec<WireEmbedding<'a>>,
    /// The model as the client named it.
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<WireUsage>,
}

#[derive(Serialize)]
struct WireEmbedding<'a> {
    object: &'static str,
    index: usize,
    embedding: &'a RawValue,
}

#[derive(Serialize)]
struct WireUsage {
    prompt_tokens: i64,
    total_tokens: i64,
}

/// Creates embeddings.
#[utoipa::path(post, path = "/v1/embeddings", tag = shapes::EMBEDDINGS,
    request_body(content = shapes::EmbeddingsRequest,
        example = json!({ "model": "demo:echo", "input": ["Hello", "Good morning"] })),
    responses((status = OK, description = "One vector for each input.", body = shapes::EmbeddingList)))]
pub(crate) async fn create_embeddings(
    State(app): State<App>,
    invoker: Invoker,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Fault> {
    let (model, params): (String, EmbeddingParams) = read_embedding(&body)?;
    let name = app.models.check(&model)?;
    let request = EmbeddingRequest {
        model: name,
        params,
        account: invoker.account,
        used_by: invoker.used_by,
        keys: BTreeMap::new(),
        trace: trace_of(&headers),
    };
    let answer = app.models.embed(request).await?;
    Ok(Json(written(&answer, model)).into_response())
}

fn written(answer: &Embeddings, model: String) -> WireEmbeddings<'_> {
    let data = answer.vectors.iter().enumerate();
    WireEmbeddings {
        object: "list",
        data: data.map(|(index, vector)| WireEmbedding { object: "embedding", index, embedding: vector }).collect(),
        model,
        usage: answer.usage.map(|usage| WireUsage { prompt_tokens: usage.prompt_tokens, total_tokens: usage.total() }),
    }
}
