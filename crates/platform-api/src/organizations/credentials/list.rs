use artel_http::caller::CredentialsRead;
use artel_http::{Checked, Faults, Params, Problem};
use artel_store::Page;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::CredentialView;
use crate::App;
use crate::organizations::{Member, TAG};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCredentials {
    /// Only those of this service.
    #[param(max_length = 64, nullable = false)]
    service_name: Option<String>,
    /// At most this many; 100 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListCredentials {
    fn check(&self, faults: &mut Faults) {
        faults.length("service_name", self.service_name.as_deref(), 0..=64);
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List credentials.
///
/// By service and instance, without secrets. Another user's own are not among them. Needs `credentials:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/credentials", tag = TAG, params(("org_id" = String, Path), ListCredentials),
    responses((status = 200, description = "A page of credentials.", body = [CredentialView],
        headers(("X-Total-Count" = i64, description = "How many there are in all.")))))]
pub(crate) async fn list_credentials(
    State(app): State<App>,
    caller: Member<CredentialsRead>,
    Params(wanted): Params<ListCredentials>,
) -> Result<impl IntoResponse, Problem> {
    let page = Page { limit: wanted.limit.unwrap_or(100), offset: wanted.offset.unwrap_or(0) };
    let service = wanted.service_name.as_deref();
    let (found, total) = app.store.list_credentials(&app.viewer(&caller), service, page).await?;
    let found: Vec<CredentialView> = found.into_iter().map(CredentialView::from).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(found)))
}
