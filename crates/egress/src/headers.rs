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

/// Does this header belong to the connection? Nobody but the HTTP client writes it.
///
/// # Arguments
/// * `name`: in any case. `_` counts as `-`, because many receivers take one for the other.
pub fn is_of_connection(name: &str) -> bool {
    let name = plain(name);
    OF_CONNECTION.contains(&&*name) || name.starts_with("proxy-")
}

/// Is this header closed to a caller who chooses the names of headers, such as a model in a free request? Such a
/// caller writes no header of the connection, and none that says who asks.
///
/// # Arguments
/// * `name`: as for [`is_of_connection`].
pub fn is_closed_to_callers(name: &str) -> bool {
    let plain = plain(name);
    is_of_connection(name) || OF_CALLER.contains(&&*plain) || plain.starts_with("x-forwarded-")
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
        for name in ["Authorization", "cookie", "X-Forwarded-For"] {
            assert!(is_closed_to_callers(name), "{name}");
        }
        assert!(!is_closed_to_callers("Accept") && !is_closed_to_callers("X-Team"));
    }
}
