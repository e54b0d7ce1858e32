//! `POST /oauth/register-user`: registration without an operator, if the operator allows it.

use artel_domain::{Account, Invite, TenantId, UserId};
use artel_identity::{check_new_password, is_email, is_username, opaque_hash};
use artel_store::NewAccount;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::AuthApp;
use crate::app::Registration;
use crate::audit::By;
use crate::bearer::Address;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::shapes;

/// Creates an account with `username`, `password` and an optional `email`. `invite` decides the tenant.
#[utoipa::path(post, path = "/oauth/register-user", tag = shapes::PEOPLE, security(()),
    request_body(content(
        (shapes::RegisterUser = "application/x-www-form-urlencoded", example = json!({ "username": "ada", "password": "…", "invite": "…" })),
        (shapes::RegisterUser = "application/json"))),
    responses((status = CREATED, description = "The account.", body = shapes::Registered),
        (status = FORBIDDEN, response = shapes::Forbidden), (status = CONFLICT, response = shapes::Conflict)))]
pub(crate) async fn register_user(
    State(app): State<AuthApp>,
    Address(ip): Address,
    fields: Fields,
) -> Result<(StatusCode, Json<Value>), OAuthError> {
    let code = fields.get("invite").map(opaque_hash);
    let invite = invitation(&app, code.as_deref()).await?;
    let wanted = Wanted::of(&fields)?;
    let hash = app.passwords.hash(wanted.password).await?;

    let now = app.clock.now();
    let user_id = UserId(app.clock.uuid());
    let account = Account {
        user_id,
        // A person without an invitation gets a new tenant.
        tenant_id: invite.as_ref().map_or_else(|| TenantId(app.clock.uuid()), |invite| invite.tenant_id),
        username: wanted.username,
        email: wanted.email,
        is_admin: invite.as_ref().is_some_and(|invite| invite.is_admin),
        created_at: now,
        updated_at: None,
        last_login_at: None,
        deactivated_at: None,
    };
    let answer = json!({
        "id": account.user_id,
        "sub": account.user_id,
        "username": account.username,
        "email": account.email,
        "tenant_id": account.tenant_id,
        "created_at": account.created_at,
    });
    let audit = app.audit(By { user: Some(user_id), ip }, "user.register", ("user", user_id));
    let new = NewAccount { account, password_hash: hash };
    match code.filter(|_| invite.is_some()) {
        Some(code) => {
            if !app.store.accept_invite(&code, new, audit).await? {
                return Err(bad_invite());
            }
        }
        None => app.store.create_account(new, audit).await?,
    }
    Ok((StatusCode::CREATED, Json(answer)))
}

/// The valid invitation, if the request has one. An invalid invitation is refused even where none is needed.
async fn invitation(app: &AuthApp, code: Option<&str>) -> Result<Option<Invite>, OAuthError> {
    match (app.config.registration, code) {
        (Registration::Closed, _) => {
            let text = "Nobody can register here by themselves. Ask an operator for an account.";
            Err(OAuthError::new(StatusCode::FORBIDDEN, "registration_closed", text))
        }
        (Registration::Invited, None) => Err(bad_invite()),
        (Registration::Open, None) => Ok(None),
        (_, Some(code)) => app.store.find_invite(code, app.clock.now()).await?.map(Some).ok_or_else(bad_invite),
    }
}

fn bad_invite() -> OAuthError {
    let text = "An invitation is needed, and this is not one that can be used (any more).";
    OAuthError::new(StatusCode::FORBIDDEN, "invalid_invite", text)
}

struct Wanted {
    username: String,
    email: Option<String>,
    password: SecretString,
}

impl Wanted {
    fn of(fields: &Fields) -> Result<Self, OAuthError> {
        let username = fields.required("username")?;
        if !is_username(username) {
            return Err(OAuthError::invalid_field(
                "username",
                "The username must be 3 to 255 of the characters A-Z a-z 0-9 _",
            ));
        }
        let email = fields.get("email");
        if email.is_some_and(|email| !is_email(email)) {
            return Err(OAuthError::invalid_field("email", "The e-mail address does not look like one."));
        }
        let password = fields.required_secret("password")?;
        check_new_password(password.expose_secret()).map_err(|fault| OAuthError::invalid_field("password", fault))?;
        Ok(Self { username: username.to_owned(), email: email.map(str::to_owned), password })
    }
}
