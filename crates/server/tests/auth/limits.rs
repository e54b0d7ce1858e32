//! How much guessing is put up with.

use artel_testkit::{Database, Launch};
use serde_json::json;

use crate::world::{Answer, IDE, PASSWORD, http, launch, login, send};

/// Where nobody is exempt.
fn production(database: Database) -> Launch {
    launch(database).with("ENVIRONMENT", "production").with("ALLOW_TEST_TOKENS", "true")
}

async fn login_from(artel: &artel_testkit::Artel, address: &str, username: &str, password: &str) -> Answer {
    let fields = [("grant_type", "password"), ("username", username), ("password", password), ("client_id", IDE)];
    let url = format!("{}/oauth/token", artel.url_of("auth"));
    send(http().post(url).header("x-forwarded-for", address).form(&fields)).await
}

#[tokio::test]
async fn the_sixth_request_of_an_address_in_a_minute_is_refused_as_clients_know_it() {
    let artel = production(Database::Sqlite).start().await;
    for left in ["4", "3", "2", "1", "0"] {
        let answer = login(&artel, "admin", PASSWORD).await;
        assert_eq!(
            (answer.status, answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")),
            (200, "5", left)
        );
    }
    let refused = login(&artel, "admin", PASSWORD).await;
    assert_eq!(refused.refusal(), (429, "rate_limit_exceeded", "Too many requests. Please try again later."));
    assert_eq!(refused.json["message"], refused.json["error_description"]);
    assert_eq!((refused.header("x-ratelimit-limit"), refused.header("x-ratelimit-remaining")), ("5", "0"));
    assert_eq!(refused.json["retry_after"].to_string(), refused.header("retry-after"));
    // Nobody's login depends on it.
    for path in ["/health", "/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        assert_eq!(send(http().get(format!("{}{path}", artel.url_of("auth")))).await.status, 200);
    }
}

#[tokio::test]
async fn an_address_is_believed_from_trusted_proxies_only() {
    let strict = production(Database::Sqlite).start().await;
    for n in 0..5 {
        assert_eq!(login_from(&strict, &format!("192.0.2.{n}"), "admin", PASSWORD).await.status, 200);
    }
    assert_eq!(
        login_from(&strict, "192.0.2.99", "admin", PASSWORD).await.status,
        429,
        "a stranger may write what he likes"
    );

    let behind = production(Database::Sqlite).with("TRUSTED_PROXIES", "127.0.0.1").start().await;
    for n in 0..10 {
        assert_eq!(login_from(&behind, &format!("192.0.2.{n}"), "admin", PASSWORD).await.status, 200);
    }
}

#[tokio::test]
async fn a_username_signs_in_ten_times_an_hour() {
    let artel = production(Database::Sqlite)
        .with("AUTH_SERVICE__RATE_LIMIT_PER_IP", "100000")
        .with("AUTH_SERVICE__RATE_LIMIT_PER_USERNAME", "10")
        .start()
        .await;
    for _ in 0..5 {
        for name in ["admin", "admin@codelab.local"] {
            assert_eq!(login(&artel, name, PASSWORD).await.status, 200);
        }
    }
    assert_eq!(login(&artel, "ADMIN", PASSWORD).await.refusal().1, "rate_limit_exceeded");
}

async fn after_five_failures_a_username_is_locked_also_for_the_right_password_and_over_a_restart(database: Database) {
    let mut artel = launch(database).start().await;
    for _ in 0..4 {
        assert_eq!(login(&artel, "admin", "wrong").await.status, 401);
    }
    assert_eq!(login(&artel, "admin", PASSWORD).await.status, 200, "four are forgiven");
    for _ in 0..5 {
        assert_eq!(login(&artel, "admin", "wrong").await.status, 401);
    }
    for name in ["admin", "admin@codelab.local"] {
        let locked = login(&artel, name, PASSWORD).await;
        assert_eq!((locked.status, locked.refusal().1), (429, "account_locked"));
        let seconds = locked.json["retry_after"].as_u64().unwrap();
        assert!((850..=900).contains(&seconds), "{}", locked.text);
        assert_eq!(locked.header("retry-after"), seconds.to_string());
        assert!(locked.json["locked_until"].as_str().is_some_and(|time| time.ends_with('Z')), "{}", locked.text);
    }
    artel.terminate().await;
    artel.restart().await;
    assert_eq!(login(&artel, "admin", PASSWORD).await.refusal().1, "account_locked");
}

async fn a_stranger_locks_nobody_out_but_many_lock_the_name(database: Database) {
    let artel = production(database)
        .with("TRUSTED_PROXIES", "127.0.0.1")
        .with("AUTH_SERVICE__RATE_LIMIT_PER_IP", "100000")
        .with("AUTH_SERVICE__BRUTE_FORCE_GLOBAL_THRESHOLD", "12")
        .start()
        .await;
    for _ in 0..5 {
        assert_eq!(login_from(&artel, "192.0.2.1", "admin", "wrong").await.status, 401);
    }
    assert_eq!(login_from(&artel, "192.0.2.1", "admin", PASSWORD).await.refusal().1, "account_locked");
    assert_eq!(login_from(&artel, "192.0.2.2", "admin", PASSWORD).await.status, 200, "its owner is elsewhere");
    for n in 0..12 {
        let status = login_from(&artel, &format!("198.51.100.{n}"), "admin", "wrong").await.status;
        assert_eq!(status, 401, "{n}");
    }
    assert_eq!(login_from(&artel, "192.0.2.2", "admin", PASSWORD).await.refusal().1, "account_locked");
}

async fn a_name_that_is_nobodys_is_locked_like_any_other(database: Database) {
    let artel = launch(database).start().await;
    let mut answers = Vec::new();
    for name in ["admin", "nobody"] {
        for _ in 0..6 {
            let answer = login(&artel, name, "wrong").await;
            answers.push((answer.status, answer.json["error"].clone(), answer.json["retry_after"].is_number()));
        }
    }
    assert_eq!(answers[..6], answers[6..], "nothing tells whether there is such a user");
}

async fn fifty_guesses_at_once_are_five(database: Database) {
    let artel = launch(database).start().await;
    let answers = futures::future::join_all((0..50).map(|n| {
        let artel = &artel;
        async move { login(artel, "admin", &format!("guess-{n}")).await.status }
    }));
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 45, "{answers:?}");
}

