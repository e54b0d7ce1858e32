//! What came back: read up to a cap, scrubbed of secrets, parsed.

use artel_egress::{SendError, read_capped};
use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;

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
}

#[derive(Debug)]
pub(crate) enum Body {
    Json(Value),
    Text(String),
}

impl Answer {
    pub(crate) async fn read(response: Response, cap: usize, redactor: &Redactor) -> Result<Self, SendError> {
        let status = response.status();
        let headers = response.headers().clone();
        let (bytes, truncated) = read_capped(response, cap).await?;
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Self { status, retry_after, body: Body::of(&headers, &bytes, truncated, cap, redactor), truncated })
    }

    /// The beginning of the body as text, for an error.
    pub(crate) fn excerpt(&self) -> String {
        let text = self.body.text();
        let short: String = text.chars().take(EXCERPT).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    }
}

impl Body {
    fn of(headers: &HeaderMap, bytes: &Bytes, truncated: bool, cap: usize, redactor: &Redactor) -> Self {
        if let Some(encoding) = compressed(headers) {
            return Self::Text(format!(
                "[the answer is compressed ({encoding}) although that was not asked for; it is not shown]"
            ));
        }
        if !truncated
            && is_json(headers)
            && let Ok(mut value) = serde_json::from_slice(bytes)
        {
            redactor.value(&mut value);
            return Self::Json(value);
        }
        let mut text = redactor.text(&String::from_utf8_lossy(bytes));
        if truncated {
            text = format!("{text}\n[truncated: the answer is larger than {cap} bytes]");
        }
        Self::Text(text)
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Json(value) => value,
            Self::Text(text) => Value::String(text),
        }
    }
}

fn compressed(headers: &HeaderMap) -> Option<String> {
    let encoding = headers.get(CONTENT_ENCODING)?.to_str().ok()?.to_ascii_lowercase();
    (encoding != "identity" && encoding.chars().all(|c| c.is_ascii_alphanumeric() || "-, ".contains(c)))
        .then_some(encoding)
}

/// By its label, or for want of one.
fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_none_or(|value| {
        let media =
            value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media == "application/json" || media.ends_with("+json") || media == "text/json"
    })
}
