//! `GET /oauth/userinfo`.

use axum::Json;
use serde_json::{Value, json};

use crate::bearer::SignedIn;

/// Says whose access token was shown. The login to which it belongs must still hold.
pub(crate) async fn get_userinfo(signed_in: SignedIn) -> Json<Value> {
    let SignedIn { account, client_id, scopes, .. } = signed_in;
    Json(json!({
        "sub": account.user_id,
        "preferred_username": account.username,
        "name": account.username,
        "email": account.email,
        "email_verified": false,
        "tenant_id": account.tenant_id,
        "is_admin": account.is_admin,
        "client_id": client_id,
        "scope": scopes.join(" "),
        "created_at": account.created_at,
        "last_login_at": account.last_login_at,
    }))
}
