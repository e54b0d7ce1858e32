//! Cookies: read, set and removed. None can be read by a script.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use crate::place::Place;

/// Which requests of other sites a cookie comes with.
#[derive(Clone, Copy)]
pub(crate) enum SameSite {
    /// With none.
    Strict,
    /// With a person's navigation: the way back from the login page.
    Lax,
}

/// The value of the cookie of this name.
pub(crate) fn read<'a>(headers: &'a HeaderMap, place: &Place, name: &str) -> Option<&'a str> {
    let name = place.cookie_name(name);
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// A `Set-Cookie`; without `seconds` the cookie ends with the browser.
pub(crate) fn set(
    place: &Place,
    name: &str,
    value: &str,
    same_site: SameSite,
    seconds: Option<u32>,
) -> Option<HeaderValue> {
    let name = place.cookie_name(name);
    let same_site = match same_site {
        SameSite::Strict => "Strict",
        SameSite::Lax => "Lax",
    };
    let secure = if place.is_secure() { "; Secure" } else { "" };
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{age}");
    let mut value = HeaderValue::from_str(&line).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(crate) fn remove(place: &Place, name: &str) -> Option<HeaderValue> {
    set(place, name, "", SameSite::Strict, Some(0))
}
