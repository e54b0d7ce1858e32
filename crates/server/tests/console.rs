//! The console's half in the server: where browsers are sent, what is served, and what the cookie of a signed-in
//! browser may do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use artel_testkit::{Artel, Database, Launch};
use reqwest::header::{ACCEPT, CONTENT_ENCODING, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

async fn artel() -> Artel {
    Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).start().await
}

fn browser() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

async fn key(artel: &Artel) -> String {
    let (status, made) = artel.client().await.post("/v1/api-keys", &json!({ "scopes": ["tools:write"] })).await;
    assert_eq!(status, 201, "{made}");
    made["key"].as_str().unwrap().to_owned()
}

/// `name=value` of the cookie that the response sets.
fn cookie(response: &Response) -> String {
    response.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn sign_in(artel: &Artel) -> String {
    let request = browser().post(format!("{}/console/session/key", artel.url())).header("origin", artel.url());
    let response = request.json(&json!({ "key": key(artel).await })).send().await.unwrap();
    assert_eq!(response.status(), 204);
    cookie(&response)
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_browser_at_the_root_is_sent_to_the_console_and_nobody_else_is() {
    let artel = artel().await;
    let root = || browser().get(artel.url());
    let page = root().header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8").send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.headers()[LOCATION].to_str().unwrap()), (303, "/console/"));
    for accept in ["*/*", "application/json"] {
        let other = root().header(ACCEPT, accept).send().await.unwrap();
        let code = other.status().as_u16();
        assert_eq!((code, other.json::<Value>().await.unwrap()["error"].as_str()), (404, Some("not_found")));
    }
}

#[tokio::test]
async fn a_wrong_address_is_a_page_for_a_browser_and_an_error_for_a_program() {
    let artel = artel().await;
    let wrong = || browser().get(format!("{}/nowhere/<b>", artel.url()));
    let page = wrong().header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8").send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.headers()["vary"].to_str().unwrap()), (404, "accept"));
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let text = page.text().await.unwrap();
    assert!(text.contains("/console/") && !text.contains("nowhere"), "{text}");
    for accept in ["*/*", "application/json"] {
        let error = wrong().header(ACCEPT, accept).send().await.unwrap();
        assert_eq!(error.status(), 404);
        assert_eq!(error.json::<Value>().await.unwrap()["error"], "not_found");
    }
}

#[tokio::test]
async fn every_page_has_a_policy_that_lets_nothing_in_and_is_compressed_when_asked() {
    let artel = artel().await;
    for path in ["/console/", "/console/runs", "/console/run/1"] {
        let page = browser().get(format!("{}{path}", artel.url())).header("accept-encoding", "br, gzip").send().await;
        let page = page.unwrap();
        assert_eq!(page.headers()[CONTENT_ENCODING], "gzip");
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
    let plain = browser().get(format!("{}/console/", artel.url())).send().await.unwrap().text().await.unwrap();
    assert!(plain.contains("<noscript>") && plain.contains("/openapi.json"), "{plain}");
    assert_eq!(status(browser().get(format!("{}/console/assets/none.js", artel.url()))).await, 404);
}

#[tokio::test]
async fn the_cookie_reads_and_with_the_consoles_origin_changes() {
    let artel = artel().await;
    let cookie = sign_in(&artel).await;
    let agents = format!("{}/v1/agents", artel.url());
    let read = || browser().get(&agents).header("cookie", &cookie);
    assert_eq!(status(read()).await, 200);
    assert_eq!(status(read().header("sec-fetch-site", "same-site")).await, 401);
    assert_eq!(status(browser().get(&agents)).await, 401);

    let change =
        || browser().post(&agents).header("cookie", &cookie).json(&json!({ "name": "a", "model": "demo:echo" }));
    assert_eq!(status(change()).await, 401);
    assert_eq!(status(change().header("origin", "http://127.0.0.1:1")).await, 401);
    assert_eq!(status(change().header("origin", artel.url())).await, 201);
    // Whoever shows a credential of their own is that one.
    assert_eq!(status(read().header("authorization", "Bearer artel_nonsense")).await, 401);
}

#[tokio::test]
async fn a_page_of_another_origin_signs_nobody_in_and_learns_nothing() {
    let artel = artel().await;
    let cookie = sign_in(&artel).await;
    for origin in ["http://127.0.0.1:1", "https://evil.example", "null"] {
        let post = |path: &str| browser().post(format!("{}{path}", artel.url())).header("origin", origin);
        assert_eq!(status(post("/console/session/key").json(&json!({ "key": key(&artel).await }))).await, 403);
        assert_eq!(status(post("/console/session").header("cookie", &cookie)).await, 403);
    }
    assert_eq!(
        status(browser().delete(format!("{}/console/session", artel.url())).header("cookie", &cookie)).await,
        403
    );
}

#[tokio::test]
async fn the_session_says_who_is_signed_in_and_ends_with_its_key() {
    let artel = artel().await;
    let cookie = sign_in(&artel).await;
    let ask = async |cookie: &str| {
        let request = browser().post(format!("{}/console/session", artel.url())).header("origin", artel.url());
        request.header("cookie", cookie).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let person = ask(&cookie).await;
    assert_eq!((&person["signed_in"], &person["name"]), (&json!(true), &Value::Null));
    assert!(person["may"].as_array().unwrap().contains(&json!("runs:write")), "{person}");

    // A cookie that was changed is none, while the key still works.
    let middle = cookie.len() / 2;
    let other = if cookie.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let changed = format!("{}{other}{}", &cookie[..middle], &cookie[middle + 1..]);
    assert_eq!(ask(&changed).await, json!({ "signed_in": false }));
    assert_eq!(ask(&cookie).await["signed_in"], true);

    let client = artel.client().await;
    let (_, keys) = client.get("/v1/api-keys").await;
    let revoked = client.request("DELETE", &format!("/v1/api-keys/{}", keys[0]["id"].as_str().unwrap()));
    assert!(revoked.send().await.unwrap().status().is_success());
    assert_eq!(ask(&cookie).await, json!({ "signed_in": false }));
}
