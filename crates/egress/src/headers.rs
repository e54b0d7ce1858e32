//! Names of headers that are not everybody's to write. Each place that takes a header's name from somebody asks here,
//! and [`Egress`](crate::Egress) asks once more before a request leaves.

/// Headers of the connection and of the framing of its messages (RFC 9110, 7.6 and 10.1.1; RFC 9112, 6). Whoever
/// writes one of them decides where a request ends, and what follows on that connection may be another tenant's.
const OF_CONNECTION: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that say who asks.
const OF_CALLER: [&str; 2] = ["authorization", "cookie"];

/// Headers by which a request passes for another one: another method, another address, another sender. Many receivers
/// and the proxies before them believe such headers.
const OF_DISGUISE: [&str; 16] = [
    "client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "forwarded",
    "proxy",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-forwarded",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];

/// Does this header belong to the connection? Nobody but the HTTP client writes it.
///
/// # Arguments
/// * `name`: in any case. `_` counts as `-`, because many receivers take one for the other.
pub fn is_of_connection(name: &str) -> bool {
    let name = plain(name);
    OF_CONNECTION.contains(&&*name) || name.starts_with("proxy-")
}

/// Is this header closed to a caller who chooses the names of headers, such as a model in a free request? Such a
/// caller writes no header of the connection, none that says who asks, and none by which the request passes for another
/// one than its guards saw.
///
/// # Arguments
/// * `name`: as for [`is_of_connection`].
pub fn is_closed_to_callers(name: &str) -> bool {
    let plain = plain(name);
    let is_listed = OF_CALLER.iter().chain(&OF_DISGUISE).any(|known| *known == plain);
    is_of_connection(name) || is_listed || plain.starts_with("x-forwarded-")
}

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::{is_closed_to_callers, is_of_connection};

    #[test]
    fn headers_of_the_connection_are_known_however_they_are_written() {
        for name in [
            "Content-Length",
            "content_length",
            "HOST",
            "Expect",
            "Upgrade",
            "Transfer-Encoding",
            "Connection",
            "TE",
            "Trailer",
            "Keep-Alive",
            "Proxy-Connection",
            "Proxy-Authorization",
        ] {
            assert!(is_of_connection(name) && is_closed_to_callers(name), "{name}");
        }
        for name in ["Accept", "Content-Type", "X-Api-Key", "X-Host", "Authorization", "Cookie"] {
            assert!(!is_of_connection(name), "{name}");
        }
        for name in [
            "Authorization",
            "cookie",
            "X-Forwarded-For",
            "Forwarded",
            "X-HTTP-Method-Override",
            "X_HTTP_Method_Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-Real-IP",
        ] {
            assert!(is_closed_to_callers(name), "{name}");
        }
        assert!(!is_closed_to_callers("Accept") && !is_closed_to_callers("X-Team"));
    }
}
