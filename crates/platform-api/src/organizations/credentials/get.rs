use artel_domain::CredentialId;
use artel_http::caller::CredentialsRead;
use artel_http::{At, Problem};
use axum::Json;
use axum::extract::State;

use super::{CredentialAt, CredentialView};
use crate::App;
use crate::organizations::{Member, TAG};

/// Read a credential, without its secret.
///
/// Needs `credentials:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/credentials/{credential_id}", tag = TAG,
    params(("org_id" = String, Path), ("credential_id" = CredentialId, Path)),
    responses((status = 200, description = "The credential.", body = CredentialView)))]
pub(crate) async fn get_credential(
    State(app): State<App>,
    caller: Member<CredentialsRead>,
    At(path): At<CredentialAt>,
) -> Result<Json<CredentialView>, Problem> {
    let found = app.store.find_credential(&app.viewer(&caller), path.credential_id).await?;
    found.map(|credential| Json(credential.into())).ok_or_else(|| Problem::not_found("credential"))
}
