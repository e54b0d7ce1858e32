//! A view of the transcript: the dialogue as clients of CodeLab read it, and a list of who took over from whom.

use artel_agent::Transcript;
use artel_agent::transcript::{Call, Content, Item};
use artel_domain::{Confidence, Entry, Specialist, Timestamp, UserId};

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
    for item in &Transcript::of(entries).items {
        teller.take(item);
    }
    teller.story
}

impl Story {
    /// The reader's own decisions go without saying.
    #[must_use]
    pub(crate) fn read_by(mut self, reader: UserId) -> Self {
        for message in &mut self.messages {
            message.decided_by.take_if(|by| *by == reader);
        }
        self
    }
}

#[derive(Default)]
struct Teller {
    story: Story,
    /// What the agents said last in the run: its output is usually that.
    said: String,
}

impl Teller {
    fn take(&mut self, item: &Item<'_>) {
        match &item.content {
            Content::Input { text, specialist } => {
                self.said.clear();
                self.story.agent = specialist.or(self.story.agent);
                self.add(Message::new(item.seq, item.at, Role::User, *text));
            }
            Content::Switch { from, to, reason, confidence } => {
                self.story.agent = Some(*to);
                if from != to {
                    let reason = (*reason).to_owned();
                    self.story.turnovers.push(Turnover {
                        from: *from,
                        to: *to,
                        reason,
                        confidence: *confidence,
                        at: item.at,
                    });
                }
            }
            Content::Answer(answer) => {
                if let Some(text) = answer.text {
                    self.say(item, text);
                }
                answer.calls.iter().filter(|call| !call.planned.is_control()).for_each(|call| self.ask(call));
            }
            Content::Plan(plan) => {
                let words = serde_json::to_value(plan).map(|plan| plan_in_words(&plan)).unwrap_or_default();
                self.say(item, &words);
            }
            // An output is a plan's result, a question to the user, what an agent calls its result: said by way of a
            // call.
            Content::SubtaskResult { text } | Content::Output { text } if *text != self.said => self.say(item, text),
            _ => {}
        }
    }

    fn say(&mut self, item: &Item<'_>, text: &str) {
        text.clone_into(&mut self.said);
        self.add(Message { agent_name: self.story.agent, ..Message::new(item.seq, item.at, Role::Assistant, text) });
    }

    /// A call as it was made, and its result right behind it: providers and clients look for it there.
    fn ask(&mut self, call: &Call<'_>) {
        let id = call.planned.call_id;
        let asked = AskedCall::new(id, call.planned.name.clone(), call.args.to_string());
        let message = Message::new(call.seq, call.at, Role::Assistant, "");
        let (agent_name, decided_by) = (self.story.agent, call.decided_by);
        self.story.messages.push(Message { agent_name, tool_calls: Some([asked]), decided_by, ..message });
        if let Some(result) = call.result {
            let message = Message::new(result.seq, result.at, Role::Tool, result.outcome.for_model());
            self.story.messages.push(Message { tool_call_id: Some(id), name: Some(result.name.to_owned()), ..message });
        }
    }

    /// Leaves out a message without text.
    fn add(&mut self, message: Message) {
        if !message.content.trim().is_empty() {
            self.story.messages.push(message);
        }
    }
}

#[cfg(test)]
mod tests;
