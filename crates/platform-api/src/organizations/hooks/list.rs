use artel_http::caller::CredentialsRead;
use artel_http::{At, Checked, Faults, Params, Problem};
use artel_store::Page;
use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{ConnectorAt, HookView};
use crate::App;
use crate::organizations::{Member, TAG};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListHooks {
    /// At most this many; 100 when absent.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// Skip this many.
    #[param(minimum = 0, maximum = 2_147_483_647, nullable = false)]
    offset: Option<u32>,
}

impl Checked for ListHooks {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=100);
        faults.range("offset", self.offset, 0..=2_147_483_647);
    }
}

/// List the hooks of a connector.
///
/// Oldest first, without their tokens. Those that were revoked are not among them. Needs `credentials:read`.
#[utoipa::path(get, path = "/organizations/{org_id}/connectors/{connector_key}/hooks", tag = TAG,
    params(("org_id" = String, Path), ("connector_key" = String, Path), ListHooks),
    responses((status = 200, description = "A page of hooks.", body = [HookView],
        headers(("X-Total-Count" = i64, description = "How many there are in all.")))))]
pub(crate) async fn list_hooks(
    State(app): State<App>,
    caller: Member<CredentialsRead>,
    At(path): At<ConnectorAt>,
    Params(wanted): Params<ListHooks>,
) -> Result<impl IntoResponse, Problem> {
    let connector = app.connectors.find(caller.tenant_id, &path.connector_key).await?;
    let page = Page { limit: wanted.limit.unwrap_or(100), offset: wanted.offset.unwrap_or(0) };
    let (found, total) = app.store.list_hooks(caller.tenant_id, &path.connector_key, page).await?;
    // Hooks outlive their connector, and are to be seen and revoked then too.
    if connector.is_none() && total == 0 {
        return Err(Problem::not_found("connector"));
    }
    let webhook = connector.and_then(|listed| listed.connector.webhook.clone());
    let found: Vec<HookView> = found.into_iter().map(|hook| HookView::new(hook, webhook.as_ref())).collect();
    Ok((AppendHeaders([("x-total-count", total)]), Json(found)))
}
