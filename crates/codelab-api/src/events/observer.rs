//! From journal entries to facts: what an entry means often depends on those before it.

use std::collections::HashMap;

use artel_domain::{
    ApprovalId, CallId, Decision, Entry, Event, RoutedBy, RunFailure, Specialist, Timestamp, ToolOutcome, Usage,
    event::PlannedCall,
};

use super::fact::{Fact, Purpose};

/// Reads one session's journal, oldest entry first.
pub(crate) struct Observer {
    agent: Specialist,
    model: String,
    /// Names the request that the run began with.
    pub(super) correlation_id: String,
    started_at: Option<Timestamp>,
    asked: Option<(Purpose, Timestamp)>,
    tools: HashMap<CallId, String>,
}

/// Plans are proposed by a call; to clients they are something else than a tool.
const PLAN: &str = "create_plan";

impl Observer {
    pub(crate) fn new() -> Self {
        Self {
            agent: Specialist::Orchestrator,
            model: "default".to_owned(),
            correlation_id: String::new(),
            started_at: None,
            asked: None,
            tools: HashMap::new(),
        }
    }

    /// What this entry tells, in order.
    pub(crate) fn take(&mut self, entry: &Entry) -> Vec<Fact> {
        let at = entry.at;
        match &entry.event {
            Event::RunStarted { input, team, trace_id, .. } => {
                if let Some(team) = team {
                    self.agent = team.agent;
                    self.model.clone_from(&team.model);
                }
                self.correlation_id = if trace_id.is_empty() { entry.run_id.to_string() } else { trace_id.clone() };
                (self.started_at, self.asked) = (Some(at), None);
                let said = (!input.trim().is_empty()).then_some(Fact::MessageAdded { role: "user" });
                said.into_iter().chain([Fact::ProcessingStarted { agent: self.agent }]).collect()
            }
            Event::RouteRequested => self.ask(Purpose::Classifier, at),
            Event::Routed { by, usage, .. } => self.routed(*by, *usage, at),
            Event::AgentSwitched { from, to, reason, confidence, .. } => {
                self.agent = *to;
                vec![Fact::AgentSwitched { from: *from, to: *to, reason: reason.clone(), confidence: *confidence }]
            }
            Event::ModelRequested { .. } => self.ask(Purpose::Answer, at),
            Event::MessageReset { .. } => self.fail("the answer was cut off; the model is asked again", at, None),
            Event::ModelAnswered { text, usage, planned, .. } => {
                let said = (!text.trim().is_empty()).then_some(Fact::MessageAdded { role: "assistant" });
                [self.answer(Purpose::Answer, *usage, *planned > 0, at)].into_iter().chain(said).collect()
            }
            Event::ContextSummarised { usage: Some(usage), .. } => {
                vec![self.answer(Purpose::Summary, Some(*usage), false, at)]
            }
            Event::ToolPlanned(call) => self.planned(call),
            Event::ApprovalRequested { approval_id, call_id, name, args, reason, .. } => {
                self.held(*approval_id, *call_id, name, args, reason)
            }
            Event::ApprovalDecided { approval_id, call_id, decision, feedback, .. } => {
                self.decided(*approval_id, *call_id, *decision, feedback.as_deref())
            }
            Event::ToolDispatched { call_id, .. } => {
                self.tool(*call_id).map(|tool| Fact::ToolStarted { tool, call: *call_id }).into_iter().collect()
            }
            Event::ToolFinished { call_id, outcome, duration_ms, .. } => self.finished(*call_id, outcome, *duration_ms),
            Event::RunSucceeded { .. } => vec![self.end(true, at)],
            Event::RunFailed { code, message, .. } => self.broke_off(code, message, at),
            _ => Vec::new(),
        }
    }

    fn ask(&mut self, purpose: Purpose, at: Timestamp) -> Vec<Fact> {
        self.asked = Some((purpose, at));
        vec![Fact::LlmStarted { model: self.model.clone(), purpose }]
    }

    fn answer(&mut self, purpose: Purpose, usage: Option<Usage>, has_tool_calls: bool, at: Timestamp) -> Fact {
        // A summary is made before the answer is asked for: its question is not in the journal.
        let asked = if purpose == Purpose::Summary { None } else { self.asked.take() };
        let duration_ms = asked.map_or(0, |(_, asked_at)| milliseconds(asked_at, at));
        Fact::LlmCompleted {
            model: self.model.clone(),
            purpose,
            duration_ms,
            usage: usage.unwrap_or_default(),
            has_tool_calls,
        }
    }

