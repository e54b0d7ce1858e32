use artel_domain::{SessionId, Timestamp};
use artel_http::Checked;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::envelope::Envelope;
use super::reader::{own, read_all, read_one};
use crate::App;
use crate::extract::Query;
use crate::fault::Fault;
use crate::refusals;
use crate::user::User;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAuditLog {
    #[param(nullable = false)]
    session_id: Option<String>,
    /// `agent_switched`, `hitl_decision_made`, `agent_error`, `tool_execution_failed`, `tool_approval_required`, or
    /// the event's own name.
    #[param(nullable = false)]
    event_type: Option<String>,
    #[param(minimum = 1, maximum = 1000, default = 100, nullable = false)]
    limit: Option<i64>,
}

impl Checked for ListAuditLog {}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Findings {
    audit_log: Vec<AuditItem>,
    count: usize,
    /// What was asked for.
    #[schema(value_type = Object)]
    filters: Value,
    /// Older sessions, or the beginnings of long ones, were not looked at. Left out when all was.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    is_truncated: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct AuditItem {
    timestamp: Timestamp,
    event_type: &'static str,
    event_id: Uuid,
    session_id: SessionId,
    correlation_id: String,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// List what people and operators want to see again: the newest events of the caller's sessions, oldest first.
#[utoipa::path(get, path = "/events/audit-log", tag = super::TAG, params(ListAuditLog),
    responses((status = OK, description = "The newest events, oldest first.", body = Findings),
        (status = NOT_FOUND, response = crate::shapes::NotFound)))]
pub(crate) async fn list_audit_log(
    State(app): State<App>,
    user: User,
    Query(wanted): Query<ListAuditLog>,
) -> Result<Json<Findings>, Fault> {
    let limit = wanted.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Fault::bad_request("limit must be between 1 and 1000."));
    }
    let mut found = Vec::new();
    let take = |event: Envelope| found.extend(item(event, wanted.event_type.as_deref()));
    let is_truncated = match &wanted.session_id {
        Some(id) => {
            let session = own(&app, &user, &SessionId(id.clone())).await?.ok_or_else(refusals::no_session)?;
            read_one(&app, &user, &session.id, take).await?
        }
        None => read_all(&app, &user, take).await?.is_cut,
    };
    found.sort_by_key(|item| item.timestamp);
    let audit_log = found.split_off(found.len().saturating_sub(limit as usize));
    let filters = json!({ "session_id": wanted.session_id, "event_type": wanted.event_type, "limit": limit });
    Ok(Json(Findings { count: audit_log.len(), audit_log, filters, is_truncated }))
}

fn item(event: Envelope, wanted: Option<&str>) -> Option<AuditItem> {
    let event_type = event.fact.audit_name()?;
    let fits = wanted.is_none_or(|wanted| wanted.is_empty() || wanted == event_type || wanted == event.event_type);
    fits.then_some(AuditItem {
        timestamp: event.timestamp,
        event_type,
        event_id: event.event_id,
        session_id: event.session_id,
        correlation_id: event.correlation_id,
        data: event.data,
    })
}
