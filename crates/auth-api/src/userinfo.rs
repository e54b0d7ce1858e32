//! `GET /oauth/userinfo`.

use axum::Json;
use serde_json::{Value, json};

use crate::bearer::SignedIn;
use crate::shapes;

/// Returns the owner of the access token. Its login must not have ended.
///
/// The e-mail address is for tokens with the scopes `openid` and `email` (OpenID Connect Core, 5.4).
#[utoipa::path(get, path = "/oauth/userinfo", tag = shapes::PEOPLE,
    responses((status = OK, description = "The owner.", body = shapes::Userinfo)))]
pub(crate) async fn get_userinfo(signed_in: SignedIn) -> Json<Value> {
    let SignedIn { account, client_id, scopes, .. } = signed_in;
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let mut answer = json!({
        "sub": account.user_id,
        "preferred_username": account.username,
        "name": account.username,
        "tenant_id": account.tenant_id,
        "is_admin": account.is_admin,
        "client_id": client_id,
        "scope": scopes.join(" "),
        "created_at": account.created_at,
        "last_login_at": account.last_login_at,
    });
    if has("openid") && has("email") {
        answer["email"] = json!(account.email);
        answer["email_verified"] = false.into();
    }
    Json(answer)
}

/// The same by POST (OpenID Connect Core, 5.3).
#[utoipa::path(post, path = "/oauth/userinfo", tag = shapes::PEOPLE,
    responses((status = OK, description = "The owner.", body = shapes::Userinfo)))]
pub(crate) async fn post_userinfo(signed_in: SignedIn) -> Json<Value> {
    get_userinfo(signed_in).await
}
