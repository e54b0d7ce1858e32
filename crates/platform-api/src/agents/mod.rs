//! Agents: profiles and their published versions.

pub(crate) mod clone;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod get_version;
pub(crate) mod list;
pub(crate) mod list_versions;
pub(crate) mod publish;
pub(crate) mod rollback;
pub(crate) mod update;

use artel_http::Problem;
use artel_llm::Models;

pub(crate) const TAG: &str = "agents";

/// The name as it is kept, when its provider is known.
pub(crate) fn known_model(models: &Models, name: &str) -> Result<String, Problem> {
    match models.check(name) {
        Ok(known) => Ok(known.to_string()),
        Err(unknown) => Err(Problem::invalid_field("model", unknown.to_string())),
    }
}
