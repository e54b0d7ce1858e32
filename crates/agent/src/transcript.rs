//! Reads a journal as a conversation. Histories, lists of messages, the model's context and the count of repeated steps
//! are views of it.
//! It pairs calls with their answers, edits and results. Entries that cannot be read ([`Event::Other`]) are left out.

use artel_domain::event::PlannedCall;
use artel_domain::{
    CallId, Confidence, Entry, Event, Plan, RunId, Specialist, Subtask, Timestamp, ToolOutcome, UserId,
};
use serde_json::Value;

/// What was said and done, in the order of the journal. It borrows from the entries.
#[derive(Debug, Default, PartialEq)]
pub struct Transcript<'a> {
    /// The items, oldest first.
    pub items: Vec<Item<'a>>,
}

/// One item of the conversation.
#[derive(Debug, PartialEq)]
pub struct Item<'a> {
    /// The journal number of the entry.
    pub seq: i64,
    /// The run of the entry.
    pub run_id: RunId,
    /// The time of the entry.
    pub at: Timestamp,
    /// What was said or done.
    pub content: Content<'a>,
}

/// What was said or done.
#[derive(Debug, PartialEq)]
pub enum Content<'a> {
    /// The input that started the run; empty in a run that only switches the specialist.
    Input { text: &'a str, specialist: Option<Specialist> },
    /// An answer of the model.
    Answer(Answer<'a>),
    /// A result whose call is not among the entries.
    LoneResult(CallResult<'a>),
    /// Another specialist took over.
    Switch { from: Specialist, to: Specialist, reason: &'a str, confidence: Option<Confidence> },
    /// A plan that the run carries out.
    Plan(&'a Plan),
    /// The subtask `index` of the plan begins; the plan has `count` subtasks. Left out when the plan is not among the
    /// run's entries.
    Subtask { index: usize, count: usize, subtask: &'a Subtask },
    /// The result of a subtask.
    SubtaskResult { text: &'a str },
    /// The text that replaces everything up to `through_seq` in the model's context.
    Summary { through_seq: i64, text: &'a str },
    /// The output of the run.
    Output { text: &'a str },
}

/// A model's answer with its calls.
#[derive(Debug, PartialEq)]
pub struct Answer<'a> {
    /// The text; `None` when the answer is not among the entries, but its calls are.
    pub text: Option<&'a str>,
    /// What the provider gets back with the answer, unchanged.
    pub opaque: Option<&'a Value>,
    /// In the order in which they were planned.
    pub calls: Vec<Call<'a>>,
}

/// A tool call.
#[derive(Debug, PartialEq)]
pub struct Call<'a> {
    /// The journal number of the entry that planned it.
    pub seq: i64,
    /// The time of that entry.
    pub at: Timestamp,
    /// With the arguments that the model wrote.
    pub planned: &'a PlannedCall,
    /// The arguments of the call: the planned ones, or those that a human replaced them with.
    pub args: &'a Value,
    /// Who decided about the call; `None` when nobody was asked, or the journal does not tell.
    pub decided_by: Option<UserId>,
    /// The result; `None` while there is none.
    pub result: Option<CallResult<'a>>,
}

/// The result of a tool call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallResult<'a> {
    /// The journal number of the entry.
    pub seq: i64,
    /// The time of the entry.
    pub at: Timestamp,
    /// The call.
    pub call_id: CallId,
    /// The name of the tool.
    pub name: &'a str,
    /// How the call ended.
    pub outcome: &'a ToolOutcome,
}

impl<'a> Transcript<'a> {
    /// Reads entries in order of `seq`: a whole journal or a part of one.
    pub fn of(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut reading = Reader::default();
        for entry in entries {
            reading.take(entry);
        }
        Self { items: reading.items }
    }

    /// The answers that have calls.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Answer<'a>> {
        self.items.iter().filter_map(|item| match &item.content {
            Content::Answer(answer) if !answer.calls.is_empty() => Some(answer),
            _ => None,
        })
    }
}

#[derive(Default)]
struct Reader<'a> {
    items: Vec<Item<'a>>,
    /// The index of the answer whose calls come next.
    answer: Option<usize>,
    /// The plan of the run.
    plan: Option<&'a Plan>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, entry: &'a Entry) {
        if let Some(content) = self.content(entry) {
            self.items.push(Item { seq: entry.seq, run_id: entry.run_id, at: entry.at, content });
        }
    }

    fn content(&mut self, entry: &'a Entry) -> Option<Content<'a>> {
        Some(match &entry.event {
            Event::RunStarted { input, team, .. } => {
                (self.answer, self.plan) = (None, None);
                Content::Input { text: input, specialist: team.as_ref().map(|team| team.agent) }
            }
            Event::ModelAnswered { text, opaque, .. } => {
                self.answer = Some(self.items.len());
                Content::Answer(Answer { text: Some(text), opaque: opaque.as_ref(), calls: Vec::new() })
            }
            Event::ToolPlanned(planned) => return self.call(entry, planned),
            Event::ApprovalDecided { call_id, args, decided_by, .. } => {
                let call = self.find(*call_id)?;
                call.args = args.as_ref().unwrap_or(call.args);
                call.decided_by = *decided_by;
                return None;
            }
            Event::ToolFinished { call_id, name, outcome, .. } => {
                let result = CallResult { seq: entry.seq, at: entry.at, call_id: *call_id, name, outcome };
                match self.find(*call_id) {
                    Some(call) => {
                        call.result = Some(result);
                        return None;
                    }
                    None => Content::LoneResult(result),
                }
            }
            Event::AgentSwitched { from, to, reason, confidence, .. } => {
                Content::Switch { from: *from, to: *to, reason, confidence: *confidence }
            }
            Event::PlanStarted { plan, .. } => Content::Plan(self.plan.insert(plan)),
            Event::SubtaskStarted { index } => {
                let plan = self.plan?;
                Content::Subtask { index: *index, count: plan.subtasks.len(), subtask: plan.subtasks.get(*index)? }
            }
            Event::SubtaskFinished { result, .. } => Content::SubtaskResult { text: result },
            Event::ContextSummarised { through_seq, text, .. } => Content::Summary { through_seq: *through_seq, text },
            Event::RunSucceeded { output, .. } => Content::Output { text: output },
            _ => return None,
        })
    }

    /// Adds a call to its answer. The answer itself may be missing.
    fn call(&mut self, entry: &Entry, planned: &'a PlannedCall) -> Option<Content<'a>> {
        let call = Call { seq: entry.seq, at: entry.at, planned, args: &planned.args, decided_by: None, result: None };
        match self.answer.and_then(|at| self.items.get_mut(at)).map(|item| &mut item.content) {
            Some(Content::Answer(answer))
                if answer.calls.last().is_none_or(|last| last.planned.step == planned.step) =>
            {
                answer.calls.push(call);
                None
            }
            _ => {
                self.answer = Some(self.items.len());
                Some(Content::Answer(Answer { text: None, opaque: None, calls: vec![call] }))
            }
        }
    }

    /// The newest call with this id.
    fn find(&mut self, id: CallId) -> Option<&mut Call<'a>> {
        let answers = self.items.iter_mut().rev().filter_map(|item| match &mut item.content {
            Content::Answer(answer) => Some(answer),
            _ => None,
        });
        answers.flat_map(|answer| &mut answer.calls).find(|call| call.planned.call_id == id)
    }
}

#[cfg(test)]
mod tests;
