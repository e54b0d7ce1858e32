use artel_domain::{Specialist, read_foreign_json, why_no_json};
use artel_intents::{HumanDecision, NewArguments};
use serde_json::{Map, Value};

use super::members::Members;
use super::unreadable::Unreadable;
use crate::codes;

/// What a client wants.
#[derive(Debug, Clone)]
pub(crate) enum Incoming {
    UserMessage {
        content: String,
        /// Who is to answer.
        agent: Option<Specialist>,
        /// The client's own name for the message. It is accepted once under it, and the client is told so.
        message_id: Option<String>,
    },
    ToolResult(ToolResult),
    SwitchAgent {
        agent: Specialist,
        content: Option<String>,
        reason: Option<String>,
    },
    Decision(CallDecision),
    /// Ours: what is under way or waits in the session is ended.
    Cancel,
    /// Understood, and of no use to us: agents read files through their tools.
    ContextUpdate,
}

/// What a client did with a call.
#[derive(Debug, Clone)]
pub(crate) struct ToolResult {
    pub(crate) call_id: String,
    pub(crate) result: Option<Value>,
    /// Wins over the result.
    pub(crate) error: Option<String>,
}

/// What a user wants done with a held call.
#[derive(Debug, Clone)]
pub(crate) struct CallDecision {
    /// Of the call, or of its approval.
    pub(crate) id: String,
    pub(crate) decision: HumanDecision,
    /// The model reads it when the call is rejected.
    pub(crate) feedback: Option<String>,
}

/// The member of a plan that users edit.
const SUBTASKS: &str = "subtasks";

const LONGEST_MESSAGE_ID: usize = 200;

/// Reads one message.
pub(crate) fn parse(text: &str) -> Result<Incoming, Unreadable> {
    let text = text.trim_start_matches('\u{FEFF}');
    let value: Value = read_foreign_json(text).map_err(|error| {
        let why = why_no_json(text, &error);
        Unreadable::new(codes::INVALID_FORMAT, format!("Invalid JSON message: {why}"))
    })?;
    match value {
        Value::Object(members) => parse_object(&members),
        _ => Err(Unreadable::new(codes::INVALID_FORMAT, "Invalid JSON message: it must be an object")),
    }
}

/// The same of a message that is JSON already.
pub(crate) fn parse_object(members: &Map<String, Value>) -> Result<Incoming, Unreadable> {
    let members = Members(members);
    match members.needed_text(&["type"])? {
        "user_message" => user_message(&members),
        "tool_result" => tool_result(&members),
        "switch_agent" => switch_agent(&members),
        "hitl_decision" | "hitl_response" => hitl_decision(&members),
        "plan_decision" => plan_decision(&members),
        "context_update" => Ok(Incoming::ContextUpdate),
        "cancel" => Ok(Incoming::Cancel),
        other => {
            let shown: String = other.chars().take(100).collect();
            Err(Unreadable::new(codes::INVALID_TYPE, format!("Unknown message type: {shown}")))
        }
    }
}

/// Whatever `role` is said, the user speaks.
fn user_message(members: &Members<'_>) -> Result<Incoming, Unreadable> {
    let content = members.needed_text(&["content"])?;
    if content.trim().is_empty() {
        return Err(Unreadable::new(codes::INVALID_FORMAT, "'content' must not be empty"));
    }
    let agent = members.text(&["agent_type"])?.map(agent).transpose()?;
    let message_id = members.text(&["message_id"])?;
    if message_id.is_some_and(|id| !(1..=LONGEST_MESSAGE_ID).contains(&id.chars().count())) {
        let message = format!("'message_id' must have 1 to {LONGEST_MESSAGE_ID} characters");
        return Err(Unreadable::new(codes::INVALID_FORMAT, message));
    }
    Ok(Incoming::UserMessage { content: content.to_owned(), agent, message_id: message_id.map(str::to_owned) })
}

