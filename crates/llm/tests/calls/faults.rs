//! Everything that a provider can do wrong, one fault after the other: each call ends in time with an error code and a
//! record.

use std::time::Duration;

use artel_llm::{CallOutcome, Config, Timeouts};
use tokio::time::{Instant, timeout};

use crate::upstream::{Step, Upstream, events, response, text};
use crate::world::{World, config, status};

/// What the provider does, the error code of the call, and the largest number of deltas before it.
fn faults() -> Vec<(&'static str, Vec<Step>, &'static str, u64)> {
    let stream = "content-type: text/event-stream\r\n";
    let lie = |length| response(200, &format!("{stream}content-length: {length}\r\n"), &text("Hel"));
    let flood = std::iter::once(events("")).chain((0..200).map(|_| Step::Send(text(&"x".repeat(1000)).into())));
    let drip =
        (0..1000).flat_map(|_| [Step::Wait(Duration::from_millis(20)), Step::Send(b": still here\n\n".to_vec())]);
    let garbage: Vec<u8> = (0..=255).collect();
    vec![
        ("it hangs before its headers", vec![Step::Hang], "model_timeout", 0),
        (
            "it hangs within its headers",
            vec![Step::Send(b"HTTP/1.1 200 OK\r\ncontent-".to_vec()), Step::Hang],
            "model_timeout",
            0,
        ),
        ("it hangs after its headers", vec![events(""), Step::Hang], "model_timeout", 0),
        ("it hangs in mid-stream", vec![events(&text("Hel")), Step::Hang], "model_timeout", 1),
        ("it hangs within an event", vec![events("data: {\"cho"), Step::Hang], "model_timeout", 0),
        ("it closes without a word", Vec::new(), "model_unavailable", 0),
        ("it dies in mid-stream", vec![events(&text("Hel"))], "model_protocol_error", 1),
        ("it dies within an event", vec![events("data: {\"choices\":[{\"del")], "model_protocol_error", 0),
        ("it promises more than it sends", vec![lie(9999)], "model_unavailable", 1),
        ("it promises less than it sends", vec![lie(10)], "model_protocol_error", 0),
        ("it does not speak HTTP", vec![Step::Send(garbage.clone())], "model_unavailable", 0),
        (
            "it sends garbage as a stream",
            vec![response(200, stream, ""), Step::Send(garbage.clone())],
            "model_protocol_error",
            0,
        ),
        ("it sends garbage as events", vec![events("data: \u{1}\u{2}\u{fffd}\n\n")], "model_protocol_error", 0),
        (
            "it sends garbage as JSON",
            vec![response(200, "content-type: application/json\r\n", "{]")],
            "model_protocol_error",
            0,
        ),
        (
            "it sends a web page",
            vec![response(200, "content-type: text/html\r\n", "<h1>Hello</h1>")],
            "model_protocol_error",
            0,
        ),
        (
            "it sends a web page with 502",
            vec![response(502, "content-type: text/html\r\n", "<h1>Bad</h1>")],
            "model_unavailable",
            0,
        ),
        ("it is overloaded", status(529), "model_unavailable", 0),
        ("its error page never ends", vec![response(500, "", "oh"), Step::Hang], "model_unavailable", 0),
        ("its stream never ends", flood.collect(), "model_protocol_error", 9),
        (
            "it keeps the line open and says nothing",
            std::iter::once(events("")).chain(drip).collect(),
            "model_timeout",
            0,
        ),
    ]
}

#[tokio::test]
async fn every_fault_ends_in_time_with_an_error_code_and_a_record() {
    let timeouts = Timeouts {
        first_byte: Duration::from_millis(150),
        between_chunks: Duration::from_millis(150),
        total: Duration::from_millis(400),
        ..Timeouts::default()
    };
    for (what, reply, code, pieces) in faults() {
        let hangs = reply.iter().any(|step| matches!(step, Step::Hang));
        let mut a = Upstream::answering(vec![reply]).await;
        let world = World::of(Config { timeouts, max_answer_bytes: 10_000, ..config(&a, &a) });
        let started = Instant::now();
        let error = world.ask("custom:a").await.1.expect_err(what);
        assert!(started.elapsed() < Duration::from_secs(2), "{what}");
        let call = world.the_record();
        assert_eq!((error.code(), call.outcome), (code, CallOutcome::Error(code)), "{what}: {error}");
        assert_eq!(call.attempts, 1, "{what}");
        assert!(call.deltas <= pieces && (pieces != 1 || call.deltas == 1), "{what}: {} pieces", call.deltas);
        assert!(call.is_estimated && call.usage.is_some(), "{what}");
        assert!(world.has_free_slots(), "{what}");
        assert_eq!(world.health("custom:a").last_error.map(|error| error.code), Some(code), "{what}");
        if hangs {
            timeout(Duration::from_millis(500), a.closed_at()).await.expect(what);
        }
    }
}
