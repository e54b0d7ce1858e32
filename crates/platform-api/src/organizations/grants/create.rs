use artel_domain::{AgentId, Consent, CredentialId, Grant, GrantId, GrantScopes};
use artel_http::caller::AgentsWrite;
use artel_http::{At, Attempt, Body, Checked, Faults, Problem};
use artel_store::GrantWrite;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::GrantView;
use super::{check_count, check_modules, may_grant};
use crate::App;
use crate::organizations::agents::{AgentAt, changeable, found};
use crate::organizations::{Member, TAG};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateGrant {
    /// One of `available-credentials`.
    credential_id: CredentialId,
    /// Reading and writing when absent.
    #[schema(schema_with = crate::document::grant_scopes)]
    scopes: Option<GrantScopes>,
}

impl Checked for CreateGrant {
    fn check(&self, faults: &mut Faults) {
        check_count(faults, self.scopes.as_ref());
    }
}

/// Grant a credential to an agent.
///
/// It must be of one of the agent's connectors (422). Needs `agents:write`, and a key that is not for one agent (403).
#[utoipa::path(post, path = "/organizations/{org_id}/agents/{agent_id}/grants", tag = TAG,
    params(("org_id" = String, Path), ("agent_id" = AgentId, Path), crate::document::IdempotencyKey), request_body = CreateGrant,
    responses((status = 201, description = "The new grant.", body = GrantView), (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_grant(
    State(app): State<App>,
    caller: Member<AgentsWrite>,
    At(path): At<AgentAt>,
    attempt: Attempt,
    body: Body<CreateGrant>,
) -> Result<Response, Problem> {
    may_grant(&caller)?;
    let agent_id = changeable(&caller, path.agent_id)?;
    found(&app, &caller, agent_id).await?;
    let new = body.value;
    let scopes = new.scopes.unwrap_or_else(everything);
    let service = check_covered(&app, &caller, agent_id, new.credential_id, &scopes).await?;
    let create = async |id| {
        let grant = Grant {
            id: GrantId(id),
            tenant_id: caller.tenant_id,
            agent_id,
            credential_id: new.credential_id,
            scopes,
            created_by: caller.user_id,
            created_at: app.clock.now(),
        };
        let audit = caller.audit("grant.create", "grant", grant.id, grant.created_at);
        match app.store.create_grant(&app.viewer(&caller), grant, audit).await? {
            GrantWrite::Done(grant) => Ok((StatusCode::CREATED, Json(GrantView::from(grant))).into_response()),
            GrantWrite::AgentMissing => Err(Problem::not_found("agent")),
            GrantWrite::CredentialMissing => Err(Problem::not_found("credential")),
            GrantWrite::ConnectorMissing => Err(not_covered(&service)),
            GrantWrite::Duplicate => {
                let message = "The agent has a grant of this credential already: change or delete that one.";
                Err(Problem::conflict("already_granted", message))
            }
        }
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}

fn everything() -> GrantScopes {
    GrantScopes([("read".to_owned(), Consent::Yes), ("write".to_owned(), Consent::Yes)].into())
}

/// The credential is of a connector that the agent may call, and the scopes are that connector's. Returns its service.
async fn check_covered(
    app: &App,
    caller: &Member<AgentsWrite>,
    agent: AgentId,
    credential: CredentialId,
    scopes: &GrantScopes,
) -> Result<String, Problem> {
    let credential = app.store.find_credential(&app.viewer(caller), credential).await?;
    let credential = credential.ok_or_else(|| Problem::not_found("credential"))?;
    let (service, allowed) = (&credential.service_name, app.store.connectors_of_agent(caller.tenant_id, agent).await?);
    let listed = app.connectors.find(caller.tenant_id, service).await?.filter(|_| allowed.contains(service));
    let Some(listed) = listed else { return Err(not_covered(service)) };
    check_modules(&listed.connector, scopes)?;
    Ok(credential.service_name)
}

fn not_covered(service: &str) -> Problem {
    let message =
        format!("is of {service}, which is not among the agent's connectors; add it with PUT …/connectors first");
    Problem::invalid_field("credential_id", message)
}
