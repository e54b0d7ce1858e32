use std::sync::Arc;

use artel_tools::Typed;
use artel_tools_web::WebFetchTool;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};

use crate::support::{MemoryKeeper, calls, serves};

async fn fetches(args: Value, private: bool, keeper: Option<Arc<MemoryKeeper>>) -> Result<Value, String> {
    calls(Arc::new(Typed::new(WebFetchTool)), args, private, keeper).await
}

/// "привет, мир" in windows-1251.
const RUSSIAN: &[u8] = b"\xef\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0";

fn site() -> Router {
    let answer = |status: u16, content_type: &'static str, body: Vec<u8>| {
        move || async move { (StatusCode::from_u16(status).unwrap(), [(CONTENT_TYPE, content_type)], body).into_response() }
    };
    let to = |place: &'static str| move || async move { (StatusCode::FOUND, [(LOCATION, place)]).into_response() };
    let page = "<html><head><title>News</title></head><body><article><h1>News</h1><p>".to_owned()
        + &"The rate stays where it was, and everybody may read why on this page. ".repeat(20)
        + "</p></article><script>evil()</script></body></html>";
    Router::new()
        .route("/page", get(answer(200, "text/html; charset=utf-8", page.into_bytes())))
        .route("/text", get(answer(200, "text/plain; charset=windows-1251", RUSSIAN.to_vec())))
        .route("/long", get(answer(200, "text/plain", "я".repeat(30_000).into_bytes())))
        .route("/json", get(answer(200, "application/json", b"{\"a\":1}".to_vec())))
        .route("/pdf", get(answer(200, "application/pdf", b"%PDF-1.7".to_vec())))
        .route("/picture.png", get(answer(200, "image/png", b"\x89PNG\r\n\x1a\n".to_vec())))
        .route("/large", get(answer(200, "text/plain", vec![b'a'; 10 * 1024 * 1024 + 1])))
        .route("/packed", get(|| async { ([(CONTENT_ENCODING, "gzip")], "x").into_response() }))
        .route("/away", get(to("/page")))
        .route("/round", get(to("/round")))
        .route("/inside", get(to("http://10.0.0.1/")))
        .route("/endless", get(answer(200, "text/html", "<p>x".repeat(2_400_000).into_bytes())))
        .route("/401", get(answer(401, "text/plain", Vec::new())))
        .route("/429", get(answer(429, "text/plain", Vec::new())))
        .route("/503", get(answer(503, "text/plain", Vec::new())))
}

#[tokio::test]
async fn a_page_is_readable_text_from_its_last_address() {
    let site = serves(site()).await;
    let read = fetches(json!({"url": format!("{site}/away#part")}), true, None).await.unwrap();
    assert_eq!((&read["url"], &read["title"]), (&json!(format!("{site}/page")), &json!("News")));
    assert_eq!((&read["content_type"], &read["truncated"]), (&json!("text/html; charset=utf-8"), &json!(false)));
    let content = read["content"].as_str().unwrap();
    assert!(content.contains("The rate stays where it was") && !content.contains("evil"), "{content}");
}

