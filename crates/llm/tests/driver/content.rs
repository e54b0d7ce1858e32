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
