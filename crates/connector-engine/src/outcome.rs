use artel_connectors::reply::RefusedItem;
use serde_json::{Map, Value};

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The status of the last reply.
    pub status: u16,
    /// The operation's data; when pages were asked for, the items of all of them.
    pub data: Value,
    /// Pages that were read.
    pub pages: u32,
    /// The parameters that bring the next page, when there is one.
    pub next: Option<Map<String, Value>>,
    /// The pages end here because they are as much as one call reads, not because the caller's bounds say so.
    pub is_full: bool,
    /// Items that the service refused although it took the request.
    pub refused_items: Vec<RefusedItem>,
}
