//! The data files as they are written. Unknown members are faults.

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{Category, ResultType};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawEntry {
    pub(crate) display_name: String,
    pub(crate) description: String,
    pub(crate) category: Category,
    pub(crate) result_type: ResultType,
    pub(crate) timeout_ms: u64,
    pub(crate) is_mutating: bool,
    pub(crate) is_idempotent: bool,
    pub(crate) is_query_tool: bool,
    pub(crate) synthesis: RawSynthesis,
    pub(crate) examples: Vec<Value>,
    pub(crate) schema_overrides: RawOverrides,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSynthesis {
    pub(crate) prefix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawOverrides {
    pub(crate) require_fields: Vec<String>,
    pub(crate) strip_null_fields: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawGroup {
    pub(crate) key: String,
    pub(crate) ru: String,
    pub(crate) en: String,
    /// Name of a tool to its Russian name. A mapping that refuses a name that stands twice.
    pub(crate) tools: serde_yaml_ng::Mapping,
}
