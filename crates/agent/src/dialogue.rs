//! From journal entries to the messages that a model reads.

use artel_domain::event::PlannedCall;
use artel_domain::{AssistantCall, CallId, Entry, Event, Message, Plan, RunId, ToolOutcome};
use serde_json::Value;

/// Messages that stand or fall together: a user's message, an answer, or an answer with all its calls and their results.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub messages: Vec<Message>,
    /// The journal number of its newest entry.
    pub seq: i64,
    /// The input of the run that is under way.
    pub is_current_input: bool,
}

/// A session's dialogue, folded from its journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dialogue {
    /// What was kept of older blocks.
    pub summary: Option<String>,
    pub blocks: Vec<Block>,
}

impl Dialogue {
    /// Folds entries in order of `seq`; `current` is the run under way. Every call has exactly one result afterwards: one that was left open
    /// (its run ended first) gets a synthetic one, so that no provider ever sees an unpaired call.
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>, current: RunId) -> Self {
        let mut fold = Fold::default();
        for entry in entries {
            fold.take(entry, current);
        }
        fold.close();
        fold.dialogue
    }
}

#[derive(Default)]
struct Fold {
    dialogue: Dialogue,
    open: Option<OpenAnswer>,
    plan: Option<Plan>,
}

/// An answer whose calls are not all finished.
struct OpenAnswer {
    text: String,
    opaque: Option<Value>,
    missing: u32,
    calls: Vec<(PlannedCall, Option<ToolOutcome>)>,
    seq: i64,
}

impl Fold {
    fn take(&mut self, entry: &Entry, current: RunId) {
        match &entry.event {
            // A run that only switches the specialist says nothing.
            Event::RunStarted { input, .. } if input.is_empty() => self.close(),
            Event::RunStarted { input, .. } => {
                self.close();
                self.block(vec![Message::User { text: input.clone() }], entry.seq, entry.run_id == current);
            }
            Event::ModelAnswered { text, planned: 0, opaque, .. } => {
                self.close();
                self.block(vec![Message::Assistant { text: text.clone(), calls: Vec::new(), opaque: opaque.clone() }], entry.seq, false);
            }
            Event::ModelAnswered { text, planned, opaque, .. } => {
                self.close();
                self.open =
                    Some(OpenAnswer { text: text.clone(), opaque: opaque.clone(), missing: *planned, calls: Vec::new(), seq: entry.seq });
            }
            Event::ToolPlanned(planned) => {
                if let Some(open) = &mut self.open {
                    open.calls.push((planned.clone(), None));
                    open.missing = open.missing.saturating_sub(1);
                }
            }
            Event::ApprovalDecided { call_id, args: Some(args), .. } => self.edit(*call_id, args),
            Event::ToolFinished { call_id, outcome, .. } => self.finish(*call_id, outcome, entry.seq),
            Event::PlanStarted { plan, .. } => self.plan = Some(plan.clone()),
            Event::SubtaskStarted { index } => self.order(*index, entry.seq, entry.run_id == current),
            Event::ContextSummarised { through_seq, text, .. } => {
                self.dialogue.summary = Some(text.clone());
                self.dialogue.blocks.retain(|b| b.seq > *through_seq || b.is_current_input);
            }
            _ => {}
        }
    }

    /// A subtask is put to its agent as a user would put it; it is what is being worked on now.
    fn order(&mut self, index: usize, seq: i64, is_current: bool) {
        self.close();
        let Some((subtask, count)) = self.plan.as_ref().and_then(|plan| Some((plan.subtasks.get(index)?, plan.subtasks.len()))) else {
            return;
        };
        let text = format!("Subtask {} of {count}: {}\n\n{}", index + 1, subtask.title, subtask.description);
        self.dialogue.blocks.iter_mut().for_each(|block| block.is_current_input = false);
        self.block(vec![Message::User { text }], seq, is_current);
    }

    fn edit(&mut self, id: CallId, args: &Value) {
        if let Some((call, _)) = self.open.iter_mut().flat_map(|open| &mut open.calls).find(|(call, _)| call.call_id == id) {
            call.args = args.clone();
        }
    }

    fn finish(&mut self, id: CallId, outcome: &ToolOutcome, seq: i64) {
        let Some(open) = &mut self.open else { return };
        if let Some((_, result)) = open.calls.iter_mut().find(|(call, _)| call.call_id == id) {
            *result = Some(outcome.clone());
            open.seq = seq;
        }
        if open.missing == 0 && open.calls.iter().all(|(_, result)| result.is_some()) {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let calls = open.calls.iter().map(|(call, _)| wire_call(call)).collect();
        let mut messages = vec![Message::Assistant { text: open.text, calls, opaque: open.opaque }];
        messages.extend(open.calls.into_iter().map(|(call, result)| {
            let outcome = result
                .unwrap_or(ToolOutcome::Failed { error: "superseded: the conversation went on before this call had a result".into() });
            Message::Tool {
                call_id: wire_id(&call),
                name: call.offered_name,
                content: outcome.for_model(),
                is_error: outcome.error().is_some(),
            }
        }));
        self.block(messages, open.seq, false);
    }

    fn block(&mut self, messages: Vec<Message>, seq: i64, is_current_input: bool) {
        self.dialogue.blocks.push(Block { messages, seq, is_current_input });
    }
}

fn wire_call(call: &PlannedCall) -> AssistantCall {
    let arguments = match &call.args {
        // What the model wrote was not JSON; it is shown to it as it was.
        Value::String(raw) => raw.clone(),
        args => args.to_string(),
    };
    AssistantCall { id: wire_id(call), name: call.offered_name.clone(), arguments, ..AssistantCall::default() }
}

/// The id that pairs call and result in a request. Providers repeat theirs within a dialogue, so ours is used.
fn wire_id(call: &PlannedCall) -> String {
    format!("call_{}", call.call_id.0.simple())
}

#[cfg(test)]
mod tests;
