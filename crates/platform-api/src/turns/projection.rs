//! What readers of a turn are shown of its journal.
//!
//! FROZEN: names, members and their order. A stream that is resumed at a process of another version has the same bytes.

use artel_domain::event::PlannedCall;
use artel_domain::{Artifact, ArtifactId, CallId, Entry, Event, RunFailure, SessionId, ToolOutcome, Usage, Wait};
use serde_json::{Map, Value, json};

use super::cursor::Cursor;

/// A result is summed up in at most this many characters.
const LONGEST_SUMMARY: usize = 2000;
/// A result shows at most this many files.
const MOST_FILES: usize = 100;

/// One event of a stream.
#[derive(Debug, PartialEq)]
pub(super) struct TurnEvent {
    pub(super) at: Cursor,
    pub(super) name: &'static str,
    pub(super) data: Value,
}

/// Reads one journal from the beginning of a turn on.
pub(super) struct Projection {
    session: SessionId,
    /// The files of the turn under way, as its events showed them.
    files: Vec<Value>,
}

impl Projection {
    /// # Arguments
    /// * `session`: the id under which the session is shown.
    pub(super) fn new(session: SessionId) -> Self {
        Self { session, files: Vec::new() }
    }

    /// The events of an entry.
    ///
    /// # Arguments
    /// * `artifacts`: those of [`artifact_ids`] that the reader may see.
    pub(super) fn events(&mut self, entry: &Entry, artifacts: &[Artifact]) -> Vec<TurnEvent> {
        let Some((name, data)) = self.event(entry, artifacts) else { return Vec::new() };
        let at = |part| Cursor { seq: entry.seq, part };
        let mut events = vec![TurnEvent { at: at(0), name, data }];
        // A file that was deleted leaves its number free: the others keep theirs.
        for (part, id) in (1..).zip(artifact_ids(&entry.event)) {
            let Some(file) = artifacts.iter().find(|artifact| artifact.id == id).map(shown) else { continue };
            if !self.files.contains(&file) {
                self.files.push(file.clone());
            }
            events.push(TurnEvent { at: at(part), name: "artifact", data: file });
        }
        events
    }

    fn event(&mut self, entry: &Entry, artifacts: &[Artifact]) -> Option<(&'static str, Value)> {
        Some(match &entry.event {
            Event::RunStarted { agent_id, .. } => {
                self.files.clear();
                let data = json!({ "session_id": self.session, "turn_id": entry.run_id, "agent_id": agent_id });
                ("turn_started", data)
            }
            Event::Delta { text, .. } => ("text_delta", json!({ "delta": text })),
            Event::MessageReset { step } => ("message_reset", json!({ "step": step })),
            Event::ModelAnswered { usage: Some(usage), .. } => ("usage", tokens(*usage)),
            Event::ToolPlanned(PlannedCall { call_id, name, args, .. }) => {
                ("tool_call", json!({ "call_id": call_id, "name": name, "arguments": args }))
            }
            Event::ToolFinished { call_id, name, outcome, .. } => {
                ("tool_result", result(*call_id, name, outcome, artifacts))
            }
            Event::CallWaits { call_id, wait: Wait::Form { form, until } } => {
                let data = json!({ "form_id": call_id, "title": form.title, "description": form.description,
                    "fields": form.fields, "until": until });
                ("form_requested", data)
            }
            Event::ApprovalRequested { .. } | Event::ApprovalDecided { .. } | Event::SubagentAsks { .. } => {
                approval(&entry.event)?
            }
            Event::RunSucceeded { output, usage } => {
                let data = json!({ "output": output, "files": self.files, "usage": usage.map(tokens) });
                ("turn_completed", data)
            }
            Event::RunFailed { code: RunFailure::Cancelled, .. } => ("turn_cancelled", Value::Object(Map::new())),
            Event::RunFailed { code, message, .. } => ("turn_failed", json!({ "error": message, "code": code })),
            _ => return None,
        })
    }
}

/// The files that an entry's event names, the first hundred.
pub(super) fn artifact_ids(event: &Event) -> Vec<ArtifactId> {
    let mut found = Vec::new();
    if let Event::ToolFinished { outcome: ToolOutcome::Succeeded { output }, .. } = event {
        collect(output, &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut Vec<ArtifactId>) {
    match value {
        Value::Object(members) => {
            let id = members.get("artifact_id").and_then(Value::as_str).and_then(|text| text.parse().ok());
            if let Some(id) = id.filter(|id| found.len() < MOST_FILES && !found.contains(id)) {
                found.push(id);
            }
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn shown(artifact: &Artifact) -> Value {
    json!({
        "artifact_id": artifact.id, "kind": artifact.kind, "title": artifact.title, "media_type": artifact.media_type,
        "ephemeral": artifact.ephemeral, "url": format!("/v1/artifacts/{}", artifact.id),
    })
}

fn result(call: CallId, name: &str, outcome: &ToolOutcome, artifacts: &[Artifact]) -> Value {
    let ids: Vec<ArtifactId> = artifacts.iter().map(|artifact| artifact.id).collect();
    let told = match outcome {
        ToolOutcome::Succeeded { output: Value::String(text) } => text.clone(),
        ToolOutcome::Succeeded { output } => output.to_string(),
        ToolOutcome::Failed { error } | ToolOutcome::Unknown { error } => error.clone(),
    };
    let mut summary: String = told.chars().take(LONGEST_SUMMARY).collect();
    if summary.len() < told.len() {
        summary.push('…');
    }
    let status = outcome.state().as_str();
    json!({ "call_id": call, "name": name, "status": status, "summary": summary, "artifact_ids": ids })
}

fn approval(event: &Event) -> Option<(&'static str, Value)> {
    Some(match event {
        Event::ApprovalRequested { approval_id, call_id, name, args, args_digest, reason, changed, .. } => (
            "approval_requested",
            json!({
                "approval_id": approval_id, "call_id": call_id, "name": name, "arguments": args,
                "arguments_digest": args_digest, "reason": reason, "changed": changed,
            }),
        ),
        Event::SubagentAsks { approval_id, run_id, name, args, reason, .. } => (
            "subagent_approval",
            json!({ "approval_id": approval_id, "run_id": run_id, "name": name, "arguments": args, "reason": reason }),
        ),
        Event::ApprovalDecided { approval_id, call_id, decision, args, feedback, decided_by, .. } => (
            "approval_decided",
            json!({ "approval_id": approval_id, "call_id": call_id, "decision": decision, "modified_arguments": args,
                    "feedback": feedback, "decided_by": decided_by }),
        ),
        _ => return None,
    })
}

fn tokens(usage: Usage) -> Value {
    json!({
        "prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total(),
    })
}

#[cfg(test)]
mod tests;
