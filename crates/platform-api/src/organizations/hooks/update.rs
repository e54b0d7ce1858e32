use artel_domain::HookId;
use artel_http::caller::CredentialsWrite;
use artel_http::{At, Body, Checked, Faults, Problem};
use artel_tools_services::sealed_hook_secret;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{HookAt, HookView, check_secret, check_use, webhook};
use crate::App;
use crate::organizations::{Member, TAG};

#[derive(Deserialize, ToSchema)]
pub(crate) struct UpdateHook {
    /// In place of the one before. Deliveries are held to it at once.
    #[schema(min_length = 8, max_length = 1024, pattern = "^[^\\u0000]*$")]
    secret: String,
}

impl Checked for UpdateHook {
    fn check(&self, faults: &mut Faults) {
        check_secret(faults, Some(&self.secret));
    }
}

/// Set the secret of a hook.
///
/// For services that show their secret only when they know the address, and to rotate one. Needs `credentials:write`.
#[utoipa::path(patch, path = "/organizations/{org_id}/connectors/{connector_key}/hooks/{hook_id}", tag = TAG,
    params(("org_id" = String, Path), ("connector_key" = String, Path), ("hook_id" = HookId, Path)),
    request_body = UpdateHook,
    responses((status = 200, description = "The hook as it is now.", body = HookView)))]
pub(crate) async fn update_hook(
    State(app): State<App>,
    caller: Member<CredentialsWrite>,
    At(path): At<HookAt>,
    body: Body<UpdateHook>,
) -> Result<Json<HookView>, Problem> {
    let absent = || Problem::not_found("hook");
    let webhook = webhook(&app, caller.tenant_id, &path.connector_key).await?.ok_or_else(absent)?;
    check_use(&webhook, &path.connector_key)?;
    let (tenant, key) = (caller.tenant_id, &path.connector_key);
    let seal = app.keyring.of(tenant).await?;
    let sealed = sealed_hook_secret(&seal, tenant, path.hook_id, &body.value.secret).map_err(Problem::internal)?;
    let audit = caller.audit("hook.update", "hook", path.hook_id, app.clock.now());
    let changed = app.store.set_hook_secret(tenant, key, path.hook_id, sealed, audit).await?;
    changed.map(|hook| Json(HookView::new(hook, Some(&webhook)))).ok_or_else(absent)
}
