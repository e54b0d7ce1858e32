//! A tool of the catalogue as clients see it.

use artel_catalogue::Entry;
use artel_domain::EffectClass;
use artel_tools::{Descriptor, Registry};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A tool of the catalogue, and whether it can be called here.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the catalogue's contract has these members")]
pub(crate) struct CatalogueTool {
    /// What a model calls, and what `execution_type: internal` names.
    name: String,
    title: CatalogueTitle,
    /// What it belongs to, such as `internet`.
    group: String,
    /// What a model reads: purpose, when to use, when not to use, constraints, how to read the result.
    description: String,
    #[schema(schema_with = crate::document::category)]
    category: &'static str,
    #[schema(schema_with = crate::document::result_type)]
    result_type: &'static str,
    /// The longest that one call takes.
    #[schema(minimum = 1000, maximum = 3_600_000)]
    timeout_ms: u64,
    is_mutating: bool,
    is_idempotent: bool,
    is_query_tool: bool,
    /// What may happen to a call that was cut off.
    effect: EffectClass,
    /// JSON Schema (2020-12) of the arguments.
    #[schema(value_type = Object)]
    input_schema: Value,
    /// Arguments of real calls.
    #[schema(value_type = Vec<Object>)]
    examples: Vec<Value>,
    /// This installation can call it.
    available: bool,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unavailable: Option<CatalogueLack>,
}

/// A name in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CatalogueTitle {
    ru: String,
    en: String,
}

/// What is missing for a tool.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CatalogueLack {
    reason: String,
    /// What the operator does about it.
    how_to: String,
}

pub(super) fn view(tools: &Registry, entry: &Entry) -> CatalogueTool {
    let lack = tools.standing(entry).err();
    CatalogueTool {
        name: entry.name.clone(),
        title: CatalogueTitle { ru: entry.title.ru.clone(), en: entry.title.en.clone() },
        group: entry.group.clone(),
        description: entry.description.clone(),
        category: entry.category.as_str(),
        result_type: entry.result_type.as_str(),
        timeout_ms: u64::try_from(entry.timeout.as_millis()).unwrap_or(u64::MAX),
        is_mutating: entry.is_mutating,
        is_idempotent: entry.is_idempotent,
        is_query_tool: entry.is_query_tool,
        effect: Descriptor::of_entry(entry).effect,
        input_schema: entry.input_schema.clone(),
        examples: entry.examples.clone(),
        available: lack.is_none(),
        unavailable: lack.map(|lack| CatalogueLack { reason: lack.reason, how_to: lack.how_to }),
    }
}
