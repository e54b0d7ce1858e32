use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::pointer::Pointer;

/// How a long list is read to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    pub by: PageBy,
    /// The list in the reply.
    pub items: Pointer,
    /// The parameter that holds the size of a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// The size that is asked for when the caller does not say; the service's largest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_default: Option<u64>,
    /// Where the reply says how many items this page has; without it, the items are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Pointer>,
    /// A page with fewer items than asked for is the last one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub short_is_last: bool,
    /// Replies that end the list, beside an empty page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub last: Vec<Condition>,
}

/// What leads from one page to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PageBy {
    /// A number that grows by one.
    Page {
        parameter: String,
        #[serde(default = "one")]
        first: u64,
    },
    /// The number of items that are left out; it grows by the items read.
    Offset { parameter: String },
    /// Values of the reply that go into the next request. A value that is absent or the same as before ends the list.
    Cursor { send: Vec<Carry> },
    /// As `cursor`, with values of the last item: an id, a time of change, a key of an index.
    LastId { send: Vec<Carry> },
    /// The header `Link` with this relation.
    Link {
        #[serde(default = "next")]
        rel: String,
    },
}

/// A value that goes from a reply into the next request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carry {
    pub parameter: String,
    pub from: Pointer,
}

fn one() -> u64 {
    1
}

fn next() -> String {
    "next".to_owned()
}
