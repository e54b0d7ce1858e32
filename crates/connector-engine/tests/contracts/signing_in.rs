//! Tokens: fetched before they are needed, by one caller at a time, and a dead credential is named.

use serde_json::json;

use crate::service::{Service, ok, status};

fn client() -> serde_json::Value {
    json!({"base_url": "http://own.example", "token_url": "http://auth.example/token", "client_id": "id-1", "client_secret": "s3cret-1"})
}

async fn service(credential: serde_json::Value) -> Service {
    Service::start("http", &["own.example", "auth.example"], credential).await
}

fn get() -> serde_json::Value {
    json!({"method": "GET", "path": "/"})
}

#[tokio::test]
async fn calls_at_once_fetch_one_token() {
    let service = service(client()).await;
    service.answers([ok(&json!({"access_token": "access-1", "expires_in": 3600}))]);
    service.answers((0..8).map(|_| ok(&json!({}))));
    let request = get();
    let calls = (0..8).map(|_| service.call("request", &request));
    for outcome in futures_join(calls).await {
        outcome.unwrap();
    }
    let seen = service.seen();
    let tokens: Vec<_> = seen.iter().filter(|seen| seen.line == "POST auth.example/token").collect();
    assert_eq!((tokens.len(), seen.len()), (1, 9));
    assert_eq!(tokens[0].body, "grant_type=client_credentials&client_id=id-1&client_secret=s3cret-1");
}

