//! What a run's model calls may cost: the most that a call can come to is set aside before it is made, and what it did
//! come to is put in its place by the commit of its answer.
//!
//! A call that breaks off after the model began to answer, by a crash, a cancel or an error, stays counted in full:
//! nobody but the provider knows what it charged.

use std::sync::Arc;

use artel_domain::{Budget, BudgetScope, Cap, Caps, RunFailure, RunId, Spend, Usage};
use artel_llm::{Message, Models, PartBody, Request, Served, Thinking};
use artel_store::{Claim, Fence, Reservation, Reserved, StoreError, TurnRecord};
use async_trait::async_trait;

use crate::Deps;
use crate::scribe::fence;
use crate::store_away::ask_until_answered;

/// What a model may write when its agent sets no `max_tokens`: without a bound nothing could be set aside.
const DEFAULT_MAX_TOKENS: u32 = 4096;
/// What chat templates put around each message, and around a list of tools.
const TOKENS_AROUND: usize = 64;

/// The caps of one run, and the right to use them.
#[derive(Clone)]
pub(crate) struct RunBudget {
    caps: Caps,
    /// The runs above a subagent, each with its cap.
    above: Vec<(RunId, Cap)>,
    fence: Fence,
    agent: artel_domain::AgentId,
}

/// A call that may be made.
pub(crate) struct Allowance {
    most: Spend,
}

impl RunBudget {
    /// The operator's caps with the tenant's, the agent's, the task's and a subagent's own: each can only tighten.
    pub(crate) fn new(operator: Caps, record: &TurnRecord, claim: &Claim) -> Self {
        let (Budget { run: tenant_run, day: tenant_day }, agent) = (record.tenant_budget, record.agent_budget);
        let run = operator.run.and(tenant_run).and(agent.run);
        let subagent = claim.run.subagent.as_ref();
        let above = subagent.into_iter().flat_map(|own| &own.above);
        let above = above.map(|above| (above.run_id, run.and(above.budget))).collect();
        let of_task = record.task.map(|task| task.budget).unwrap_or_default();
        let caps = Caps {
            run: run.and(of_task).and(subagent.map(|own| own.budget).unwrap_or_default()),
            agent_day: operator.agent_day.and(agent.day),
            tenant_day: operator.tenant_day.and(tenant_day),
        };
        Self { caps, above, fence: fence(claim), agent: record.agent.id }
    }

    /// Whose calls are paid for.
    pub(crate) fn run(&self) -> RunId {
        self.fence.run_id
    }

    /// Sets aside the most that the request can come to, and bounds the request to it. `None` where nothing is capped;
    /// the error is the run's.
    pub(crate) async fn reserve(
        &self,
        deps: &Deps,
        request: &mut Request,
    ) -> Result<Option<Allowance>, (RunFailure, String)> {
        if self.is_unlimited() {
            return Ok(None);
        }
        let most = self.most(&deps.models, request)?;
        match self.set_aside(deps, most).await? {
            Reserved::Granted => Ok(Some(Allowance { most })),
            Reserved::Exhausted(scope) => Err((RunFailure::BudgetExhausted, exhausted(self.whose(scope), most))),
        }
    }

    /// What the run's tools may spend from; `None` where nothing is capped.
    pub(crate) fn for_tools(&self, deps: &Arc<Deps>) -> Option<Arc<dyn artel_tools::Budget>> {
        let budget = || ToolBudget { budget: self.clone(), deps: deps.clone() };
        (!self.is_unlimited()).then(|| Arc::new(budget()) as Arc<dyn artel_tools::Budget>)
    }

    fn is_unlimited(&self) -> bool {
        self.caps.is_unlimited() && self.above.iter().all(|(_, cap)| cap.is_unlimited())
    }

    fn in_money(&self) -> bool {
        self.caps.in_money() || self.above.iter().any(|(_, cap)| cap.nano_usd.is_some())
    }

