//! What is put around the routes of a surface: trace ids, answers for unknown routes, and the size of bodies.

use std::sync::Arc;

use artel_domain::Clock;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse as _, Response};

use crate::body::MAX_BODY_BYTES;
use crate::{Problem, traced};

/// Wraps finished routes: the one place where a surface gets its fallbacks and outer layers.
pub fn surface(routes: Router, clock: Arc<dyn Clock>) -> Router {
    around(routes.fallback(unknown_route).method_not_allowed_fallback(wrong_method), clock)
}

/// The outer layers alone, for a surface whose errors have a shape of their own.
pub fn around(routes: Router, clock: Arc<dyn Clock>) -> Router {
    routes.layer(DefaultBodyLimit::max(MAX_BODY_BYTES)).layer(from_fn_with_state(clock, each))
}

/// A program gets the error of every surface, a browser a page.
async fn unknown_route(uri: Uri, headers: HeaderMap) -> Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/html")) {
        let about = [(VARY, "accept"), (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'")];
        return (StatusCode::NOT_FOUND, about, Html(NOTHING_HERE)).into_response();
    }
    let problem = Problem::new(StatusCode::NOT_FOUND, "not_found", format!("There is nothing at {}.", uri.path()));
    ([(VARY, "accept")], problem).into_response()
}

/// What a person reads who typed a wrong address. It repeats nothing of the request.
const NOTHING_HERE: &str = r#"<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not found - Artel</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}</style>
<h1>There is nothing here</h1><p>Artel answers, but not at this address. The <a href="/console/">console</a> is for people,
the <a href="/docs">reference</a> for programs.</p></html>
"#;

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This path does not know that method; see the Allow header.",
    )
}

async fn each(State(clock): State<Arc<dyn Clock>>, request: Request, next: Next) -> Response {
    let mut response = traced::traced(clock.as_ref(), request, next).await;
    harden(response.headers_mut());
    response
}

/// Answers are data for one caller: no sniffing, no shared caches, unless the handler said otherwise.
fn harden(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
