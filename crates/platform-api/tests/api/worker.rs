//! A worker that does what the test says: it claims runs and commits the entries it is given, as the engine would.

use std::sync::Arc;
use std::time::Duration;

use artel_bus::Bus;
use artel_domain::event::{PlannedCall, Verdict};
use artel_domain::{
    Approval, ApprovalId, ApprovalState, CallId, CallState, Clock, EffectClass, Entry, Event, FinishReason, Form,
    Frame, Phase, Timestamp, ToolCallRow, ToolId, ToolOutcome, ToolRef, Usage, Wait, WaitFor,
};
use artel_store::{CallChange, Claim, Fence, Journal, Runs, Step};
use serde_json::{Value, json};

use crate::world::World;

const USAGE: Usage =
    Usage { prompt_tokens: 150, completion_tokens: 45, cached_tokens: 0, reasoning_tokens: 0, cache_write_tokens: 0 };

/// A claimed run.
pub(crate) struct Drive<'a> {
    world: &'a World,
    claim: Claim,
    next: i64,
    last: i64,
}

impl World {
    /// Waits for a run to claim.
    pub(crate) async fn claim(&self) -> Drive<'_> {
        loop {
            let claims = self.store.claim_runs("test", Duration::from_secs(30), 1, 64, &[]).await.unwrap();
            if let Some(claim) = claims.into_iter().next() {
                let next = claim.first_seq;
                return Drive { world: self, claim, next, last: 0 };
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Drives one run to a good end: two deltas and one tool call.
    pub(crate) async fn works(&self) {
        let mut drive = self.claim().await;
        drive.starts().await;
        drive.calls_a_tool().await;
        drive.says(&["It said ", "hello"]).await;
        drive.succeeds("It said hello").await;
    }
}

impl Drive<'_> {
    pub(crate) async fn starts(&mut self) {
        let run = &self.claim.run;
        let started = Event::RunStarted {
            agent_id: run.agent_id,
            agent_version: run.agent_version.unwrap_or_default(),
            trace_id: run.trace_id.clone(),
            input: run.input_message.clone(),
            team: None,
        };
        self.writes(vec![started, Event::ModelRequested { step: 1 }], Step::default()).await;
    }

    pub(crate) async fn says(&mut self, parts: &[&str]) {
        let deltas = parts.iter().map(|text| Event::Delta { step: 2, text: (*text).to_owned() }).collect();
        self.writes(deltas, Step::default()).await;
    }

    /// One call of a tool, planned and not made.
    async fn plans(&mut self, tool_id: Option<ToolId>, args: Value) -> CallId {
        let run = self.claim.run.clone();
        let id = CallId::derive(run.id, 1, 0);
        let tool = tool_id.map(|id| ToolRef::Row { id, version: 1 });
        let planned = PlannedCall {
            call_id: id,
            step: 1,
            ordinal: 0,
            provider_call_id: "call_abc123".into(),
            offered_name: "echo".into(),
            name: "echo".into(),
            tool: tool.clone(),
            args: args.clone(),
            effect: EffectClass::ReadOnly,
            verdict: Verdict::Allow,
        };
        let at = self.world.clock.now();
        let row = ToolCallRow {
            id,
            tenant_id: run.tenant_id,
            run_id: run.id,
            step: 1,
            ordinal: 0,
            provider_call_id: "call_abc123".into(),
            tool,
            name: "echo".into(),
            args_digest: artel_domain::digest::of(&args),
            args,
            effect: EffectClass::ReadOnly,
            state: CallState::Planned,
            wait: None,
            answered_by: None,
            attempts: 0,
            result: None,
            error: None,
            duration_ms: None,
            planned_at: at,
            dispatched_at: None,
            finished_at: None,
        };
        let answered = answered("", 1);
        self.writes(vec![answered, Event::ToolPlanned(planned)], Step { new_calls: vec![row], ..Step::default() })
            .await;
        id
    }

    /// Asks a human about a call of this tool and lets go of the run.
    pub(crate) async fn asks(&mut self, tool: ToolId, args: Value, expires_at: Option<Timestamp>) -> ApprovalId {
        let call_id = self.plans(Some(tool), args.clone()).await;
        let (run, created_at) = (self.claim.run.clone(), self.world.clock.now());
        let args_digest = artel_domain::digest::of(&args);
        let approval = Approval {
            id: ApprovalId::derive(call_id),
            tenant_id: run.tenant_id,
            session_id: run.session_id,
            run_id: run.id,
            call_id,
            agent_id: Some(run.agent_id),
            name: "echo".into(),
            args: args.clone(),
            args_digest: args_digest.clone(),
            target: None,
            changed: Vec::new(),
            reason: "it echoes".into(),
            approvers: Vec::new(),
            state: ApprovalState::Pending,
            decision: None,
            decided_args: None,
            feedback: None,
            decided_by: None,
            created_at,
            expires_at,
            decided_at: None,
        };
        let (approval_id, reason) = (approval.id, approval.reason.clone());
        let asked = Event::ApprovalRequested {
            approval_id,
            call_id,
            name: "echo".into(),
            args,
            args_digest,
            reason,
            target: None,
            changed: Vec::new(),
            replaces: None,
            approvers: Vec::new(),
        };
        let step = Step {
            approvals: vec![approval],
            phase: Some(Phase::Waiting),
            waits_for: vec![WaitFor::Approval],
            ..Step::default()
        };
        self.writes(vec![asked], step).await;
        approval_id
    }

    /// Asks a human with a form and lets go of the run.
    pub(crate) async fn asks_with_a_form(&mut self) -> CallId {
        let id = self.plans(None, json!({})).await;
        let form = Form { title: "Who?".into(), description: None, fields: Vec::new(), connect: None };
        let wait = Wait::Form { form, until: None };
        let change = CallChange {
            id,
            state: CallState::Dispatched,
            attempts: Some(1),
            args: None,
            wait: Some(wait.clone()),
            result: None,
            error: None,
            duration_ms: None,
            dispatched_at: Some(self.world.clock.now()),
            finished_at: None,
        };
        let waits_for = vec![WaitFor::Form];
        let step = Step { calls: vec![change], phase: Some(Phase::Waiting), waits_for, ..Step::default() };
        self.writes(vec![Event::CallWaits { call_id: id, wait }], step).await;
        id
    }

    pub(crate) async fn calls_a_tool(&mut self) {
        let id = self.plans(None, json!({ "text": "hello" })).await;
        let at = self.world.clock.now();
        let output = json!({ "text": "hello" });
        let outcome = ToolOutcome::Succeeded { output: output.clone() };
        let finished = Event::ToolFinished {
            call_id: id,
            name: "echo".into(),
            outcome,
            attempts: 1,
            duration_ms: 12,
            cached_age_seconds: None,
            request: None,
            usage: None,
        };
        let change = CallChange {
            id,
            state: CallState::Succeeded,
            attempts: Some(1),
            args: None,
            wait: None,
            result: Some(output),
            error: None,
            duration_ms: Some(12),
            dispatched_at: Some(at),
            finished_at: Some(at),
        };
        self.writes(vec![finished], Step { calls: vec![change], ..Step::default() }).await;
    }

    pub(crate) async fn succeeds(&mut self, output: &str) {
        let ended = Event::RunSucceeded { output: output.to_owned(), usage: Some(USAGE) };
        let step = Step {
            phase: Some(Phase::Succeeded),
            output_message: Some(output.to_owned()),
            usage: Some(USAGE),
            ..Step::default()
        };
        self.writes(vec![answered(output, 0), ended], step).await;
    }

    pub(crate) async fn fails(&mut self, code: &str, message: &str) {
        let ended = Event::RunFailed { code: code.into(), message: message.to_owned(), usage: None };
        let phase = if code == "cancelled" { Phase::Cancelled } else { Phase::Failed };
        let step = Step {
            phase: Some(phase),
            error: Some((code.into(), message.to_owned())),
            cancel_approvals: true,
            ..Step::default()
        };
        self.writes(vec![ended], step).await;
    }

    async fn writes(&mut self, events: Vec<Event>, step: Step) {
        let run = &self.claim.run;
        let at = self.world.clock.now();
        let entries: Vec<Entry> =
            events.into_iter().zip(self.next..).map(|(event, seq)| Entry { seq, run_id: run.id, at, event }).collect();
        self.next += entries.len() as i64;
        let fence =
            Fence { tenant_id: run.tenant_id, session_id: run.session_id.clone(), run_id: run.id, epoch: run.epoch };
        let step = Step { entries: entries.clone(), next_seq: self.next, progress: true, at, ..step };
        self.world.store.commit(&fence, step).await.unwrap();
        for entry in entries {
            let prev = std::mem::replace(&mut self.last, entry.seq);
            let frame = Frame {
                tenant_id: run.tenant_id,
                session_id: run.session_id.clone(),
                prev,
                entry: Arc::new(entry),
                stored: true,
            };
            self.world.bus.publish(Arc::new(frame));
        }
    }
}

fn answered(text: &str, planned: u32) -> Event {
    Event::ModelAnswered {
        step: 1,
        text: text.to_owned(),
        finish: FinishReason::Stop,
        usage: Some(USAGE),
        planned,
        opaque: None,
    }
}
