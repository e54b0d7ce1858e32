//! Results of tools that only read, kept for a while where the tool's author wants it.

use std::time::Duration;

use artel_domain::{Binding, Clock, EffectClass, ExecutionType, PermissionScope, TenantId, ToolDefinition, digest};
use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::auth::{Authenticator, CredentialRequest};
use crate::context::CallRequest;

/// The largest result that is kept, in bytes of JSON with its time.
const LARGEST: usize = 64 * 1024;

/// Where results are kept: in process, or in whatever the processes share. A result may be forgotten at any time.
#[async_trait]
pub trait KeptResults: Send + Sync {
    /// The text that is kept under `key`. A digest in it is made of a secret too.
    async fn find(&self, key: &str) -> Option<Vec<u8>>;
    /// Keeps the text in place of the one before, for `ttl` at most.
    async fn keep(&self, key: &str, text: Vec<u8>, ttl: Duration);
}

/// A tool whose results are kept, as one agent may call it.
#[derive(Clone)]
pub(crate) struct Keeping {
    definition: ToolDefinition,
    secrets_ref: Option<String>,
    allowed_domains: Vec<String>,
    ttl: Duration,
}

/// Where the result of one call is kept.
pub(crate) struct ResultPlace {
    key: String,
    ttl: Duration,
}

/// A result that stands in for a call.
pub(crate) struct KeptResult {
    pub(crate) output: Value,
    pub(crate) age_seconds: u64,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    /// When the call ended, in seconds since 1970.
    at: i64,
    output: Value,
}

impl Keeping {
    /// `None` where every call is made: the author did not ask for it, the tool may change something, or the binding
    /// says that it writes.
    pub(crate) fn of(definition: &ToolDefinition, binding: &Binding) -> Option<Self> {
        let seconds = definition.cache_ttl_seconds?;
        let reads = definition.effect == EffectClass::ReadOnly && binding.permission_scope == PermissionScope::Read;
        (reads && definition.execution_type == ExecutionType::HttpWebhook).then(|| Self {
            definition: definition.clone(),
            secrets_ref: binding.secrets_ref.clone(),
            allowed_domains: binding.allowed_domains.clone(),
            ttl: Duration::from_secs(seconds.into()),
        })
    }

    /// The place of a call. Whatever decides what is sent, to whom, and as whom is part of the key: the receiver is
    /// told tenant and user, and may answer each differently. `None` when the call's secret cannot be had: the call
    /// itself says so.
    pub(crate) async fn place(&self, auth: &Authenticator, request: &CallRequest, args: &Value) -> Option<ResultPlace> {
        let wanted = CredentialRequest {
            tenant: request.tenant_id,
            auth_type: self.definition.auth_type,
            secrets_ref: self.secrets_ref.as_deref(),
            audience: "",
        };
        let secret = auth.secret(&wanted).await.ok()?;
        let call = json!({
            "tool": self.definition.id, "version": self.definition.version, "arguments": args,
            "user": request.principal.user_id, "secrets_ref": self.secrets_ref, "allowed_domains": self.allowed_domains,
            "secret": secret.as_ref().map(ExposeSecret::expose_secret),
        });
        Some(ResultPlace { key: key(request.tenant_id, &call), ttl: self.ttl })
    }
}

impl ResultPlace {
    /// The result that is kept, with its age; one of a later time, or older than it may be, is none.
    pub(crate) async fn find(&self, results: &dyn KeptResults, clock: &dyn Clock) -> Option<KeptResult> {
        let Entry { at, output } = serde_json::from_slice(&results.find(&self.key).await?).ok()?;
        let age_seconds = u64::try_from(clock.now().as_second() - at).ok().filter(|age| *age <= self.ttl.as_secs())?;
        Some(KeptResult { output, age_seconds })
    }

    /// Keeps a success, unless it is too large.
    pub(crate) async fn keep(&self, results: &dyn KeptResults, clock: &dyn Clock, output: &Value) {
        let entry = Entry { at: clock.now().as_second(), output: output.clone() };
        let Ok(text) = serde_json::to_vec(&entry) else { return };
        if text.len() <= LARGEST {
            results.keep(&self.key, text, self.ttl).await;
        }
    }
}

/// The tenant stands before the digest, so that no call of another tenant can have the same key.
fn key(tenant: TenantId, call: &Value) -> String {
    format!("result:{tenant}:{}", digest::of(call))
}
