//! What runs may cost: of the whole tenant, and of one agent.

pub(crate) mod get_agent_budget;
pub(crate) mod get_budget;
pub(crate) mod put_agent_budget;
pub(crate) mod put_budget;

use artel_domain::{AgentId, Budget, Cap, TenantId, nanos, usd};
use artel_http::body::whole;
use artel_http::{Checked, Faults, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub(crate) const TAG: &str = "budgets";

const MOST_TOKENS: i64 = 1_000_000_000_000;
const MOST_USD: f64 = 1_000_000.0;

/// What this resource answers. Operations of one path stand together.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(get_budget::get_budget, put_budget::put_budget))
        .routes(routes!(get_agent_budget::get_agent_budget, put_agent_budget::put_agent_budget))
}

/// Caps on the tokens (prompt and completion) and on the cost of model calls. What is absent or `null` is not limited
/// here; limits of the operator, the tenant and the agent all hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct BudgetLimits {
    /// Of each run.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    run_tokens: Option<i64>,
    /// Of each run, in US dollars.
    #[schema(minimum = 0.000_001, maximum = 1_000_000.0)]
    run_cost_usd: Option<f64>,
    /// Of all runs of a UTC day together.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    daily_tokens: Option<i64>,
    /// Of all runs of a UTC day together, in US dollars.
    #[schema(minimum = 0.000_001, maximum = 1_000_000.0)]
    daily_cost_usd: Option<f64>,
}

/// A budget, and what is used of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BudgetView {
    #[serde(flatten)]
    limits: BudgetLimits,
    spent_today: SpentView,
}

/// Of the current UTC day, with what is set aside for calls under way. Counted while some budget is in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpentView {
    tokens: i64,
    cost_usd: f64,
}

impl Checked for BudgetLimits {
    fn check(&self, faults: &mut Faults) {
        self.check_in(faults, "");
    }
}

impl BudgetLimits {
    /// Notes what is wrong; `place` stands before the names of the members.
    pub(crate) fn check_in(&self, faults: &mut Faults, place: &str) {
        faults.range(&format!("{place}run_tokens"), self.run_tokens, 1..=MOST_TOKENS);
        faults.range(&format!("{place}daily_tokens"), self.daily_tokens, 1..=MOST_TOKENS);
        faults.range(&format!("{place}run_cost_usd"), self.run_cost_usd, 0.000_001..=MOST_USD);
        faults.range(&format!("{place}daily_cost_usd"), self.daily_cost_usd, 0.000_001..=MOST_USD);
    }
}

impl From<&BudgetLimits> for Budget {
    fn from(limits: &BudgetLimits) -> Self {
        Self {
            run: Cap { tokens: limits.run_tokens, nano_usd: limits.run_cost_usd.map(nanos) },
            day: Cap { tokens: limits.daily_tokens, nano_usd: limits.daily_cost_usd.map(nanos) },
        }
    }
}

impl From<Budget> for BudgetLimits {
    fn from(budget: Budget) -> Self {
        Self {
            run_tokens: budget.run.tokens,
            run_cost_usd: budget.run.nano_usd.map(usd),
            daily_tokens: budget.day.tokens,
            daily_cost_usd: budget.day.nano_usd.map(usd),
        }
    }
}

/// The budget as it is now.
async fn view(app: &App, tenant: TenantId, agent: Option<AgentId>) -> Result<BudgetView, Problem> {
    let limits = app.store.find_budget(tenant, agent).await?.into();
    let spent = app.store.spent_on_day(tenant, agent, app.clock.now()).await?;
    Ok(BudgetView { limits, spent_today: SpentView { tokens: spent.tokens, cost_usd: usd(spent.nano_usd) } })
}
