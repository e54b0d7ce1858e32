//! Whether a call is made, refused, or put before a human.

mod glob;
mod rules;
mod subject;

use artel_domain::event::Verdict;
use artel_domain::{AgentId, ApprovalRule, ToolRef};
use artel_tools::Fuel;
use serde_json::Value;

pub use rules::{Rules, dangerous_tools};

/// A call that a model wants to make, with arguments that fit the tool's schema.
#[derive(Clone, Copy)]
pub struct ProposedCall<'a> {
    pub agent_id: AgentId,
    pub tool: &'a ToolRef,
    /// The tool's own name.
    pub name: &'a str,
    /// What else it is called: what it is offered to the model as, the built-in function that it is.
    pub other_names: &'a [&'a str],
    pub args: &'a Value,
    /// What the tenant's administrators say, in order.
    pub tenant_rules: &'a [ApprovalRule],
    /// The agent's author wants a human's word.
    pub author: Option<AuthorAsks>,
    /// Pays for the rules' patterns.
    pub fuel: &'a Fuel,
}

/// Which setting of the agent's author has a human decide. An author can tighten what the rules say, never loosen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorAsks {
    /// Calls of this tool: the binding's `require_approval`.
    AboutTool,
    /// Calls of every tool: the agent's `require_approval`.
    AboutAll,
}

/// Decides whether a call is made, refused, or put before a human. Asked once per call, before anything is dispatched;
/// the answer is journalled with the call, so that a restart cannot change it.
pub trait Policy: Send + Sync {
    /// What becomes of the call. It must be the same for the same call, whenever it is asked.
    fn verdict(&self, asked: &ProposedCall<'_>) -> Verdict;
}

/// Every bound tool may be called.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowAll;

impl Policy for AllowAll {
    fn verdict(&self, _: &ProposedCall<'_>) -> Verdict {
        Verdict::Allow
    }
}
