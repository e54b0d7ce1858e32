//! One request and its reply.

use std::time::Duration;

use artel_connectors::reply::Failure;
use artel_connectors::request::{HttpRequest, bases_of};
use artel_domain::Timestamp;
use artel_egress::{Egress, Outgoing, SendError};
use artel_tools::Redactor;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use tokio::time::Instant;
use url::Url;

use crate::account::Account;
use crate::error::ExecuteError;

/// The most that is read of a reply, in bytes.
pub(crate) const MAX_REPLY: usize = 16 * 1024 * 1024;
/// The most that is read of a reply with a token, in bytes.
pub(crate) const MAX_TOKEN_REPLY: usize = 64 * 1024;

/// Where a request and its redirects may lead.
#[derive(Default)]
pub(crate) struct Reach {
    /// By scheme, host and port. When there are no hosts either, the request's own origin alone.
    origins: Vec<Url>,
    hosts: Vec<String>,
}

impl Reach {
    /// The addresses of the account's service, and the hosts that its replies lead to.
    pub(crate) fn of(account: &Account) -> Self {
        let connector = &account.connector;
        Self { origins: bases_of(connector, &account.secrets()), hosts: connector.other_hosts.clone() }
    }
}

/// A reply as it came.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) now: Timestamp,
}

impl Reply {
    pub(crate) fn as_http(&self) -> artel_connectors::reply::HttpReply<'_> {
        artel_connectors::reply::HttpReply {
            status: self.status,
            headers: &self.headers,
            body: &self.body,
            now: self.now,
        }
    }
}

/// Sends a request, and follows redirects within its reach only.
///
/// # Arguments
/// * `writes`: what is lost on the way may have had its effect.
/// * `until`: when the caller stops waiting.
/// * `cap`: the most that is read, in bytes.
///
/// # Errors
/// No reply, and whether that is known to be harmless.
pub(crate) async fn send(
    egress: &Egress,
    request: &HttpRequest,
    reach: &Reach,
    writes: bool,
    until: Instant,
    cap: usize,
) -> Result<(u16, HeaderMap, Bytes), ExecuteError> {
    let work = async {
        let checked = egress.check_among(request.url.as_str(), &reach.origins, &reach.hosts);
        let (url, rule) = checked.map_err(|refusal| ExecuteError::Forbidden(refusal.to_string()))?;
        let outgoing = Outgoing {
            method: method(request),
            url,
            headers: request.headers.clone(),
            body: request.body.clone().map(Bytes::from),
            // A pooled connection may be dying, and then nobody knows whether a write arrived.
            fresh: writes,
        };
        let response = egress.send(outgoing, &rule).await.map_err(|error| lost(&error, writes))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (body, more) = match response.read(cap).await {
            Err(SendError::Compressed(coding)) => return without_body(status, headers, &coding, writes),
            read => read.map_err(|error| lost(&error, writes))?,
        };
        if more {
            let text = format!("the answer is larger than {} KiB; ask for less", cap / 1024);
            return Err(if writes { ExecuteError::Unknown(text) } else { ExecuteError::NotSent(text) });
        }
        Ok((status, headers, body))
    };
    let late = |_| {
        let text = "the service did not answer in time".to_owned();
        if writes { ExecuteError::Unknown(text) } else { ExecuteError::NotSent(text) }
    };
    tokio::time::timeout_at(until, work).await.map_err(late)?
}

/// A reply whose body nobody reads, because it is compressed. What says no by its status says it all the same.
fn without_body(
    status: u16,
    mut headers: HeaderMap,
    coding: &str,
    writes: bool,
) -> Result<(u16, HeaderMap, Bytes), ExecuteError> {
    let message = SendError::Compressed(coding.to_owned()).to_string();
    if status < 300 {
        return Err(unreadable(Failure { status, code: None, message, means: None }, writes));
    }
    headers.remove(CONTENT_ENCODING);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok((status, headers, message.into()))
}

/// What the service took it did, whatever it then said.
pub(crate) fn unreadable(failure: Failure, writes: bool) -> ExecuteError {
    let error = ExecuteError::Refused(failure);
    if writes { ExecuteError::Unknown(error.to_string()) } else { error }
}

/// A body in UTF-8 when it is text in the character set that the reply names, else as it came.
pub(crate) fn in_utf8(headers: &HeaderMap, body: Bytes) -> Bytes {
    let kind = content_type(headers);
    if artel_tools::is_no_text(kind) {
        return body;
    }
    artel_tools::decode(kind, &body, false).map_or(body, Bytes::from)
}

/// Empty when the reply has none.
pub(crate) fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn method(request: &HttpRequest) -> Method {
    request.method.as_str().parse().unwrap_or(Method::GET)
}

fn lost(error: &SendError, writes: bool) -> ExecuteError {
    match error {
        // Also a redirect that is not followed: the service answered with it, and did nothing.
        SendError::Refused(_) => ExecuteError::Forbidden(error.to_string()),
        SendError::Connect { first_hop: true } => ExecuteError::NotSent(error.to_string()),
        _ if writes => ExecuteError::Unknown(error.to_string()),
        _ => ExecuteError::NotSent(error.to_string()),
    }
}

/// Hides what a request shows of the credential, also joined and encoded as it was sent.
pub(crate) fn hide_sent(redactor: &mut Redactor, request: &HttpRequest) {
    for value in request.headers.values().filter(|value| value.is_sensitive()) {
        if let Ok(text) = std::str::from_utf8(value.as_bytes()) {
            redactor.hide(text);
            if let Some((_, rest)) = text.split_once(' ') {
                redactor.hide(rest);
            }
        }
    }
}

/// The end of a request's time: its own, or the caller's when that is sooner.
pub(crate) fn end_of(seconds: Option<u32>, until: Instant) -> Instant {
    const USUAL_SECONDS: u32 = 30;
    until.min(Instant::now() + Duration::from_secs(seconds.unwrap_or(USUAL_SECONDS).into()))
}
