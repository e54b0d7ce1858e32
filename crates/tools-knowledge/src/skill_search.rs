use std::sync::Arc;

use artel_catalogue::args::{SkillScope as Wanted, SkillSearch as Args};
use artel_domain::SkillScope;
use artel_intents::{FoundSkill, SkillFilter};
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use artel_words::Query;
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::refusals::tell;
use crate::skill_refusals::of_refusal;
use crate::skills::SkillTools;

const USUAL: u8 = 5;

/// Finds skills of the organisation and of the product.
pub(crate) struct SkillSearchTool(pub(crate) Arc<SkillTools>);

#[async_trait]
impl Builtin for SkillSearchTool {
    const NAME: &'static str = "skill_search";
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let Some(query) = Query::read(&args.query) else {
            return Err(tell("invalid_argument", "query has no word", "describe the task in words"));
        };
        let scope = match args.scope.unwrap_or(Wanted::All) {
            Wanted::All => None,
            Wanted::Custom => Some(SkillScope::Custom),
            Wanted::System => Some(SkillScope::System),
        };
        let limit = usize::from(args.limit.unwrap_or(USUAL));
        let found = self.0.intents.search_skills(&requester, SkillFilter { scope }, &query, limit).await;
        let rows: Vec<Value> = found.map_err(of_refusal)?.iter().map(row).collect();
        Ok(json!({ "skills": rows }).into())
    }
}

fn row(found: &FoundSkill) -> Value {
    let head = &found.head;
    json!({
        "skill_id": head.id,
        "name": head.name.as_str(),
        "description": head.description,
        "scope": head.scope,
        "score": found.score,
    })
}
