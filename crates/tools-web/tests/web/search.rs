use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use artel_tools::{Tool as _, Typed};
use artel_tools_web::{SearchConfig, WebSearchTool};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::{calls, egress, serves};

/// What the services were asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Value>>>);

impl Asked {
    fn note(&self, what: Value) {
        self.0.lock().unwrap().push(what);
    }

    fn last(&self) -> Value {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// As the documentation of SearXNG shows it.
async fn searxng(State(asked): State<Asked>, Query(query): Query<HashMap<String, String>>) -> Response {
    asked.note(json!(query));
    let result = json!({"title": "Key rate", "url": "https://cbr.example/rate", "content": "The <b>key</b> rate is 16%.",
        "engine": "brave", "score": 1.0, "category": "general", "publishedDate": "2026-07-01T00:00:00"});
    let answer = json!({"query": query["q"], "number_of_results": 0, "results": [result], "answers": [], "infoboxes": [],
        "suggestions": [], "unresponsive_engines": []});
    axum::Json(answer).into_response()
}

/// As the documentation of Brave shows it.
async fn brave(
    State(asked): State<Asked>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    asked.note(json!({"query": query, "key": header(&headers, "x-subscription-token")}));
    let result = json!({"type": "search_result", "title": "Axum", "url": "https://docs.example/axum",
        "description": "Middleware &amp; layers", "page_age": "2026-06-30T10:00:00", "age": "1 day ago"});
    let answer =
        json!({"type": "search", "query": {"original": query["q"]}, "web": {"type": "search", "results": [result]}});
    axum::Json(answer).into_response()
}

/// As the documentation of Tavily shows it.
async fn tavily(State(asked): State<Asked>, headers: HeaderMap, axum::Json(body): axum::Json<Value>) -> Response {
    asked.note(json!({"body": body, "key": header(&headers, "authorization")}));
    let result = json!({"title": "Axum", "url": "https://docs.example/axum", "content": "Layers", "score": 0.9, "raw_content": null});
    axum::Json(json!({"query": body["query"], "answer": null, "images": [], "results": [result], "response_time": 0.5}))
        .into_response()
}

/// As the documentation of Yandex shows it.
async fn yandex(State(asked): State<Asked>, headers: HeaderMap, axum::Json(body): axum::Json<Value>) -> Response {
    asked.note(json!({"body": body, "key": header(&headers, "authorization")}));
    let xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><yandexsearch version=\"1.0\"><response date=\"20260701T120000\">\
        <found priority=\"all\">2</found><results><grouping><group id=\"0\"><doc id=\"Z1\"><url>https://cbr.example/</url>\
        <domain>cbr.example</domain><title>Ключевая <hlword>ставка</hlword></title><modtime>20260630T080000</modtime>\
        <passages><passage>Совет решил <hlword>сохранить</hlword> ставку</passage></passages></doc></group></grouping></results></response></yandexsearch>";
    let raw = base64::engine::general_purpose::STANDARD.encode(xml);
    axum::Json(json!({"rawData": raw})).into_response()
}

fn services(asked: &Asked) -> Router {
    Router::new()
        .route("/sx/search", get(searxng))
        .route("/res/v1/web/search", get(brave))
        .route("/search", post(tavily))
        .route("/v2/web/search", post(yandex))
        .with_state(asked.clone())
}

fn tool(config: SearchConfig) -> Arc<Typed<WebSearchTool>> {
    Arc::new(Typed::new(WebSearchTool::new(config, egress(true))))
}

async fn searches(config: SearchConfig, args: Value) -> Result<Value, String> {
    calls(tool(config), args, false, None).await
}

fn url(text: &str) -> url::Url {
    text.parse().unwrap()
}

#[tokio::test]
async fn searxng_is_asked_as_it_documents() {
    let asked = Asked::default();
    let base = serves(services(&asked)).await;
    let config = SearchConfig { searxng: Some(url(&format!("{base}/sx/"))), ..SearchConfig::default() };
    let found = searches(config, json!({"query": "key rate", "freshness": "week", "lang": "ru"})).await.unwrap();
    assert_eq!(asked.last(), json!({"q": "key rate", "format": "json", "language": "ru", "time_range": "week"}));
    let result = json!({"title": "Key rate", "url": "https://cbr.example/rate", "snippet": "The key rate is 16%.",
        "published_at": "2026-07-01T00:00:00"});
    assert_eq!(found, json!({"results": [result], "provider": "searxng"}));
}

#[tokio::test]
async fn brave_is_asked_as_it_documents() {
    let asked = Asked::default();
    let base = serves(services(&asked)).await;
    let config = SearchConfig { brave_key: Some("bk".into()), base: Some(url(&base)), ..SearchConfig::default() };
    let found =
        searches(config, json!({"query": "site:docs.example axum", "count": 3, "freshness": "day"})).await.unwrap();
    let query = json!({"q": "docs.example axum", "count": "3", "text_decorations": "false", "freshness": "pd"});
    assert_eq!(asked.last(), json!({"query": query, "key": "bk"}));
    assert_eq!((&found["provider"], &found["results"][0]["snippet"]), (&json!("brave"), &json!("Middleware & layers")));
    assert_eq!(found["results"][0]["published_at"], "2026-06-30T10:00:00");
    assert!(found["note"].as_str().unwrap().contains("sent as plain words"));
}

#[tokio::test]
async fn tavily_is_asked_as_it_documents() {
    let asked = Asked::default();
    let base = serves(services(&asked)).await;
    let config = SearchConfig { tavily_key: Some("tvly-k".into()), base: Some(url(&base)), ..SearchConfig::default() };
    let found = searches(config, json!({"query": "axum", "freshness": "month"})).await.unwrap();
    let body = json!({"query": "axum", "max_results": 8, "search_depth": "basic", "time_range": "month"});
    assert_eq!(asked.last(), json!({"body": body, "key": "Bearer tvly-k"}));
    assert_eq!((&found["provider"], &found["results"][0]["title"]), (&json!("tavily"), &json!("Axum")));
}

#[tokio::test]
async fn yandex_is_asked_as_it_documents() {
    let asked = Asked::default();
    let base = serves(services(&asked)).await;
    let config = SearchConfig {
        yandex: Some(("yk".into(), "folder".to_owned())),
        base: Some(url(&base)),
        ..SearchConfig::default()
    };
    let found = searches(config, json!({"query": "ключевая ставка", "count": 5})).await.unwrap();
    let sent = asked.last();
    assert_eq!(sent["key"], "Api-Key yk");
    assert_eq!((&sent["body"]["folderId"], &sent["body"]["responseFormat"]), (&json!("folder"), &json!("FORMAT_XML")));
    assert_eq!(
        sent["body"]["query"],
        json!({"searchType": "SEARCH_TYPE_RU", "queryText": "ключевая ставка", "page": "0"})
    );
    assert_eq!(sent["body"]["groupSpec"]["groupsOnPage"], "5");
    let result = json!({"title": "Ключевая ставка", "url": "https://cbr.example/", "snippet": "Совет решил сохранить ставку",
        "published_at": "2026-06-30T08:00:00Z"});
    assert_eq!(found, json!({"results": [result], "provider": "yandex"}));
}

#[tokio::test]
async fn when_one_service_fails_the_next_is_asked() {
    let asked = Asked::default();
    let base = serves(services(&asked).route("/down/search", get(|| async { StatusCode::BAD_GATEWAY }))).await;
    let config = SearchConfig {
        searxng: Some(url(&format!("{base}/down"))),
        tavily_key: Some("k".into()),
        base: Some(url(&base)),
        ..SearchConfig::default()
    };
    assert_eq!(searches(config, json!({"query": "axum"})).await.unwrap()["provider"], "tavily");
}

/// What is said when no further try changes anything.
const NO_USE: &str = "; go on without it, and tell the user that the operator must look at it";

/// What a model gets when there is nothing to get: the whole text, word for word.
#[tokio::test]
async fn every_way_to_fail_has_its_own_text() {
    let fails = |status: u16| {
        let answer = move || async move { StatusCode::from_u16(status).unwrap() };
        Router::new().route("/search", post(answer)).route("/res/v1/web/search", get(answer))
    };
    let tail = "; try once more in a minute, or go on without it";
    for (status, expected) in [
        (
            401,
            "provider_error: no search service answered: brave refused the operator's key, tavily refused the operator's key",
        ),
        (
            429,
            "rate_limited: no search service answered: brave allows no more requests now, tavily allows no more requests now",
        ),
        (500, "provider_error: no search service answered: brave answered 500, tavily answered 500"),
        (200, "provider_error: no search service answered: brave answered without JSON, tavily answered without JSON"),
    ] {
        let base = serves(fails(status)).await;
        let config = SearchConfig {
            brave_key: Some("k".into()),
            tavily_key: Some("k".into()),
            base: Some(url(&base)),
            ..SearchConfig::default()
        };
        let told = searches(config, json!({"query": "axum"})).await.unwrap_err();
        let tail = if status == 401 { NO_USE } else { tail };
        assert_eq!(told, format!("{expected}{tail}"));
    }
    let guarded = SearchConfig { searxng: Some(url("http://169.254.169.254/")), ..SearchConfig::default() };
    let told = searches(guarded, json!({"query": "axum"})).await.unwrap_err();
    assert!(told.contains("is not on the public internet") && told.ends_with(NO_USE), "{told}");
    let nowhere = SearchConfig { searxng: Some(url("http://127.0.0.1:1/")), ..SearchConfig::default() };
    let told = searches(nowhere, json!({"query": "axum"})).await.unwrap_err();
    assert_eq!(
        told,
        format!(
            "provider_error: no search service answered: searxng cannot be reached (could not connect to the host){tail}"
        )
    );
}

#[tokio::test]
async fn bad_arguments_are_refused_by_their_names() {
    for (args, expected) in [
        (json!({}), "\"query\" is a required property"),
        (json!({"query": "a".repeat(401)}), "at /query"),
        (json!({"query": "a", "count": 0}), "at /count"),
        (json!({"query": "a", "freshness": "hour"}), "at /freshness"),
        (json!({"query": "a", "lang": "russian"}), "at /lang"),
        (json!({"query": "\"\""}), "query: it must have 1 to 400 characters that are words"),
    ] {
        let config = SearchConfig { searxng: Some(url("http://127.0.0.1:1/")), ..SearchConfig::default() };
        let told = searches(config, args).await.unwrap_err();
        assert!(told.starts_with("invalid_argument: ") && told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn without_a_service_the_tool_is_unavailable_and_says_what_to_set() {
    let missing = tool(SearchConfig::default()).available().unwrap_err();
    assert_eq!(missing.reason, "no search service is configured");
    assert!(missing.how_to.contains("SEARXNG_URL"));
    let told = searches(SearchConfig::default(), json!({"query": "a"})).await.unwrap_err();
    assert!(
        told.starts_with("unavailable: this tool is unavailable: no search service is configured; set SEARXNG_URL"),
        "{told}"
    );
}
