//! `Prefer` (RFC 7240): how the client wants to be served.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The preferences that Artel knows; others are ignored, as the RFC asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prefer {
    /// `handling=strict`: unknown members of a body are errors.
    pub strict: bool,
    /// `respond-async`: do not wait for the end.
    pub respond_async: bool,
}

impl Prefer {
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all("prefer").into_iter().filter_map(|value| value.to_str().ok());
        let words = values
            .flat_map(|value| value.split([',', ';']))
            .map(|word| word.trim().replace(['"', ' '], "").to_ascii_lowercase());
        words.fold(Self::default(), |prefer, word| match word.as_str() {
            "handling=strict" => Self { strict: true, ..prefer },
            "respond-async" => Self { respond_async: true, ..prefer },
            _ => prefer,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Prefer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_found_in_lists_and_in_several_headers() {
        let mut headers = HeaderMap::new();
        headers.append("prefer", "wait=10, Handling=\"strict\"".parse().unwrap());
        headers.append("prefer", "respond-async".parse().unwrap());
        assert_eq!(Prefer::of(&headers), Prefer { strict: true, respond_async: true });
        assert_eq!(Prefer::of(&HeaderMap::new()), Prefer::default());
    }
}
