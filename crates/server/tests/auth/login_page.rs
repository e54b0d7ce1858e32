//! Authorization code with PKCE, through the page that people see.

use artel_testkit::{Artel, Database};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::COOKIE;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::world::{Answer, PASSWORD, get, http, launch, read, run, send, token};

const APP: &str = "my-app";
const CALLBACK: &str = "https://app.example.com/callback?tab=1";
const VERIFIER: &str = "a-verifier-of-at-least-43-characters-0123456789";

async fn with_app(database: Database) -> Artel {
    let artel = launch(database).start().await;
    let name = "My <b>app</b>";
    run(&artel, &["clients", "create", APP, "--name", name, "--redirect-uri", CALLBACK, "--scopes", "openid,api:read"])
        .await;
    artel
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn question(artel: &Artel, changes: &[(&str, &str)]) -> Url {
    let challenge = challenge();
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", APP),
        ("redirect_uri", CALLBACK),
        ("state", "s t&a=te"),
        ("nonce", "n-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    Url::parse_with_params(&format!("{}/oauth/authorize", artel.url()), pairs).unwrap()
}

/// The hidden field and the cookie of a login page.
fn form_of(page: &Answer) -> (String, String) {
    let form = page.text.split_once(r#"name="form" value=""#).unwrap().1.split_once('"').unwrap().0;
    let cookie = page.header("set-cookie").split(';').next().unwrap();
    (form.to_owned(), cookie.to_owned())
}

async fn submit(artel: &Artel, (form, cookie): &(String, String), fields: &[(&str, &str)]) -> Answer {
    let fields: Vec<_> = [("form", form.as_str())].into_iter().chain(fields.iter().copied()).collect();
    send(http().post(format!("{}/oauth/authorize", artel.url())).header(COOKIE, cookie).form(&fields)).await
}

/// The parameters with which the browser was sent to the client.
fn sent_to_client(answer: &Answer) -> std::collections::HashMap<String, String> {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let location = Url::parse(answer.header("location")).unwrap();
    assert!(location.as_str().starts_with(CALLBACK), "{location}");
    location.query_pairs().into_owned().collect()
}

async fn exchange(artel: &Artel, code: &str, verifier: &str, redirect_uri: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", APP),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    token(artel, &fields).await
}

async fn a_person_signs_in_on_the_page_and_the_client_gets_tokens_for_the_code(database: Database) {
    let artel = with_app(database).await;
    let page = send(http().get(question(&artel, &[]))).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("My &lt;b&gt;app&lt;/b&gt;")
            && page.text.contains("api:read")
            && !page.text.contains("<script"),
        "{}",
        page.text
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self' https://app.example.com;"),
        "{policy}"
    );
    assert_eq!((page.header("x-frame-options"), page.header("cache-control")), ("DENY", "no-store"));
    assert!(page.header("set-cookie").contains("HttpOnly; SameSite=Lax"), "{}", page.header("set-cookie"));

    let form = form_of(&page);
    let wrong = submit(&artel, &form, &[("username", "admin"), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text.contains("Invalid username or password"), "{}", wrong.text);

    let back =
        submit(&artel, &form_of(&wrong), &[("username", "admin"), ("password", PASSWORD), ("action", "sign_in")]).await;
    let sent = sent_to_client(&back);
    assert_eq!(
        (sent["state"].as_str(), sent["iss"].as_str(), sent["tab"].as_str()),
        ("s t&a=te", "https://auth.codelab.local", "1")
    );
    let tokens = exchange(&artel, &sent["code"], VERIFIER, CALLBACK).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    assert_eq!(tokens.json["scope"], "api:read openid");
    let (_, who) = read(&tokens.text_of("id_token"));
    assert_eq!((&who["aud"], &who["nonce"], &who["type"]), (&json!(APP), &json!("n-1"), &json!("id")));
    let userinfo = get(&format!("{}/oauth/userinfo", artel.url()), &tokens.text_of("access_token")).await;
    assert_eq!((&userinfo.json["preferred_username"], &userinfo.json["sub"]), (&json!("admin"), &who["sub"]));
    assert_eq!(
        get(&format!("{}/v1/agents", artel.url()), &tokens.text_of("id_token")).await.status,
        401,
        "an id token opens nothing"
    );

    // A code that comes again was stolen by one of the two.
    let again = exchange(&artel, &sent["code"], VERIFIER, CALLBACK).await;
    assert_eq!((again.status, again.refusal().1), (400, "invalid_grant"));
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", &tokens.text_of("refresh_token")), ("client_id", APP)];
    assert_eq!(token(&artel, &fields).await.refusal().1, "invalid_grant");
}

async fn a_code_is_good_for_its_verifier_its_redirect_uri_and_its_client_alone(database: Database) {
    let artel = with_app(database).await;
    run(&artel, &["clients", "create", "other-app", "--redirect-uri", CALLBACK]).await;
    let form = form_of(&send(http().get(question(&artel, &[]))).await);
    let code =
        sent_to_client(&submit(&artel, &form, &[("username", "admin"), ("password", PASSWORD)]).await)["code"].clone();
    let other = "another-verifier-of-at-least-43-characters-0123";
    for (verifier, redirect_uri) in
        [(other, CALLBACK), (VERIFIER, "https://app.example.com/callback"), ("short", CALLBACK)]
    {
        assert_eq!(exchange(&artel, &code, verifier, redirect_uri).await.status, 400, "{verifier} {redirect_uri}");
    }
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", "other-app"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(token(&artel, &fields).await.refusal().1, "invalid_grant");
    assert_eq!(exchange(&artel, &code, VERIFIER, CALLBACK).await.status, 200, "wrong attempts do not use it up");
}

async fn a_browser_is_never_sent_to_an_address_that_is_not_registered(database: Database) {
    let artel = with_app(database).await;
    for change in [
        ("client_id", "nobody"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://app.example.com/callback?tab=2"),
        ("redirect_uri", "https://app.example.com/callback?tab=1&x=1"),
        ("redirect_uri", "https://APP.example.com/callback?tab=1"),
        ("redirect_uri", "https://app.example.com@evil.example/callback"),
        ("redirect_uri", "javascript:alert(1)"),
    ] {
        let page = send(http().get(question(&artel, &[change]))).await;
        assert_eq!((page.status, page.header("location")), (400, ""), "{change:?}");
        assert!(page.text.contains("<h1>") && !page.text.contains("evil.example"), "{}", page.text);
    }
}

async fn what_else_is_wrong_with_a_question_the_client_is_told(database: Database) {
    let artel = with_app(database).await;
    for (change, error) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_mode", "fragment"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge", "abc"), "invalid_request"),
        (("scope", "api:admin"), "invalid_scope"),
        (("prompt", "none"), "login_required"),
        (("request", "eyJ"), "request_not_supported"),
    ] {
        let sent = sent_to_client(&send(http().get(question(&artel, &[change]))).await);
        let told = (sent["error"].as_str(), sent["state"].as_str(), sent["iss"].as_str());
        assert_eq!(told, (error, "s t&a=te", "https://auth.codelab.local"), "{change:?}");
        assert!(!sent.contains_key("code"));
    }
}

async fn a_person_may_say_no(database: Database) {
    let artel = with_app(database).await;
    let form = form_of(&send(http().get(question(&artel, &[]))).await);
    assert_eq!(sent_to_client(&submit(&artel, &form, &[("action", "cancel")]).await)["error"], "access_denied");
}

async fn nobody_can_make_a_strangers_browser_sign_in(database: Database) {
    let artel = with_app(database).await;
    let (mine, theirs) = (
        form_of(&send(http().get(question(&artel, &[]))).await),
        form_of(&send(http().get(question(&artel, &[]))).await),
    );
    assert_ne!(mine.1, theirs.1, "each browser has a cookie of its own");
    let typed = [("username", "admin"), ("password", PASSWORD)];
    for (form, cookie) in
        [(mine.0.clone(), theirs.1.clone()), (mine.0.clone(), "a=b".to_owned()), ("AAAA".to_owned(), mine.1.clone())]
    {
        let answer = submit(&artel, &(form, cookie), &typed).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{}", answer.text);
    }
    let fields = [("form", mine.0.as_str()), typed[0], typed[1]];
    let post = http().post(format!("{}/oauth/authorize", artel.url())).header(COOKIE, &mine.1).form(&fields);
    assert_eq!(send(post.try_clone().unwrap().header("sec-fetch-site", "cross-site")).await.status, 400);
    assert_eq!(send(post).await.status, 303);

    let second_tab = send(http().get(question(&artel, &[])).header(COOKIE, &mine.1)).await;
    assert!(second_tab.header("set-cookie").starts_with(&mine.1), "tabs of one browser share their cookie");
}

async fn the_page_knows_the_lockout_too(database: Database) {
    let artel = with_app(database).await;
    let form = form_of(&send(http().get(question(&artel, &[]))).await);
    for _ in 0..5 {
        assert_eq!(submit(&artel, &form, &[("username", "admin"), ("password", "wrong")]).await.status, 401);
    }
    let locked = submit(&artel, &form, &[("username", "admin"), ("password", PASSWORD)]).await;
    assert_eq!(locked.status, 429);
    assert!(
        locked.text.contains("Too many failed logins") && !locked.header("retry-after").is_empty(),
        "{}",
        locked.text
    );
}

on_both_databases! {
    a_person_signs_in_on_the_page_and_the_client_gets_tokens_for_the_code,
    a_code_is_good_for_its_verifier_its_redirect_uri_and_its_client_alone,
    a_browser_is_never_sent_to_an_address_that_is_not_registered,
    what_else_is_wrong_with_a_question_the_client_is_told,
    a_person_may_say_no,
    nobody_can_make_a_strangers_browser_sign_in,
    the_page_knows_the_lockout_too,
}
