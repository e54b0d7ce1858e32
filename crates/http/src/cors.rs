//! Which pages of other origins may use this installation from a browser. None, unless the operator names them.

use std::str::FromStr;
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

/// How long a browser remembers the answer to its question.
const REMEMBERED: Duration = Duration::from_mins(10);

/// What clients send of their own accord.
const ASKED: [HeaderName; 12] = [
    ACCEPT,
    AUTHORIZATION,
    CACHE_CONTROL,
    CONTENT_TYPE,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("prefer"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-requested-with"),
    HeaderName::from_static("x-trace-id"),
    // OpenAI's own client for browsers.
    HeaderName::from_static("x-stainless-retry-count"),
];

/// What scripts may read of an answer, beside what browsers always show.
const SHOWN: [HeaderName; 11] = [
    LOCATION,
    RETRY_AFTER,
    WWW_AUTHENTICATE,
    HeaderName::from_static("idempotency-replayed"),
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-total-count"),
    HeaderName::from_static("x-trace-id"),
];

/// An origin as browsers write it: `https://app.example.com`, with a port when it is not the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// This is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOrigin;

impl FromStr for Origin {
    type Err = NoOrigin;

    /// `*` and `null` are none: everybody is nobody whom the operator has named.
    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let url = Url::parse(text).map_err(|_| NoOrigin)?;
        let origin = url.origin().ascii_serialization();
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_bare = is_web && text.trim_end_matches('/') == origin && !text.contains('*');
        let value = HeaderValue::try_from(origin).map_err(|_| NoOrigin)?;
        if is_bare { Ok(Self(value)) } else { Err(NoOrigin) }
    }
}

/// Lets pages of these origins use what is served, its errors and streams included. Cookies are never part of it:
/// callers show tokens and keys.
pub fn shared_with(routes: Router, origins: &[Origin]) -> Router {
    if origins.is_empty() {
        return routes;
    }
    let origins = AllowOrigin::list(origins.iter().map(|origin| origin.0.clone()));
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(ASKED)
        .expose_headers(SHOWN)
        .max_age(REMEMBERED);
    routes.layer(layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
        for good in ["https://app.example.com", "http://localhost:5173", "https://app.example.com/"] {
            assert!(good.parse::<Origin>().is_ok(), "{good}");
        }
        for bad in
            ["*", "null", "app.example.com", "https://app.example.com/path", "https://*.example.com", "file:///x", ""]
        {
            assert_eq!(bad.parse::<Origin>(), Err(NoOrigin), "{bad}");
        }
    }
}
