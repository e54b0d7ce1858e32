use artel_domain::CredentialId;
use artel_http::caller::CredentialsWrite;
use artel_http::{At, Body, Checked, Faults, Problem};
use artel_store::CredentialPatch;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{CredentialAt, CredentialView, secret};
use crate::App;
use crate::organizations::{Member, TAG};

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UpdateCredential {
    #[schema(schema_with = crate::document::maybe_name)]
    account_label: Option<String>,
    /// In place of the whole secret. Runs under way use it from their next call on.
    #[schema(value_type = Option<Object>)]
    secret: Option<Value>,
}

impl Checked for UpdateCredential {
    fn check(&self, faults: &mut Faults) {
        faults.name("account_label", self.account_label.as_deref());
        if let Some(secret) = &self.secret {
            secret::check_shape(faults, secret);
        }
    }
}

/// Change a credential's label, or rotate its secret.
///
/// Needs `credentials:write`.
#[utoipa::path(patch, path = "/organizations/{org_id}/credentials/{credential_id}", tag = TAG,
    params(("org_id" = String, Path), ("credential_id" = CredentialId, Path)), request_body = UpdateCredential,
    responses((status = 200, description = "The credential as it is now.", body = CredentialView)))]
pub(crate) async fn update_credential(
    State(app): State<App>,
    caller: Member<CredentialsWrite>,
    At(path): At<CredentialAt>,
    body: Body<UpdateCredential>,
) -> Result<Json<CredentialView>, Problem> {
    let (viewer, new) = (app.viewer(&caller), body.value);
    let absent = || Problem::not_found("credential");
    let credential = app.store.find_credential(&viewer, path.credential_id).await?.ok_or_else(absent)?;
    let sealed = match new.secret {
        Some(given) => {
            let listed = secret::connector(&app, caller.tenant_id, &credential.service_name).await?;
            let members = secret::checked(&listed.connector, given)?;
            let seal = app.keyring.of(caller.tenant_id).await?;
            Some(secret::sealed(&seal, caller.tenant_id, credential.id, &members)?)
        }
        None => None,
    };
    let action = if sealed.is_some() { "credential.rotate" } else { "credential.update" };
    let audit = caller.audit(action, "credential", credential.id, app.clock.now());
    let patch = CredentialPatch { account_label: new.account_label, sealed };
    let changed = app.store.update_credential(&viewer, credential.id, patch, audit).await?;
    changed.map(|credential| Json(credential.into())).ok_or_else(absent)
}
