//! Finds tools, and makes their calls: the checks that come before, the deadline, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use artel_catalogue::{Entry, catalogue};
use artel_domain::{Binding, Clock, EffectClass, ExecutionType, ToolDefinition, ToolOutcome, ToolRef};
use artel_egress::Egress;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::auth::{Authenticator, ServiceSigner};
use crate::bound::BoundTool;
use crate::builtin::request_form::RequestForm;
use crate::builtin::row::InternalRow;
use crate::builtin::{KnownServices, Typed, builtins, function_name, keeping_builtins};
use crate::catalogue::standing;
use crate::config::ToolsConfig;
use crate::context::{ArtifactKeeper, CallContext, CallRequest};
use crate::exchange::CallRecord;
use crate::kept::{Keeping, KeptResults, ResultPlace};
use crate::large;
use crate::limits::CallLimits;
use crate::output::{ToolError, ToolOutput, not_begun, unknown};
use crate::programs::Programs;
use crate::report::{CallEnd, CallReport};
use crate::secrets::Secrets;
use crate::tool::{MadeAs, Tool, Unavailable, Verified};
use crate::webhook::{Webhook, Webhooks};

/// What the registry needs from the rest of the product.
pub struct ToolsDeps {
    pub secrets: Arc<dyn Secrets>,
    pub limits: Arc<dyn CallLimits>,
    /// For `auth_type: service`; without it such tools fail with a clear text.
    pub signer: Option<Arc<dyn ServiceSigner>>,
    pub egress: Arc<Egress>,
    pub clock: Arc<dyn Clock>,
}

