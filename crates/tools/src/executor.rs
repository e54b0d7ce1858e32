//! Calls tools: the checks that come before, the attempts, and what came of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_domain::{
    AgentId, Binding, CallId, Clock, EffectClass, ExecutionType, PermissionScope, RunId, TenantId, ToolDefinition, ToolOutcome, UserId,
};
use artel_egress::Egress;
use serde::Serialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::auth::{Authenticator, ServiceSigner};
use crate::limits::{self, CallLimits};
use crate::outcome::{Fault, ending, outcome};
use crate::record::RequestRecord;
use crate::retry::{self, Next};
use crate::secrets::Secrets;
use crate::verify::Verified;
use crate::webhook::{Job, Limits, Prepared};
use crate::{internal, schema};

/// The operator's settings.
#[derive(Debug, Clone)]
pub struct ToolsConfig {
    pub default_timeout_ms: u64,
    pub max_timeout_ms: u64,
    /// Repetitions after the first attempt.
    pub retry_attempts: u32,
    /// Bytes of an answer that are read; the rest is cut off.
    pub response_cap: usize,
}

impl Default for ToolsConfig {
    fn default() -> Self {
        Self { default_timeout_ms: 15_000, max_timeout_ms: 60_000, retry_attempts: 2, response_cap: 1024 * 1024 }
    }
}

/// What the executor needs from the rest of the product.
pub struct ToolsDeps {
    pub secrets: Arc<dyn Secrets>,
    pub limits: Arc<dyn CallLimits>,
    /// For `auth_type: service`; without it such tools fail with a clear text.
    pub signer: Option<Arc<dyn ServiceSigner>>,
    pub egress: Arc<Egress>,
    pub clock: Arc<dyn Clock>,
}

/// One call that a model asked for.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub agent_id: AgentId,
    pub run_id: RunId,
    pub call_id: CallId,
    pub trace_id: &'a str,
    pub traceparent: Option<&'a str>,
    /// Does the principal of the run hold `tools:write`?
    pub may_write: bool,
    pub tool: &'a ToolDefinition,
    pub binding: &'a Binding,
    pub args: &'a Value,
}

/// What a call came to; everything in it may be journalled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Done {
    pub outcome: ToolOutcome,
    /// Requests under way to the receiver; 0 when a check refused the call.
    pub attempts: u32,
    pub duration_ms: i64,
    pub request: Option<RequestRecord>,
    pub status_code: Option<u16>,
    pub truncated: bool,
}

impl Done {
    pub(crate) fn refused(error: impl Into<String>) -> Self {
        Self::of(ToolOutcome::Failed { error: error.into() })
    }

    pub(crate) fn of(outcome: ToolOutcome) -> Self {
        Self { outcome, attempts: 0, duration_ms: 0, request: None, status_code: None, truncated: false }
    }
}

/// The key under which a receiver recognises a call: the same on every retry and in every life of the process.
pub fn idempotency_key(call: CallId) -> String {
    call.to_string()
}

/// Calls tools with every guard of the product.
pub struct Tools {
    pub(crate) config: ToolsConfig,
    pub(crate) egress: Arc<Egress>,
    pub(crate) auth: Authenticator,
    pub(crate) clock: Arc<dyn Clock>,
    limits: Arc<dyn CallLimits>,
}

impl Tools {
    pub fn new(config: ToolsConfig, deps: ToolsDeps) -> Self {
        let auth = Authenticator::new(deps.secrets, deps.signer);
        Self { config, egress: deps.egress, auth, clock: deps.clock, limits: deps.limits }
    }

    /// Perform a call. Failures are outcomes: the model is told, and the run goes on. Dropping the future cancels the call.
    pub async fn call(&self, call: Call<'_>) -> Done {
        let started = Instant::now();
        let mut done = match self.admit(&call).await {
            Err(refusal) => Done::refused(refusal),
            Ok(()) if call.tool.execution_type == ExecutionType::Internal => self.internal(call.tool, call.args),
            Ok(()) => self.webhook(&call).await,
        };
        done.duration_ms = elapsed_ms(started);
        let state = done.outcome.state().as_str();
        tracing::debug!(tool = %call.tool.id, call = %call.call_id, trace_id = call.trace_id, attempts = done.attempts, status = done.status_code, ms = done.duration_ms, state, "tool call finished");
        done
    }

    async fn admit(&self, call: &Call<'_>) -> Result<(), String> {
        schema::validate(&call.tool.input_schema, call.args)?;
        if call.binding.permission_scope == PermissionScope::Write && !call.may_write {
            return Err("this tool writes, and the caller of this run lacks the scope tools:write".into());
        }
        let Some(rate) = call.binding.rate_limit else { return Ok(()) };
        let key = limits::key(call.tenant_id, call.agent_id, call.tool.id);
        self.limits
            .admit(&key, rate)
            .await
            .map_err(|wait| format!("this tool may be called at a rate of {rate}; try again in {} s", wait.as_secs_f64().ceil()))
    }

