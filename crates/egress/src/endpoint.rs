//! The form of a URL, which is checked before anything else.

use url::Url;

use crate::error::Refusal;

/// Checks the form of a tool's URL. The addresses of its host can change, so they are checked at each call.
///
/// # Errors
/// The reason why the URL can never be called.
pub fn check_endpoint(text: &str) -> Result<(), Refusal> {
    parse(text).and_then(|url| check_form(&url))
}

/// Parses a URL. Refuses spellings that parsers read differently.
pub(crate) fn parse(text: &str) -> Result<Url, Refusal> {
    // Parsers differ most in the errors that they tolerate. No correct URL has any of these characters in its
    // authority.
    let authority =
        text.split_once("//").map_or(text, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) || authority.contains(['%', '\\']) {
        return Err(Refusal::Spelling);
    }
    let url = Url::parse(text).map_err(|_| Refusal::NotAUrl)?;
    if url.fragment().is_some() { Err(Refusal::Fragment) } else { Ok(url) }
}

/// Checks scheme, credentials, port and host.
pub(crate) fn check_form(url: &Url) -> Result<(), Refusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::UserInfo);
    }
    if url.port() == Some(0) {
        return Err(Refusal::Port);
    }
    match url.host_str() {
        None | Some("") => Err(Refusal::NotAUrl),
        Some(host) if host.ends_with('.') => Err(Refusal::Spelling),
        Some(_) => Ok(()),
    }
}
