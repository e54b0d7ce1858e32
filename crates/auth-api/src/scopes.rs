//! Which scopes a token gets: what was asked for, within what the client may have and what the user is.

use artel_domain::OAuthClient;

use crate::error::OAuthError;

/// Only administrators' tokens carry it.
const ADMIN: &str = "api:admin";

/// The granted scopes, sorted, without repeats. Without a wish it is all that the client may have and the user may do.
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

/// As it stands in a token request or answer.
pub(crate) fn spaced(scopes: &[String]) -> String {
    scopes.join(" ")
}
