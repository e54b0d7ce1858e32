use std::collections::BTreeMap;

use artel_domain::Timestamp;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::fact::{Fact, decision_word};
use super::reader::read_all;
use crate::App;
use crate::fault::Fault;
use crate::user::User;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Numbers {
    metrics: Counters,
    computed: BTreeMap<String, f64>,
    timestamp: Timestamp,
    sessions_counted: usize,
    /// Older sessions, or the beginnings of long ones, are not counted. Left out when all is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    is_truncated: bool,
}

#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub(super) struct Counters {
    agent_switches: BTreeMap<String, u64>,
    agent_processing: BTreeMap<String, Processing>,
    tool_executions: BTreeMap<String, Executions>,
    hitl_decisions: BTreeMap<String, BTreeMap<&'static str, u64>>,
    errors: BTreeMap<String, BTreeMap<String, u64>>,
}

#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
struct Processing {
    count: u64,
    total_duration_ms: i64,
    success_count: u64,
    failure_count: u64,
}

#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
struct Executions {
    requested: u64,
    completed: u64,
    failed: u64,
    requires_approval: u64,
}

/// Count what happened in the caller's sessions.
#[utoipa::path(get, path = "/events/metrics", operation_id = "get_event_metrics", tag = super::TAG,
    responses((status = OK, description = "The counts.", body = Numbers)))]
pub(crate) async fn get_metrics(State(app): State<App>, user: User) -> Result<Json<Numbers>, Fault> {
    let mut counters = Counters::default();
    let extent = read_all(&app, &user, |event| counters.take(event.fact)).await?;
    Ok(Json(Numbers {
        computed: counters.computed(),
        metrics: counters,
        timestamp: app.clock.now(),
        sessions_counted: extent.sessions,
        is_truncated: extent.is_cut,
    }))
}

impl Counters {
    pub(super) fn take(&mut self, fact: Fact) {
        match fact {
            Fact::AgentSwitched { from, to, .. } if from != to => {
                *self.agent_switches.entry(format!("{}_to_{}", from.as_str(), to.as_str())).or_default() += 1;
            }
            Fact::ProcessingCompleted { agent, duration_ms, success } => {
                let processing = self.agent_processing.entry(agent.as_str().to_owned()).or_default();
                processing.count += 1;
                processing.total_duration_ms += duration_ms;
                *if success { &mut processing.success_count } else { &mut processing.failure_count } += 1;
            }
            Fact::ToolRequested { tool, .. } => self.tool(tool).requested += 1,
            Fact::ToolCompleted { tool, .. } => self.tool(tool).completed += 1,
            Fact::ToolFailed { tool, .. } => self.tool(tool).failed += 1,
            Fact::ToolApprovalRequired { tool, .. } => self.tool(tool).requires_approval += 1,
            Fact::HumanDecided { tool, decision, .. } => {
                *self.hitl_decisions.entry(tool).or_default().entry(decision_word(decision)).or_default() += 1;
            }
            Fact::AgentFailed { agent, kind, .. } => {
                *self.errors.entry(agent.as_str().to_owned()).or_default().entry(kind).or_default() += 1;
            }
            _ => {}
        }
    }

    fn tool(&mut self, tool: String) -> &mut Executions {
        self.tool_executions.entry(tool).or_default()
    }

    fn computed(&self) -> BTreeMap<String, f64> {
        let durations =
            self.agent_processing.iter().filter(|(_, processing)| processing.count > 0).map(|(agent, processing)| {
                (format!("{agent}_avg_duration_ms"), processing.total_duration_ms as f64 / processing.count as f64)
            });
        let rates =
            self.tool_executions.iter().filter(|(_, runs)| runs.completed + runs.failed > 0).map(|(tool, runs)| {
                (format!("{tool}_success_rate"), runs.completed as f64 / (runs.completed + runs.failed) as f64)
            });
        durations.chain(rates).collect()
    }
}
