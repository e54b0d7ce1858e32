//! Runs that calls of other runs start to have a part of their work done.

use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{Cap, RunId, SessionId};

words! {
    /// What a subagent is for.
    SubagentKind {
        /// It finds something out, and only reads.
        Explore = "explore",
        /// It does something.
        Execute = "execute",
        /// It checks a result, and only reads.
        Verify = "verify",
    }
}

impl SubagentKind {
    /// Whether it is offered only tools that read.
    pub fn only_reads(self) -> bool {
        matches!(self, Self::Explore | Self::Verify)
    }
}

/// What holds for such a run beside what holds for every run of its agent. It can only take away.
///
/// FROZEN: the names of members. They are stored with the run, and processes of other versions read them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subagent {
    pub kind: SubagentKind,
    /// The names of the tools that it is offered at most. Its parent had each of them when it made the call.
    pub tools: Vec<String>,
    /// Its own share of what the runs above it may cost.
    #[serde(default)]
    pub budget: Cap,
    /// The runs above it, the first of all first: what it costs counts against each of them.
    pub above: Vec<Above>,
    /// The first of all is in a session with an organisation's agent.
    #[serde(default)]
    pub in_organization: bool,
    /// The sessions of the runs above it, the nearest first: beneath the files of its own workspace it reads theirs.
    #[serde(default)]
    pub sessions_above: Vec<SessionId>,
}

/// A run above a subagent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Above {
    pub run_id: RunId,
    /// Its share, when it is a subagent itself.
    #[serde(default)]
    pub budget: Cap,
}

impl Subagent {
    /// A subagent below this one has no subagents.
    pub const DEEPEST: usize = 2;

    /// How many runs are above it, from 1.
    pub fn depth(&self) -> usize {
        self.above.len()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_stored_of_a_subagent_stays_readable() {
        let subagent = Subagent {
            kind: SubagentKind::Explore,
            tools: vec!["echo".to_owned()],
            budget: Cap { tokens: Some(5), nano_usd: None },
            above: vec![Above { run_id: RunId(Uuid::from_u128(7)), budget: Cap::default() }],
            in_organization: true,
            sessions_above: vec![SessionId("s-1".to_owned())],
        };
        let stored = json!({
            "kind": "explore", "tools": ["echo"], "budget": { "tokens": 5, "nano_usd": null }, "in_organization": true,
            "above": [{ "run_id": Uuid::from_u128(7), "budget": { "tokens": null, "nano_usd": null } }],
            "sessions_above": ["s-1"],
        });
        assert_eq!(serde_json::to_value(&subagent).unwrap(), stored);
        let least: Subagent = serde_json::from_value(json!({ "kind": "verify", "tools": [], "above": [] })).unwrap();
        assert_eq!((least.depth(), least.budget, least.in_organization), (0, Cap::default(), false));
        assert_eq!(least.sessions_above, []);
    }

    #[test]
    fn who_explores_or_verifies_only_reads() {
        let reads = [SubagentKind::Explore, SubagentKind::Execute, SubagentKind::Verify].map(SubagentKind::only_reads);
        assert_eq!(reads, [true, false, true]);
    }
}
