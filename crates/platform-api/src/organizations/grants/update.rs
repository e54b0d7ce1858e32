use artel_domain::{AgentId, GrantId, GrantScopes};
use artel_http::caller::AgentsWrite;
use artel_http::{At, Body, Checked, Faults, Problem};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::GrantView;
use super::{GrantAt, check_count, check_modules, may_grant};
use crate::App;
use crate::organizations::agents::changeable;
use crate::organizations::{Member, TAG};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateGrant {
    /// In place of all scopes.
    #[schema(schema_with = crate::document::grant_scopes)]
    scopes: GrantScopes,
}

impl Checked for UpdateGrant {
    fn check(&self, faults: &mut Faults) {
        check_count(faults, Some(&self.scopes));
    }
}

/// Change what a grant covers.
///
/// Runs under way feel it at their next call. Needs `agents:write`, and a key that is not for one agent (403).
#[utoipa::path(patch, path = "/organizations/{org_id}/agents/{agent_id}/grants/{grant_id}", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path), ("grant_id" = GrantId, Path)), request_body = UpdateGrant,
    responses((status = 200, description = "The grant as it is now.", body = GrantView)))]
pub(crate) async fn update_grant(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    At(path): At<GrantAt>,
    body: Body<UpdateGrant>,
) -> Result<Json<GrantView>, Problem> {
    may_grant(&caller)?;
    let (agent, viewer, scopes) = (changeable(&caller, path.agent_id)?, app.viewer(&caller), body.value.scopes);
    let absent = || Problem::not_found("grant");
    let grants = app.store.list_grants(&viewer, agent).await?.unwrap_or_default();
    let grant = grants.into_iter().find(|grant| grant.id == path.grant_id).ok_or_else(absent)?;
    let credential = app.store.find_credential(&viewer, grant.credential_id).await?.ok_or_else(absent)?;
    if let Some(listed) = app.connectors.find(caller.tenant_id, &credential.service_name).await? {
        check_modules(&listed.connector, &scopes)?;
    }
    let audit = caller.audit("grant.update", "grant", grant.id, app.clock.now());
    let changed = app.store.update_grant(&viewer, agent, grant.id, scopes, audit).await?;
    changed.map(|grant| Json(grant.into())).ok_or_else(absent)
}
