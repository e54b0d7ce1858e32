use artel_domain::CredentialId;
use artel_http::caller::CredentialsWrite;
use artel_http::{At, Problem};
use axum::extract::State;
use axum::http::StatusCode;

use super::CredentialAt;
use crate::App;
use crate::organizations::{Member, TAG};

/// Delete a credential.
///
/// Its grants go with it. Needs `credentials:write`.
#[utoipa::path(delete, path = "/organizations/{org_id}/credentials/{credential_id}", tag = TAG,
    params(("org_id" = String, Path), ("credential_id" = CredentialId, Path)),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn delete_credential(
    State(app): State<App>,
    caller: Member<CredentialsWrite>,
    At(path): At<CredentialAt>,
) -> Result<StatusCode, Problem> {
    let audit = caller.audit("credential.delete", "credential", path.credential_id, app.clock.now());
    let was_there = app.store.delete_credential(&app.viewer(&caller), path.credential_id, audit).await?;
    was_there.then_some(StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("credential"))
}
