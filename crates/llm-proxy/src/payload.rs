use artel_http::{EndsWithClient, check_coding};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use crate::fault::Fault;

/// The longest request body in bytes. Longer bodies are answered with 413. Images are part of a request, and base64
/// makes them a third longer.
pub const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

/// The complete body of a request, within the limit.
pub(crate) struct Payload(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Payload {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        check_coding(request.headers())?;
        // A call costs money for as long as it lasts.
        if let Some(ends) = request.extensions().get::<EndsWithClient>() {
            ends.set();
        }
        let read = Bytes::from_request(request, state).await;
        read.map(Self).map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Fault::too_large(MAX_BODY_BYTES),
            _ => Fault::broken_body(),
        })
    }
}
