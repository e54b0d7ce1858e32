//! When a call is repeated, and that the receiver can tell.

use std::time::{Duration, Instant};

use artel_domain::{EffectClass, ToolOutcome};
use artel_tools::{Hold, Verified, hold};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Bench, Receiver, answer, failed, output, with_header};

async fn failing(times: usize, status: u16) -> Receiver {
    Receiver::start(move |_, number| async move {
        if number < times { answer(status, &json!({})) } else { answer(200, &json!("done")) }
    })
    .await
}

fn with_effect(receiver: &Receiver, effect: EffectClass) -> Bench {
    Bench::to(receiver, "/").with(|bench| {
        bench.tool.effect = effect;
        bench.binding.timeout_ms = 300;
    })
}

#[tokio::test]
async fn a_failing_receiver_is_called_again_with_the_same_key_and_the_same_bytes() {
    for status in [500, 502, 503, 429] {
        let receiver = failing(2, status).await;
        let done = with_effect(&receiver, EffectClass::Idempotent).run().await;
        assert_eq!((output(&done), done.attempts), (&json!("done"), 3), "{status}");
        let seen = receiver.seen();
        assert!(seen.iter().all(|request| request.header("x-idempotency-key") == seen[0].header("x-idempotency-key")
            && request.body == seen[0].body));
    }
}

#[tokio::test]
async fn a_call_goes_on_after_a_pause_only_while_the_run_is_ours() {
    let lease = Duration::from_secs(20);
    let receiver = Receiver::start(|_, number| async move {
        if number == 0 { with_header(503, "retry-after", "1") } else { answer(200, &json!("done")) }
    })
    .await;
    let hold = Hold::new(lease, hold::now());
    let bench = with_effect(&receiver, EffectClass::AtMostOnce).with(|bench| {
        bench.binding.timeout_ms = 60_000;
        bench.hold = Some(hold.clone());
    });
    let stands_still = async {
        while receiver.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // As after a standstill.
        hold.renewed(hold::now().checked_sub(lease).unwrap());
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(receiver.seen().len(), 1);
        hold.renewed(hold::now());
    };
    let (done, ()) = tokio::join!(bench.run(), stands_still);
    assert_eq!(output(&done), &json!("done"));
    assert_eq!(receiver.seen().len(), 2);
}

#[tokio::test]
async fn retries_end_after_the_configured_number() {
    let receiver = failing(10, 500).await;
    let done = with_effect(&receiver, EffectClass::ReadOnly).run().await;
    assert!(failed(&done).contains("500"));
    assert_eq!((done.attempts, receiver.seen().len()), (3, 3));
}

#[tokio::test]
async fn a_client_error_is_never_repeated() {
    for status in [400, 401, 403, 404, 408, 409, 422] {
        let receiver = failing(1, status).await;
        failed(&with_effect(&receiver, EffectClass::Idempotent).run().await);
        assert_eq!(receiver.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn retry_after_is_waited_for_unless_it_is_too_long() {
    let receiver = Receiver::start(|_, number| async move {
        if number == 0 { with_header(429, "retry-after", "1") } else { answer(200, &json!("done")) }
    })
    .await;
    let started = Instant::now();
    output(&with_effect(&receiver, EffectClass::AtMostOnce).run().await);
    assert!(started.elapsed() >= Duration::from_secs(1));
    let receiver = Receiver::start(|_, _| async { with_header(503, "retry-after", "3600") }).await;
    assert_eq!(with_effect(&receiver, EffectClass::Idempotent).run().await.attempts, 1);
}

#[tokio::test]
async fn a_timeout_is_repeated_only_when_that_can_do_no_harm() {
    for (effect, calls) in [
        (EffectClass::ReadOnly, 3),
        (EffectClass::Idempotent, 3),
        (EffectClass::AtMostOnce, 1),
        (EffectClass::Verifiable, 1),
    ] {
        let receiver = Receiver::start(|_, _| async {
            tokio::time::sleep(Duration::from_mins(1)).await;
            answer(200, &json!({}))
        })
        .await;
        let done = with_effect(&receiver, effect).run().await;
        assert_eq!(receiver.seen().len(), calls, "{effect:?}");
        assert_eq!(matches!(done.outcome, ToolOutcome::Unknown { .. }), calls == 1, "{done:?}");
    }
}

#[tokio::test]
async fn a_tool_that_writes_is_not_called_again_after_a_server_error_or_a_lost_connection() {
    for status in [500, 503] {
        let receiver = failing(1, status).await;
        failed(&with_effect(&receiver, EffectClass::AtMostOnce).run().await);
        assert_eq!(receiver.seen().len(), 1, "{status}");
    }
    let receiver = failing(1, 504).await;
    let done = with_effect(&receiver, EffectClass::AtMostOnce).run().await;
    assert!(
        matches!(done.outcome, ToolOutcome::Unknown { .. }),
        "a gateway does not know what its receiver did: {done:?}"
    );
    let (listener, accepted) = closing().await;
    let done = Bench::at(&format!("http://{listener}/"))
        .allowing(&listener)
        .with(|bench| bench.tool.effect = EffectClass::AtMostOnce)
        .run()
        .await;
    assert!(matches!(done.outcome, ToolOutcome::Unknown { .. }), "{done:?}");
    assert_eq!(accepted.load(std::sync::atomic::Ordering::SeqCst), 1);
}

/// Reads a little and hangs up.
#[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
async fn closing() -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let accepted: std::sync::Arc<std::sync::atomic::AtomicUsize> = std::sync::Arc::default();
    let count = accepted.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            stream.readable().await.unwrap();
            let _ = stream.try_read(&mut [0; 4096]);
        }
    });
    (address, accepted)
}