async fn futures_join<F: Future>(calls: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = calls.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (call, done) in calls.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(output) = call.as_mut().poll(context) {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_not_asked_for_while_it_is_good() {
    let service = service(client()).await;
    // A quarter of its life is left of a token of one second at once: it is renewed at the next call but one.
    service.answers([ok(&json!({"access_token": "access-1", "expires_in": 1})), ok(&json!({}))]);
    service.call("request", &get()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    service.answers([ok(&json!({"access_token": "access-2", "expires_in": 3600})), ok(&json!({})), ok(&json!({}))]);
    service.call("request", &get()).await.unwrap();
    service.call("request", &get()).await.unwrap();
    let shown: Vec<String> =
        service.seen().iter().filter_map(|seen| seen.headers.get("authorization").cloned()).collect();
    assert_eq!(shown, ["Bearer access-1", "Bearer access-2", "Bearer access-2"]);
}

#[tokio::test]
async fn a_refresh_without_a_new_refresh_token_keeps_the_old_one() {
    let mut credential = client();
    credential["refresh_token"] = json!("refresh-1");
    let service = service(credential).await;
    let token = |access, refresh: serde_json::Value| {
        ok(&json!({"access_token": access, "refresh_token": refresh, "expires_in": 3600}))
    };
    service.answers([
        token("access-1", json!("refresh-2")),
        status(401, &[], ""),
        token("access-2", json!(null)),
        ok(&json!({})),
        status(401, &[], ""),
        token("access-3", json!(null)),
        ok(&json!({})),
    ]);
    service.call("request", &get()).await.unwrap();
    service.call("request", &get()).await.unwrap();
    let used: Vec<String> = service
        .seen()
        .iter()
        .filter(|seen| seen.line.contains("auth.example"))
        .filter_map(|seen| seen.body.rsplit_once("refresh_token=").map(|(_, token)| token.to_owned()))
        .collect();
    assert_eq!(used, ["refresh-1", "refresh-2", "refresh-2"]);
}

#[tokio::test]
async fn a_dead_credential_is_named_with_its_cause_and_a_service_that_is_down_is_not_one() {
    let mut credential = client();
    credential["refresh_token"] = json!("refresh-1");
    let service = service(credential).await;
    service.answers([status(400, &[], r#"{"error": "invalid_grant", "error_description": "refresh-1 was revoked"}"#)]);
    let told = service.call("request", &get()).await.unwrap_err();
    assert_eq!(
        told.to_string(),
        "http refused the credential (invalid_grant: *** was revoked): the access was revoked or has expired: connect the account again"
    );
    assert!(matches!(told, artel_connector_engine::ExecuteError::Credential(_)));
    service.answers([status(502, &[], "")]);
    let told = service.call("request", &get()).await.unwrap_err();
    assert!(matches!(told, artel_connector_engine::ExecuteError::NotSent(_)), "{told}");
}

#[tokio::test]
async fn a_probe_says_whose_account_it_is_and_when_it_ends() {
    let service = Service::start("github", &["api.github.com"], json!({"token": "ghp_0123456789"})).await;
    service.answers([ok(&json!({"login": "octocat"})), status(401, &[], r#"{"message": "Bad credentials"}"#)]);
    let good = service.executor().probe(service.account()).await.unwrap();
    assert_eq!((good.ok, good.status, good.account.as_deref()), (true, Some(200), Some("octocat")));
    let bad = service.executor().probe(service.account()).await.unwrap();
    assert_eq!((bad.ok, bad.status), (false, Some(401)));
    assert!(bad.message.unwrap().contains("make a new one"));
    // {"exp":1893456000}
    let token = "e30.eyJleHAiOjE4OTM0NTYwMDB9.sig";
    let service = Service::start("wildberries", &["common-api.wildberries.ru"], json!({"token": token})).await;
    service.answers([ok(&json!({"Status": "OK"}))]);
    let report = service.executor().probe(service.account()).await.unwrap();
    assert_eq!(report.expires_at.as_deref(), Some("2030-01-01T00:00:00Z"));
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn a_token_in_a_form_is_used_and_never_shown() {
    let mut credential = client();
    credential["refresh_token"] = json!("refresh-1");
    let service = service(credential).await;
    let form = "access_token=gho_SECRET1&expires_in=28800&refresh_token=ghr_SECRET2&token_type=bearer";
    let echo = json!({"echo": ["gho_SECRET1", "ghr_SECRET2"]});
    service.answers([status(200, &[FORM], form), ok(&echo), ok(&echo)]);
    for _ in 0..2 {
        let outcome = service.call("request", &get()).await.unwrap();
        assert_eq!(outcome.data, json!({"echo": ["***", "***"]}));
    }
    let seen = service.seen();
    assert_eq!(seen.len(), 3, "it lives as long as the form says");
    assert_eq!(seen[2].headers["authorization"], "Bearer gho_SECRET1");
}

#[tokio::test]
async fn a_reply_without_a_token_is_told_without_its_body() {
    let refused = "http refused the credential";
    for (code, header, body, told) in [
        (200, JSON, r#"{"token": "SECRET1", "refresh_token": "SECRET2"}"#, "http answered 200 without a token"),
        (200, JSON, r#"{"access_token": "", "refresh_token": "SECRET2"}"#, "http answered 200 without a token"),
        (200, JSON, "<a>SECRET1</a>", "http answered 200 without a token"),
        (302, FORM, "token=SECRET1", "http answered 302 without a token"),
        (400, FORM, "<a>SECRET1</a>", "http answered 400 without a token"),
        (404, JSON, r#"{"message": "SECRET1"}"#, "http answered 404 without a token"),
        (503, JSON, r#"{"error": "SECRET1"}"#, "http answered 503 when it was asked for a token"),
        (400, JSON, r#"{"error": "temporarily_unavailable"}"#, "http answered 400 when it was asked for a token"),
    ] {
        let service = service(client()).await;
        service.answers([status(code, &[header], body)]);
        let error = service.call("request", &get()).await.unwrap_err();
        assert!(matches!(error, artel_connector_engine::ExecuteError::NotSent(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with(told) && !text.contains("SECRET") && !text.contains("revoked"), "{text}");
    }
    for (code, header, body, told) in [
        (200, FORM, "error=bad_code&error_description=It+is+over&refresh_token=SECRET2", "(bad_code: It is over)"),
        (400, JSON, r#"{"message": "SECRET1"}"#, "(400)"),
        (401, JSON, "SECRET1", "(401)"),
    ] {
        let service = service(client()).await;
        service.answers([status(code, &[header], body)]);
        let error = service.call("request", &get()).await.unwrap_err();
        assert!(matches!(error, artel_connector_engine::ExecuteError::Credential(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with(&format!("{refused} {told}: ")) && !text.contains("SECRET"), "{text}");
    }
}

#[tokio::test]
async fn a_login_without_a_session_is_told_without_its_body() {
    let credential = json!({"login": "ada", "password": "pass-word"});
    let service = Service::start("sbis", &["online.sbis.ru"], credential).await;
    for (code, body, told) in [
        (200, r#"{"token": "SECRET1"}"#, "sbis answered 200 without a token"),
        (
            200,
            r#"{"error": {"message": "No such user", "data": "SECRET1"}}"#,
            "sbis refused the credential (No such user)",
        ),
        (403, r#"{"result": "SECRET1"}"#, "sbis refused the credential (403): check login and password"),
    ] {
        service.answers([status(code, &[JSON], body)]);
        let text = service.call("current_user", &json!({})).await.unwrap_err().to_string();
        assert!(text.starts_with(told) && !text.contains("SECRET"), "{text}");
    }
    let credential = json!({"api_client_id": "dev-key-1", "login": "ada", "password": "pass-word"});
    let service = Service::start("diadoc", &["diadoc-api.kontur.ru"], credential).await;
    service.answers([status(200, &[JSON], "<html>Sign in, SECRET1</html>")]);
    let text = service.call("my_organizations", &json!({})).await.unwrap_err().to_string();
    assert!(text.starts_with("diadoc answered 200 without a token") && !text.contains("SECRET"), "{text}");
    assert_eq!(service.seen().len(), 1, "a page is no session");
}

#[tokio::test]
async fn a_token_that_comes_compressed_is_none_and_that_is_said() {
    let service = service(client()).await;
    let packed = |code| status(code, &[JSON, ("content-encoding", "gzip")], "\u{1f}");
    service.answers([packed(200), packed(401)]);
    let told = service.call("request", &get()).await.unwrap_err().to_string();
    assert!(told.contains("the answer is compressed (gzip)"), "{told}");
    let told = service.call("request", &get()).await.unwrap_err().to_string();
    assert!(told.starts_with("http refused the credential (401): "), "{told}");
}
