//! `POST /oauth/logout`.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::AuthApp;
use crate::audit::Details as _;
use crate::bearer::SignedIn;
use crate::error::OAuthError;
use crate::form::Fields;
use crate::shapes;

/// Ends the login of the access token or, with `everywhere=true`, every login of the account.
///
/// Its refresh and access tokens stop at once, and so do the streams and sockets that were opened with them; in other
/// processes that hear nothing by Redis, within five seconds.
#[utoipa::path(post, path = "/oauth/logout", tag = shapes::PEOPLE,
    request_body(content(
        (shapes::LogOut = "application/x-www-form-urlencoded", example = json!({ "everywhere": "true" })),
        (shapes::LogOut = "application/json"))),
    responses((status = OK, description = "How many logins ended.", body = shapes::LoggedOut)))]
pub(crate) async fn log_out(
    State(app): State<AuthApp>,
    signed_in: SignedIn,
    fields: Fields,
) -> Result<Json<Value>, OAuthError> {
    let SignedIn { account, client_id, family_id, by, .. } = signed_in;
    let audit = app.audit(by, "auth.logout", ("user", account.user_id)).with_client(&client_id);
    let ended = match family_id {
        Some(family) if fields.get("everywhere") != Some("true") => {
            u64::from(app.store.revoke_family(account.tenant_id, family, audit).await?)
        }
        _ => app.store.revoke_families(account.tenant_id, account.user_id, None, audit).await?,
    };
    app.gate.access_changed();
    Ok(Json(json!({ "status": "logged_out", "sessions_ended": ended })))
}