#[tokio::test]
async fn a_refused_connection_may_be_tried_again_whatever_the_tool_does() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let done = Bench::at(&format!("http://{address}/"))
        .allowing(&address)
        .with(|bench| bench.tool.effect = EffectClass::AtMostOnce)
        .run()
        .await;
    assert!(failed(&done).contains("could not connect"));
    assert_eq!(done.attempts, 3);
}

#[tokio::test]
async fn a_tool_that_writes_never_uses_a_connection_that_may_be_dying() {
    let receiver = Receiver::echoing().await;
    for (effect, connections) in [(EffectClass::AtMostOnce, 3), (EffectClass::Idempotent, 4)] {
        let bench = with_effect(&receiver, effect);
        let tools = bench.tools();
        for _ in 0..3 {
            output(&bench.call(&tools).await);
        }
        assert_eq!(receiver.connections(), connections, "{effect:?}");
    }
}

/// Loses the answer of its first call, and tells at /status what became of it.
async fn verifiable(status: u16) -> Receiver {
    Receiver::start(move |seen, number| async move {
        if seen.target.starts_with("/status") {
            return answer(status, &json!("done"));
        }
        if number == 0 {
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
        answer(200, &json!("done later"))
    })
    .await
}

#[tokio::test]
async fn a_verifiable_tool_is_asked_before_it_is_called_again() {
    for (status, expected, calls) in
        [(200, Some("done"), 1), (404, Some("done later"), 2), (202, None, 1), (403, None, 1)]
    {
        let receiver = verifiable(status).await;
        let bench = with_effect(&receiver, EffectClass::Verifiable)
            .with(|bench| bench.tool.status_endpoint = Some(receiver.url("/status")));
        let done = bench.run().await;
        match expected {
            Some(expected) => assert_eq!(output(&done), expected),
            None => assert!(matches!(done.outcome, ToolOutcome::Unknown { .. }), "{done:?}"),
        }
        let seen = receiver.seen();
        assert_eq!(seen.iter().filter(|request| request.method == "POST").count(), calls, "{status}");
        let asked = seen.iter().find(|request| request.method == "GET").unwrap();
        assert_eq!(asked.target, format!("/status?idempotency_key={}", bench.call_id));
    }
}

#[tokio::test]
async fn verify_tells_finished_from_never_arrived_from_unknown() {
    for (status, expected) in [
        (200, Verified::Finished(ToolOutcome::Succeeded { output: json!("done") })),
        (404, Verified::NeverArrived),
        (202, Verified::Unknown),
        (500, Verified::Unknown),
    ] {
        let receiver = verifiable(status).await;
        let bench = with_effect(&receiver, EffectClass::Verifiable)
            .with(|bench| bench.tool.status_endpoint = Some(receiver.url("/status")));
        assert_eq!(bench.verify().await, expected);
    }
    let guarded =
        Bench::at("https://a.example/").with(|bench| bench.tool.status_endpoint = Some("http://127.0.0.1:1/".into()));
    assert_eq!(guarded.verify().await, Verified::Unknown);
    assert_eq!(Bench::at("https://a.example/").verify().await, Verified::Unknown);
}
