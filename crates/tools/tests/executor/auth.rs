//! How calls authenticate themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use artel_domain::AuthType;
use serde_json::{Value, json};

use crate::support::{Bench, Receiver, Seen, answer, failed, output, raw};

async fn sent(auth_type: AuthType, secret: &str) -> Seen {
    let receiver = Receiver::echoing().await;
    output(&Bench::to(&receiver, "/?q=1").secret(auth_type, secret).run().await);
    receiver.seen().remove(0)
}

#[tokio::test]
async fn each_kind_puts_its_secret_where_the_receiver_looks() {
    assert_eq!(sent(AuthType::ApiKey, "k3y!").await.header("x-api-key"), Some("k3y!"));
    assert_eq!(sent(AuthType::ApiKey, r#"{"header": "X-Auth", "value": "v"}"#).await.header("x-auth"), Some("v"));
    assert_eq!(sent(AuthType::CustomHeader, r#"{"header": "X-Auth", "value": "v"}"#).await.header("x-auth"), Some("v"));
    assert_eq!(sent(AuthType::BearerToken, "t0ken").await.header("authorization"), Some("Bearer t0ken"));
    assert_eq!(sent(AuthType::BasicAuth, "ada:pw:d").await.header("authorization"), Some("Basic YWRhOnB3OmQ="));
    assert_eq!(sent(AuthType::QueryParam, "a&b").await.target, "/?q=1&api_key=a%26b");
    assert_eq!(sent(AuthType::QueryParam, r#"{"name": "tok", "value": "v"}"#).await.target, "/?q=1&tok=v");
    let service = sent(AuthType::Service, "unused").await;
    assert_eq!(
        service.header("authorization"),
        Some("Bearer signed-for-127.0.0.1-by-00000000-0000-0000-0000-000000000001")
    );
}

#[tokio::test]
async fn a_secret_that_is_missing_or_malformed_is_named_and_not_shown() {
    let receiver = Receiver::echoing().await;
    let with = |auth_type, secret: &str| Bench::to(&receiver, "/").secret(auth_type, secret);
    for bench in [
        with(AuthType::BasicAuth, "no-colon-canary"),
        with(AuthType::CustomHeader, "not-json-canary"),
        with(AuthType::CustomHeader, r#"{"header": "Host", "value": "canary"}"#),
        with(AuthType::CustomHeader, r#"{"header": "x-tenant-id", "value": "canary"}"#),
        with(AuthType::BearerToken, "canary\r\nx: y"),
        with(AuthType::Oauth2, "canary"),
        with(AuthType::Oauth2, r#"{"token_url": "http://127.0.0.1:1/", "client_id": "i", "client_secret": "canary"}"#),
        with(AuthType::ApiKey, "x").with(|bench| bench.binding.secrets_ref = Some("MISSING".into())),
        with(AuthType::ApiKey, "x").with(|bench| bench.binding.secrets_ref = None),
    ] {
        let done = bench.run().await;
        assert!(!failed(&done).contains("canary"), "{done:?}");
    }
    assert_eq!(receiver.connections(), 0);
}

/// Grants `token-1`, `token-2`, … after a moment.
async fn token_server(expires_in: u64) -> Receiver {
    Receiver::start(move |_, number| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        answer(
            200,
            &json!({"access_token": format!("token-{}", number + 1), "token_type": "bearer", "expires_in": expires_in}),
        )
    })
    .await
}

fn oauth2(receiver: &Receiver, tokens: &Receiver, extra: &Value) -> Bench {
    let mut secret = json!({"token_url": tokens.url("/token"), "client_id": "me", "client_secret": "s3cret&"});
    secret.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    Bench::to(receiver, "/").allowing(&tokens.address.to_string()).secret(AuthType::Oauth2, &secret.to_string())
}

#[tokio::test]
async fn parallel_calls_share_one_token_until_shortly_before_it_expires() {
    let (receiver, tokens) = (Receiver::echoing().await, token_server(3600).await);
    let bench = oauth2(&receiver, &tokens, &json!({"scope": "a b", "audience": "x"}));
    let tools = bench.tools();
    let calls = (bench.call(&tools), bench.call(&tools), bench.call(&tools));
    let (a, b, c) = tokio::join!(calls.0, calls.1, calls.2);
    for done in [&a, &b, &c] {
        output(done);
    }
    output(&bench.call(&tools).await);
    assert_eq!(tokens.seen().len(), 1);
    assert_eq!(
        tokens.seen()[0].body,
        "grant_type=client_credentials&client_id=me&client_secret=s3cret%26&scope=a+b&audience=x"
    );
    assert!(receiver.seen().iter().all(|request| request.header("authorization") == Some("Bearer token-1")));
    // Less than thirty seconds of life: not worth keeping.
    let short = token_server(29).await;
    let bench = oauth2(&receiver, &short, &json!({"client_auth": "basic"}));
    let tools = bench.tools();
    for _ in 0..2 {
        output(&bench.call(&tools).await);
    }
    assert_eq!(short.seen().len(), 2);
    assert_eq!(short.seen()[0].header("authorization"), Some("Basic bWU6czNjcmV0JTI2"));
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_renewed_once() {
    for (accepted_from, tokens_used) in [(2, 2), (99, 2)] {
        let tokens = token_server(3600).await;
        let calls = Arc::new(AtomicUsize::new(0));
        let count = calls.clone();
        let receiver = Receiver::start(move |_, _| {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move { if number < accepted_from { answer(401, &json!({})) } else { answer(200, &json!("in")) } }
        })
        .await;
        let done = oauth2(&receiver, &tokens, &json!({})).run().await;
        assert_eq!(done.status_code, Some(if accepted_from == 2 { 200 } else { 401 }));
        assert_eq!((tokens.seen().len(), calls.load(Ordering::SeqCst)), (tokens_used, 2));
    }
}

#[tokio::test]
async fn a_rotated_secret_does_not_go_on_with_the_old_token() {
    let (receiver, tokens) = (Receiver::echoing().await, token_server(3600).await);
    let bench = oauth2(&receiver, &tokens, &json!({}));
    let tools = bench.tools();
    output(&bench.call(&tools).await);
    let rotated = json!({"token_url": tokens.url("/token"), "client_id": "me", "client_secret": "another"});
    bench.secrets.0.lock().unwrap().insert("S".into(), rotated.to_string());
    output(&bench.call(&tools).await);
    assert_eq!(receiver.seen()[1].header("authorization"), Some("Bearer token-2"));
}

#[tokio::test]
async fn the_token_endpoint_is_guarded_like_any_other_url() {
    let (receiver, tokens) = (Receiver::echoing().await, token_server(3600).await);
    let secret = json!({"token_url": tokens.url("/token"), "client_id": "me", "client_secret": "s"}).to_string();
    let done = Bench::to(&receiver, "/").secret(AuthType::Oauth2, &secret).run().await;
    assert!(failed(&done).contains("not on the public internet"), "{done:?}");
    assert_eq!((tokens.connections(), receiver.connections()), (0, 0));
}

#[tokio::test]
async fn a_token_is_read_however_its_endpoint_writes_it() {
    for (status, content_type, body) in [
        (200, "application/json", r#"{"access_token": "token-1", "expires_in": "5250"}"#),
        (200, "application/json", r#"{"access_token": "token-1", "expires_in": 3600.5}"#),
        (200, "application/json", r#"{"access_token": "token-1", "expires_in": -1}"#),
        (200, "application/json", "\u{feff}{\"access_token\": \"token-1\"}"),
        (201, "application/json", r#"{"access_token": "token-1"}"#),
        (200, "application/x-www-form-urlencoded", "access_token=token-1&expires_in=28800&token_type=bearer"),
    ] {
        let tokens = Receiver::start(move |_, _| async move { raw(status, content_type, body) }).await;
        let receiver = Receiver::echoing().await;
        let bench = oauth2(&receiver, &tokens, &json!({}));
        let tools = bench.tools();
        for _ in 0..2 {
            output(&bench.call(&tools).await);
        }
        assert_eq!(receiver.seen()[1].header("authorization"), Some("Bearer token-1"), "{body}");
        assert_eq!(tokens.seen().len(), 1, "the token is kept: {body}");
    }
}

#[tokio::test]
async fn an_answer_without_a_token_is_told_by_its_error_alone_and_nothing_is_sent() {
    for (status, body, told) in [
        (200, r#"{"access_token": "", "other": "canary"}"#, "has no access_token"),
        (200, "error=bad_client&other=canary", "has no access_token (bad_client)"),
        (200, "<p>canary</p>", "has no access_token"),
        (400, r#"{"error": "invalid_client", "hint": "canary"}"#, "answered 400 (invalid_client)"),
    ] {
        let tokens = Receiver::start(move |_, _| async move { raw(status, "text/plain", body) }).await;
        let receiver = Receiver::echoing().await;
        let done = oauth2(&receiver, &tokens, &json!({})).run().await;
        let error = failed(&done);
        assert!(error.contains(told) && !error.contains("canary"), "{error}");
        assert_eq!(receiver.connections(), 0);
    }
}
