use artel_domain::{Cap, Misfire, Overlap, TaskSchedule, TaskTrigger, TenantId, Timestamp, nanos, usd};
use artel_http::body::whole;
use artel_http::{Faults, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::App;

const MOST_TOKENS: i64 = 1_000_000_000_000;
const MOST_USD: f64 = 1_000_000.0;

/// When a task starts by itself: again and again (`cron` and `timezone`), or once (`at`).
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct ScheduleTerms {
    /// Five fields (minute, hour, day of month, month, day of week), or six with seconds first. Two starts are at least
    /// ten seconds apart, or what the operator says.
    #[schema(max_length = 100, pattern = "^[^\\u0000]*$")]
    cron: Option<String>,
    /// An IANA name such as `Europe/Moscow`; `UTC` when absent.
    #[schema(max_length = 64, pattern = "^[^\\u0000]*$")]
    timezone: Option<String>,
    /// The only time.
    at: Option<Timestamp>,
    /// When an execution is not over at the next start: `skip` (when absent) starts nothing, `queue` begins after it in
    /// its session, `cancel_previous` cancels it. In a change, what is absent stays as the schedule before had it.
    #[schema(inline)]
    pub(super) overlap: Option<Overlap>,
    /// What becomes of times that came while nothing could be started: `run_once` (when absent) makes up for all of
    /// them by one execution, `skip` leaves them out. A start that is at most 15 s late is on time.
    #[schema(inline)]
    pub(super) misfire: Option<Misfire>,
}

impl ScheduleTerms {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.length("schedule.cron", self.cron.as_deref(), 1..=100);
        faults.length("schedule.timezone", self.timezone.as_deref(), 1..=64);
        let is_one = self.cron.is_some() != self.at.is_some();
        faults.ensure(is_one, "schedule", "must have either cron or at");
        faults.ensure(self.at.is_none() || self.timezone.is_none(), "schedule.timezone", "must be left out beside at");
    }

    /// What the check let pass has one of both.
    pub(super) fn schedule(&self) -> Option<TaskSchedule> {
        let timezone = || self.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        let cron = self.cron.clone().map(|cron| TaskSchedule::Cron { cron, timezone: timezone() });
        cron.or_else(|| self.at.map(|at| TaskSchedule::Once { at }))
    }
}

/// An inbound event that starts a task.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct TriggerTerms {
    /// The key of the connector.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\u0000]*$")]
    service: String,
    /// The service's word for what happened.
    #[serde(rename = "type")]
    #[schema(rename = "type", min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    kind: String,
}

impl TriggerTerms {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.length("trigger.service", self.service.as_str(), 1..=100);
        faults.length("trigger.type", self.kind.as_str(), 1..=200);
    }
}

/// # Errors
/// 422: no connector of the organisation has this key, so that no event could ever come.
pub(super) async fn check_service(app: &App, tenant: TenantId, trigger: Option<&TriggerTerms>) -> Result<(), Problem> {
    let Some(service) = trigger.map(|trigger| trigger.service.as_str()) else { return Ok(()) };
    if app.connectors.find(tenant, service).await?.is_some() {
        return Ok(());
    }
    let message = format!("must be the key of a connector; there is none of the key {service}");
    Err(Problem::invalid_field("trigger.service", message))
}

impl From<TriggerTerms> for TaskTrigger {
    fn from(terms: TriggerTerms) -> Self {
        Self { service: terms.service, kind: terms.kind }
    }
}

/// What one execution may use; what is absent is not limited here.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct TaskBudget {
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    run_tokens: Option<i64>,
    /// In US dollars.
    #[schema(minimum = 0.000_001, maximum = 1_000_000.0)]
    run_cost_usd: Option<f64>,
}

impl TaskBudget {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.range("budget.run_tokens", self.run_tokens, 1..=MOST_TOKENS);
        faults.range("budget.run_cost_usd", self.run_cost_usd, 0.000_001..=MOST_USD);
    }
}

impl From<TaskBudget> for Cap {
    fn from(budget: TaskBudget) -> Self {
        let nano_usd = budget.run_cost_usd.map(nanos);
        Self { tokens: budget.run_tokens, nano_usd }
    }
}

impl From<Cap> for TaskBudget {
    fn from(cap: Cap) -> Self {
        Self { run_tokens: cap.tokens, run_cost_usd: cap.nano_usd.map(usd) }
    }
}
