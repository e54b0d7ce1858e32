use artel_domain::{Credential, CredentialId, UserId};
use artel_http::caller::CredentialsWrite;
use artel_http::{Attempt, Body, Checked, Faults, Problem};
use artel_store::{CredentialWrite, Page};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{CredentialView, secret};
use crate::App;
use crate::organizations::{Member, TAG};

/// Accounts whose label makes the same instance are told apart by a number up to this one.
const MOST_ALIKE: u32 = 100;
const LONGEST_INSTANCE: usize = 100;
/// Accounts of one service among which one that the caller sees is looked for.
const MOST_LOOKED_AT: u32 = 1000;

#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateCredential {
    /// The key of a connector.
    #[schema(schema_with = crate::document::connector_key)]
    service_name: String,
    /// Tells the accounts of one service apart; made of the label when absent.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9_.-]+$")]
    instance_id: Option<String>,
    #[schema(schema_with = crate::document::name)]
    account_label: String,
    /// The members that the connector's `auth.schema` names. It is never shown again.
    #[schema(value_type = Object)]
    secret: Value,
    /// The only user whose runs may use it; the organisation's when absent. Only an administrator may name another
    /// user than the caller.
    user_id: Option<UserId>,
}

impl Checked for CreateCredential {
    fn check(&self, faults: &mut Faults) {
        faults.length("service_name", self.service_name.as_str(), 1..=64);
        faults.name("account_label", self.account_label.as_str());
        let fits = self.instance_id.as_ref().is_none_or(|id| {
            (1..=LONGEST_INSTANCE).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
        });
        faults.ensure(fits, "instance_id", "must be 1 to 100 letters, digits, '_', '.' or '-'");
        secret::check_shape(faults, &self.secret);
    }
}

/// Keep a credential.
///
/// The secret is checked against the connector's `auth.schema` (422 for each member), encrypted, and never shown
/// again. Needs `credentials:write`.
#[utoipa::path(post, path = "/organizations/{org_id}/credentials", tag = TAG,
    params(("org_id" = String, Path), crate::document::IdempotencyKey), request_body = CreateCredential,
    responses((status = 201, description = "The new credential.", body = CredentialView),
        (status = 409, response = crate::document::Conflict)))]
pub(crate) async fn create_credential(
    State(app): State<App>,
    caller: Member<CredentialsWrite>,
    attempt: Attempt,
    body: Body<CreateCredential>,
) -> Result<Response, Problem> {
    let new = body.value;
    let listed = secret::connector(&app, caller.tenant_id, &new.service_name).await?;
    let members = secret::checked(&listed.connector, new.secret)?;
    let is_others = new.user_id.is_some_and(|user| user != caller.user_id);
    if is_others && !app.viewer(&caller).is_administrator() {
        return Err(Problem::invalid_field("user_id", "must be your own; only an administrator names another user"));
    }
    let create = async |id| {
        let credential = Credential {
            id: CredentialId(id),
            tenant_id: caller.tenant_id,
            service_name: new.service_name,
            instance_id: String::new(),
            account_label: new.account_label,
            user_id: new.user_id,
            created_at: app.clock.now(),
            last_used_at: None,
        };
        let seal = app.keyring.of(caller.tenant_id).await?;
        let sealed = secret::sealed(&seal, caller.tenant_id, credential.id, &members)?;
        let made = keep(&app, &caller, credential, new.instance_id, listed.version, &sealed).await?;
        Ok((StatusCode::CREATED, Json(CredentialView::from(made))).into_response())
    };
    app.gate.once(&caller, &attempt, &body.digest, create).await
}

/// Under the instance that was asked for, or under the first free one that the label makes. That an instance is taken
/// is told to those who see the account that has it; for all others it gets a number.
async fn keep(
    app: &App,
    caller: &Member<CredentialsWrite>,
    credential: Credential,
    asked: Option<String>,
    version: Option<String>,
    sealed: &str,
) -> Result<Credential, Problem> {
    let first = asked.clone().unwrap_or_else(|| instance(&credential));
    for name in alike(&first) {
        let named = Credential { instance_id: name.clone(), ..credential.clone() };
        let audit = caller.audit("credential.create", "credential", named.id, named.created_at);
        match app.store.create_credential(named, version.clone(), sealed.to_owned(), audit).await? {
            CredentialWrite::Done(made) => return Ok(made),
            CredentialWrite::ConnectorChanged => return Err(changed(&credential.service_name)),
            CredentialWrite::InstanceTaken => {}
        }
        if asked.as_ref() == Some(&name) && sees_instance(app, caller, &credential.service_name, &name).await? {
            break;
        }
    }
    Err(taken(&credential.service_name, &first))
}

/// Whether the caller sees an account of that instance.
async fn sees_instance(
    app: &App,
    caller: &Member<CredentialsWrite>,
    service: &str,
    instance: &str,
) -> Result<bool, Problem> {
    let page = Page { limit: MOST_LOOKED_AT, offset: 0 };
    let (seen, _) = app.store.list_credentials(&app.viewer(caller), Some(service), page).await?;
    Ok(seen.iter().any(|credential| credential.instance_id == instance))
}

/// The secret was entered for what the connector was, and goes nowhere else.
fn changed(service: &str) -> Problem {
    let message = format!("The connector {service} was changed or deleted meanwhile; look at it and try again.");
    Problem::conflict("connector_changed", message)
}

fn taken(service: &str, name: &str) -> Problem {
    let message = format!(
        "{service} has an account with the instance_id '{name}' already. Give another instance_id, or change that \
         account."
    );
    Problem::conflict("instance_taken", message)
}

/// The label in lower case with `_` for what an instance cannot have; the service when nothing is left.
fn instance(credential: &Credential) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let words: String = credential.account_label.chars().map(word).collect();
    let joined = words.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    let name = if joined.is_empty() { credential.service_name.clone() } else { joined };
    name.chars().take(LONGEST_INSTANCE - 4).collect()
}

/// The name, and the same with a number.
fn alike(name: &str) -> Vec<String> {
    let short: String = name.chars().take(LONGEST_INSTANCE - 4).collect();
    std::iter::once(name.to_owned()).chain((2..=MOST_ALIKE).map(|n| format!("{short}_{n}"))).collect()
}
