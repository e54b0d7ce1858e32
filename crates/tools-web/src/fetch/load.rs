//! The bytes of an address, through the egress guard.

use artel_egress::{Answer, Outgoing};
use artel_tools::{CallContext, ToolError};
use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use url::Url;

use crate::text_error::{of_refusal, of_send, of_status, tell};

/// The most that is read.
const CAP: usize = 10 * 1024 * 1024;

/// What an address brought.
pub(super) struct Loaded {
    /// After redirects.
    pub(super) url: String,
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
}

impl Loaded {
    /// The last part of the address's path.
    pub(super) fn name(&self) -> String {
        let url = Url::parse(&self.url).ok();
        let last = url.as_ref().and_then(|url| url.path_segments()?.next_back());
        last.filter(|name| !name.is_empty()).unwrap_or("file").chars().take(200).collect()
    }
}

/// Loads an address.
///
/// # Errors
/// What is wrong with the address or with what it brought, with the code of the error first.
pub(super) async fn load(context: &CallContext, address: &str) -> Result<Loaded, ToolError> {
    // A fragment is for the reader of a page, and is never sent.
    let address = address.split('#').next().unwrap_or_default();
    let (url, rule) =
        context.egress.check_any(address, &context.allowed_domains).map_err(|refusal| of_refusal(&refusal))?;
    let request = Outgoing { method: Method::GET, url, headers: headers(), body: None, fresh: false };
    context.record.note(|exchange| exchange.attempts = 1);
    let response = context.egress.send(request, &rule).await.map_err(|error| of_send(&error))?;
    let status = response.status();
    context.record.note(|exchange| exchange.status_code = Some(status.as_u16()));
    if !status.is_success() {
        return Err(of_status(status.as_u16()));
    }
    read(response).await
}

async fn read(response: Answer) -> Result<Loaded, ToolError> {
    let url = response.url().to_string();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let (bytes, more) = response.read(CAP).await.map_err(|error| of_send(&error))?;
    if more {
        return Err(tell(
            "too_large",
            "url: the answer is larger than 10 MiB",
            "look for a smaller page or a part of it",
        ));
    }
    Ok(Loaded { url, content_type, bytes })
}

fn headers() -> HeaderMap {
    let said = [
        (ACCEPT, "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.5"),
        (ACCEPT_LANGUAGE, "ru,en;q=0.8,*;q=0.5"),
        (ACCEPT_ENCODING, "identity"),
        (USER_AGENT, concat!("Mozilla/5.0 (compatible; artel/", env!("CARGO_PKG_VERSION"), ")")),
    ];
    said.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}
