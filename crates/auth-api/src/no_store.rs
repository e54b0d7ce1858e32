use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HeaderValue, PRAGMA};
use axum::middleware::Next;
use axum::response::Response;

/// Adds `Cache-Control: no-store`, because no cache may store tokens (RFC 6749, 5.1).
pub(crate) async fn add_no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