    fn fail(&mut self, why: &str, at: Timestamp, usage: Option<Usage>) -> Vec<Fact> {
        let Some((purpose, asked_at)) = self.asked.take() else { return Vec::new() };
        let (duration_ms, usage) = (milliseconds(asked_at, at), usage.unwrap_or_default());
        vec![Fact::LlmFailed { model: self.model.clone(), purpose, duration_ms, usage, error: why.to_owned() }]
    }

    fn routed(&mut self, by: RoutedBy, usage: Option<Usage>, at: Timestamp) -> Vec<Fact> {
        match by {
            RoutedBy::Model => vec![self.answer(Purpose::Classifier, usage, false, at)],
            // Without a question the words were all that was looked at.
            RoutedBy::Keywords => self.fail("the model named no agent; the words of the message did", at, usage),
        }
    }

    fn planned(&mut self, call: &PlannedCall) -> Vec<Fact> {
        if call.is_control() && !call.is_control_named(PLAN) {
            return Vec::new();
        }
        self.tools.insert(call.call_id, call.name.clone());
        let (tool, arguments) = (call.name.clone(), call.args.clone());
        vec![Fact::ToolRequested { tool, arguments, call: call.call_id, agent: self.agent }]
    }

    fn held(
        &mut self,
        request: ApprovalId,
        call: CallId,
        name: &str,
        args: &serde_json::Value,
        reason: &str,
    ) -> Vec<Fact> {
        self.tools.insert(call, name.to_owned());
        let (tool, reason) = (name.to_owned(), reason.to_owned());
        if name == PLAN {
            let subject = args["title"].as_str().unwrap_or(PLAN).to_owned();
            return vec![Fact::ApprovalRequested { request, kind: "plan", subject, reason }];
        }
        vec![
            Fact::ToolApprovalRequired { tool: tool.clone(), call, arguments: args.clone(), reason: reason.clone() },
            Fact::HumanAsked { tool: tool.clone(), call },
            Fact::ApprovalRequested { request, kind: "tool", subject: tool, reason },
        ]
    }

    fn decided(&self, request: ApprovalId, call: CallId, decision: Decision, feedback: Option<&str>) -> Vec<Fact> {
        let tool = self.tool(call).unwrap_or_default();
        let subject = tool.clone();
        let first = match decision {
            Decision::Expire => Fact::HumanSilent { tool, call },
            decision => Fact::HumanDecided { tool, call, decision },
        };
        let second = match decision {
            Decision::Approve | Decision::Edit => Fact::Approved { request, subject },
            Decision::Reject | Decision::Expire => {
                Fact::Rejected { request, subject, reason: feedback.map(str::to_owned) }
            }
        };
        vec![first, second]
    }

    fn finished(&self, call: CallId, outcome: &ToolOutcome, duration_ms: i64) -> Vec<Fact> {
        let Some(tool) = self.tool(call) else { return Vec::new() };
        vec![match outcome.error() {
            None => Fact::ToolCompleted { tool, call, duration_ms },
            Some(error) => Fact::ToolFailed { tool, call, duration_ms, error: error.to_owned() },
        }]
    }

    fn end(&mut self, success: bool, at: Timestamp) -> Fact {
        let duration_ms = self.started_at.take().map_or(0, |started_at| milliseconds(started_at, at));
        Fact::ProcessingCompleted { agent: self.agent, duration_ms, success }
    }

    fn broke_off(&mut self, code: &RunFailure, message: &str, at: Timestamp) -> Vec<Fact> {
        let mut facts = self.fail(message, at, None);
        if !code.is_wanted() {
            facts.push(Fact::AgentFailed { agent: self.agent, message: message.to_owned(), kind: code.to_string() });
        }
        facts.push(self.end(false, at));
        facts
    }

    fn tool(&self, call: CallId) -> Option<String> {
        self.tools.get(&call).cloned()
    }
}

fn milliseconds(from: Timestamp, to: Timestamp) -> i64 {
    i64::try_from(to.duration_since(from).as_millis()).unwrap_or_default().max(0)
}

#[cfg(test)]
mod tests;
