use artel_domain::{Decision, Specialist};
use artel_http::Problem;
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::members::Members;
use crate::intents::{NewArguments, ToolResult, Wish, codes};

/// What a client wants.
#[derive(Debug, Clone)]
pub(crate) enum Incoming {
    UserMessage {
        content: String,
        /// Who is to answer.
        agent: Option<Specialist>,
    },
    ToolResult(ToolResult),
    SwitchAgent {
        agent: Specialist,
        content: Option<String>,
        reason: Option<String>,
    },
    Decision(Wish),
    /// Ours: what is under way or waits in the session is ended.
    Cancel,
    /// Understood, and of no use to us: agents read files through their tools.
    ContextUpdate,
}

/// Why a message cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(StatusCode::BAD_REQUEST, refusal.code, refusal.message)
    }
}

/// Reads one message.
pub(crate) fn parse(text: &str) -> Result<Incoming, Refusal> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| Refusal::new(codes::INVALID_FORMAT, format!("Invalid JSON message: {error}")))?;
    match value {
        Value::Object(members) => parse_object(&members),
        _ => Err(Refusal::new(codes::INVALID_FORMAT, "Invalid JSON message: it must be an object")),
    }
}

/// The same of a message that is JSON already.
pub(crate) fn parse_object(members: &Map<String, Value>) -> Result<Incoming, Refusal> {
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
            Err(Refusal::new(codes::INVALID_TYPE, format!("Unknown message type: {shown}")))
        }
    }
}

/// Whatever `role` is said, the user speaks.
fn user_message(members: &Members<'_>) -> Result<Incoming, Refusal> {
    let content = members.needed_text(&["content"])?;
    if content.trim().is_empty() {
        return Err(Refusal::new(codes::INVALID_FORMAT, "'content' must not be empty"));
    }
    let agent = members.text(&["agent_type"])?.map(agent).transpose()?;
    Ok(Incoming::UserMessage { content: content.to_owned(), agent })
}

fn tool_result(members: &Members<'_>) -> Result<Incoming, Refusal> {
    let call_id = members.needed_text(&["call_id"])?.to_owned();
    let error = members.any(&["error"]).map(|error| match error {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    // Languages have more than one way to say that nothing went wrong.
    let error = error.filter(|error| !matches!(error.as_str(), "" | "false" | "0" | "{}" | "[]"));
    Ok(Incoming::ToolResult(ToolResult { call_id, result: members.any(&["result"]).cloned(), error }))
}

fn switch_agent(members: &Members<'_>) -> Result<Incoming, Refusal> {
    let agent = agent(members.needed_text(&["agent_type", "target_agent"])?)?;
    let content = members.text(&["content"])?.map(str::to_owned);
    let reason = members.text(&["reason"])?.map(str::to_owned);
    Ok(Incoming::SwitchAgent { agent, content, reason })
}

fn hitl_decision(members: &Members<'_>) -> Result<Incoming, Refusal> {
    let about = members.needed_text(&["call_id", "approval_id", "approval_request_id"])?.to_owned();
    let decision = decision(members)?;
    let args = members.object(&["modified_arguments", "edited_arguments"])?.cloned().map(NewArguments::Whole);
    let feedback = members.text(&["feedback", "reason"])?.map(str::to_owned);
    Ok(Incoming::Decision(Wish { about, decision, args, feedback }))
}

/// A plan is changed by its subtasks, or sent back with what is wrong with it.
fn plan_decision(members: &Members<'_>) -> Result<Incoming, Refusal> {
    let about = members.needed_text(&["approval_request_id", "plan_id"])?.to_owned();
    let subtasks = members.list(&["modified_subtasks"])?.cloned().map(NewArguments::Subtasks);
    let whole = members.object(&["modified_arguments", "modified_plan"])?.cloned().map(NewArguments::Whole);
    let args = whole.or(subtasks);
    let decision = match decision(members)? {
        Decision::Edit if args.is_none() => Decision::Reject,
        decision => decision,
    };
    let feedback = members.text(&["feedback", "reason"])?.map(str::to_owned);
    Ok(Incoming::Decision(Wish { about, decision, args, feedback }))
}

fn decision(members: &Members<'_>) -> Result<Decision, Refusal> {
    match members.needed_text(&["decision", "action"])?.to_ascii_lowercase().as_str() {
        "approve" | "approved" => Ok(Decision::Approve),
        "edit" | "edited" | "modify" | "modified" => Ok(Decision::Edit),
        "reject" | "rejected" => Ok(Decision::Reject),
        _ => Err(Refusal::new(codes::INVALID_FORMAT, "'decision' must be approve, edit or reject")),
    }
}

fn agent(name: &str) -> Result<Specialist, Refusal> {
    artel_specialists::parse(name).ok_or_else(|| {
        let known = Specialist::ALL.map(Specialist::as_str).join(", ");
        Refusal::new(codes::INVALID_MESSAGE, format!("'agent_type' must be one of {known}"))
    })
}
