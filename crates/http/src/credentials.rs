//! What a caller shows: a bearer token, an API key, or nothing. Tokens in the query string are not accepted: they end
//! up in logs.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential<'a> {
    Token(&'a str),
    Key(&'a str),
    Absent,
    /// There is an `Authorization` header, and nobody can use it.
    Unusable,
}

/// `Authorization` first, then `x-api-key`. What looks like a JWT is one; every other bearer value is an API key.
pub(crate) fn read(headers: &HeaderMap) -> Credential<'_> {
    if let Some(key) = api_key(headers)
        && !headers.contains_key(AUTHORIZATION)
    {
        return Credential::Key(key);
    }
    let Some(value) = headers.get(AUTHORIZATION) else { return Credential::Absent };
    match value.to_str().ok().and_then(bearer) {
        Some(token) if token.bytes().filter(|b| *b == b'.').count() == 2 => Credential::Token(token),
        Some(key) => Credential::Key(key),
        None => Credential::Unusable,
    }
}

/// The value of `x-api-key`, if there is a usable one.
pub(crate) fn api_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-api-key").and_then(|value| value.to_str().ok()).map(str::trim).filter(|key| !key.is_empty())
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn tokens_and_keys_are_told_apart() {
        assert_eq!(read(&of(&[("authorization", "Bearer a.b.c")])), Credential::Token("a.b.c"));
        assert_eq!(read(&of(&[("authorization", "bearer artel_1")])), Credential::Key("artel_1"));
        assert_eq!(read(&of(&[("x-api-key", "artel_1")])), Credential::Key("artel_1"));
        assert_eq!(read(&of(&[("x-api-key", "k"), ("authorization", "Bearer a.b.c")])), Credential::Token("a.b.c"));
        assert_eq!(read(&HeaderMap::new()), Credential::Absent);
        for bad in ["Basic dTpw", "Bearer", "Bearer ", "a.b.c"] {
            assert_eq!(read(&of(&[("authorization", bad)])), Credential::Unusable, "{bad:?}");
        }
    }
}
