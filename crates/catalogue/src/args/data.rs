//! Tools of documents and of the warehouse.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The arguments of `documents`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// what to do
    pub action: DocumentsAction,
    /// for search: what to look for; for list: words of the title
    #[schemars(length(max = 400))]
    pub query: Option<String>,
    /// for list: pdf, docx, xlsx and so on
    #[schemars(length(max = 20))]
    pub r#type: Option<String>,
    /// for list: one tag
    #[schemars(length(max = 100))]
    pub tag: Option<String>,
    /// for list: an ISO 8601 time
    pub uploaded_after: Option<String>,
    /// for list: an ISO 8601 time
    pub uploaded_before: Option<String>,
    /// for list: at most this many; 20 if absent
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u8>,
    /// for list: skip this many
    pub offset: Option<u32>,
    /// for attach: which; for search: only in these
    #[schemars(length(min = 1, max = 20))]
    pub document_ids: Option<Vec<String>>,
    /// for search: how many passages; 5 if absent
    #[schemars(range(min = 1, max = 20))]
    pub top_k: Option<u8>,
}

/// What `documents` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentsAction {
    List,
    Attach,
    Search,
}

/// The arguments of `list_datasets`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDatasets {
    /// only datasets of this connector
    #[schemars(length(max = 100))]
    pub connector: Option<String>,
    /// words of the name or title
    #[schemars(length(max = 200))]
    pub query: Option<String>,
    /// at most this many; 50 if absent
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u8>,
}

/// The arguments of `describe_dataset`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeDataset {
    /// the connector's key
    #[schemars(length(min = 1, max = 100))]
    pub connector: String,
    /// the dataset's key
    #[schemars(length(min = 1, max = 100))]
    pub dataset_key: String,
}

/// The arguments of `manage_dataset`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManageDataset {
    /// what to do
    pub action: DatasetAction,
    /// the connector's key
    #[schemars(length(min = 1, max = 100))]
    pub connector: String,
    /// the dataset's key
    #[schemars(length(min = 1, max = 100))]
    pub dataset_key: String,
    /// for create and update: how the data are pulled
    pub descriptor: Option<DatasetDescriptor>,
    /// how often: a time such as 6h, or a cron line
    #[schemars(length(max = 100))]
    pub cadence: Option<String>,
    /// which account, when several are connected
    #[schemars(length(max = 100))]
    pub instance_id: Option<String>,
}

/// What `manage_dataset` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatasetAction {
    Create,
    Update,
    Enable,
    Disable,
    Sync,
    Delete,
    Status,
}

/// How a dataset is pulled.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetDescriptor {
    /// an operation of the connector
    #[schemars(length(min = 1, max = 100))]
    pub operation: String,
    /// its parameters
    pub params: Option<Map<String, Value>>,
    /// where the list of items stands in the answer; empty when the answer is the list
    #[schemars(length(max = 200))]
    pub items_path: String,
    /// how pages follow each other, where the connector does not say it
    pub pagination: Option<Pagination>,
    /// members that tell items apart
    #[schemars(length(min = 1, max = 10))]
    pub key: Option<Vec<String>>,
    /// how much time one load covers, such as 7d
    #[schemars(length(max = 100))]
    pub window: Option<String>,
}

/// How pages follow each other.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pagination {
    /// the scheme
    pub kind: PaginationKind,
    /// the parameter that is changed
    #[schemars(length(min = 1, max = 100))]
    pub param: String,
    /// the parameter of the page size
    #[schemars(length(max = 100))]
    pub size_param: Option<String>,
    /// the page size
    #[schemars(range(min = 1, max = 10_000))]
    pub size: Option<u32>,
    /// where the next cursor stands
    #[schemars(length(max = 200))]
    pub cursor_path: Option<String>,
    /// where the total stands
    #[schemars(length(max = 200))]
    pub total_path: Option<String>,
}

/// A scheme of paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaginationKind {
    Page,
    Offset,
    Cursor,
    Link,
    LastId,
}

/// The arguments of `manage_silver`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManageSilver {
    /// what to do
    pub action: SilverAction,
    /// the mapping's name; the table is silver_ and this name
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]{0,62}$"))]
    pub name: Option<String>,
    /// for create, update and preview: the dataset that is read
    pub source: Option<SilverSource>,
    /// where rows stand in one payload, such as lines[]; absent: each item is a row
    #[schemars(length(max = 200))]
    pub row_path: Option<String>,
    /// the table's columns
    #[schemars(length(min = 1, max = 200))]
    pub columns: Option<Vec<Column>>,
}

/// What `manage_silver` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SilverAction {
    Create,
    Update,
    Get,
    List,
    Preview,
    Delete,
}

/// A dataset.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SilverSource {
    /// the connector's key
    #[schemars(length(min = 1, max = 100))]
    pub connector: String,
    /// the dataset's key
    #[schemars(length(min = 1, max = 100))]
    pub dataset_key: String,
}

/// One column of a Silver table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// the column's name
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]{0,62}$"))]
    pub name: String,
    /// where the value stands in a row, such as a.b
    #[schemars(length(min = 1, max = 200))]
    pub path: String,
    /// the value's type
    pub r#type: ColumnType,
    /// a row without it is rejected; false if absent
    pub required: Option<bool>,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    Timestamp,
    Json,
}

/// The arguments of `manage_gold`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManageGold {
    /// what to do
    pub action: GoldAction,
    /// the mart's name; the table is gold_ and this name
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]{0,62}$"))]
    pub name: Option<String>,
    /// for create and preview: one SELECT
    #[schemars(length(min = 1, max = 20_000))]
    pub sql: Option<String>,
    /// for create: on_sync, or a cron line
    #[schemars(length(max = 100))]
    pub refresh: Option<String>,
}

/// What `manage_gold` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoldAction {
    Create,
    Run,
    Preview,
    Get,
    List,
    Delete,
}
