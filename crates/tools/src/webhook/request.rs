//! One HTTP exchange of a tool: prepared once, so that every retry sends the same bytes under the same key.

use std::collections::BTreeMap;
use std::time::Duration;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_domain::{AuthType, TenantId, UserId};
use artel_egress::{Egress, HostRule, Outgoing, SendError};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::answer::Answer;
use super::mapping::{Mapped, Template};
use super::outcome::Fault;
use crate::auth::{Authenticator, Credential, CredentialRequest};
use crate::programs::{Fuel, Programs};
use crate::record::RequestRecord;
use crate::redact::Redactor;

/// What to call and on whose behalf.
pub(crate) struct Request<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) trace_id: &'a str,
    pub(crate) idempotency_key: &'a str,
    pub(crate) endpoint: &'a str,
    pub(crate) method: HttpMethod,
    pub(crate) mapping: &'a BTreeMap<String, ArgumentPlace>,
    pub(crate) custom_headers: &'a BTreeMap<String, String>,
    pub(crate) auth_type: AuthType,
    pub(crate) secrets_ref: Option<&'a str>,
    pub(crate) allowed_domains: &'a [String],
    pub(crate) args: &'a Value,
    /// See [`Outgoing::fresh`].
    pub(crate) fresh: bool,
}

/// The bounds of one attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    /// Bytes of the answer that are read.
    pub(crate) response_cap: usize,
}

/// A checked request without its credential.
pub(crate) struct Prepared<'a> {
    outgoing: Outgoing,
    rule: HostRule,
    tenant: TenantId,
    auth_type: AuthType,
    secrets_ref: Option<&'a str>,
}

impl<'a> Request<'a> {
    pub(crate) async fn prepare(&self, egress: &Egress) -> Result<Prepared<'a>, String> {
        let (endpoint, rule) =
            egress.check(self.endpoint, self.allowed_domains).map_err(|refusal| refusal.to_string())?;
        let mapped = self.fill(endpoint).await?;
        let (mut headers, body) = (mapped.headers, mapped.body);
        self.add_headers(&mut headers, body.is_some())?;
        let method =
            Method::from_bytes(self.method.as_str().as_bytes()).map_err(|_| "unknown HTTP method".to_owned())?;
        let outgoing = Outgoing { method, url: mapped.url, headers, body, fresh: self.fresh };
        Ok(Prepared { outgoing, rule, tenant: self.tenant, auth_type: self.auth_type, secrets_ref: self.secrets_ref })
    }

    async fn fill(&self, endpoint: Url) -> Result<Mapped, String> {
        let (method, mapping, custom_headers) = (self.method, self.mapping.clone(), self.custom_headers.clone());
        let args = self.args.clone();
        let work = move |fuel: &Fuel| {
            let (endpoint, mapping, custom_headers) = (&endpoint, &mapping, &custom_headers);
            Template { endpoint, method, mapping, custom_headers }.fill(&args, fuel)
        };
        Programs::of_process().run(self.tenant, work).await
    }

    fn add_headers(&self, headers: &mut HeaderMap, has_body: bool) -> Result<(), String> {
        if has_body {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json, text/plain;q=0.9, */*;q=0.8"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(concat!("artel/", env!("CARGO_PKG_VERSION"))));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let ours = [
            ("x-trace-id", Some(self.trace_id.to_owned())),
            ("traceparent", traceparent(self.trace_id, self.idempotency_key)),
            ("x-tenant-id", Some(self.tenant.to_string())),
            ("x-user-id", Some(self.user.to_string())),
            ("x-idempotency-key", Some(self.idempotency_key.to_owned())),
        ];
        for (name, value) in ours {
            if let Some(value) = value {
                let value =
                    HeaderValue::from_str(&value).map_err(|_| format!("the value of {name} is not a header value"))?;
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        Ok(())
    }
}

/// W3C trace context for a trace id of 32 hexadecimal digits (with or without hyphens).
fn traceparent(trace_id: &str, call: &str) -> Option<String> {
    let hexadecimal =
        |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let (trace, span) = (hexadecimal(trace_id), hexadecimal(call));
    (trace.len() == 32 && span.len() >= 16).then(|| format!("00-{trace}-{}-01", &span[..16]))
}

impl Prepared<'_> {
    pub(crate) fn record(&self) -> RequestRecord {
        RequestRecord::of(&self.outgoing)
    }

    pub(crate) fn host(&self) -> &str {
        self.outgoing.url.host_str().unwrap_or_default()
    }

    /// Authenticate, send, read. Dropping the future closes the connection. The look-up of the secret does not count
    /// against the time that the tool has.
    pub(crate) async fn attempt(
        &self,
        limits: Limits,
        egress: &Egress,
        auth: &Authenticator,
        record: &mut RequestRecord,
    ) -> Result<Answer, Fault> {
        let audience = self.host().to_owned();
        let wanted = CredentialRequest {
            tenant: self.tenant,
            auth_type: self.auth_type,
            secrets_ref: self.secrets_ref,
            audience: &audience,
        };
        let secret = auth.secret(&wanted).await?;
        let exchange = self.exchange((&wanted, secret.as_ref()), limits.response_cap, egress, auth, record);
        tokio::time::timeout(limits.timeout, exchange).await.unwrap_or(Err(Fault::Timeout(limits.timeout)))
    }

    async fn exchange(
        &self,
        (wanted, secret): (&CredentialRequest<'_>, Option<&SecretString>),
        cap: usize,
        egress: &Egress,
        auth: &Authenticator,
        record: &mut RequestRecord,
    ) -> Result<Answer, Fault> {
        let mut redactor = Redactor::default();
        let credential = auth.credential(wanted, secret, egress, &mut redactor).await.map_err(Fault::Refused)?;
        let mut response = self.send(&credential, egress, record).await?;
        if response.status() == StatusCode::UNAUTHORIZED
            && let Some(token) = &credential.token
        {
            auth.forget(wanted, token).await;
            let renewed = auth.credential(wanted, secret, egress, &mut redactor).await.map_err(Fault::Refused)?;
            response = self.send(&renewed, egress, record).await?;
        }
        Ok(Answer::read(self.tenant, response, cap, &redactor).await?)
    }

    async fn send(
        &self,
        credential: &Credential,
        egress: &Egress,
        record: &mut RequestRecord,
    ) -> Result<artel_egress::Answer, SendError> {
        let mut outgoing = self.outgoing.clone();
        if let Some((name, value)) = &credential.header {
            record.mask_header(name.as_str());
            outgoing.headers.insert(name.clone(), value.clone());
        }
        if let Some((name, value)) = &credential.query {
            record.mask_parameter(name);
            append(&mut outgoing.url, name, value.expose_secret());
        }
        egress.send(outgoing, &self.rule).await
    }
}

fn append(url: &mut Url, name: &str, value: &str) {
    url.query_pairs_mut().append_pair(name, value);
}
