//! Vectors without a network: texts that share words point in similar directions.

use artel_domain::Usage;

use super::tokens;
use crate::embedding::floats;
use crate::{EmbeddingInput, EmbeddingRequest, Embeddings, ModelError};

const DIMENSIONS: u32 = 64;
/// The limit keeps memory small: more dimensions have no use here.
const MAX_DIMENSIONS: u32 = 4096;

/// The same text always has the same vector, of length 1.
pub(crate) fn embed(request: &EmbeddingRequest) -> Result<Embeddings, ModelError> {
    let params = &request.params;
    let dimensions = params.dimensions.unwrap_or(DIMENSIONS);
    if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
        return Err(ModelError::BadRequest(format!("`dimensions` of a demo model are 1 to {MAX_DIMENSIONS}")));
    }
    let texts: Vec<String> = match &params.input {
        EmbeddingInput::Texts(texts) => texts.clone(),
        EmbeddingInput::Tokens(lists) => {
            lists.iter().map(|list| list.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")).collect()
        }
    };
    let vectors =
        texts.iter().map(|text| floats(&vector(text, dimensions as usize), params.format)).collect::<Result<_, _>>()?;
    let prompt_tokens = tokens(texts.iter().map(String::len).sum());
    Ok(Embeddings { vectors, usage: Some(Usage { prompt_tokens, ..Usage::default() }) })
}

/// Each word adds 1 or −1 at an index that its hash chooses. A text without words has an index of its own.
fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0; dimensions];
    let mut add = |word: &str| {
        let hash = hash(word);
        vector[(hash >> 1) as usize % dimensions] += if hash & 1 == 0 { 1.0 } else { -1.0 };
    };
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.for_each(|word| add(&word.to_lowercase()));
    let mut length = length_of(&vector);
    if length == 0.0 {
        vector[hash(text) as usize % dimensions] = 1.0;
        length = 1.0;
    }
    vector.iter().map(|number| number / length).collect()
}

fn length_of(vector: &[f32]) -> f32 {
    vector.iter().map(|number| number * number).sum::<f32>().sqrt()
}

/// FNV-1a with the upper half folded in.
///
/// FROZEN: stored vectors must stay comparable with new ones, on every machine and in every version.
fn hash(word: &str) -> u32 {
    let long = word
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (long ^ (long >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::embed;
    use crate::{EmbeddingParams, EmbeddingRequest, ModelError, ModelName};

    fn ask(members: &Value) -> Result<Vec<Vec<f32>>, ModelError> {
        let params = EmbeddingParams::read(members.as_object().unwrap()).unwrap();
        let request = EmbeddingRequest {
            model: ModelName::new("demo", "echo"),
            params,
            account: "test".to_owned(),
            used_by: crate::UsedBy::default(),
            keys: BTreeMap::new(),
            trace: None,
        };
        embed(&request)
            .map(|answer| answer.vectors.iter().map(|vector| serde_json::from_str(vector.get()).unwrap()).collect())
    }

    fn cosine_similarity(one: &[f32], other: &[f32]) -> f32 {
        one.iter().zip(other).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn texts_that_share_words_are_nearer_than_others() {
        let vectors =
            ask(&json!({ "input": ["the cat sleeps", "The cat eats", "stock prices rise", "the cat sleeps"] }))
                .unwrap();
        assert_eq!(vectors[0], vectors[3]);
        assert!((cosine_similarity(&vectors[0], &vectors[0]) - 1.0).abs() < 1e-5);
        let similarity = |other: usize| cosine_similarity(&vectors[0], &vectors[other]);
        assert!(similarity(1) > 0.5 && similarity(2) < 0.5, "{vectors:?}");
    }

    #[test]
    fn vectors_are_as_long_as_asked_for() {
        let length = |members: Value| ask(&members).map(|vectors| vectors[0].len());
        assert_eq!(length(json!({ "input": "" })), Ok(64));
        assert_eq!(length(json!({ "input": [7, 8], "dimensions": 3 })), Ok(3));
        assert_eq!(length(json!({ "input": "a", "dimensions": 0 })).unwrap_err().code(), "model_bad_request");
    }

    #[test]
    fn the_hash_of_a_word_never_changes() {
        assert_eq!(["", "cat", "кот"].map(super::hash), [0x4fd0_bfc1, 0xf907_a43e, 0x19c7_8f3b]);
    }
}
