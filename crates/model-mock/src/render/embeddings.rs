//! Embeddings: the same text always has the same vector, and its length is 1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::{IncomingRequest, Protocol};

/// Dimensions that a request may ask for.
const MOST: u64 = 4096;

pub(super) fn answer(asked: &IncomingRequest, dimensions: usize) -> Value {
    let wanted = asked.body["dimensions"].as_u64().map_or(dimensions, |wanted| wanted.min(MOST) as usize);
    let inputs = match &asked.body["input"] {
        // A list of numbers is the tokens of one text.
        Value::Array(items) if !items.iter().all(Value::is_number) => items.iter().map(text).collect(),
        one => vec![text(one)],
    };
    let tokens: usize = inputs.iter().map(|input| input.chars().count().div_ceil(4)).sum();
    let vectors = inputs.iter().map(|input| vector(input, wanted));
    if asked.protocol == Protocol::Ollama {
        let vectors: Vec<_> = vectors.collect();
        return json!({ "model": asked.model, "embeddings": vectors, "total_duration": 1, "load_duration": 1, "prompt_eval_count": tokens });
    }
    let in_base64 = asked.body["encoding_format"] == "base64";
    let one = |(index, vector): (usize, Vec<f32>)| {
        let embedding = if in_base64 { packed(&vector).into() } else { json!(vector) };
        json!({ "object": "embedding", "index": index, "embedding": embedding })
    };
    json!({
        "object": "list",
        "data": vectors.enumerate().map(one).collect::<Vec<_>>(),
        "model": asked.model,
        "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
    })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn packed(vector: &[f32]) -> String {
    STANDARD.encode(vector.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>())
}

fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    // FNV-1a, then a simple pseudo-random sequence: enough to give different texts different vectors.
    let mut state = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    };
    let raw: Vec<f32> = (0..dimensions).map(|_| next()).collect();
    let length = raw.iter().map(|number| number * number).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    raw.into_iter().map(|number| number / length).collect()
}
