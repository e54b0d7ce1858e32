//! A service key that acts for many users says for which one by the header `x-user-id`.

use artel_domain::UserId;
use artel_identity::Scope;
use axum::http::HeaderMap;

use super::failure::AuthFailure;
use crate::Identity;

const HEADER: &str = "x-user-id";

/// The user for whom the caller acts, when it is not the caller.
///
/// # Errors
/// `ActAs`: the caller may act for nobody but itself. `BadUser`: the header is not a user's id.
pub(super) fn wanted(headers: &HeaderMap, caller: &Identity) -> Result<Option<UserId>, AuthFailure> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let user = value.to_str().ok().and_then(|text| text.trim().parse::<UserId>().ok());
    if user == Some(caller.user_id) {
        return Ok(None);
    }
    if !caller.scopes.allows(Scope::UsersActAs) {
        return Err(AuthFailure::ActAs);
    }
    user.map(Some).ok_or(AuthFailure::BadUser)
}
