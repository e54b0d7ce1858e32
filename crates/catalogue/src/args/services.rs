//! Tools of connected services.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The arguments of `list_services`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListServices {
    /// words of the name
    #[schemars(length(max = 200))]
    pub query: Option<String>,
    /// leave out services without a granted account; true if absent
    pub connected_only: Option<bool>,
}

/// The arguments of `describe_service`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeService {
    /// the service's id from list_services
    #[schemars(length(min = 1, max = 100))]
    pub service: String,
    /// only this module
    #[schemars(length(max = 100))]
    pub module: Option<String>,
    /// the schema of this operation's parameters
    #[schemars(length(max = 100))]
    pub operation: Option<String>,
}

/// The arguments of `connector_execute`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorExecute {
    /// the service's id from list_services
    #[schemars(length(min = 1, max = 100))]
    pub service: String,
    /// the operation's key from describe_service
    #[schemars(length(min = 1, max = 100))]
    pub operation: String,
    /// the operation's parameters
    pub params: Option<Map<String, Value>>,
    /// which account, when several are granted
    #[schemars(length(max = 100))]
    pub instance_id: Option<String>,
    /// collect several pages
    pub paginate: Option<Paginate>,
}

/// How many pages are collected.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paginate {
    /// at most this many pages
    #[schemars(range(min = 1, max = 50))]
    pub max_pages: u8,
    /// at most this many items
    #[schemars(range(min = 1, max = 100_000))]
    pub max_items: Option<u32>,
}

/// The arguments of `query_events`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryEvents {
    /// only events of this service
    #[schemars(length(max = 100))]
    pub service: Option<String>,
    /// only events of this type
    #[schemars(length(max = 200))]
    pub r#type: Option<String>,
    /// an ISO 8601 time
    pub since: Option<String>,
    /// an ISO 8601 time
    pub until: Option<String>,
    /// at most this many; 20 if absent
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u8>,
    /// next of an earlier answer
    #[schemars(length(max = 100))]
    pub after: Option<String>,
}

/// The arguments of `sign_document`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignDocument {
    /// a file of the workspace
    #[schemars(length(min = 1, max = 1000))]
    pub path: Option<String>,
    /// an artifact
    #[schemars(length(min = 1, max = 100))]
    pub artifact_id: Option<String>,
    /// who signs
    pub provider: SignatureProvider,
    /// which account, when several are granted
    #[schemars(length(max = 100))]
    pub instance_id: Option<String>,
    /// what the counterparty reads
    #[schemars(length(max = 1000))]
    pub comment: Option<String>,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureProvider {
    Diadoc,
    Sbis,
    Local,
}
