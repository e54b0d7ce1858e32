//! Requests that say twice who asks. Whoever stands before this server may read another one of two headers than this
//! server does, so none of them counts.

use axum::http::{HeaderMap, StatusCode};

use crate::Problem;

/// Headers that say who asks, and for whom.
const WHO: [&str; 6] = ["authorization", "x-api-key", "x-internal-auth", "x-user-id", "x-tenant-id", "x-artel-tenant"];

/// 400: a header that says who asks is there more than once.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(name) = WHO.into_iter().find(|name| headers.get_all(*name).iter().nth(1).is_some()) else { return Ok(()) };
    let message = format!("The header '{name}' is there more than once; send it once.");
    Err(Problem::new(StatusCode::BAD_REQUEST, "ambiguous_credentials", message))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn one_header_of_each_kind_is_enough() {
        let mut headers = HeaderMap::new();
        for name in WHO {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("a"));
        }
        assert!(check(&headers).is_ok());
        for name in WHO {
            let mut twice = headers.clone();
            twice.append(HeaderName::from_static(name), HeaderValue::from_static("a"));
            assert_eq!(check(&twice).unwrap_err().status(), 400, "{name}");
        }
    }
}
