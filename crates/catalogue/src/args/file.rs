//! A file as an argument.

use schemars::JsonSchema;
use serde::Deserialize;

/// A file: one of an artifact and a path.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct FileArg {
    /// the artifact's id
    pub artifact_id: Option<String>,
    /// relative to /workspace, or absolute under /workspace, /tmp/input or /tmp/output
    pub path: Option<String>,
}

/// A file where a document of the knowledge base fits too.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct DocumentArg {
    /// the artifact's id
    pub artifact_id: Option<String>,
    /// relative to /workspace, or absolute under /workspace, /tmp/input or /tmp/output
    pub path: Option<String>,
    /// a document of the knowledge base
    pub document_id: Option<String>,
}
