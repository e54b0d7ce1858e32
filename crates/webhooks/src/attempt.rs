//! One attempt to deliver a message.

use std::time::{Duration, Instant};

use artel_domain::{Timestamp, WebhookAttempt};
use artel_egress::{Answer, Egress, Outgoing};
use artel_identity::{Keyring, TenantSeal};
use artel_store::ClaimedDelivery;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::SecretString;

use crate::reply::{MOST_BYTES, neutral};
use crate::schedule::wished_pause;
use crate::secret::opened_secret;
use crate::signature::signatures;

/// For connecting, sending and the head of the answer together.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);
/// For the rest of the answer. Its head alone says whether the message arrived.
pub(crate) const REPLY_TIMEOUT: Duration = Duration::from_secs(5);

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const AGENT: &str = concat!("Artel/", env!("CARGO_PKG_VERSION"));

/// What came of an attempt.
pub(crate) struct Made {
    pub(crate) attempt: WebhookAttempt,
    /// How long the receiver wants to be left alone (`Retry-After`).
    pub(crate) wished_pause: Option<Duration>,
}

/// What a receiver answered.
struct Outcome {
    status: u16,
    wished_pause: Option<Duration>,
    reply: Option<String>,
}

/// Sends the message once.
///
/// # Arguments
/// * `at`: now; the signature says it, so that a receiver can refuse old messages.
pub(crate) async fn attempt(egress: &Egress, keyring: &Keyring, claimed: &ClaimedDelivery, at: Timestamp) -> Made {
    let begun = Instant::now();
    let sent = tokio::time::timeout(TIMEOUT, send(egress, keyring, claimed, at)).await;
    let sent = sent.unwrap_or_else(|_| Err(format!("there was no answer within {} s", TIMEOUT.as_secs())));
    let (answer, error) = match sent {
        Ok(response) => (Some(outcome(response, at).await), None),
        Err(error) => (None, Some(error)),
    };
    let wished_pause = answer.as_ref().and_then(|answer| answer.wished_pause);
    let (status, reply) = answer.map(|answer| (answer.status, answer.reply)).unzip();
    let (number, reply) = (claimed.delivery.attempts, reply.flatten());
    let duration_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    Made { attempt: WebhookAttempt { number, at, status, duration_ms, error, reply }, wished_pause }
}

/// A redirect is an answer like any other: a receiver that moved is to be registered anew.
async fn send(egress: &Egress, keyring: &Keyring, claimed: &ClaimedDelivery, at: Timestamp) -> Result<Answer, String> {
    let seal = keyring.of(claimed.delivery.tenant_id).await.map_err(|error| {
        tracing::error!(tenant = %claimed.delivery.tenant_id, %error, "a message cannot be signed");
        "the secrets of this organisation cannot be opened now".to_owned()
    })?;
    let headers = headers(&seal, claimed, at)?;
    let (url, rule) = egress.check(&claimed.url, &[]).map_err(|refusal| refusal.to_string())?;
    let body = Some(Bytes::copy_from_slice(claimed.delivery.payload.as_bytes()));
    let request = Outgoing { method: Method::POST, url, headers, body, fresh: true };
    egress.send_once(&request, &rule).await.map_err(|error| error.to_string())
}

async fn outcome(response: Answer, at: Timestamp) -> Outcome {
    let status = response.status().as_u16();
    let wish = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wished_pause = wish.and_then(|text| wished_pause(text, at));
    let read = tokio::time::timeout(REPLY_TIMEOUT, response.read(MOST_BYTES)).await;
    let reply = read.ok().and_then(Result::ok).and_then(|(read, _)| neutral(&read));
    Outcome { status, wished_pause, reply }
}

fn headers(seal: &TenantSeal, claimed: &ClaimedDelivery, at: Timestamp) -> Result<HeaderMap, String> {
    let delivery = &claimed.delivery;
    let (id, seconds) = (delivery.id.to_string(), at.as_second());
    let secrets = secrets(seal, claimed).ok_or("the endpoint's secret does not open: rotate it")?;
    let signed = signatures(&secrets, &id, seconds, &delivery.payload).ok_or("the endpoint's secret is damaged")?;
    let value = |text: String| HeaderValue::from_str(&text).map_err(|error| error.to_string());
    Ok(HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (USER_AGENT, HeaderValue::from_static(AGENT)),
        (ID, value(id)?),
        (TIMESTAMP, value(seconds.to_string())?),
        (SIGNATURE, value(signed)?),
    ]))
}

/// The newest first. One before it that does not open is left out: the message has the signature that counts.
fn secrets(seal: &TenantSeal, claimed: &ClaimedDelivery) -> Option<Vec<SecretString>> {
    let (tenant, endpoint) = (claimed.delivery.tenant_id, claimed.delivery.endpoint_id);
    let opened = |sealed: &String| opened_secret(seal, tenant, endpoint, sealed).ok();
    let newest = opened(&claimed.sealed)?;
    Some(std::iter::once(newest).chain(claimed.old_sealed.as_ref().and_then(opened)).collect())
}