fn tool_result(members: &Members<'_>) -> Result<Incoming, Unreadable> {
    let call_id = members.needed_text(&["call_id"])?.to_owned();
    let error = members.any(&["error"]).map(|error| match error {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    // Languages have more than one way to say that nothing went wrong.
    let error = error.filter(|error| !matches!(error.as_str(), "" | "false" | "0" | "{}" | "[]"));
    Ok(Incoming::ToolResult(ToolResult { call_id, result: members.any(&["result"]).cloned(), error }))
}

fn switch_agent(members: &Members<'_>) -> Result<Incoming, Unreadable> {
    let agent = agent(members.needed_text(&["agent_type", "target_agent"])?)?;
    let content = members.text(&["content"])?.map(str::to_owned);
    let reason = members.text(&["reason"])?.map(str::to_owned);
    Ok(Incoming::SwitchAgent { agent, content, reason })
}

fn hitl_decision(members: &Members<'_>) -> Result<Incoming, Unreadable> {
    let id = members.needed_text(&["call_id", "approval_id", "approval_request_id"])?.to_owned();
    let word = decision_word(members)?;
    let args = members.object(&["modified_arguments", "edited_arguments"])?.cloned();
    let feedback = feedback(members)?;
    // Arguments that are absent are refused with the call's approval: an unknown call comes first.
    let decision = word.with(NewArguments::Whole(args.unwrap_or_default()));
    Ok(Incoming::Decision(CallDecision { id, decision, feedback }))
}

/// A plan is changed by its subtasks, or sent back with what is wrong with it.
fn plan_decision(members: &Members<'_>) -> Result<Incoming, Unreadable> {
    let id = members.needed_text(&["approval_request_id", "plan_id"])?.to_owned();
    let subtasks =
        members.list(&["modified_subtasks"])?.cloned().map(|subtasks| NewArguments::Member(SUBTASKS, subtasks));
    let whole = members.object(&["modified_arguments", "modified_plan"])?.cloned().map(NewArguments::Whole);
    let word = decision_word(members)?;
    let decision = whole.or(subtasks).map_or_else(|| word.without_arguments(), |args| word.with(args));
    let feedback = feedback(members)?;
    Ok(Incoming::Decision(CallDecision { id, decision, feedback }))
}

fn feedback(members: &Members<'_>) -> Result<Option<String>, Unreadable> {
    Ok(members.text(&["feedback", "reason"])?.map(str::to_owned))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DecisionWord {
    Approve,
    Edit,
    Reject,
}

impl DecisionWord {
    fn with(self, args: NewArguments) -> HumanDecision {
        match self {
            Self::Approve => HumanDecision::Approve,
            Self::Edit => HumanDecision::Edit(args),
            Self::Reject => HumanDecision::Reject,
        }
    }

    /// An edit without arguments is a rejection: its feedback says what is to change.
    fn without_arguments(self) -> HumanDecision {
        match self {
            Self::Approve => HumanDecision::Approve,
            Self::Edit | Self::Reject => HumanDecision::Reject,
        }
    }
}

fn decision_word(members: &Members<'_>) -> Result<DecisionWord, Unreadable> {
    match members.needed_text(&["decision", "action"])?.to_ascii_lowercase().as_str() {
        "approve" | "approved" => Ok(DecisionWord::Approve),
        "edit" | "edited" | "modify" | "modified" => Ok(DecisionWord::Edit),
        "reject" | "rejected" => Ok(DecisionWord::Reject),
        _ => Err(Unreadable::new(codes::INVALID_FORMAT, "'decision' must be approve, edit or reject")),
    }
}

fn agent(name: &str) -> Result<Specialist, Unreadable> {
    artel_specialists::parse(name).ok_or_else(|| {
        let known = Specialist::ALL.map(Specialist::as_str).join(", ");
        Unreadable::new(codes::INVALID_MESSAGE, format!("'agent_type' must be one of {known}"))
    })
}
