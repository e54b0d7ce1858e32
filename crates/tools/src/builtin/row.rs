//! A built-in tool as a tenant's row offers it: under the row's name, texts, schema and effect.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::ToolDefinition;
use async_trait::async_trait;
use serde_json::Value;

use super::function_name;
use crate::context::CallContext;
use crate::descriptor::Descriptor;
use crate::output::{ToolError, ToolOutput};
use crate::tool::{MadeAs, Tool, Unavailable, Verified};

pub(crate) struct InternalRow {
    descriptor: Descriptor,
    function: Result<Arc<dyn Tool>, Unavailable>,
}

impl InternalRow {
    /// `function` is the tool that the row names; `None` when there is none of that name.
    pub(crate) fn new(definition: &ToolDefinition, function: Option<Arc<dyn Tool>>, timeout: Duration) -> Self {
        let descriptor = Descriptor::of_row(definition).timeout(timeout);
        let descriptor = match &function {
            Some(function) => descriptor.like(function.descriptor()),
            None => descriptor,
        };
        let missing = || Unavailable {
            reason: format!("there is no internal function '{}'", function_name(definition)),
            how_to: "a newer version of the server may have it".to_owned(),
        };
        Self { descriptor, function: function.ok_or_else(missing) }
    }

    fn function(&self) -> Result<&Arc<dyn Tool>, Unavailable> {
        self.function.as_ref().map_err(Clone::clone)
    }
}

#[async_trait]
impl Tool for InternalRow {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn available(&self) -> Result<(), Unavailable> {
        self.function()?.available()
    }

    async fn made_as(&self, context: &CallContext, args: Value) -> Result<Option<MadeAs>, ToolError> {
        self.function().map_err(|missing| missing.to_string())?.made_as(context, args).await
    }

    async fn note_refusal(&self, context: &CallContext, args: Value, reason: &str) {
        if let Ok(function) = self.function() {
            function.note_refusal(context, args, reason).await;
        }
    }

    async fn call(&self, context: &CallContext, args: Value) -> Result<ToolOutput, ToolError> {
        self.function().map_err(|missing| missing.to_string())?.call(context, args).await
    }

    async fn verify(&self, context: &CallContext, args: Value) -> Verified {
        match self.function() {
            Ok(function) => function.verify(context, args).await,
            Err(_) => Verified::Unknown,
        }
    }
}
