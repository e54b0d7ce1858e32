use artel_domain::{InboundEvent, InboundEventId, Timestamp};
use artel_http::caller::CredentialsRead;
use artel_http::{Checked, Faults, Params, Problem};
use artel_store::InboundEventFilter;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::organizations::{Member, TAG};
use crate::reply::sized;

/// An answer holds no more bytes of payloads, and one event at least.
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListInboundEvents {
    /// Only events of this connector's service.
    #[param(max_length = 64, nullable = false)]
    service: Option<String>,
    /// Only events of this type.
    #[param(max_length = 200, nullable = false)]
    r#type: Option<String>,
    /// From this time on.
    #[param(nullable = false)]
    since: Option<Timestamp>,
    /// Before this time.
    #[param(nullable = false)]
    until: Option<Timestamp>,
    /// `next` of an earlier answer.
    #[param(nullable = false)]
    after: Option<InboundEventId>,
    /// At most this many; 20 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
}

impl Checked for ListInboundEvents {
    fn check(&self, faults: &mut Faults) {
        faults.length("service", self.service.as_deref(), 0..=64);
        faults.length("type", self.r#type.as_deref(), 0..=200);
        faults.range("limit", self.limit, 1..=100);
    }
}

/// A part of the journal of events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboundEventList {
    events: Vec<InboundEvent>,
    /// `after` of the next request; `null`: there is nothing older.
    next: Option<InboundEventId>,
}

/// List what services sent by themselves.
///
/// Newest first. `payload` is what the service says, or whoever knows the hook's address. An answer has at most 8 MiB
/// of payloads, and one event at least. Needs `credentials:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/events/inbound", tag = TAG,
    params(("org_id" = String, Path), ListInboundEvents),
    responses((status = 200, description = "A part of the journal.", body = InboundEventList)))]
pub(crate) async fn list_inbound_events(
    State(app): State<App>,
    caller: Member<CredentialsRead>,
    Params(wanted): Params<ListInboundEvents>,
) -> Result<Response, Problem> {
    let ListInboundEvents { service, r#type, since, until, after, limit } = wanted;
    let filter = InboundEventFilter {
        services: service.map(|service| vec![service]),
        kind: r#type,
        since,
        until,
        after,
        limit: limit.unwrap_or(20),
        most_bytes: MOST_BYTES,
    };
    let found = app.store.list_inbound_events(caller.tenant_id, filter).await?;
    let next = found.events.last().filter(|_| found.has_more).map(|event| event.id);
    let bytes = found.events.iter().map(|event| event.payload.len()).sum();
    sized(caller.tenant_id, bytes, move || InboundEventList { events: found.events, next }).await
}
