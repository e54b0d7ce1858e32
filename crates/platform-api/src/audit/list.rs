use artel_domain::{AuditRow, Timestamp, UserId};
use artel_http::caller::AuditRead;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::AuditFilter;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::TAG;
use crate::App;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAudit {
    /// `agent`, `tool`, `binding`, `run`, `api_key`, `user` …
    #[param(nullable = false, max_length = 200)]
    entity_type: Option<String>,
    #[param(nullable = false, max_length = 200)]
    entity_id: Option<String>,
    #[param(nullable = false)]
    user_id: Option<UserId>,
    /// From this time on.
    #[param(nullable = false)]
    since: Option<Timestamp>,
    /// Before this time.
    #[param(nullable = false)]
    until: Option<Timestamp>,
    /// At most this many; 100 when absent.
    #[param(nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl Checked for ListAudit {
    fn check(&self, faults: &mut Faults) {
        faults.length("entity_type", self.entity_type.as_deref(), 0..=200);
        faults.length("entity_id", self.entity_id.as_deref(), 0..=200);
        faults.range("limit", self.limit, 1..=1000);
    }
}

/// Read the audit log of your tenant, newest first.
///
/// Needs `audit:read`.
#[utoipa::path(get, path = "/audit", tag = TAG, params(ListAudit),
    responses((status = 200, description = "The rows.", body = [AuditRow])))]
pub(crate) async fn list_audit(
    State(app): State<App>,
    caller: Caller<AuditRead>,
    Params(wanted): Params<ListAudit>,
) -> Result<Json<Vec<AuditRow>>, Problem> {
    let ListAudit { entity_type, entity_id, user_id, since, until, limit } = wanted;
    let filter =
        AuditFilter { entity_type, entity_id, user_id, action: None, since, until, limit: limit.unwrap_or(100) };
    Ok(Json(app.store.list_audit(&app.viewer(&caller), filter).await?))
}