/// All tools of this installation.
pub struct Registry {
    config: ToolsConfig,
    builtins: BTreeMap<String, Arc<dyn Tool>>,
    pub(crate) webhooks: Arc<Webhooks>,
    limits: Arc<dyn CallLimits>,
    egress: Arc<Egress>,
    artifacts: Option<Arc<dyn ArtifactKeeper>>,
    results: Option<Arc<dyn KeptResults>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Registry {
    /// The built-in tools, and those that tenants define.
    pub fn new(config: ToolsConfig, deps: ToolsDeps) -> Self {
        let auth = Authenticator::new(deps.secrets, deps.signer);
        let webhooks = Arc::new(Webhooks::new(config.clone(), auth, deps.clock.clone()));
        let builtins = builtins().into_iter().map(|tool| (tool.descriptor().name.clone(), tool)).collect();
        Self {
            config,
            builtins,
            webhooks,
            limits: deps.limits,
            egress: deps.egress,
            artifacts: None,
            results: None,
            clock: deps.clock,
        }
    }

    /// The same with one more built-in tool. One of the same name is replaced.
    #[must_use]
    pub fn with(mut self, tool: Arc<dyn Tool>) -> Self {
        self.builtins.insert(tool.descriptor().name.clone(), tool);
        self
    }

    /// The same with a place for files: tools that make files are there, and of an answer that is too large for a model
    /// the whole is kept.
    #[must_use]
    pub fn keeping(self, artifacts: Arc<dyn ArtifactKeeper>) -> Self {
        keeping_builtins().into_iter().fold(Self { artifacts: Some(artifacts), ..self }, Self::with)
    }

    /// The same with a place where results are kept. Without it every call is made.
    #[must_use]
    pub fn remembering(self, results: Arc<dyn KeptResults>) -> Self {
        Self { results: Some(results), ..self }
    }

    /// The same with services that a form may ask a user to connect. Without them no form may.
    #[must_use]
    pub fn connecting(self, known: Arc<dyn KnownServices>) -> Self {
        self.with(Arc::new(Typed::new(RequestForm::knowing(known))))
    }

    /// The built-in tool of that name.
    pub fn builtin(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.builtins.get(name)
    }

    /// Can this installation call a tool of the catalogue?
    ///
    /// # Errors
    /// Says what is missing, and what the operator does about it.
    pub fn standing(&self, entry: &Entry) -> Result<(), Unavailable> {
        standing(self.builtin(&entry.name).map(AsRef::as_ref))
    }

    /// The built-in tool of that name, when this installation can call it.
    ///
    /// # Errors
    /// `None` for a name that nobody knows; else what is missing.
    pub fn usable(&self, name: &str) -> Result<&Arc<dyn Tool>, Option<Unavailable>> {
        match (self.builtin(name), catalogue().entry(name)) {
            (Some(tool), None) => Ok(tool),
            (tool, Some(_)) => {
                standing(tool.map(AsRef::as_ref)).map_err(Some)?;
                tool.ok_or(None)
            }
            (None, None) => Err(None),
        }
    }

    /// The tools of the catalogue that this installation can call, under no terms of an agent's binding.
    pub fn catalogue_tools(&self) -> impl Iterator<Item = BoundTool> {
        let usable = |entry: &Entry| self.usable(&entry.name).ok().cloned();
        catalogue().entries.iter().filter_map(usable).map(BoundTool::free)
    }

    /// The names of all built-in tools.
    pub fn builtin_names(&self) -> Vec<&str> {
        self.builtins.keys().map(String::as_str).collect()
    }

    /// The tool that a reference means, as one agent may call it.
    ///
    /// # Arguments
    /// * `row`: for a tenant's tool, its row and the agent's binding to it.
    ///
    /// Returns `None` for a reference that no tool of this registry answers to: a client's or a control tool, or one
    /// without its row.
    pub fn resolve(&self, tool: &ToolRef, row: Option<&(Binding, ToolDefinition)>) -> Option<BoundTool> {
        match tool {
            ToolRef::Row { .. } => row.map(|(binding, definition)| self.under(binding, definition)),
            ToolRef::Builtin { name } => self.builtin(name).cloned().map(BoundTool::free),
            ToolRef::Client { .. } | ToolRef::Control { .. } | ToolRef::Connector { .. } | ToolRef::Mcp { .. } => None,
        }
    }

    fn under(&self, binding: &Binding, definition: &ToolDefinition) -> BoundTool {
        let tool: Arc<dyn Tool> = match definition.execution_type {
            ExecutionType::HttpWebhook => Arc::new(Webhook::bound(self.webhooks.clone(), definition.clone(), binding)),
            ExecutionType::Internal => self.internal(definition, binding.timeout_ms),
        };
        BoundTool::under(binding, tool).keeping(Keeping::of(definition, binding))
    }

    /// The built-in tool that a row names. `timeout_ms` is 0 for the operator's default.
    pub(crate) fn internal(&self, definition: &ToolDefinition, timeout_ms: u64) -> Arc<dyn Tool> {
        let function = self.builtin(function_name(definition)).cloned();
        Arc::new(InternalRow::new(definition, function, self.config.timeout(timeout_ms)))
    }

    /// Makes a call: schema, permission and rate limit first, then the tool, until its deadline. A result that is kept
    /// stands in for the tool, and is not counted against the rate limit. Dropping the future
    /// cancels the call.
    ///
    /// # Arguments
    /// * `tool`: from [`Registry::resolve`].
    /// * `request`: who calls, in which run.
    /// * `args`: what the model, or a human in its place, wrote.
    pub async fn call(&self, tool: &BoundTool, request: &CallRequest, args: &Value) -> CallReport {
        let started = Instant::now();
        let context = self.context(tool, request);
        let _ended = context.cancel.clone().drop_guard();
        let admitted = tokio::time::timeout_at(context.deadline, self.admit(tool, request, args, &context)).await;
        let result = match admitted.unwrap_or_else(|_| Err(too_late(tool))) {
            Ok(Admitted::Kept(output)) => Ok(output),
            Ok(Admitted::ToBeMade(place)) => self.made(tool, &context, args, place).await,
            Err(refusal) => Err(ToolError::Tell(refusal)),
        };
        let result = match result {
            Ok(output) => Ok(large::bounded(&context, &tool.descriptor().name, output).await),
            Err(error) => Err(error),
        };
        let report =
            CallReport { end: end_of(result), duration_ms: elapsed_ms(started), exchange: context.record.so_far() };
        log(tool, &context, &report);
        report
    }

    /// The result of a call that waited, as the model gets it: when it is too large, the whole is kept as a file.
    ///
    /// # Arguments
    /// As for [`Registry::call`].
    pub async fn bounded(&self, tool: &BoundTool, request: &CallRequest, output: Value) -> Value {
        let context = self.context(tool, request);
        large::bounded(&context, &tool.descriptor().name, output.into()).await.value
    }

    /// Asks the tool as whom a call would be made, until the deadline of a call.
    ///
    /// # Errors
    /// As for [`Tool::made_as`].
    pub async fn made_as(
        &self,
        tool: &BoundTool,
        request: &CallRequest,
        args: &Value,
    ) -> Result<Option<MadeAs>, ToolError> {
        let context = self.context(tool, request);
        let _ended = context.cancel.clone().drop_guard();
        let asked = tool.tool.made_as(&context, args.clone());
        let late = |_| Err(ToolError::NotNow("the tool did not say in time as whom it would act".to_owned()));
        tokio::time::timeout_at(context.deadline, asked).await.unwrap_or_else(late)
    }

    /// Tells the tool that a call ends with what [`Registry::made_as`] refused it with, until the deadline of a call.
    pub async fn note_refusal(&self, tool: &BoundTool, request: &CallRequest, args: &Value, reason: &str) {
        let context = self.context(tool, request);
        let _ended = context.cancel.clone().drop_guard();
        let noted = tool.tool.note_refusal(&context, args.clone(), reason);
        if tokio::time::timeout_at(context.deadline, noted).await.is_err() {
            tracing::warn!(tool = tool.descriptor().name, "the tool did not note in time that it refused a call");
        }
    }

    /// Asks the tool what became of a call that was cut off, until the deadline of a call.
    ///
    /// # Arguments
    /// As for [`Registry::call`].
    pub async fn verify(&self, tool: &BoundTool, request: &CallRequest, args: &Value) -> Verified {
        let context = self.context(tool, request);
        let _ended = context.cancel.clone().drop_guard();
        let verified = tool.tool.verify(&context, args.clone());
        tokio::time::timeout_at(context.deadline, verified).await.unwrap_or(Verified::Unknown)
    }

    pub(crate) fn context(&self, tool: &BoundTool, request: &CallRequest) -> CallContext {
        let CallRequest { tenant_id, principal, run, call_id, trace_id, budget, approved, subagents, hold, .. } =
            request.clone();
        let deadline = tokio::time::Instant::now() + tool.descriptor().timeout;
        let (egress, clock, artifacts) = (self.egress.clone(), self.clock.clone(), self.artifacts.clone());
        let allowed_domains = tool.allowed_domains.clone();
        let (cancel, record) = (CancellationToken::new(), CallRecord::default());
        CallContext {
            tenant_id,
            principal,
            run,
            call_id,
            trace_id,
            deadline,
            cancel,
            budget,
            approved,
            subagents,
            hold,
            egress,
            allowed_domains,
            artifacts,
            clock,
            record,
        }
    }

    /// The call itself. Nothing but a whole success is kept.
    async fn made(
        &self,
        tool: &BoundTool,
        context: &CallContext,
        args: &Value,
        place: Option<ResultPlace>,
    ) -> Result<ToolOutput, ToolError> {
        let output = bounded(tool, context, args).await?;
        if let (Some(place), Some(results)) = (place, &self.results)
            && !context.record.so_far().truncated
        {
            place.keep(&**results, &*self.clock, &output.value).await;
        }
        Ok(output)
    }

    async fn admit(
        &self,
        tool: &BoundTool,
        request: &CallRequest,
        args: &Value,
        context: &CallContext,
    ) -> Result<Admitted, String> {
        tool.available().map_err(|missing| tool.descriptor().coded("unavailable", &missing.to_string()))?;
        check(tool, request, args).await?;
        let (Some(results), Some(keeping)) = (&self.results, &tool.keeping) else {
            return self.count(tool).await.map(|()| Admitted::ToBeMade(None));
        };
        let place = keeping.place(&self.webhooks.auth, request, args).await;
        // A human agreed that the call is made.
        if let (Some(place), None) = (&place, &request.approved) {
            let kept = place.find(&**results, &*self.clock).await;
            let outcome = if kept.is_some() { "hit" } else { "miss" };
            metrics::counter!("artel_tool_results_looked_up_total", "outcome" => outcome).increment(1);
            if let Some(kept) = kept {
                context.record.note(|exchange| exchange.cached_age_seconds = Some(kept.age_seconds));
                return Ok(Admitted::Kept(kept.output.into()));
            }
        }
        self.count(tool).await.map(|()| Admitted::ToBeMade(place))
    }

    async fn count(&self, tool: &BoundTool) -> Result<(), String> {
        let Some((key, rate)) = tool.rate() else { return Ok(()) };
        let too_often = |wait: std::time::Duration| {
            let text =
                format!("this tool may be called at a rate of {rate}; try again in {} s", wait.as_secs_f64().ceil());
            tool.descriptor().coded("rate_limited", &text)
        };
        self.limits.admit(key, rate).await.map_err(too_often)
    }
}

/// What comes of the checks before a call.
enum Admitted {
    /// A result that is kept stands in for the call.
    Kept(ToolOutput),
    /// The tool is called, and its result may be kept there.
    ToBeMade(Option<ResultPlace>),
}

/// Holds the call to the schema and the permission, among the tenant's programs.
pub(crate) async fn check(tool: &BoundTool, request: &CallRequest, args: &Value) -> Result<(), String> {
    let (tool, args, may_write) = (tool.clone(), args.clone(), request.may_write);
    Programs::of_process().run(request.tenant_id, move |fuel| tool.check(&args, may_write, fuel)).await
}

fn too_late(tool: &BoundTool) -> String {
    tool.descriptor().coded("timeout", &not_begun(tool.descriptor().timeout))
}

/// The call, given up at its deadline.
async fn bounded(tool: &BoundTool, context: &CallContext, args: &Value) -> Result<ToolOutput, ToolError> {
    let call = async {
        context.held().await;
        tool.tool.call(context, args.clone()).await
    };
    tokio::time::timeout_at(context.deadline, call).await.unwrap_or_else(|_| {
        let limit = tool.descriptor().timeout.as_millis();
        let late = tool.descriptor().coded("timeout", &format!("the tool did not finish within {limit} ms"));
        Err(match tool.effect(args) {
            EffectClass::ReadOnly | EffectClass::Idempotent => ToolError::Tell(late),
            EffectClass::AtMostOnce | EffectClass::Verifiable => ToolError::Unknown(unknown(&late)),
        })
    })
}

fn end_of(result: Result<ToolOutput, ToolError>) -> CallEnd {
    match result {
        Ok(output) => CallEnd::Finished(ToolOutcome::Succeeded { output: output.value }),
        Err(ToolError::Tell(error)) => CallEnd::Finished(ToolOutcome::Failed { error }),
        Err(ToolError::Unknown(error)) => CallEnd::Finished(ToolOutcome::Unknown { error }),
        Err(ToolError::Wait(wait)) => CallEnd::Waits(wait),
        Err(ToolError::NotNow(why)) => CallEnd::NotBegun(why),
        Err(ToolError::Abort { code, message }) => CallEnd::Aborted { code, message },
    }
}

fn log(tool: &BoundTool, context: &CallContext, report: &CallReport) {
    let (name, call, exchange) = (&tool.descriptor().name, context.call_id, &report.exchange);
    let state = match &report.end {
        CallEnd::Finished(outcome) => outcome.state().as_str(),
        CallEnd::Waits(_) => "waits",
        CallEnd::NotBegun(_) => "not begun",
        CallEnd::Aborted { code, .. } => code,
    };
    tracing::debug!(tool = name, %call, trace_id = context.trace_id, attempts = exchange.attempts, cached_age = exchange.cached_age_seconds, status = exchange.status_code, ms = report.duration_ms, state, "tool call finished");
}

pub(crate) fn elapsed_ms(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}
