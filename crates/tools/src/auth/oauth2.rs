//! Access tokens by the client credentials grant: one request at a time per secret, cached until shortly before they
//! expire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use artel_domain::TenantId;
use artel_egress::{Egress, Outgoing, SendError};
use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::sensitive;
use crate::redact::Redactor;
use crate::token_reply::{TokenReply, lifetime_seconds};

/// A token is renewed this long before it expires.
const RENEW_EARLY: Duration = Duration::from_secs(30);
const DEFAULT_LIFE_SECONDS: u64 = 300;
const MAX_LIFE_SECONDS: u64 = 24 * 3600;
const MAX_ANSWER: usize = 64 * 1024;
const MAX_SLOTS: usize = 4096;

type Slot = Arc<tokio::sync::Mutex<Option<CachedToken>>>;

/// Tokens by tenant and name of the secret.
#[derive(Default)]
pub(super) struct TokenCache {
    slots: Mutex<HashMap<(TenantId, String), Slot>>,
}

struct CachedToken {
    token: SecretString,
    /// The secret it was made from: a rotated secret must not go on with the old one's token.
    made_from: SecretString,
    until: Instant,
}

/// What an `oauth2` secret holds, as JSON.
#[derive(Deserialize)]
struct ClientCredentials {
    token_url: String,
    client_id: String,
    client_secret: String,
    scope: Option<String>,
    audience: Option<String>,
    /// `body` (default) or `basic`: where the token endpoint wants the client's credentials.
    #[serde(default)]
    client_auth: ClientAuth,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum ClientAuth {
    #[default]
    Body,
    Basic,
}

impl TokenCache {
    pub(super) async fn get(
        &self,
        tenant: TenantId,
        name: &str,
        secret: &SecretString,
        egress: &Egress,
        redactor: &mut Redactor,
    ) -> Result<SecretString, String> {
        let slot = self.slot(tenant, name);
        // Held while the token is fetched: whoever comes second finds what the first one got.
        let mut cached = slot.lock().await;
        if let Some(found) = cached.as_ref().filter(|cached| {
            cached.until > Instant::now() && cached.made_from.expose_secret() == secret.expose_secret()
        }) {
            return Ok(found.token.clone());
        }
        let (token, life) = fetch(name, secret, egress, redactor).await?;
        *cached = Some(CachedToken {
            token: token.clone(),
            made_from: secret.clone(),
            until: Instant::now() + life.saturating_sub(RENEW_EARLY),
        });
        Ok(token)
    }

    pub(super) async fn forget(&self, tenant: TenantId, name: &str, token: &SecretString) {
        let slot = self.slot(tenant, name);
        let mut cached = slot.lock().await;
        // Somebody may have renewed it meanwhile.
        if cached.as_ref().is_some_and(|cached| cached.token.expose_secret() == token.expose_secret()) {
            *cached = None;
        }
    }

    fn slot(&self, tenant: TenantId, name: &str) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MAX_SLOTS {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry((tenant, name.to_owned())).or_default())
    }
}

async fn fetch(
    name: &str,
    secret: &SecretString,
    egress: &Egress,
    redactor: &mut Redactor,
) -> Result<(SecretString, Duration), String> {
    let client: ClientCredentials = serde_json::from_str(secret.expose_secret()).map_err(|_| {
        format!("the secret '{name}' must be JSON with the members token_url, client_id and client_secret")
    })?;
    redactor.hide(&client.client_secret);
    let failed = |what: String| format!("no access token for the secret '{name}': {what}");
    let (url, rule) = egress.check(&client.token_url, &[]).map_err(|refusal| failed(refusal.to_string()))?;
    let (headers, body) = request(&client, name)?;
    let outgoing = Outgoing { method: Method::POST, url, headers, body: Some(body), fresh: false };
    // The rule allows the token endpoint's own origin only, so the client's secret goes nowhere else.
    let response = egress.send(outgoing, &rule).await.map_err(|error| failed(error.to_string()))?;
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let read = response.read(MAX_ANSWER).await;
    if let Err(SendError::Compressed(_)) = &read
        && !status.is_success()
    {
        return Err(failed(format!("the token endpoint answered {}", status.as_u16())));
    }
    let (answer, _) = read.map_err(|error| failed(error.to_string()))?;
    let reply = TokenReply::read(&content_type, &answer);
    given(status, reply.as_ref(), redactor).map_err(failed)
}

/// The token in a reply, and its life.
///
/// # Errors
/// Why there is none, in words that hold nothing of the reply but those of its refusal.
fn given(
    status: StatusCode,
    reply: Option<&TokenReply>,
    redactor: &mut Redactor,
) -> Result<(SecretString, Duration), String> {
    if let Some(reply) = reply {
        reply.hide_secrets(redactor);
    }
    let told = reply.and_then(|reply| reply.refusal(redactor));
    let told = told.map(|words| format!(" ({words})")).unwrap_or_default();
    if !status.is_success() {
        return Err(format!("the token endpoint answered {}{told}", status.as_u16()));
    }
    let members = reply.map(TokenReply::body);
    let token = members.and_then(|members| members.get("access_token")?.as_str()).unwrap_or_default().trim();
    if token.is_empty() {
        return Err(format!("the token endpoint's answer has no access_token{told}"));
    }
    let life = members.and_then(|members| lifetime_seconds(members.get("expires_in")?));
    let life = life.unwrap_or(DEFAULT_LIFE_SECONDS).min(MAX_LIFE_SECONDS);
    Ok((token.into(), Duration::from_secs(life)))
}

fn request(client: &ClientCredentials, name: &str) -> Result<(HeaderMap, Bytes), String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    match client.client_auth {
        ClientAuth::Body => {
            form.append_pair("client_id", &client.client_id).append_pair("client_secret", &client.client_secret);
        }
        ClientAuth::Basic => {
            headers.insert(AUTHORIZATION, sensitive(&basic(client), name)?);
        }
    }
    for (key, value) in [("scope", &client.scope), ("audience", &client.audience)] {
        if let Some(value) = value {
            form.append_pair(key, value);
        }
    }
    Ok((headers, form.finish().into()))
}

/// RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
fn basic(client: &ClientCredentials) -> String {
    use base64::Engine as _;
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let joined = format!("{}:{}", encode(&client.client_id), encode(&client.client_secret));
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(joined))
}
