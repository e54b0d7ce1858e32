//! How the services of one installation know each other.

use axum::http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

const HEADER: &str = "x-internal-auth";

/// The key that services show each other in `x-internal-auth`. Whoever has it is trusted with everything behind the
/// internal ports.
#[derive(Debug, Clone)]
pub struct InternalKey(SecretString);

impl InternalKey {
    /// `key`: what a caller must send in `x-internal-auth`.
    pub fn new(key: SecretString) -> Self {
        Self(key)
    }

    /// What a request shows, if it shows anything.
    pub fn shown(headers: &HeaderMap) -> Option<&str> {
        headers.get(HEADER).map(|value| value.to_str().unwrap_or_default())
    }

    /// Compares in a time that tells nothing but the length.
    pub fn is(&self, shown: &str) -> bool {
        shown.as_bytes().ct_eq(self.0.expose_secret().as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_key_is_the_key() {
        let key = InternalKey::new("correct horse".into());
        assert!(key.is("correct horse"));
        for wrong in ["", "correct", "correct horsf", "correct horse "] {
            assert!(!key.is(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_read_is_a_wrong_key_and_not_an_absent_one() {
        let mut headers = HeaderMap::new();
        assert_eq!(InternalKey::shown(&headers), None);
        headers.insert("X-Internal-Auth", axum::http::HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(InternalKey::shown(&headers), Some(""));
    }
}
