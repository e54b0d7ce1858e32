//! Journal entries as a dialogue and as a list of who took over from whom.

use artel_domain::event::PlannedCall;
use artel_domain::{CallId, Confidence, Entry, Event, Specialist, Timestamp, ToolOutcome};

use super::message::{AskedCall, Message, Role};
use crate::frames::plan_in_words;

/// What a session's journal tells.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Story {
    pub(crate) messages: Vec<Message>,
    pub(crate) turnovers: Vec<Turnover>,
    /// Whose turn it is.
    pub(crate) agent: Option<Specialist>,
    /// It begins later than the session did.
    pub(crate) is_cut: bool,
}

/// One agent took over from another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Turnover {
    pub(crate) from: Specialist,
    pub(crate) to: Specialist,
    pub(crate) reason: String,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) at: Timestamp,
}

/// The story of these entries. A run that failed leaves what was said until then.
pub(crate) fn tell(entries: &[Entry]) -> Story {
    let mut teller = Teller::default();
    for entry in entries {
        teller.take(entry);
    }
    teller.story
}

#[derive(Default)]
struct Teller {
    story: Story,
    /// What the agents said last in the run: its output is usually that.
    said: String,
}

impl Teller {
    fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::RunStarted { input, team, .. } => {
                self.said.clear();
                self.story.agent = team.as_ref().map(|team| team.agent).or(self.story.agent);
                self.add(Message::new(entry, Role::User, input));
            }
            Event::AgentSwitched { from, to, reason, confidence, .. } => {
                self.story.agent = Some(*to);
                if from != to {
                    let turnover = Turnover { from: *from, to: *to, reason: reason.clone(), confidence: *confidence, at: entry.at };
                    self.story.turnovers.push(turnover);
                }
            }
            Event::ModelAnswered { text, .. } => self.say(entry, text),
            Event::ToolPlanned(call) if !call.is_control() => self.ask(entry, call),
            Event::ApprovalDecided { call_id, args: Some(args), .. } => self.change(*call_id, args.to_string()),
            Event::ToolFinished { call_id, name, outcome, .. } => self.answer(entry, *call_id, name, outcome),
            Event::PlanStarted { plan, .. } => {
                let words = serde_json::to_value(plan).map(|plan| plan_in_words(&plan)).unwrap_or_default();
                self.say(entry, &words);
            }
            Event::SubtaskFinished { result, .. } if *result != self.said => self.say(entry, result),
            // A plan's result, a question to the user, what an agent calls its result: said by way of a call.
            Event::RunSucceeded { output, .. } if *output != self.said => self.say(entry, output),
            _ => {}
        }
    }

    fn say(&mut self, entry: &Entry, text: &str) {
        text.clone_into(&mut self.said);
        self.add(Message { agent_name: self.story.agent, ..Message::new(entry, Role::Assistant, text) });
    }

    fn ask(&mut self, entry: &Entry, call: &PlannedCall) {
        let asked = AskedCall::new(call.call_id, call.name.clone(), call.args.to_string());
        let message = Message::new(entry, Role::Assistant, "");
        self.story.messages.push(Message { agent_name: self.story.agent, tool_calls: Some([asked]), ..message });
    }

    /// The call was made with other arguments than the model's.
    fn change(&mut self, id: CallId, arguments: String) {
        let calls = self.story.messages.iter_mut().rev().filter_map(|message| message.tool_calls.as_mut());
        if let Some([call]) = calls.into_iter().find(|[call]| call.id == id) {
            call.function.arguments = arguments;
        }
    }

    /// A result stands right behind its call, whatever else was planned meanwhile: providers and clients look for it there.
    fn answer(&mut self, entry: &Entry, id: CallId, name: &str, outcome: &ToolOutcome) {
        let is_asked = |message: &Message| message.tool_calls.as_ref().is_some_and(|[call]| call.id == id);
        let Some(place) = self.story.messages.iter().rposition(is_asked) else { return };
        let message = Message::new(entry, Role::Tool, outcome.for_model());
        self.story.messages.insert(place + 1, Message { tool_call_id: Some(id), name: Some(name.to_owned()), ..message });
    }

    /// Nobody says nothing.
    fn add(&mut self, message: Message) {
        if !message.content.trim().is_empty() {
            self.story.messages.push(message);
        }
    }
}

#[cfg(test)]
mod tests;
