use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HeaderValue, PRAGMA};
use axum::middleware::Next;
use axum::response::Response;

/// RFC 6749: nothing on the way keeps tokens.
pub(crate) async fn keep_nowhere(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
