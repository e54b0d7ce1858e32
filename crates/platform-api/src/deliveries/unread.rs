//! A delivery with all that its reading takes.

use std::net::IpAddr;
use std::sync::Arc;

use artel_connectors::Connector;
use artel_connectors::webhook::{Delivery, Received, receive};
use artel_domain::{Hook, InboundEventId, Timestamp};
use artel_http::Problem;
use artel_store::NewInboundEvent;
use artel_tools::Programs;
use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret as _, SecretString};

use super::event;

pub(super) struct Unread {
    pub(super) connector: Arc<Connector>,
    pub(super) hook: Hook,
    pub(super) secret: Option<SecretString>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) source: Option<IpAddr>,
    /// Of the event, if it is one.
    pub(super) id: InboundEventId,
    /// When it came.
    pub(super) now: Timestamp,
}

/// A delivery of the service.
pub(super) struct Taken {
    pub(super) answer: Response,
    /// `None`: a handshake, of which nothing is kept.
    pub(super) event: Option<NewInboundEvent>,
}

impl Unread {
    /// `None`: the service of the hook did not send it.
    ///
    /// # Errors
    /// The reading broke off.
    pub(super) async fn read(self) -> Result<Option<Taken>, Problem> {
        let (tenant, bytes) = (self.hook.tenant_id, self.body.len());
        Programs::of_process().by_size(tenant, bytes, move || self.taken()).await.map_err(Problem::internal)
    }

    fn taken(&self) -> Option<Taken> {
        let webhook = self.connector.webhook.as_ref()?;
        let secret = self.secret.as_ref().map(SecretString::expose_secret);
        let delivery = Delivery { headers: &self.headers, body: &self.body, source: self.source, now: self.now };
        let received = receive(webhook, &delivery, secret).ok()?;
        let (answer, keep) = (answer(&received), received.keep);
        let event = keep.then(|| event::of(received, &self.hook, secret, self.id, self.now));
        Some(Taken { answer, event })
    }
}

fn answer(received: &Received) -> Response {
    let status = StatusCode::from_u16(received.status).unwrap_or(StatusCode::ACCEPTED);
    match &received.reply {
        Some(body) => (status, Json(body)).into_response(),
        None => status.into_response(),
    }
}
