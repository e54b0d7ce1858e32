use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::{EmbeddingInput, EmbeddingParams, Embeddings, VectorFormat, in_format};
use crate::ModelError;

fn read(members: &Value) -> Result<EmbeddingParams, String> {
    EmbeddingParams::read(members.as_object().unwrap()).map_err(|bad| bad.to_string())
}

#[test]
fn one_text_is_read_like_a_list_of_one() {
    let texts = |texts: &[&str]| EmbeddingInput::Texts(texts.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(read(&json!({ "input": "a" })).unwrap().input, texts(&["a"]));
    assert_eq!(read(&json!({ "input": ["a", "b"] })).unwrap().input, texts(&["a", "b"]));
    assert_eq!(read(&json!({ "input": [1, 2] })).unwrap().input, EmbeddingInput::Tokens(vec![vec![1, 2]]));
    assert_eq!(
        read(&json!({ "input": [[1], [2, 3]] })).unwrap().input,
        EmbeddingInput::Tokens(vec![vec![1], vec![2, 3]])
    );
}

#[test]
fn the_other_members_are_read_under_their_openai_names() {
    let params = read(
        &json!({ "model": "m", "input": "a", "dimensions": 8, "encoding_format": "base64", "user": "u", "x": null }),
    )
    .unwrap();
    assert_eq!((params.dimensions, params.format, params.rest.len()), (Some(8), VectorFormat::Base64, 1));
}

#[test]
fn input_that_cannot_become_a_vector_is_refused_by_name() {
    let shape = "`input` must be a text, or an array of texts or of lists of tokens";
    for input in [json!(null), json!([]), json!({}), json!([{}]), json!([[1], "a"]), json!([-1])] {
        assert_eq!(read(&json!({ "input": input })).unwrap_err(), shape);
    }
    assert_eq!(read(&json!({ "input": ["a", 1] })).unwrap_err(), "`input[1]` must be a string");
    assert_eq!(
        read(&json!({ "input": "a", "encoding_format": "int8" })).unwrap_err(),
        "`encoding_format` must be `float` or `base64`"
    );
}

#[test]
fn a_vector_is_turned_into_the_format_that_was_asked_for() {
    let numbers = to_raw_value(&[0.5, -1.0]).unwrap();
    let bytes = to_raw_value("AAAAPwAAgL8=").unwrap();
    let turned = |vector: &RawValue, format| in_format(vector.to_owned(), format).map(|vector| vector.get().to_owned());
    for vector in [&numbers, &bytes] {
        assert_eq!(turned(vector, VectorFormat::Float).as_deref(), Ok("[0.5,-1.0]"));
        assert_eq!(turned(vector, VectorFormat::Base64).as_deref(), Ok("\"AAAAPwAAgL8=\""));
    }
    assert_eq!(turned(&to_raw_value("AAAAPwAAgL8").unwrap(), VectorFormat::Float).as_deref(), Ok("[0.5,-1.0]"));
    let whole = to_raw_value(&[1, 0, -3]).unwrap();
    assert_eq!(turned(&whole, VectorFormat::Float).as_deref(), Ok("[1,0,-3]"));
    assert_eq!(turned(&whole, VectorFormat::Base64).as_deref(), Ok("\"AACAPwAAAAAAAEDA\""));
}

#[test]
fn a_vector_that_is_none_is_refused_whatever_was_asked_for() {
    let neither = "a vector is neither an array of numbers nor base64";
    for (broken, expected) in [
        ("\"AAA=\"", neither),
        ("\"?\"", neither),
        ("{}", neither),
        ("null", neither),
        ("[\"a\"]", "a vector has `\"a\"` at place 0, where a number must be"),
        ("[0.5, null, 1]", "a vector has `null` at place 1, where a number must be"),
        ("[[1]]", "a vector has `[1]` at place 0, where a number must be"),
    ] {
        let broken: Box<RawValue> = serde_json::from_str(broken).unwrap();
        for format in [VectorFormat::Float, VectorFormat::Base64] {
            let refused = in_format(broken.clone(), format).map(drop);
            assert_eq!(refused, Err(ModelError::Protocol(expected.to_owned())), "{broken} as {format:?}");
        }
    }
}

#[test]
fn the_answer_is_written_in_openais_shape() {
    let usage = artel_domain::Usage { prompt_tokens: 3, ..Default::default() };
    let embeddings = Embeddings { vectors: vec![to_raw_value(&[1.5]).unwrap()], usage: Some(usage) };
    let expected = json!({
        "object": "list", "data": [{ "object": "embedding", "index": 0, "embedding": [1.5] }], "model": "m",
        "usage": { "prompt_tokens": 3, "total_tokens": 3 },
    });
    assert_eq!(serde_json::to_value(embeddings.body("m")).unwrap(), expected);
}
