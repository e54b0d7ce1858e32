//! The five agents that are built in, how a run comes to one of them, and the plans that they carry out together.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::words;

words! {
    /// An agent that is built in.
    Specialist { Orchestrator = "orchestrator", Coder = "coder", Architect = "architect", Debug = "debug", Ask = "ask" }
    /// How sure the router is.
    Confidence { High = "high", Medium = "medium", Low = "low" }
    /// Who chose another agent.
    SwitchCause { User = "user", Router = "router", Model = "model", Plan = "plan" }
    /// How the router came to its choice.
    RoutedBy { Model = "model", Keywords = "keywords" }
}

impl Specialist {
    pub const ALL: [Self; 5] = [Self::Orchestrator, Self::Coder, Self::Architect, Self::Debug, Self::Ask];
}

/// What a run of the specialists is asked for beside its input. A run without input only switches.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TeamRequest {
    /// The user names the agent: it answers, and it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch_to: Option<Specialist>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Tools that the client can execute, by name.
    #[serde(default)]
    pub client_tools: Vec<String>,
    /// The client shows plans, and its user decides about them; otherwise they are carried out at once.
    #[serde(default)]
    pub plans: bool,
}

/// How a run of the specialists begins, judged by its session when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamStart {
    /// Whose turn it was.
    pub agent: Specialist,
    /// The router is asked first.
    pub route: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch_to: Option<Specialist>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The model that all of them use.
    pub model: String,
}

/// Work in parts, each by the agent it suits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    pub title: String,
    pub description: String,
    pub subtasks: Vec<Subtask>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subtask {
    pub title: String,
    pub description: String,
    pub agent: Specialist,
    pub estimated_time_minutes: u32,
    /// Places in the list of those that must be done before.
    #[serde(default)]
    pub dependencies: Vec<usize>,
}
