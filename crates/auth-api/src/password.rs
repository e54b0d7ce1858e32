//! `POST /oauth/password`.

use artel_identity::check_new_password;
use axum::Json;
use axum::extract::State;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::AuthApp;
use crate::bearer::SignedIn;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::shapes;

/// Changes the caller's password with `current_password` and `new_password`. All other logins of the account end.
#[utoipa::path(post, path = "/oauth/password", tag = shapes::PEOPLE,
    request_body(content(
        (shapes::ChangePassword = "application/x-www-form-urlencoded", example = json!({ "current_password": "…", "new_password": "…" })),
        (shapes::ChangePassword = "application/json"))),
    responses((status = OK, description = "It is changed.", body = shapes::PasswordChanged)))]
pub(crate) async fn change_password(
    State(app): State<AuthApp>,
    signed_in: SignedIn,
    fields: Fields,
) -> Result<Json<Value>, OAuthError> {
    let SignedIn { account, family_id, by, .. } = signed_in;
    let current = fields.required_secret("current_password")?;
    let new = fields.required_secret("new_password")?;
    check_new_password(new.expose_secret()).map_err(|fault| OAuthError::invalid_field("new_password", fault))?;
    let login = app.store.find_login_of(account.tenant_id, account.user_id).await?;
    let login = login.ok_or_else(|| OAuthError::invalid_token("The access token is not valid"))?;
    if !app.knows_password(&login, current, by.ip).await? {
        return Err(OAuthError::invalid_grant("The current password is not right"));
    }
    let hash = app.passwords.hash(new).await?;
    let audit = app.audit(by, "user.password_change", ("user", account.user_id));
    app.store.set_password(account.tenant_id, account.user_id, hash, family_id, audit).await?;
    app.gate.access_changed();
    Ok(Json(json!({ "status": "password_changed" })))
}
