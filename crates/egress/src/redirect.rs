//! Which request follows a redirect, decided without I/O.

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, USER_AGENT};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::error::{MAX_REDIRECTS, Refusal};
use crate::host::is_same_origin;
use crate::outgoing::Outgoing;

/// The headers that another origin may get. Every other header could be a credential, because tenants choose header
/// names freely.
const NON_SECRET_HEADERS: [&str; 3] = ["x-trace-id", "traceparent", "x-idempotency-key"];

/// Whether this status is a redirect.
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The request that follows a redirect to `target`, after `hops` redirects.
pub(crate) fn follow(sent: Outgoing, status: StatusCode, mut target: Url, hops: usize) -> Result<Outgoing, Refusal> {
    if hops >= MAX_REDIRECTS {
        return Err(Refusal::TooManyRedirects);
    }
    if sent.url.scheme() == "https" && target.scheme() != "https" {
        return Err(Refusal::Downgrade);
    }
    target.set_fragment(None);
    let Outgoing { method, url, mut headers, mut body, fresh } = sent;
    let method = next_method(method, status);
    if method == Method::GET {
        body = None;
        headers.remove(CONTENT_TYPE);
        headers.remove(CONTENT_LENGTH);
    }
    if !is_same_origin(&url, &target) {
        // A secret may stand in the body as well as in a header, and a body cannot be sent without it.
        if body.is_some() {
            return Err(Refusal::BodyElsewhere(target.origin().ascii_serialization()));
        }
        headers = without_secrets(&headers);
    }
    Ok(Outgoing { method, url: target, headers, body, fresh })
}

/// 307 and 308 keep the method. The others turn every method into GET, as browsers do for POST (Fetch standard,
/// "HTTP-redirect fetch").
fn next_method(method: Method, status: StatusCode) -> Method {
    if matches!(status.as_u16(), 307 | 308) { method } else { Method::GET }
}

fn without_secrets(headers: &HeaderMap) -> HeaderMap {
    let standard = [ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, USER_AGENT];
    let keep =
        |name: &reqwest::header::HeaderName| standard.contains(name) || NON_SECRET_HEADERS.contains(&name.as_str());
    headers.iter().filter(|(name, _)| keep(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
    use reqwest::{Method, StatusCode};
    use url::Url;

    use super::follow;
    use crate::error::Refusal;
    use crate::outgoing::Outgoing;

    fn post(url: &str) -> Outgoing {
        let headers: HeaderMap = [
            "authorization",
            "x-api-key",
            "cookie",
            "x-tenant-id",
            "x-user-id",
            "x-custom",
            "x-idempotency-key",
            "content-type",
        ]
        .into_iter()
        .map(|name| (HeaderName::from_static(name), HeaderValue::from_static("v")))
        .collect();
        Outgoing {
            method: Method::POST,
            url: Url::parse(url).unwrap(),
            headers,
            body: Some(Bytes::from_static(b"{}")),
            fresh: true,
        }
    }

    fn next(from: &str, status: u16, to: &str, hops: usize) -> Result<Outgoing, Refusal> {
        follow(post(from), StatusCode::from_u16(status).unwrap(), Url::parse(to).unwrap(), hops)
    }

    #[test]
    fn https_never_becomes_http() {
        assert_eq!(next("https://a.example/", 307, "http://a.example/", 0).unwrap_err(), Refusal::Downgrade);
        assert!(next("http://a.example/", 307, "https://a.example/", 0).is_ok());
    }

    #[test]
    fn the_fourth_hop_is_refused() {
        assert!(next("https://a.example/", 307, "https://a.example/2", 2).is_ok());
        assert_eq!(next("https://a.example/", 307, "https://a.example/3", 3).unwrap_err(), Refusal::TooManyRedirects);
    }

    #[test]
    fn another_origin_gets_no_header_that_could_be_a_secret() {
        for to in ["https://b.example/", "https://a.example:8443/", "https://sub.a.example/"] {
            let sent = next("https://a.example/", 302, to, 0).unwrap();
            let mut names: Vec<&str> = sent.headers.keys().map(HeaderName::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["x-idempotency-key"], "{to}");
        }
        assert!(
            next("https://a.example/1", 307, "https://a.example/2", 0).unwrap().headers.contains_key("authorization")
        );
        assert!(
            next("http://a.example/1", 308, "https://a.example/2", 0).unwrap().headers.contains_key("authorization")
        );
        assert!(
            !next("http://a.example:8080/", 302, "https://a.example/", 0)
                .unwrap()
                .headers
                .contains_key("authorization")
        );
    }

    #[test]
    fn another_origin_gets_no_body() {
        for status in [307, 308] {
            for to in ["https://b.example/", "https://a.example:8443/", "https://sub.a.example/"] {
                let refused = next("https://a.example/", status, to, 0).unwrap_err();
                assert_eq!(refused, Refusal::BodyElsewhere(to.trim_end_matches('/').to_owned()));
            }
            let sent = next("https://a.example/", status, "https://a.example:443/2", 0).unwrap();
            assert!(sent.body.is_some());
        }
    }

    #[test]
    fn only_307_and_308_repeat_the_method_and_the_body() {
        for (status, method, body) in [
            (301, Method::GET, false),
            (302, Method::GET, false),
            (303, Method::GET, false),
            (307, Method::POST, true),
            (308, Method::POST, true),
        ] {
            let sent = next("https://a.example/", status, "https://a.example/2", 0).unwrap();
            assert_eq!((sent.method, sent.body.is_some()), (method, body), "{status}");
        }
    }
}
