//! Which scopes a token gets: the requested ones, within those of the client and the user.

use artel_domain::OAuthClient;

use crate::error::OAuthError;

/// Only administrators' tokens have this scope.
const ADMIN: &str = "api:admin";

/// The granted scopes, sorted, without repeats. Without a request these are all scopes that both client and user may
/// have.
pub(crate) fn granted(
    client: &OAuthClient,
    asked: Option<&str>,
    may_administer: bool,
) -> Result<Vec<String>, OAuthError> {
    let is_allowed =
        |scope: &str| client.scopes.iter().any(|allowed| allowed == scope) && (may_administer || scope != ADMIN);
    let asked: Vec<&str> = asked.unwrap_or_default().split_ascii_whitespace().collect();
    let mut granted: Vec<String> = if asked.is_empty() {
        client.scopes.iter().filter(|scope| is_allowed(scope)).cloned().collect()
    } else if asked.iter().all(|scope| is_allowed(scope)) {
        asked.into_iter().map(str::to_owned).collect()
    } else {
        return Err(OAuthError::invalid_scope("A requested scope is not allowed for this client and user"));
    };
    granted.sort_unstable();
    granted.dedup();
    Ok(granted)
}

/// The form of scopes in a token request or response: words separated by spaces.
pub(crate) fn spaced(scopes: &[String]) -> String {
    scopes.join(" ")
}
