use std::time::Duration;

use artel_domain::{Timestamp, usd};
use artel_http::caller::Administrator;
use artel_http::{Caller, Checked, Faults, Params, Problem};
use artel_store::{LlmCallFilter, LlmCallGroup, LlmCallSum};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::TAG;
use crate::App;

/// The sums begin this long ago when the caller names no time.
const MONTH: Duration = Duration::from_hours(30 * 24);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListUsage {
    /// What the calls are grouped by; `day` when absent.
    #[param(inline, nullable = false)]
    group_by: Option<GroupBy>,
    /// Calls that began at this time or later; 30 days ago when absent.
    #[param(nullable = false)]
    since: Option<Timestamp>,
    /// Calls that began before this time.
    #[param(nullable = false)]
    until: Option<Timestamp>,
    /// At most this many groups, the dearest; 500 when absent.
    #[param(nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroupBy {
    /// The UTC day on which the call began.
    Day,
    Agent,
    Model,
    User,
}

/// What the calls of one group come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageView {
    /// A day such as `2026-11-29`, the id of an agent or of a user, or `provider:model`. `null`: calls that no agent
    /// made, or whose user is not known.
    key: Option<String>,
    calls: i64,
    /// Of the calls, those that ended with an error.
    errors: i64,
    prompt_tokens: i64,
    completion_tokens: i64,
    /// Without the calls whose price is not known.
    cost_usd: f64,
}

impl Checked for ListUsage {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1..=1000);
    }
}

impl From<GroupBy> for LlmCallGroup {
    fn from(by: GroupBy) -> Self {
        match by {
            GroupBy::Day => Self::Day,
            GroupBy::Agent => Self::Agent,
            GroupBy::Model => Self::Model,
            GroupBy::User => Self::User,
        }
    }
}

impl From<LlmCallSum> for UsageView {
    fn from(sum: LlmCallSum) -> Self {
        let LlmCallSum { key, calls, errors, prompt_tokens, completion_tokens, cost_nano_usd } = sum;
        Self { key, calls, errors, prompt_tokens, completion_tokens, cost_usd: usd(cost_nano_usd) }
    }
}

/// Sum up the tenant's calls of models.
///
/// Calls of agents and of the LLM proxy's clients. Days come in their order, other groups the dearest first. Accounts
/// are written in the background, so the sums are some seconds behind. Needs `admin`.
#[utoipa::path(get, path = "/usage", tag = TAG, params(ListUsage),
    responses((status = 200, description = "The groups.", body = [UsageView])))]
pub(crate) async fn list_usage(
    State(app): State<App>,
    caller: Caller<Administrator>,
    Params(wanted): Params<ListUsage>,
) -> Result<Json<Vec<UsageView>>, Problem> {
    let group = wanted.group_by.map_or(LlmCallGroup::Day, LlmCallGroup::from);
    let since = wanted.since.unwrap_or_else(|| app.clock.now() - MONTH);
    let filter = LlmCallFilter { since: Some(since), until: wanted.until, limit: wanted.limit.unwrap_or(500) };
    let mut sums = app.store.sum_llm_calls(&caller.tenant_id.to_string(), group, filter).await?;
    if group == LlmCallGroup::Day {
        sums.sort_by(|a, b| a.key.cmp(&b.key));
    }
    Ok(Json(sums.into_iter().map(UsageView::from).collect()))
}
