//! The form that a URL must have before anything else is asked about it.

use url::Url;

use crate::error::Refusal;

/// Checks the form of an endpoint. Where its host is can change, so that is checked with each call.
///
/// # Errors
/// Why the URL can never be called.
pub fn check_endpoint(text: &str) -> Result<(), Refusal> {
    parse(text).and_then(|url| check_form(&url))
}

/// Parses a URL, and refuses spellings that parsers read differently.
pub(crate) fn parse(text: &str) -> Result<Url, Refusal> {
    // Parsers differ most in what they forgive; an authority with any of this is never written by accident.
    let authority =
        text.split_once("//").map_or(text, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) || authority.contains(['%', '\\']) {
        return Err(Refusal::Spelling);
    }
    let url = Url::parse(text).map_err(|_| Refusal::NotAUrl)?;
    if url.fragment().is_some() { Err(Refusal::Fragment) } else { Ok(url) }
}

/// Scheme, credentials, port and host.
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
