//! Bodies that are of another kind than their headers say.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::upstream::{END, Step, Upstream, response, text};
use crate::{ask, config};

fn whole() -> String {
    json!({ "choices": [{ "index": 0, "message": { "content": "Hi" }, "finish_reason": "stop" }] }).to_string()
}

fn stream() -> String {
    text("Hi") + END
}

#[tokio::test]
async fn the_first_bytes_decide_the_kind_of_a_body_without_a_second_request() {
    for kind in ["application/json; charset=utf-16", "text/event-stream", "text/html", "text/plain", "x", ""] {
        for body in [whole(), stream(), format!("\r\n {}", whole()), format!("\u{FEFF}: ping\n\n{}", stream())] {
            let head = format!("content-type: {kind}\r\n");
            let mut upstream = Upstream::answering(vec![vec![response(200, &head, &body)]]).await;
            let (shown, outcome) = ask(config(&upstream)).await;
            assert_eq!((shown.as_str(), outcome.unwrap().text.as_str()), ("Hi", "Hi"), "{kind:?} {body}");
            assert_eq!(upstream.request_count(), 1, "{kind:?} {body}");
        }
    }
}

#[tokio::test]
async fn a_body_is_decompressed_whatever_its_headers_say() {
    let compressed = |body: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    for (coding, body) in [
        ("content-encoding: gzip\r\n", compressed(&whole())),
        ("content-encoding: gzip\r\n", compressed(&stream())),
        ("", compressed(&stream())),
        ("content-encoding: gzip\r\n", stream().into_bytes()),
    ] {
        let mut upstream = Upstream::answering(vec![vec![response(200, coding, ""), Step::Send(body)]]).await;
        assert_eq!(ask(config(&upstream)).await.1.unwrap().text, "Hi", "{coding:?}");
        assert_eq!(upstream.request_count(), 1);
    }
}

#[tokio::test]
async fn a_stream_of_plain_lines_under_the_name_of_events_is_read() {
    let line = |choice: serde_json::Value| json!({ "choices": [choice] }).to_string();
    let hi = |text: &str| line(json!({ "index": 0, "delta": { "content": text } }));
    let stop = line(json!({ "index": 0, "delta": {}, "finish_reason": "stop" }));
    for end in ["", "[DONE]\n"] {
        let body = format!("{}\n{}\r\n\n{stop}\n{end}", hi("H"), hi("i"));
        let events = response(200, "content-type: text/event-stream\r\n", &body);
        let mut upstream = Upstream::answering(vec![vec![events]]).await;
        let (shown, outcome) = ask(config(&upstream)).await;
        assert_eq!((shown.as_str(), outcome.unwrap().text.as_str()), ("Hi", "Hi"), "{body}");
        assert_eq!(upstream.request_count(), 1);
    }
}

#[tokio::test]
async fn an_answer_in_utf_16_is_read() {
    let mark = |units: Vec<u8>, mark: [u8; 2]| [&mark[..], &units].concat();
    for body in [whole(), stream()] {
        let big: Vec<u8> = body.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let little: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [mark(big, [0xFE, 0xFF]), mark(little.clone(), [0xFF, 0xFE]), little] {
            let pieces = bytes.chunks(7).map(|piece| Step::Send(piece.to_vec()));
            let steps = std::iter::once(response(200, "content-type: application/json\r\n", "")).chain(pieces);
            let upstream = Upstream::answering(vec![steps.collect()]).await;
            assert_eq!(ask(config(&upstream)).await.1.unwrap().text, "Hi", "{body}");
        }
    }
}