#[tokio::test]
async fn a_page_is_read_for_a_second_and_what_was_read_is_marked_as_cut() {
    let site = serves(site()).await;
    let started = std::time::Instant::now();
    let args = json!({"url": format!("{site}/endless"), "max_chars": 100_000});
    let read = fetches(args, true, None).await.unwrap();
    assert!(started.elapsed() < std::time::Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!(read["truncated"], true);
    assert!(read["content"].as_str().unwrap().starts_with("x x x"));
}

#[tokio::test]
async fn texts_are_read_in_their_own_encoding() {
    let site = serves(site()).await;
    let read = fetches(json!({"url": format!("{site}/text")}), true, None).await.unwrap();
    assert_eq!(read["content"], "привет, мир");
    let read = fetches(json!({"url": format!("{site}/json"), "max_chars": null}), true, None).await.unwrap();
    assert_eq!(read["content"], "{\"a\":1}");
}

#[tokio::test]
async fn of_a_long_text_the_model_gets_the_beginning_and_a_handle_of_the_whole() {
    let site = serves(site()).await;
    let kept = Arc::new(MemoryKeeper::default());
    let args = json!({"url": format!("{site}/long"), "max_chars": 10});
    let read = fetches(args, true, Some(kept.clone())).await.unwrap();
    assert_eq!((&read["content"], &read["truncated"]), (&json!("я".repeat(10)), &json!(true)));
    assert!(read["artifact_id"].is_string());
    let whole = kept.0.lock().unwrap().pop().unwrap();
    assert_eq!((whole.kind, whole.bytes.len()), ("web_page", 60_000));
}

#[tokio::test]
async fn a_file_that_is_no_text_is_kept() {
    let site = serves(site()).await;
    let kept = Arc::new(MemoryKeeper::default());
    let read = fetches(json!({"url": format!("{site}/picture.png")}), true, Some(kept.clone())).await.unwrap();
    assert_eq!((&read["title"], &read["content"]), (&json!("picture.png"), &json!("")));
    assert_eq!(kept.0.lock().unwrap()[0].media_type, "image/png");
}

/// What a model gets for what it must not or cannot load: the whole text, word for word.
#[tokio::test]
async fn every_bad_address_has_its_own_text() {
    let site = serves(site()).await;
    let at = |path: &str| format!("{site}{path}");
    let cases = [
        (
            "ftp://example.com/".to_owned(),
            "invalid_argument: url: only http and https URLs are called, not ftp; give a whole http or https address such as https://example.com/page",
        ),
        (
            "example.com".to_owned(),
            "invalid_argument: url: this is not a URL with a host; give a whole http or https address such as https://example.com/page",
        ),
        (
            "http://a:b@example.com/".to_owned(),
            "invalid_argument: url: a URL with a user name or password in it is not called; use the tool's authentication; give a whole http or https address such as https://example.com/page",
        ),
        (
            "http://10.0.0.1/".to_owned(),
            "forbidden: url: the host 10.0.0.1 is not on the public internet; use a public address",
        ),
        (
            "http://[::ffff:169.254.169.254]/".to_owned(),
            "forbidden: url: the host [::ffff:a9fe:a9fe] is not on the public internet; use a public address",
        ),
        (at("/inside"), "forbidden: url: the host 10.0.0.1 is not on the public internet; use a public address"),
        (
            at("/round"),
            "provider_error: url: more than 3 redirects are not followed; use the address that it leads to, or another source",
        ),
        (
            at("/nothing"),
            "not_found: url: the server answered 404; check the address or look for the page with web_search",
        ),
        (
            at("/401"),
            "forbidden: url: the server answered 401; the page wants a login or refuses programs: use browser_interact or another source",
        ),
        (
            at("/429"),
            "rate_limited: url: the server answered 429; wait before you ask this host again, or use another source",
        ),
        (at("/503"), "provider_error: url: the server answered 503; try once more later or use another source"),
        (at("/large"), "too_large: url: the answer is larger than 10 MiB; look for a smaller page or a part of it"),
        (
            at("/packed"),
            "provider_error: url: the server sent the page compressed (gzip) although that was not asked for; use another source",
        ),
        (
            at("/pdf"),
            "unavailable: url: this is a PDF, and this installation has no sandbox to read PDFs in; look for the same text as a page with web_search, or ask the user for it",
        ),
        (
            at("/picture.png"),
            "unavailable: url: this is a file of the type image/png, and files cannot be kept here; use a page with text instead",
        ),
        (
            "http://127.0.0.1:1/".to_owned(),
            "provider_error: url: could not connect to the host; check the address or use another source",
        ),
    ];
    for (url, expected) in cases {
        assert_eq!(fetches(json!({"url": url}), true, None).await.unwrap_err(), expected, "{url}");
    }
    let own = fetches(json!({"url": at("/page")}), false, None).await.unwrap_err();
    assert_eq!(own, "forbidden: url: the host 127.0.0.1 is not on the public internet; use a public address");
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_named() {
    for (args, expected) in [
        (json!({}), "\"url\" is a required property"),
        (json!({"url": "https://example.com", "max_chars": 0}), "at /max_chars"),
        (json!({"url": "https://example.com", "depth": 2}), "'depth'"),
    ] {
        let refused = fetches(args, false, None).await.unwrap_err();
        assert!(refused.starts_with("invalid_argument: ") && refused.contains(expected), "{refused}");
    }
}