async fn people_with_many_programs_do_not_lock_themselves_out(database: Database) {
    let artel = launch(database).start().await;
    let answers = futures::future::join_all((0..12).map(|_| login(&artel, "admin", PASSWORD))).await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
}

async fn ten_failures_lock_the_address_whoever_was_tried(database: Database) {
    let artel = production(database).with("AUTH_SERVICE__ENABLE_RATE_LIMITING", "false").start().await;
    for n in 0..10 {
        assert_eq!(login(&artel, &format!("user{n}"), "wrong").await.status, 401);
    }
    assert_eq!(
        login(&artel, "admin", PASSWORD).await.refusal().1,
        "account_locked",
        "the lockout holds without rate limits too"
    );
}

#[tokio::test]
async fn when_nobody_can_count_nobody_gets_in() {
    let artel = production(Database::Sqlite).with("REDIS_URL", "redis://127.0.0.1:1/").start().await;
    let refused = login(&artel, "admin", PASSWORD).await;
    assert_eq!((refused.status, refused.refusal().1), (503, "temporarily_unavailable"));
    assert!(
        !refused.header("retry-after").is_empty() && !refused.text.to_lowercase().contains("redis"),
        "{}",
        refused.text
    );
    assert_eq!(send(http().get(format!("{}/health", artel.url_of("auth")))).await.status, 200);
}

async fn logins_failures_and_lockouts_are_in_the_audit_log_without_what_was_typed(database: Database) {
    let artel = launch(database).start().await;
    login(&artel, "admin", PASSWORD).await;
    for _ in 0..6 {
        login(&artel, "admin", "wrong-password-typed").await;
    }
    login(&artel, "Typed-Into-The-Wrong-Box", "x").await;
    let client = artel.client_of("00000000-0000-0000-0000-000000000001").await;
    let (_, rows) = client.get("/audit?limit=200").await;
    let text = rows.to_string();
    for action in
        ["auth.login", "auth.login_failed", "auth.lockout", "user.create", "client.create", "signing_key.create"]
    {
        assert!(text.contains(&json!(action).to_string()), "{action} is not in {text}");
    }
    assert!(!text.contains("typed") && !text.to_lowercase().contains("wrong-box"), "{text}");
    assert!(text.contains("codelab-flutter-app") && text.contains("127.0.0.1"), "{text}");
    let (verified, is_good) = artel.command(&["audit", "verify"]).await;
    assert!(is_good, "{verified}");
}

on_both_databases! {
    after_five_failures_a_username_is_locked_also_for_the_right_password_and_over_a_restart,
    a_stranger_locks_nobody_out_but_many_lock_the_name,
    a_name_that_is_nobodys_is_locked_like_any_other,
    fifty_guesses_at_once_are_five,
    people_with_many_programs_do_not_lock_themselves_out,
    ten_failures_lock_the_address_whoever_was_tried,
    logins_failures_and_lockouts_are_in_the_audit_log_without_what_was_typed,
}