    fn whose(&self, scope: BudgetScope) -> &'static str {
        match scope {
            BudgetScope::Run if self.above.is_empty() => "the budget of this run",
            BudgetScope::Run => "the budget of this subagent, or of a run above it,",
            BudgetScope::Agent => "the agent's budget of today",
            BudgetScope::Tenant => "the tenant's budget of today",
        }
    }

    async fn set_aside(&self, deps: &Deps, amount: Spend) -> Result<Reserved, (RunFailure, String)> {
        let (agent_id, caps, above) = (self.agent, self.caps, self.above.clone());
        let reservation = Reservation { agent_id, amount, caps, above, at: deps.clock.now() };
        let ask = || deps.store.reserve_budget(&self.fence, reservation.clone());
        match ask_until_answered(self.fence.run_id, "the budget cannot be asked now", ask).await {
            Ok(reserved) => {
                if let Reserved::Exhausted(scope) = &reserved {
                    metrics::counter!("artel_budget_refusals_total", "scope" => scope.as_str()).increment(1);
                }
                Ok(reserved)
            }
            // The run is another worker's: the worker that lost it drops this future.
            Err(StoreError::Fenced) => std::future::pending().await,
            Err(error) => {
                tracing::error!(run_id = %self.fence.run_id, %error, "the budget cannot be read");
                Err((RunFailure::BudgetUnavailable, "the budget could not be read; see the server's log".to_owned()))
            }
        }
    }

    fn most(&self, models: &Models, request: &mut Request) -> Result<Spend, (RunFailure, String)> {
        let answer = *request.params.max_tokens.get_or_insert(DEFAULT_MAX_TOKENS);
        let thinking = if let Some(Thinking::Budget(tokens)) = request.params.thinking { tokens } else { 0 };
        let usage = Usage {
            prompt_tokens: most_prompt_tokens(request),
            completion_tokens: i64::from(answer) + i64::from(thinking),
            ..Usage::default()
        };
        let nano_usd = match models.most_cost(&request.model, &usage) {
            Some(nano_usd) => nano_usd,
            None if self.in_money() => return Err((RunFailure::BudgetUnpriced, unpriced(request))),
            None => 0,
        };
        Ok(Spend { tokens: usage.total(), nano_usd })
    }
}

impl Allowance {
    /// What the call came to. A provider that reports no usage is taken at the most.
    pub(crate) fn spent(&self, served: &Served) -> Spend {
        match served.answer.usage {
            Some(usage) => Spend { tokens: usage.total(), nano_usd: served.cost_nanos.unwrap_or(0) },
            None => self.most,
        }
    }
}

/// The budgets of a run, as its tools see them.
struct ToolBudget {
    budget: RunBudget,
    deps: Arc<Deps>,
}

#[async_trait]
impl artel_tools::Budget for ToolBudget {
    async fn spend(&self, amount: Spend) -> Result<(), String> {
        match self.budget.set_aside(&self.deps, amount).await {
            Ok(Reserved::Granted) => Ok(()),
            Ok(Reserved::Exhausted(scope)) => {
                Err(format!("{} has no room for {}", self.budget.whose(scope), amount_in_words(amount)))
            }
            Err((_, message)) => Err(message),
        }
    }
}

/// No tokenizer makes more tokens of a text than it has bytes.
fn most_prompt_tokens(request: &Request) -> i64 {
    let members = |rest: &artel_llm::Rest| if rest.is_empty() { 0 } else { serde_json::json!(rest).to_string().len() };
    let of_call = |call: &artel_domain::AssistantCall| {
        call.id.len() + call.name.len() + call.arguments.len() + members(&call.rest) + TOKENS_AROUND
    };
    let of_message = |message: &Message| {
        let parts = message.content().iter().map(|part| match &part.body {
            PartBody::Text(text) => text.len(),
            other => format!("{other:?}").len(),
        });
        let calls = if let Message::Assistant { calls, reasoning, rest, .. } = message {
            calls.iter().map(of_call).sum::<usize>()
                + reasoning.iter().map(|block| format!("{block:?}").len()).sum::<usize>()
                + members(rest)
        } else {
            0
        };
        parts.sum::<usize>() + calls + TOKENS_AROUND
    };
    let messages: usize = request.messages.iter().map(of_message).sum();
    let of_tool =
        |tool: &artel_domain::ToolSpec| tool.name.len() + tool.description.len() + tool.input_schema.to_string().len();
    let tools: usize = request.tools.iter().map(|tool| of_tool(tool) + TOKENS_AROUND).sum();
    i64::try_from(messages + tools + TOKENS_AROUND).unwrap_or(i64::MAX)
}

fn exhausted(whose: &str, most: Spend) -> String {
    format!(
        "{whose} has no room for the next model call, which may come to {}; raise the budget, or lower max_tokens of the agent",
        amount_in_words(most)
    )
}

fn amount_in_words(amount: Spend) -> String {
    format!("{} tokens ({:.4} USD)", amount.tokens, amount.nano_usd as f64 / 1e9)
}

fn unpriced(request: &Request) -> String {
    format!(
        "the price of the model {} is not known, so its cost cannot be kept within a budget; add it to LLM_MODELS_FILE",
        request.model
    )
}
