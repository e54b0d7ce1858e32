//! One attempt to deliver a message.

use std::time::{Duration, Instant};

use artel_domain::{Timestamp, WebhookAttempt};
use artel_egress::{Egress, Outgoing, read_capped};
use artel_identity::{Keyring, TenantSeal};
use artel_store::ClaimedDelivery;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::SecretString;

use crate::reply::{MOST_BYTES, neutral};
use crate::secret::opened_secret;
use crate::signature::signatures;

/// For connecting, sending and the answer together.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const AGENT: &str = concat!("Artel/", env!("CARGO_PKG_VERSION"));

/// Sends the message once.
///
/// # Arguments
/// * `at`: now; the signature says it, so that a receiver can refuse old messages.
pub(crate) async fn attempt(
    egress: &Egress,
    keyring: &Keyring,
    claimed: &ClaimedDelivery,
    at: Timestamp,
) -> WebhookAttempt {
    let begun = Instant::now();
    let sent = tokio::time::timeout(TIMEOUT, send(egress, keyring, claimed, at)).await;
    let (status, reply, error) = match sent {
        Ok(Ok((status, reply))) => (Some(status), reply, None),
        Ok(Err(error)) => (None, None, Some(error)),
        Err(_) => (None, None, Some(format!("there was no answer within {} s", TIMEOUT.as_secs()))),
    };
    let duration_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    WebhookAttempt { number: claimed.delivery.attempts, at, status, duration_ms, error, reply }
}

/// Status and neutral reply. A redirect is an answer like any other: a receiver that moved is to be registered anew.
async fn send(
    egress: &Egress,
    keyring: &Keyring,
    claimed: &ClaimedDelivery,
    at: Timestamp,
) -> Result<(u16, Option<String>), String> {
    let seal = keyring.of(claimed.delivery.tenant_id).await.map_err(|error| {
        tracing::error!(tenant = %claimed.delivery.tenant_id, %error, "a message cannot be signed");
        "the secrets of this organisation cannot be opened now".to_owned()
    })?;
    let headers = headers(&seal, claimed, at)?;
    let (url, rule) = egress.check(&claimed.url, &[]).map_err(|refusal| refusal.to_string())?;
    let body = Some(Bytes::copy_from_slice(claimed.delivery.payload.as_bytes()));
    let request = Outgoing { method: Method::POST, url, headers, body, fresh: true };
    let response = egress.send_once(&request, &rule).await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let reply = read_capped(response, MOST_BYTES).await;
    Ok((status, reply.ok().and_then(|(read, _)| neutral(&read))))
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

/// The newest first.
fn secrets(seal: &TenantSeal, claimed: &ClaimedDelivery) -> Option<Vec<SecretString>> {
    let (tenant, endpoint) = (claimed.delivery.tenant_id, claimed.delivery.endpoint_id);
    let sealed = std::iter::once(&claimed.sealed).chain(&claimed.old_sealed);
    sealed.map(|sealed| opened_secret(seal, tenant, endpoint, sealed).ok()).collect()
}
