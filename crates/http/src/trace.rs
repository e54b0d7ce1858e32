//! The trace id: one UUID per request, in every answer, every log line of the request and every run that it starts.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tracing::Instrument;
use uuid::Uuid;

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The trace id of the request under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceId(pub String);

impl<S: Sync> FromRequestParts<S> for TraceId {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(current()))
    }
}

/// The trace id of the request under way; nil outside of a request.
pub fn current() -> String {
    CURRENT.try_with(Uuid::to_string).unwrap_or_else(|_| Uuid::nil().to_string())
}

/// Does work that is no request of its own, a message on a socket, under a trace id.
pub async fn within<W: Future>(id: Uuid, work: W) -> W::Output {
    let span = tracing::info_span!("message", trace_id = %id);
    CURRENT.scope(id, work.instrument(span)).await
}

/// Answers a request under its trace id.
pub(crate) async fn scope<W: Future>(id: Uuid, work: W) -> W::Output {
    CURRENT.scope(id, work).await
}
