use artel_domain::{AuditRow, Timestamp, UserId};
use artel_http::caller::Anyone;
use artel_http::{Caller, Checked, Faults, Identity, Params, Problem};
use artel_identity::Scope;
use artel_store::AuditFilter;
use artel_store::viewer::ACCESS;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
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
    /// Such as `agent.update`. `session.access`: who looked into private sessions.
    #[param(nullable = false, max_length = 200)]
    action: Option<String>,
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
        faults.length("action", self.action.as_deref(), 0..=200);
        faults.length("entity_id", self.entity_id.as_deref(), 0..=200);
        faults.range("limit", self.limit, 1..=1000);
    }
}

/// Read the audit log of your tenant, newest first.
///
/// Needs `audit:read`. Without it you may ask for `action=session.access` and get who looked into your own sessions.
#[utoipa::path(get, path = "/audit", tag = TAG, params(ListAudit),
    responses((status = 200, description = "The rows.", body = [AuditRow])))]
pub(crate) async fn list_audit(
    State(app): State<App>,
    caller: Caller<Anyone>,
    Params(wanted): Params<ListAudit>,
) -> Result<Json<Vec<AuditRow>>, Problem> {
    let session_owner = owner_to_tell(&caller, wanted.action.as_deref())?;
    let ListAudit { entity_type, entity_id, action, user_id, since, until, limit } = wanted;
    let limit = limit.unwrap_or(100);
    let filter = AuditFilter { entity_type, entity_id, user_id, action, session_owner, since, until, limit };
    Ok(Json(app.store.list_audit(&app.viewer(&caller), filter).await?))
}

/// Whose sessions the rows must be about; `None`: the caller reads the whole log.
fn owner_to_tell(caller: &Identity, action: Option<&str>) -> Result<Option<UserId>, Problem> {
    if caller.scopes.allows(Scope::AuditRead) {
        return Ok(None);
    }
    if action == Some(ACCESS) {
        return Ok(Some(caller.user_id));
    }
    let message = "This needs the scope audit:read. Without it you may ask who looked into your own sessions: ?action=session.access";
    Err(Problem::forbidden("insufficient_scope", message)
        .with_details(json!({ "required_scope": Scope::AuditRead.as_str() })))
}
