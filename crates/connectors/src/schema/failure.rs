use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::pointer::Pointer;
use super::text::Text;

/// A reply that means "no", whatever its status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureRule {
    pub when: Condition,
    /// Where the service's own code may stand. The first that is there is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code: Vec<Pointer>,
    /// Where the service's own words may stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message: Vec<Pointer>,
    /// What it means, in words that help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Text>,
}

/// A reply with a verdict for each of many items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemFailures {
    /// The list of verdicts.
    pub items: Pointer,
    /// `at` speaks of one item.
    pub failed: Condition,
    /// Where an item has its message.
    pub message: Pointer,
}
