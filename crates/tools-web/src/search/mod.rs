//! `web_search`: one question to the first search service that answers.

mod ask;
mod brave;
mod config;
mod hit;
mod query;
mod searxng;
mod tavily;
mod yandex;
mod yandex_xml;

use artel_catalogue::args::WebSearch;
use artel_egress::Egress;
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput, Unavailable};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

use crate::text_error::tell;
use ask::{Failure, Provider};
pub use config::SearchConfig;
use query::Query;

/// Asks the configured search services, one after the other, until one answers.
pub struct WebSearchTool {
    providers: Vec<Box<dyn Provider>>,
    /// Of the operator: search services may be at private addresses.
    egress: Arc<Egress>,
}

impl WebSearchTool {
    /// # Arguments
    /// * `egress`: allows what the operator configured; a model's addresses never come here.
    pub fn new(config: SearchConfig, egress: Arc<Egress>) -> Self {
        Self { providers: config.providers(), egress }
    }
}

#[async_trait]
impl Builtin for WebSearchTool {
    const NAME: &'static str = "web_search";
    type Args = WebSearch;

    fn available(&self) -> Result<(), Unavailable> {
        let missing = || Unavailable {
            reason: "no search service is configured".to_owned(),
            how_to: "set SEARXNG_URL, BRAVE_API_KEY, TAVILY_API_KEY, or YANDEX_SEARCH_API_KEY with YANDEX_FOLDER_ID"
                .to_owned(),
        };
        if self.providers.is_empty() { Err(missing()) } else { Ok(()) }
    }

    async fn call(&self, context: &CallContext, args: WebSearch) -> Result<ToolOutput, ToolError> {
        let query = Query::of(args)?;
        let mut failures = Vec::new();
        for provider in &self.providers {
            context.record.note(|exchange| exchange.attempts += u32::from(!failures.is_empty()));
            match provider.search(&self.egress, &query).await {
                Ok(mut results) => {
                    results.truncate(query.count);
                    let mut answer = json!({ "results": results, "provider": provider.name() });
                    if let Some(note) = query.note {
                        answer["note"] = json!(note);
                    }
                    return Ok(answer.into());
                }
                Err(failure) => {
                    tracing::warn!(provider = provider.name(), %failure, "a search service did not answer");
                    failures.push((provider.name(), failure));
                }
            }
        }
        Err(refusal(&failures))
    }
}

/// What the model hears when no service answered: the kind of the last failure, and all of them.
fn refusal(failures: &[(&'static str, Failure)]) -> ToolError {
    let limited = !failures.is_empty() && failures.iter().all(|(_, failure)| matches!(failure, Failure::Limited));
    let code = if limited { "rate_limited" } else { "provider_error" };
    // A guard that refused does so again, and so does a service that does not know the key.
    let may_change = failures.iter().any(|(_, failure)| failure.may_change());
    let now = if may_change {
        "try once more in a minute, or go on without it"
    } else {
        "go on without it, and tell the user that the operator must look at it"
    };
    let told: Vec<String> = failures.iter().map(|(name, failure)| format!("{name} {failure}")).collect();
    tell(code, &format!("no search service answered: {}", told.join(", ")), now)
}
