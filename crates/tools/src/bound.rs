//! A tool with the terms under which one agent may call it.

use std::sync::Arc;

use artel_domain::{Binding, EffectClass, PermissionScope, RateLimit};
use serde_json::Value;

use crate::descriptor::Descriptor;
use crate::kept::Keeping;
use crate::limits;
use crate::programs::Fuel;
use crate::tool::{Tool, Unavailable};

/// A tool as one agent may call it. The registry makes it.
#[derive(Clone)]
pub struct BoundTool {
    pub(crate) tool: Arc<dyn Tool>,
    writes: bool,
    rate: Option<(String, RateLimit)>,
    pub(crate) allowed_domains: Vec<String>,
    pub(crate) keeping: Option<Keeping>,
}

impl BoundTool {
    /// A tool without terms of its own.
    pub(crate) fn free(tool: Arc<dyn Tool>) -> Self {
        Self { tool, writes: false, rate: None, allowed_domains: Vec::new(), keeping: None }
    }

    /// A tool under the terms of a binding.
    pub(crate) fn under(binding: &Binding, tool: Arc<dyn Tool>) -> Self {
        let key = || limits::key(binding.tenant_id, binding.agent_id, binding.tool_id);
        Self {
            tool,
            writes: binding.permission_scope == PermissionScope::Write,
            rate: binding.rate_limit.map(|rate| (key(), rate)),
            allowed_domains: binding.allowed_domains.clone(),
            keeping: None,
        }
    }

    /// The same, with its results kept.
    pub(crate) fn keeping(self, keeping: Option<Keeping>) -> Self {
        Self { keeping, ..self }
    }

    /// What the tool says about itself.
    pub fn descriptor(&self) -> &Descriptor {
        self.tool.descriptor()
    }

    /// What recovery may do with a call of these arguments.
    pub fn effect(&self, args: &Value) -> EffectClass {
        self.tool.effect(args)
    }

    /// The agent's binding says that the tool writes.
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Can this installation call the tool?
    ///
    /// # Errors
    /// Says what is missing, and what the operator does about it.
    pub fn available(&self) -> Result<(), Unavailable> {
        self.tool.available()
    }

    /// Holds a call to the schema and the permission. This is the one place that does: when a call is planned, and when
    /// it is made.
    ///
    /// # Arguments
    /// * `args`: what the model, or a human in its place, wrote.
    /// * `may_write`: whoever started the run has `tools:write`.
    /// * `fuel`: pays for the validation, see [`Programs`](crate::Programs).
    ///
    /// # Errors
    /// A text for the model.
    pub fn check(&self, args: &Value, may_write: bool, fuel: &Fuel) -> Result<(), String> {
        let descriptor = self.descriptor();
        descriptor.check(&descriptor.plain(args.clone()), fuel)?;
        if self.writes && !may_write {
            let text = "this tool may write, and the caller of this run has no scope tools:write";
            return Err(descriptor.coded("forbidden", text));
        }
        Ok(())
    }

    pub(crate) fn rate(&self) -> Option<(&str, RateLimit)> {
        self.rate.as_ref().map(|(key, rate)| (key.as_str(), *rate))
    }
}
