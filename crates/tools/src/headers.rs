//! Headers that tenants write.

use std::collections::BTreeMap;

use artel_egress::is_of_connection;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// Headers that are Artel's, beside those of the connection.
const OURS: [&str; 6] =
    ["accept-encoding", "x-trace-id", "traceparent", "x-tenant-id", "x-user-id", "x-idempotency-key"];

/// Can these headers of a tool be sent?
///
/// # Errors
/// A text that names the header and what is wrong with it.
pub fn check_headers(headers: &BTreeMap<String, String>) -> Result<(), String> {
    custom_headers(headers).map(|_| ())
}

/// A header of this name, unless it belongs to the connection or to Artel.
pub(crate) fn header_name(name: &str) -> Result<HeaderName, String> {
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("'{name}' is not a header name"))?;
    if is_of_connection(name) || OURS.contains(&&*parsed.as_str().replace('_', "-")) {
        Err(format!("the header '{name}' cannot be set by a tool"))
    } else {
        Ok(parsed)
    }
}

/// The headers that the author of a tool wrote.
pub(crate) fn custom_headers(headers: &BTreeMap<String, String>) -> Result<HeaderMap, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = HeaderValue::from_str(value)
                .map_err(|_| format!("the value of the header '{name}' holds characters that a header cannot hold"))?;
            Ok((header_name(name)?, value))
        })
        .collect()
}
