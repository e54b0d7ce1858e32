use artel_connector_engine::{Account, ProbeReport};
use artel_domain::CredentialId;
use artel_http::caller::CredentialsWrite;
use artel_http::{At, Problem};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{CredentialAt, secret};
use crate::App;
use crate::organizations::{Member, TAG};

/// What the service said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CredentialReport {
    /// The service took the credential.
    ok: bool,
    /// The HTTP status of its answer; `null` when there was none.
    status: Option<u16>,
    /// In words for the credential's owner.
    message: String,
    /// Whose account it is, in the service's words.
    account: Option<String>,
    /// What it may do, as the service shows it.
    #[schema(schema_with = crate::document::anything)]
    scopes: Option<Value>,
    /// When the credential ends.
    expires_at: Option<String>,
}

/// Try a credential.
///
/// Makes the connector's test request, which changes nothing. Needs `credentials:write`.
#[utoipa::path(post, path = "/organizations/{org_id}/credentials/{credential_id}/test", tag = TAG,
    params(("org_id" = String, Path), ("credential_id" = CredentialId, Path)),
    responses((status = 200, description = "What the service said.", body = CredentialReport)))]
pub(crate) async fn test_credential(
    State(app): State<App>,
    caller: Member<CredentialsWrite>,
    At(path): At<CredentialAt>,
) -> Result<Json<CredentialReport>, Problem> {
    let found = app.store.find_sealed_credential(&app.viewer(&caller), path.credential_id).await?;
    let found = found.ok_or_else(|| Problem::not_found("credential"))?;
    let Some(listed) = app.connectors.find(caller.tenant_id, &found.credential.service_name).await? else {
        return Ok(Json(untried("This installation has no such connector any more.")));
    };
    let audit = caller.audit("credential.test", "credential", path.credential_id, app.clock.now());
    app.store.record_audit(caller.tenant_id, audit).await?;
    let seal = app.keyring.of(caller.tenant_id).await?;
    let account = Account {
        tenant: caller.tenant_id,
        id: found.credential.id.to_string(),
        connector: listed.connector,
        credential: secret::opened(&seal, &found)?,
    };
    let report = app.executor.probe(&account).await;
    Ok(Json(report.map_or_else(|| untried("This connector has no test request: the first call tries it."), told)))
}

fn untried(message: &str) -> CredentialReport {
    let message = message.to_owned();
    CredentialReport { ok: false, status: None, message, account: None, scopes: None, expires_at: None }
}

fn told(report: ProbeReport) -> CredentialReport {
    let ProbeReport { ok, status, message, account, scopes, expires_at } = report;
    let message = message.unwrap_or_else(|| "The service took the credential.".to_owned());
    CredentialReport { ok, status, message, account, scopes, expires_at }
}
