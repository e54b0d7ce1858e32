//! What stands in front of the public routes: browsers that ask for `/` are sent to the console, and the cookie of a
//! signed-in browser becomes the header that the API knows.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, HeaderName, HeaderValue, UPGRADE, VARY};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::Console;
use crate::place::{Place, is_foreign};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Puts the console in front of all routes of the public port.
pub fn in_front(console: Console, routes: Router) -> Router {
    routes.layer(from_fn_with_state(console, front))
}

async fn front(State(console): State<Console>, mut request: Request, next: Next) -> Response {
    if is_browser_at_the_root(&request) {
        return ([(VARY, "accept")], Redirect::to("/console/")).into_response();
    }
    if let Some(authorization) = credential(&console, &request) {
        request.headers_mut().insert(AUTHORIZATION, authorization);
    }
    next.run(request).await
}

fn is_browser_at_the_root(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    request.uri().path() == "/" && reads && accept.is_some_and(|accept| accept.contains("text/html"))
}

/// What the browser signed in with, when it may be used for this request.
///
/// A request that changes something needs the `Origin` of the console. Sockets are not for the console, and a page of
/// another origin can open one with the cookie.
fn credential(console: &Console, request: &Request) -> Option<HeaderValue> {
    let (headers, path) = (request.headers(), request.uri().path());
    let has_own = headers.contains_key(AUTHORIZATION) || headers.contains_key(API_KEY);
    if has_own || headers.contains_key(UPGRADE) || path.starts_with("/oauth/") || path.starts_with("/console/") {
        return None;
    }
    let place = Place::of(headers)?;
    may_be_used(request.method(), headers, &place).then(|| console.session(headers, &place)?.authorization())?
}

fn may_be_used(method: &Method, headers: &HeaderMap, place: &Place) -> bool {
    !is_foreign(headers) && (method.is_safe() || place.is_own_page(headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(method: &Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let headers: HeaderMap = pairs.collect();
        may_be_used(method, &headers, &Place::of(&headers).unwrap())
    }

    #[test]
    fn a_change_needs_the_origin_of_the_console() {
        let local = ("host", "127.0.0.1:8000");
        assert!(may(&Method::GET, &[local]));
        assert!(may(&Method::POST, &[local, ("origin", "http://127.0.0.1:8000")]));
        assert!(may(&Method::POST, &[("host", "artel.example"), ("origin", "https://artel.example")]));
        for origin in ["http://127.0.0.1:3000", "https://127.0.0.1:8000", "http://localhost:8000", "null"] {
            assert!(!may(&Method::POST, &[local, ("origin", origin)]), "{origin}");
        }
        assert!(!may(&Method::POST, &[local]));
        assert!(!may(&Method::POST, &[("host", "artel.example"), ("origin", "http://artel.example")]));
    }

    #[test]
    fn a_page_of_another_port_or_site_reads_nothing() {
        let local = ("host", "127.0.0.1:8000");
        assert!(may(&Method::GET, &[local, ("sec-fetch-site", "same-origin")]));
        assert!(may(&Method::GET, &[local, ("sec-fetch-site", "none")]));
        assert!(!may(&Method::GET, &[local, ("sec-fetch-site", "same-site")]));
        assert!(!may(&Method::GET, &[local, ("sec-fetch-site", "cross-site")]));
    }
}