    pub(crate) fn internal(&self, tool: &ToolDefinition, args: &Value) -> Done {
        let Some(function) = internal::of_tool(tool) else {
            return Done::refused(format!("there is no internal function '{}'", internal::function_name(tool)));
        };
        let outcome = match function.call(args, self.clock.as_ref()) {
            Ok(output) => ToolOutcome::Succeeded { output },
            Err(error) => ToolOutcome::Failed { error },
        };
        Done { attempts: 1, ..Done::of(outcome) }
    }

    async fn webhook(&self, call: &Call<'_>) -> Done {
        let key = idempotency_key(call.call_id);
        let prepared = match call.job(&key).and_then(|job| job.prepare(&self.egress)) {
            Ok(prepared) => prepared,
            Err(refusal) => return Done::refused(refusal),
        };
        let mut record = prepared.record();
        let (result, attempts) = self.attempts(call, &prepared, &mut record).await;
        let answer = result.as_ref().ok().and_then(|result| result.as_ref().ok());
        let (status_code, truncated) = (answer.map(|answer| answer.status.as_u16()), answer.is_some_and(|answer| answer.truncated));
        let outcome = match result {
            Ok(last) => outcome(last, call.tool.effect, call.tool.response_transform.as_deref(), self.config.response_cap),
            Err(verified) => verified,
        };
        Done { outcome, attempts, duration_ms: 0, request: Some(record), status_code, truncated }
    }

    /// The last attempt, or what the status operation said instead, and the number of attempts.
    async fn attempts(
        &self,
        call: &Call<'_>,
        prepared: &Prepared<'_>,
        record: &mut RequestRecord,
    ) -> (Result<Result<Answer, Fault>, ToolOutcome>, u32) {
        let limits = self.limits(call.binding.timeout_ms);
        for attempt in 1.. {
            let result = prepared.attempt(limits, &self.egress, &self.auth, record).await;
            let next = retry::next(call.tool.effect, ending(&result));
            if next == Next::Ask {
                match self.verify(*call).await {
                    Verified::Finished(outcome) => return (Err(outcome), attempt),
                    Verified::Unknown => return (Ok(result), attempt),
                    Verified::NeverArrived => {}
                }
            }
            let pause = self.pause(&result, attempt).filter(|_| next != Next::Stop && attempt <= self.config.retry_attempts);
            let Some(pause) = pause else {
                let never_arrived = next == Next::Ask;
                return (if never_arrived { Err(never_happened(&result)) } else { Ok(result) }, attempt);
            };
            tracing::debug!(call = %call.call_id, host = prepared.host(), attempt, ?pause, "a tool call is repeated");
            tokio::time::sleep(pause).await;
        }
        (Ok(Err(Fault::Lost)), 0)
    }

    pub(crate) fn limits(&self, timeout_ms: u64) -> Limits {
        let asked = if timeout_ms == 0 { self.config.default_timeout_ms } else { timeout_ms };
        Limits { timeout: Duration::from_millis(asked.min(self.config.max_timeout_ms)), response_cap: self.config.response_cap }
    }

    /// How long to wait before the next attempt; `None`: longer than is worth it.
    pub(crate) fn pause(&self, result: &Result<Answer, Fault>, attempt: u32) -> Option<Duration> {
        let asked = result.as_ref().ok().and_then(|answer| retry::retry_after(answer.retry_after.as_deref()?, self.clock.now()));
        // The low bits of a fresh id are random.
        let jitter = (self.clock.uuid().as_u128() & 0xffff) as f64 / 65_535.0;
        retry::delay(attempt, asked, jitter)
    }
}

/// A verifiable tool's status operation said that the call never arrived: that is a plain failure, not an unknown.
fn never_happened(result: &Result<Answer, Fault>) -> ToolOutcome {
    let why = match result {
        Ok(answer) => format!("the tool answered {}", answer.status),
        Err(fault) => fault.text(),
    };
    ToolOutcome::Failed { error: format!("{why}; the tool says that the call never arrived") }
}

impl<'a> Call<'a> {
    fn job(&self, key: &'a str) -> Result<Job<'a>, String> {
        Ok(Job {
            endpoint: self.tool.endpoint.as_deref().ok_or("this tool has no endpoint")?,
            method: self.tool.http_method,
            mapping: &self.tool.parameter_mapping,
            args: self.args,
            ..self.bare_job(key)
        })
    }

    /// A GET without arguments on the call's behalf.
    pub(crate) fn bare_job(&self, key: &'a str) -> Job<'a> {
        const NOTHING: &Value = &Value::Null;
        static NOWHERE: BTreeMap<String, artel_domain::tool::ArgumentPlace> = BTreeMap::new();
        Job {
            tenant: self.tenant_id,
            user: self.user_id,
            trace_id: self.trace_id,
            traceparent: self.traceparent,
            idempotency_key: key,
            endpoint: "",
            method: artel_domain::tool::HttpMethod::Get,
            mapping: &NOWHERE,
            custom_headers: &self.tool.custom_headers,
            auth_type: self.tool.auth_type,
            secrets_ref: self.binding.secrets_ref.as_deref(),
            allowed_domains: &self.binding.allowed_domains,
            args: NOTHING,
            fresh: matches!(self.tool.effect, EffectClass::AtMostOnce | EffectClass::Verifiable),
        }
    }
}

pub(crate) fn elapsed_ms(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}
