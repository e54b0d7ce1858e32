use std::sync::Arc;

use artel_domain::{MemoryPath, Requester};
use artel_intents::Intents;
use artel_store::IntentStore;
use artel_tools::{CallContext, ToolError};

use crate::refusals::{of_refusal, tell};

/// What the tools of this crate work with.
pub struct Knowledge {
    pub intents: Intents,
    pub store: Arc<dyn IntentStore>,
}

impl Knowledge {
    /// Whoever started the run, as they are now.
    pub(crate) async fn requester(&self, context: &CallContext) -> Result<Requester, ToolError> {
        let trace_id = context.trace_id.clone();
        let found = self.intents.acting_for(context.tenant_id, &context.principal, trace_id).await;
        found.map_err(of_refusal)?.ok_or_else(|| {
            let what = "the account or the key of whoever started this run has no access any more";
            tell("forbidden", what, "end your work")
        })
    }
}

/// A path that a model wrote.
pub(crate) fn path_of(name: &str, text: &str) -> Result<MemoryPath, ToolError> {
    MemoryPath::parse(text).map_err(|error| {
        let what = format!("{name} {error}");
        tell("invalid_argument", &what, "give a relative path such as preferences/style.md")
    })
}
