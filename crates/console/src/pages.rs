//! The pages as files. Every path of the console that is no file is the one page that draws them all.

use axum::body::Bytes;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

const PAGE: &str = "index.html";
/// Files whose names change with their content.
const ASSETS: &str = "assets/";

/// No script or style but those of the files, nothing of another origin, no frame, and no text that becomes HTML but
/// that of the compiled templates.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

/// A file of `console/dist`.
pub(crate) struct File {
    path: &'static str,
    media_type: &'static str,
    plain: &'static [u8],
    /// The same with gzip.
    packed: &'static [u8],
}

/// Serves the file that the path names, or the page.
pub(crate) async fn show(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().strip_prefix("/console/").unwrap_or_default();
    let find = |wanted: &str| FILES.iter().find(|file| file.path == wanted);
    match find(path) {
        Some(file) => answer(file, &headers),
        None if path.starts_with(ASSETS) => StatusCode::NOT_FOUND.into_response(),
        None => find(PAGE).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |page| answer(page, &headers)),
    }
}

fn answer(file: &'static File, asked: &HeaderMap) -> Response {
    let packs = asked
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip")));
    let body = if packs { file.packed } else { file.plain };
    let mut response = Bytes::from_static(body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if packs {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let lasts = if file.path.starts_with(ASSETS) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(lasts));
    harden(headers);
    response
}

fn harden(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}
