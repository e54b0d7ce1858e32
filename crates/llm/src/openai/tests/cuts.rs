//! An answer is decoded the same as one value, as a stream, and wherever that stream is cut.

use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{OpenAi, PARALLEL, RECORDINGS, Shown, call, decode, delta, finish, pieces, request, stream};
use crate::dialect::Dialect as _;
use crate::openai::message_rest::add_to;

#[test]
fn an_answer_is_decoded_the_same_wherever_its_bytes_are_cut() {
    for recording in RECORDINGS {
        let whole = decode([recording]);
        assert!(whole.1.is_ok(), "{whole:?}");
        for cut in 0..recording.len() {
            assert_eq!(decode([&recording[..cut], &recording[cut..]]), whole, "cut at {cut}");
        }
        assert_eq!(decode(recording.chunks(1)), whole);
    }
}

#[test]
fn the_deltas_joined_are_the_answer() {
    for recording in RECORDINGS {
        let (shown, answer) = decode([recording]);
        let answer = answer.unwrap();
        assert_eq!((shown.text + &shown.refusal, shown.calls), (answer.text, answer.calls));
    }
}

#[test]
fn a_complete_answer_is_decoded_like_its_stream() {
    for recording in RECORDINGS {
        let (streamed, answer) = decode([recording]);
        let mut deltas = Vec::new();
        let whole = OpenAi::default().decode_whole(
            &request(Vec::new()),
            in_one_piece(recording).to_string().as_bytes(),
            &mut deltas,
        );
        assert_eq!(whole, answer);
        let shown = Shown::of(deltas);
        assert_eq!(Shown { rest: Vec::new(), ..shown }, Shown { rest: Vec::new(), ..streamed });
    }
}

/// The complete answer that a server would have given instead of this stream.
fn in_one_piece(recording: &[u8]) -> Value {
    let text = String::from_utf8_lossy(recording);
    let events = text.lines().filter_map(|line| line.trim().strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    let (mut body, mut message, mut calls, mut word) = (Map::new(), Map::new(), Vec::<Value>::new(), Value::Null);
    for mut chunk in events.map(|data| serde_json::from_str::<Value>(data).unwrap()) {
        let choice = chunk["choices"].get_mut(0).map(Value::take).unwrap_or_default();
        for (name, value) in choice["delta"].as_object().into_iter().flatten() {
            match (name.as_str(), message.get_mut(name), value) {
                (_, _, Value::Null) | ("role", _, _) => {}
                ("tool_calls", _, pieces) => {
                    pieces.as_array().unwrap().iter().for_each(|piece| add_call(&mut calls, piece));
                }
                (_, Some(Value::String(so_far)), Value::String(piece)) => so_far.push_str(piece),
                (_, _, value) => add_to(&mut message, Map::from_iter([(name.clone(), value.clone())])),
            }
        }
        if !choice["finish_reason"].is_null() {
            word = choice["finish_reason"].clone();
        }
        chunk.as_object_mut().unwrap().remove("choices");
        body.extend(chunk.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()));
    }
    message.insert("tool_calls".to_owned(), calls.into());
    body.insert("choices".to_owned(), json!([{ "index": 0, "message": message, "finish_reason": word }]));
    Value::Object(body)
}

fn add_call(calls: &mut Vec<Value>, piece: &Value) {
    let at = piece["index"].as_u64().unwrap() as usize;
    match calls.get_mut(at) {
        Some(call) => {
            let arguments = [&call["function"]["arguments"], &piece["function"]["arguments"]]
                .map(|text| text.as_str().unwrap_or_default())
                .concat();
            call["function"]["arguments"] = arguments.into();
        }
        None => calls.push(piece.clone()),
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), size in 1..50usize) {
        let _ = decode(bytes.chunks(size));
        let _ = OpenAi::default().decode_whole(&request(Vec::new()), &bytes, &mut Vec::new());
        let _ = OpenAi::default().error(StatusCode::BAD_GATEWAY, &bytes);
    }

    #[test]
    fn no_cut_of_a_recording_makes_the_reader_panic(from in 0..PARALLEL.len(), length in 0..PARALLEL.len()) {
        let _ = decode([&PARALLEL[from..(from + length).min(PARALLEL.len())]]);
    }

    #[test]
    fn any_text_and_arguments_survive(text in "\\PC{0,30}", argument in "\\PC{0,30}", size in 1..20usize) {
        let arguments = json!({ "text": argument }).to_string();
        let letters = arguments.chars().map(|letter| pieces(&json!([{ "index": 0, "function": { "arguments": letter } }])));
        let head = [delta(&json!({ "content": text })), pieces(&json!([{ "index": 0, "id": "a", "function": { "name": "echo" } }]))];
        let chunks: Vec<Value> = head.into_iter().chain(letters).chain([finish("tool_calls")]).collect();
        let (shown, answer) = decode(stream(&chunks).as_bytes().chunks(size));
        prop_assert_eq!(&shown.text, &text);
        prop_assert_eq!(answer.unwrap().calls, [call("a", "echo", &arguments)]);
    }
}
