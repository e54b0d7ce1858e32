//! What an agent was at one moment, as both stores keep it.

use artel_domain::{Agent, Binding};
use serde::{Deserialize, Serialize};

/// The column `snapshot` of a version. Processes of other releases read and write it: members are added with defaults,
/// never renamed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    pub agent: Agent,
    /// Oldest first.
    pub bindings: Vec<Binding>,
}

impl Snapshot {
    /// True when a run could not tell the two apart: the profile and what is bound with which limits are the same. Ids
    /// and times of bindings do not count.
    pub fn runs_as(&self, other: &Self) -> bool {
        self.agent.has_profile_of(&other.agent)
            && self.bindings.len() == other.bindings.len()
            && self.bindings.iter().all(|one| other.bindings.iter().any(|another| is_same(one, another)))
    }
}

fn is_same(one: &Binding, another: &Binding) -> bool {
    one.tool_id == another.tool_id
        && one.permission_scope == another.permission_scope
        && one.timeout_ms == another.timeout_ms
        && one.rate_limit == another.rate_limit
        && one.allowed_domains == another.allowed_domains
        && one.secrets_ref == another.secrets_ref
        && one.require_approval == another.require_approval
}
