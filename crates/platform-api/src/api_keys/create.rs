use artel_domain::{AgentId, ApiKey, ApiKeyId, Timestamp};
use artel_http::body::whole;
use artel_http::caller::KeysWrite;
use artel_http::{Attempt, Body, Caller, Checked, Faults, Identity, Problem};
use artel_identity::{NewKey, Scope, Scopes};
use artel_store::{NewApiKey, StoreError};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, grant};
use crate::App;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateApiKey {
    /// What the key may do: some of what its creator may.
    #[schema(schema_with = crate::document::scopes)]
    scopes: Vec<String>,
    #[schema(schema_with = crate::document::maybe_name)]
    name: Option<String>,
    /// As late as the caller's keys may end when absent: never, or with the key that makes it.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u64>,
    /// The only agent that the key may run and change.
    agent_id: Option<AgentId>,
    /// Runs that the key and those made with it may start in a day (UTC).
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    daily_limit: Option<i64>,
    /// No members: whoever sends one of them must not get a key that never ends.
    #[serde(default)]
    #[schema(ignore)]
    expires_at: Option<IgnoredAny>,
    #[serde(default)]
    #[schema(ignore)]
    expires_in: Option<IgnoredAny>,
}

impl CreateApiKey {
    fn request(&self) -> grant::KeyRequest<'_> {
        let Self { scopes, agent_id, daily_limit, expires_in_days, .. } = self;
        grant::KeyRequest { scopes, agent_id: *agent_id, daily_limit: *daily_limit, expires_in_days: *expires_in_days }
    }
}

impl Checked for CreateApiKey {
    fn check(&self, faults: &mut Faults) {
        faults.name("name", self.name.as_deref());
        faults.range("expires_in_days", self.expires_in_days, 1..=3650);
        faults.range("daily_limit", self.daily_limit, 1..=1_000_000);
        for (name, given) in [("expires_at", self.expires_at), ("expires_in", self.expires_in)] {
            faults.ensure(given.is_none(), name, "is not a member of this request; say expires_in_days");
        }
        faults.ensure((1..=32).contains(&self.scopes.len()), "scopes", "must have 1 to 32 entries");
        for (i, scope) in self.scopes.iter().enumerate().filter(|(_, scope)| Scope::parse(scope).is_none()) {
            faults.add(format!("scopes[{i}]"), format!("'{scope}' is not a scope"));
        }
    }
}

/// A new key, with the key itself: it is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewApiKeyView {
    id: ApiKeyId,
    key: String,
    name: Option<String>,
    last4: String,
    scopes: Vec<String>,
    agent_id: Option<AgentId>,
    daily_limit: Option<i64>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// The key that made it.
    parent_id: Option<ApiKeyId>,
}

/// Create an API key.
///
/// It acts as its creator, within its scopes. A key that was made with a key (`parent_id`) ends with that one, and its
/// runs count against the limits of both. A token of a user who signed in too long ago makes no keys (403
/// `sign_in_again`). Needs `api-keys:write` (or `tools:write`, which is all that the first clients have).
#[utoipa::path(post, path = "/api-keys", tag = TAG, params(crate::document::IdempotencyKey), request_body = CreateApiKey,
    responses((status = 201, description = "The key.", body = NewApiKeyView), (status = 409, response = crate::document::Conflict),
        (status = 404, response = crate::document::NotFound)))]
pub(crate) async fn create_api_key(
    State(app): State<App>,
    caller: Caller<KeysWrite>,
    attempt: Attempt,
    body: Body<CreateApiKey>,
) -> Result<Response, Problem> {
    let new = body.value;
    let ends_at = grant::check(&app, &caller, &new.request()).await?;
    let create = async |id| {
        let made = make(&app, &attempt, id)?;
        let key = ApiKey { expires_at: ends_at, ..describe(&caller, new, id, &made, app.clock.now()) };
        let kept = keep(&app, &caller, key, &made).await?;
        Ok((StatusCode::CREATED, Json(view(kept, &made))).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}

/// A retry must show the same key, so the key of a repeatable request is derived from its id; the pepper keeps it
/// secret.
fn make(app: &App, attempt: &Attempt, id: Uuid) -> Result<NewKey, Problem> {
    if !attempt.is_repeatable() {
        return app.key_maker.new_key().map_err(Problem::internal);
    }
    let mut seed = [0; 24];
    hex::decode_to_slice(&app.key_maker.hash(&format!("seed of key {id}"))[..48], &mut seed)
        .map_err(Problem::internal)?;
    Ok(app.key_maker.key_from(seed))
}

fn describe(caller: &Identity, new: CreateApiKey, id: Uuid, made: &NewKey, at: Timestamp) -> ApiKey {
    ApiKey {
        id: ApiKeyId(id),
        tenant_id: caller.tenant_id,
        user_id: caller.user_id,
        agent_id: new.agent_id,
        name: new.name,
        last4: made.last4.clone(),
        scopes: Scopes::new(new.scopes).into(),
        daily_limit: new.daily_limit,
        created_at: at,
        expires_at: None,
        revoked_at: None,
        parent_id: caller.api_key_id,
    }
}

/// Stores the key, or finds it when an earlier try did.
async fn keep(app: &App, caller: &Identity, key: ApiKey, made: &NewKey) -> Result<ApiKey, Problem> {
    if let Some(found) = app.store.find_api_key(&made.hash).await? {
        return Ok(found.key);
    }
    let audit = caller.audit("api_key.create", "api_key", key.id, key.created_at);
    match app.store.create_api_key(NewApiKey { key: key.clone(), hash: made.hash.clone() }, audit).await {
        Ok(()) => Ok(key),
        // Another try of the request was quicker.
        Err(error @ StoreError::Duplicate(_)) => Ok(app.store.find_api_key(&made.hash).await?.ok_or(error)?.key),
        Err(error) => Err(error.into()),
    }
}

fn view(key: ApiKey, made: &NewKey) -> NewApiKeyView {
    let ApiKey { id, name, last4, scopes, agent_id, daily_limit, created_at, expires_at, parent_id, .. } = key;
    let key = made.secret.expose_secret().to_owned();
    NewApiKeyView { id, key, name, last4, scopes, agent_id, daily_limit, created_at, expires_at, parent_id }
}
