use artel_domain::{Hook, HookId};
use artel_http::caller::CredentialsWrite;
use artel_http::{At, Attempt, Body, Checked, Faults, Problem};
use artel_identity::{OpaqueToken, entropy, hook_token};
use artel_store::hooks::MOST_HOOKS;
use artel_store::{HookWrite, NewHook};
use artel_tools_services::sealed_hook_secret;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ConnectorAt, HookView, check_secret, check_use, webhook};
use crate::App;
use crate::organizations::{Member, TAG};

const SHOWN_OF_TOKEN: usize = 4;

#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct CreateHook {
    /// What the service signs its deliveries with, or shows with each. It is never shown again.
    #[schema(min_length = 8, max_length = 1024, pattern = "^[^\\u0000]*$")]
    secret: Option<String>,
}

impl Checked for CreateHook {
    fn check(&self, faults: &mut Faults) {
        check_secret(faults, self.secret.as_deref());
    }

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// A new hook, with its token: it is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewHookView {
    #[serde(flatten)]
    hook: HookView,
    /// Where the service delivers, relative to the address of this API. The token is part of it.
    url: String,
    token: String,
}

/// Make a hook.
///
/// An address where the connector's service delivers what it sends by itself. Whoever knows it can deliver, so it is a
/// secret. With a `secret`, only deliveries that the service signed with it are taken. An organisation has at most 200
/// hooks. Needs `credentials:write`.
#[utoipa::path(post, path = "/organizations/{org_id}/connectors/{connector_key}/hooks", tag = TAG,
    params(("org_id" = String, Path), ("connector_key" = String, Path), crate::document::IdempotencyKey),
    request_body = Option<CreateHook>,
    responses((status = 201, description = "The new hook.", body = NewHookView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_hook(
    State(app): State<App>,
    caller: Member<CredentialsWrite>,
    At(path): At<ConnectorAt>,
    attempt: Attempt,
    body: Body<CreateHook>,
) -> Result<Response, Problem> {
    let (key, secret) = (path.connector_key, body.value.secret);
    let webhook = webhook(&app, caller.tenant_id, &key).await?.ok_or_else(|| sends_nothing(&key))?;
    if secret.is_some() {
        check_use(&webhook, &key)?;
    }
    let create = async |id| {
        let token = token(&app, &attempt, id)?;
        let hook = Hook {
            id: HookId(id),
            tenant_id: caller.tenant_id,
            connector_key: key,
            last4: last4(token.secret.expose_secret()),
            has_secret: secret.is_some(),
            created_by: caller.user_id,
            created_at: app.clock.now(),
            last_refused_at: None,
        };
        let key = app.keyring.of(hook.tenant_id).await?;
        let seal = |secret: String| sealed_hook_secret(&key, hook.tenant_id, hook.id, &secret);
        let sealed = secret.map(seal).transpose().map_err(Problem::internal)?;
        let audit = caller.audit("hook.create", "hook", hook.id, hook.created_at);
        let new = NewHook { hook, token_hash: token.hash, sealed };
        let HookWrite::Done(made) = app.store.create_hook(new, audit).await? else { return Err(too_many()) };
        let token = token.secret.expose_secret().to_owned();
        let url = format!("/v1/hooks/{}/{}/{token}", made.tenant_id, made.connector_key);
        let view = NewHookView { hook: HookView::new(made, Some(&webhook)), url, token };
        Ok((StatusCode::CREATED, Json(view)).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}

/// A retry must show the same token, so the token of a repeatable request is derived from the hook's id; the pepper
/// keeps it secret.
fn token(app: &App, attempt: &Attempt, id: Uuid) -> Result<OpaqueToken, Problem> {
    if !attempt.is_repeatable() {
        return entropy::<32>().map(|bytes| hook_token(&bytes)).map_err(Problem::internal);
    }
    let mut seed = [0; 32];
    let hash = app.key_maker.hash(&format!("seed of the token of hook {id}"));
    hex::decode_to_slice(hash, &mut seed).map_err(Problem::internal)?;
    Ok(hook_token(&seed))
}

fn last4(token: &str) -> String {
    token.chars().skip(token.len().saturating_sub(SHOWN_OF_TOKEN)).collect()
}

fn too_many() -> Problem {
    let message = format!("An organisation has at most {MOST_HOOKS} hooks; revoke one first.");
    Problem::conflict("too_many_hooks", message)
}

fn sends_nothing(key: &str) -> Problem {
    Problem::conflict("sends_nothing", format!("The service of {key} sends nothing by itself; ask it instead."))
}
