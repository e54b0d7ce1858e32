//! A tool that is an HTTP endpoint of its tenant: mapped, authenticated, sent through the egress guard, repeated where
//! that is safe.

mod answer;
mod attempts;
mod mapping;
mod outcome;
mod request;
mod retry;
mod status;
mod test_call;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use artel_domain::{Binding, Clock, EffectClass, ToolDefinition};
use async_trait::async_trait;
use serde_json::Value;

use crate::auth::Authenticator;
use crate::config::ToolsConfig;
use crate::context::CallContext;
use crate::descriptor::Descriptor;
use crate::output::{ToolError, ToolOutput, result_of};
use crate::tool::{Tool, Verified};

use request::{Limits, Request};

/// What the look-up of secrets may take of a call's deadline, beside the time that the tool has.
const SECRETS_PATIENCE: Duration = Duration::from_secs(20);

/// What all webhooks of this process share.
pub(crate) struct Webhooks {
    config: ToolsConfig,
    pub(crate) auth: Authenticator,
    clock: Arc<dyn Clock>,
}

/// One webhook, as one agent may call it.
pub(crate) struct Webhook {
    shared: Arc<Webhooks>,
    descriptor: Descriptor,
    definition: ToolDefinition,
    allowed_domains: Vec<String>,
    secrets_ref: Option<String>,
    limits: Limits,
}

impl Webhooks {
    pub(crate) fn new(config: ToolsConfig, auth: Authenticator, clock: Arc<dyn Clock>) -> Self {
        Self { config, auth, clock }
    }
}

impl Webhook {
    /// The tool that the row defines.
    ///
    /// # Arguments
    /// * `timeout_ms`: for one attempt; 0 for the operator's default.
    pub(crate) fn new(
        shared: Arc<Webhooks>,
        definition: ToolDefinition,
        allowed_domains: Vec<String>,
        secrets_ref: Option<String>,
        timeout_ms: u64,
    ) -> Self {
        let limits = Limits { timeout: shared.config.timeout(timeout_ms), response_cap: shared.config.response_cap };
        let longest = retry::longest(definition.effect, shared.config.retry_attempts, limits.timeout);
        let descriptor = Descriptor::of_row(&definition).timeout(longest + SECRETS_PATIENCE);
        Self { shared, descriptor, definition, allowed_domains, secrets_ref, limits }
    }

    /// As an agent's binding has it.
    pub(crate) fn bound(shared: Arc<Webhooks>, definition: ToolDefinition, binding: &Binding) -> Self {
        let Binding { allowed_domains, secrets_ref, timeout_ms, .. } = binding.clone();
        Self::new(shared, definition, allowed_domains, secrets_ref, timeout_ms)
    }

    /// The call itself.
    fn request<'a>(&'a self, context: &'a CallContext, key: &'a str, args: &'a Value) -> Result<Request<'a>, String> {
        Ok(Request {
            endpoint: self.definition.endpoint.as_deref().ok_or("this tool has no endpoint")?,
            method: self.definition.http_method,
            mapping: &self.definition.parameter_mapping,
            args,
            ..self.bare_request(context, key)
        })
    }

    /// A GET without arguments on the call's behalf.
    fn bare_request<'a>(&'a self, context: &'a CallContext, key: &'a str) -> Request<'a> {
        static NO_MAPPING: BTreeMap<String, ArgumentPlace> = BTreeMap::new();
        const NO_ARGUMENTS: &Value = &Value::Null;
        Request {
            tenant: context.tenant_id,
            user: context.principal.user_id,
            trace_id: &context.trace_id,
            idempotency_key: key,
            endpoint: "",
            method: HttpMethod::Get,
            mapping: &NO_MAPPING,
            custom_headers: &self.definition.custom_headers,
            auth_type: self.definition.auth_type,
            secrets_ref: self.secrets_ref.as_deref(),
            allowed_domains: &self.allowed_domains,
            args: NO_ARGUMENTS,
            fresh: matches!(self.definition.effect, EffectClass::AtMostOnce | EffectClass::Verifiable),
        }
    }
}

#[async_trait]
impl Tool for Webhook {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn call(&self, context: &CallContext, args: Value) -> Result<ToolOutput, ToolError> {
        let key = context.idempotency_key();
        let prepared = self.request(context, &key, &args)?.prepare(&context.egress).await?;
        result_of(self.attempts(context, &prepared).await?)
    }

    /// `GET <status_endpoint>?idempotency_key=…` under the same guards and with the same credential as the call itself.
    async fn verify(&self, context: &CallContext, _: Value) -> Verified {
        self.ask_status(context).await
    }
}
