//! What came back: read up to a cap, decoded, scrubbed of secrets, parsed.

use artel_domain::{TenantId, read_foreign_json};
use artel_egress::SendError;
use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::charset::{self, is_no_text, media};
use crate::programs::{Fuel, Programs};
use crate::redact::Redactor;

/// Characters of an error's body that the model gets to see.
const EXCERPT: usize = 500;

/// A complete answer, without secrets.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Body,
    pub(crate) truncated: bool,
    /// It says that it is JSON, and cannot be read as such, or was cut off.
    pub(crate) is_broken_json: bool,
}

#[derive(Debug)]
pub(crate) enum Body {
    Json(Value),
    Text(String),
    /// Why there is neither.
    Unreadable(String),
}

impl Answer {
    /// # Arguments
    /// * `tenant`: on whose behalf the answer is read.
    /// * `cap`: bytes that are read.
    pub(crate) async fn read(
        tenant: TenantId,
        response: artel_egress::Answer,
        cap: usize,
        redactor: &Redactor,
    ) -> Result<Self, SendError> {
        let status = response.status();
        let headers = response.headers().clone();
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (bytes, truncated) = match response.read(cap).await {
            Ok(read) => read,
            // The receiver answered, and its status says what became of the call.
            Err(SendError::Compressed(coding)) => {
                let body = Body::Text(format!(
                    "[the answer is compressed ({coding}) although that was not asked for; it is not shown]"
                ));
                return Ok(Self { status, retry_after, body, truncated: false, is_broken_json: says_json(&headers) });
            }
            Err(error) => return Err(error),
        };
        let redactor = redactor.clone();
        let says_json = says_json(&headers);
        let work = move |fuel: &Fuel| Body::of(&headers, &bytes, truncated.then_some(cap), &redactor, fuel);
        let body = Programs::of_process().run(tenant, work).await.unwrap_or_else(Body::Unreadable);
        let is_broken_json = says_json && matches!(body, Body::Text(_));
        Ok(Self { status, retry_after, body, truncated, is_broken_json })
    }

    /// The beginning of the body as text, for an error.
    pub(crate) fn excerpt(&self) -> String {
        let text = self.body.text();
        let short: String = text.chars().take(EXCERPT).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    }
}

impl Body {
    /// * `cut_at`: the bytes after which the answer was cut off.
    ///
    /// # Errors
    /// Why the body cannot be read as text.
    fn of(
        headers: &HeaderMap,
        bytes: &Bytes,
        cut_at: Option<usize>,
        redactor: &Redactor,
        fuel: &Fuel,
    ) -> Result<Self, String> {
        let kind = content_type(headers);
        if is_no_text(&kind) && std::str::from_utf8(bytes).is_err() {
            return Ok(Self::Text(format!("[the answer is not text ({}); it is not shown]", media(&kind))));
        }
        Redactor::pay(bytes.len(), fuel)?;
        let text = charset::decode(&kind, bytes, cut_at.is_some())?;
        if cut_at.is_none()
            && is_json(headers)
            && let Ok(mut value) = read_foreign_json(&text)
        {
            redactor.value(&mut value);
            return Ok(Self::Json(value));
        }
        let Some(cap) = cut_at else { return Ok(Self::Text(redactor.text(&text))) };
        Ok(Self::Text(format!("{}\n[truncated: the answer is larger than {cap} bytes]", redactor.beginning(&text))))
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Text(text) => text.clone(),
            Self::Unreadable(why) => format!("[the answer is not shown: {why}]"),
        }
    }

    /// # Errors
    /// Why there is no value.
    pub(crate) fn into_value(self) -> Result<Value, String> {
        match self {
            Self::Json(value) => Ok(value),
            Self::Text(text) => Ok(Value::String(text)),
            Self::Unreadable(why) => Err(why),
        }
    }
}

/// Empty when the answer has none.
fn content_type(headers: &HeaderMap) -> String {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// By its label, or for want of one.
fn is_json(headers: &HeaderMap) -> bool {
    !headers.contains_key(CONTENT_TYPE) || says_json(headers)
}

fn says_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        let media = media(value.to_str().unwrap_or_default());
        media == "application/json" || media.ends_with("+json") || media == "text/json"
    })
}
