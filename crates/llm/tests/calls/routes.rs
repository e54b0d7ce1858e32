use std::time::Duration;

use artel_llm::{CallOutcome, Config, Delta, RouteConfig, Timeouts};

use crate::upstream::{Step, Upstream, events, response, text};
use crate::world::{World, config, ok, shown, status, with_fallback};

#[tokio::test]
async fn the_fallback_of_a_failing_model_answers_and_answer_and_record_say_so() {
    let (mut a, mut b) = (Upstream::answering(vec![status(503)]).await, Upstream::answering(vec![ok()]).await);
    let world = World::of(with_fallback(config(&a, &b)));
    let (deltas, served) = world.ask("custom:a:m").await;
    let (served, call) = (served.unwrap(), world.the_record());
    assert_eq!((served.answer.text.as_str(), shown(&deltas).as_str()), ("Hello", "Hello"));
    let Delta::Opened(opening) = &deltas[0] else { panic!("{deltas:?}") };
    assert_eq!((opening.model.to_string().as_str(), opening.attempts, opening.fallbacks), ("custom:b:other", 2, 1));
    assert_eq!((opening.call_id, served.opening.call_id), (call.id, call.id));
    assert_eq!(
        (call.requested.to_string().as_str(), call.served.to_string().as_str()),
        ("custom:a:m", "custom:b:other")
    );
    assert_eq!((call.attempts, call.fallbacks, call.outcome), (2, 1, CallOutcome::Ok));
    assert!(a.request().await.contains(r#""model":"m""#));
    assert!(b.request().await.contains(r#""model":"other""#));
}

#[tokio::test]
async fn faults_of_a_model_fall_back_and_faults_of_the_request_do_not() {
    let quota = r#"{"error":{"message":"no money","code":"insufficient_quota"}}"#;
    let page = response(200, "content-type: text/html\r\n", "<h1>hi</h1>");
    let in_band = events("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n");
    let cases = [
        (status(401), true),
        (status(402), true),
        (status(404), true),
        (status(429), true),
        (vec![response(429, "", quota)], true),
        (status(500), true),
        (status(529), true),
        (vec![page], true),
        (vec![in_band], true),
        (vec![Step::Hang], true),
        (Vec::new(), true),
        (status(400), false),
        (status(413), false),
        (status(422), false),
    ];
    for (number, (reply, falls_back)) in cases.into_iter().enumerate() {
        let (a, mut b) = (Upstream::answering(vec![reply]).await, Upstream::answering(vec![ok()]).await);
        let timeouts = Timeouts { first_byte: Duration::from_millis(100), ..Timeouts::default() };
        let world = World::of(with_fallback(Config { timeouts, ..config(&a, &b) }));
        assert_eq!(world.ask("custom:a:m").await.1.is_ok(), falls_back, "case {number}");
        assert_eq!(b.request_count(), usize::from(falls_back), "case {number}");
    }
}

#[tokio::test]
async fn an_answer_is_not_repeated_after_its_first_delta_was_received() {
    let broken = vec![events(&text("Hel"))];
    let (a, mut b) = (Upstream::answering(vec![broken]).await, Upstream::answering(vec![ok()]).await);
    let world = World::of(with_fallback(config(&a, &b)));
    let (deltas, outcome) = world.ask("custom:a:m").await;
    assert_eq!(
        (shown(&deltas).as_str(), outcome.unwrap_err().code(), b.request_count()),
        ("Hel", "model_protocol_error", 0)
    );
    assert_eq!(world.ask_whole("custom:a:m").await.unwrap().answer.text, "Hello");
}

#[tokio::test]
async fn a_route_has_retries_of_its_own() {
    let mut a = Upstream::answering(vec![vec![response(503, "retry-after-ms: 1\r\n", "{}")]]).await;
    let route = RouteConfig { retries: Some(3), ..RouteConfig::default() };
    let world = World::of(Config { routes: [("custom:a".to_owned(), route)].into(), ..config(&a, &a) });
    assert!(world.ask("custom:a").await.1.is_err());
    assert_eq!((a.request_count(), world.the_record().attempts), (4, 4));
    assert!(world.ask("custom:a:another").await.1.is_err());
    assert_eq!(a.request_count(), 1);
}

#[tokio::test]
async fn an_operators_name_stands_for_a_model_with_its_fallbacks() {
    let (a, b) = (Upstream::answering(vec![status(503)]).await, Upstream::answering(vec![ok()]).await);
    let route =
        RouteConfig { model: Some("custom:a:m".to_owned()), fallbacks: vec!["custom:b".to_owned()], retries: None };
    let world = World::of(Config { routes: [("fast".to_owned(), route)].into(), ..config(&a, &b) });
    for name in ["fast", "route:fast"] {
        assert_eq!(world.ask(name).await.1.unwrap().opening.model.to_string(), "custom:b:b");
        assert_eq!(world.the_record().requested.to_string(), "route:fast");
    }
}

#[tokio::test]
async fn when_all_models_fail_the_error_is_that_of_the_last_one_called() {
    let (a, b) = (Upstream::answering(vec![status(503)]).await, Upstream::answering(vec![status(529)]).await);
    let to = |fallback: &str| {
        let route = RouteConfig { fallbacks: vec![fallback.to_owned()], ..RouteConfig::default() };
        World::of(Config { routes: [("custom:a:m".to_owned(), route)].into(), ..config(&a, &b) })
    };
    let both = to("custom:b").ask("custom:a:m").await.1.unwrap_err().to_string();
    assert!(both.contains("custom:b: it answered 529"), "{both}");
    let unset = to("openai:gpt-4o").ask("custom:a:m").await.1.unwrap_err().to_string();
    assert!(unset.contains("custom:a: it answered 503"), "{unset}");
}
