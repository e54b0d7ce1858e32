use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Hook, InboundEventId, TenantId};
use artel_http::body::raw;
use artel_http::limits::refusal;
use artel_http::{At, CallerIp, Problem};
use artel_identity::{is_hook_token, opaque_hash};
use artel_store::{InboundEventWrite, NewInboundEvent, SealedHook};
use artel_tools_services::opened_hook_secret;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::TAG;
use super::unread::{Taken, Unread};
use crate::App;

/// How long a whole body may take to come.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// How many times the rate of one hook all hooks of an organisation may use together.
const TENANT_TIMES: u32 = 5;

/// When a delivery that found no room is to come again: old events go within the hour.
const ROOM_IN_SECONDS: u64 = 3600;

#[derive(Deserialize)]
pub(crate) struct DeliveryAt {
    org_id: String,
    connector_key: String,
    token: String,
}

/// Deliver an event.
///
/// For the service, at the `url` of a hook. Any content type, at most 1 MiB. What was delivered before is answered like
/// the first time and kept once. The answer is the one that the service expects: 202, or what its connector says. An
/// unknown or revoked hook and a delivery that nothing proves are one and the same 404.
#[utoipa::path(post, path = "/hooks/{org_id}/{connector_key}/{token}", tag = TAG, security(()),
    params(("org_id" = String, Path), ("connector_key" = String, Path), ("token" = String, Path)),
    request_body(content = Option<Vec<u8>>, content_type = "application/octet-stream"),
    responses((status = 200, description = "It is kept, or was a handshake; the service wants this answer."),
        (status = 202, description = "It is kept.")))]
pub(crate) async fn receive_delivery(
    State(app): State<App>,
    place: Result<At<DeliveryAt>, Problem>,
    CallerIp(source): CallerIp,
    request: Request,
) -> Result<Response, Problem> {
    let At(place) = place.map_err(|_| absent())?;
    let found = find(&app, &place).await?;
    let hook = &found.hook;
    admit(&app, hook).await?;
    let _place = app.places.enter(hook.tenant_id, hook.id).await?;
    let Some(taken) = proven(&app, &found, source, request).await? else {
        return Err(refused(&app, hook).await);
    };
    if let Some(event) = taken.event {
        let event = NewInboundEvent { most_of_tenant: app.config.event_bytes, ..event };
        if app.store.record_inbound_event(event).await? == InboundEventWrite::TooMuch {
            return Err(full(hook));
        }
    }
    Ok(taken.answer)
}

/// Whatever is wrong with an address, nobody learns whether a hook is there.
fn absent() -> Problem {
    Problem::not_found("hook")
}

async fn find(app: &App, place: &DeliveryAt) -> Result<SealedHook, Problem> {
    let tenant: TenantId = place.org_id.parse().map_err(|_| absent())?;
    if !is_hook_token(&place.token) {
        return Err(absent());
    }
    let hash = opaque_hash(&place.token);
    app.store.find_hook_by_token(tenant, &place.connector_key, &hash).await?.ok_or_else(absent)
}

/// Counts the delivery for its hook and for its organisation.
async fn admit(app: &App, hook: &Hook) -> Result<(), Problem> {
    let (tenant, rate) = (hook.tenant_id, app.config.hook_rate);
    let own = app.bus.admit(&format!("hooks:{tenant}:{}", hook.id), rate).await;
    if !own.allowed {
        return Err(refusal(&own));
    }
    let shared = app.bus.admit(&format!("hooks:{tenant}:all"), rate.times(TENANT_TIMES)).await;
    if shared.allowed { Ok(()) } else { Err(refusal(&shared)) }
}

/// `None`: the service of the hook did not send it, or the connector is gone.
async fn proven(
    app: &App,
    found: &SealedHook,
    source: Option<IpAddr>,
    request: Request,
) -> Result<Option<Taken>, Problem> {
    let seal = app.keyring.of(found.hook.tenant_id).await?;
    let secret = opened_hook_secret(&seal, found).map_err(Problem::internal)?;
    let headers = request.headers().clone();
    let body = raw(request, BODY_PATIENCE).await?;
    let Some(listed) = app.connectors.installed().get(&found.hook.connector_key) else { return Ok(None) };
    let unread = Unread {
        connector: Arc::clone(&listed.connector),
        hook: found.hook.clone(),
        secret,
        headers,
        body,
        source,
        id: InboundEventId(app.clock.uuid()),
        now: app.clock.now(),
    };
    unread.read().await
}

/// The organisation sees in its list of hooks that deliveries are refused; the sender is told nothing.
async fn refused(app: &App, hook: &Hook) -> Problem {
    tracing::info!(hook = %hook.id, connector = hook.connector_key, "a delivery that nothing proves was refused");
    if let Err(error) = app.store.note_hook_refusal(hook.tenant_id, hook.id, app.clock.now()).await {
        tracing::warn!(%error, "the refusal of a delivery was not written down");
    }
    absent()
}

/// The service delivers it again, or whoever looks at its deliveries sees why they are refused.
fn full(hook: &Hook) -> Problem {
    tracing::info!(hook = %hook.id, "a delivery was refused, because its organisation keeps as much as it may");
    let message = "The organisation keeps as many bytes of events as it may. Room is made as old ones are forgotten \
        (EVENTS_RETENTION_DAYS); deliver it again later, or ask the operator for more (EVENTS_MAX_BYTES_PER_TENANT).";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "events_full", message).retry_after(ROOM_IN_SECONDS)
}
