//! How fast a service may be asked, and how it says that it was asked too fast.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::pointer::Pointer;

/// A limit that the service documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// So many in `seconds`; without it only `parallel` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub seconds: u32,
    /// So many at once; without it, `count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// So many under way at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
    /// Counted for each value of this parameter by itself (a chat, a shop), beside the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// The items of this parameter are counted, not the requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_of: Option<String>,
    /// Other numbers for other kinds of credentials. The first that fits is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Instead>,
}

/// The numbers for one kind of credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instead {
    /// Members of the credential and the values that they have.
    pub when: BTreeMap<String, String>,
    pub count: u32,
    pub seconds: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

/// A reply that means: too fast. The request had no effect and may be repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    pub when: Condition,
    /// Where the time to wait may stand. The first that is there is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wait: Vec<Wait>,
    /// The time to wait when the reply does not say.
    #[serde(default = "a_while")]
    pub otherwise_seconds: u32,
}

/// Where a time stands in a reply, and what it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    #[serde(default)]
    pub unit: Unit,
}

/// What a time is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds from now, or an HTTP date, as in `Retry-After`.
    #[default]
    SecondsOrDate,
    Milliseconds,
    EpochSeconds,
    EpochMilliseconds,
}

/// What the service says of its limit with every reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// The header with the number of requests left.
    pub remaining: String,
    pub reset: Wait,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if takes a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}

fn a_while() -> u32 {
    5
}
