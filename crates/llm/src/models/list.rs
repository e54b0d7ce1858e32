//! The list of models that a user can choose from.

use serde::Serialize;

use super::Models;
use crate::ModelName;
use crate::demo::Variant;
use crate::name::DEMO;

/// A model that has a full name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedModel {
    /// The full name: `openai:gpt-4o`.
    pub id: String,
    /// The display name.
    pub name: String,
    /// `openai`, `anthropic`, `ollama`, `demo` or `custom:<name>`.
    pub provider: String,
    /// Prompt and answer together, in tokens; absent when it is unknown.
    pub context_length: Option<u32>,
    /// Its provider is configured, without regard to tenants' own keys. It is not checked whether the provider has the
    /// model.
    pub is_available: bool,
}

impl Models {
    /// The models of the table, the operator's own names and the demo's models, sorted by full name. Providers may have
    /// more models.
    pub fn list(&self) -> Vec<ListedModel> {
        let listed = self.catalog.listed().map(|model| ModelName::new(model.provider, model.id));
        let bare = self.bare_names.iter().map(|(provider, model)| ModelName::new(provider, model));
        let demo = Variant::ALL.into_iter().map(|variant| ModelName::new(DEMO, variant.name()));
        let known = listed.filter(|name| self.knows(name.provider()));
        let mut rows: Vec<ListedModel> = known.chain(bare).chain(demo).map(|name| self.row(&name)).collect();
        rows.sort_by(|one, other| one.id.cmp(&other.id));
        rows.dedup();
        rows
    }

    fn row(&self, name: &ModelName) -> ListedModel {
        let info = self.catalog.find(name);
        ListedModel {
            id: name.to_string(),
            name: info.and_then(|info| info.name.clone()).unwrap_or_else(|| name.model().to_owned()),
            provider: name.provider().to_owned(),
            context_length: info.and_then(|info| info.context_length),
            is_available: name.provider() == DEMO
                || self.upstreams.get(name.provider()).is_some_and(|upstream| upstream.is_configured()),
        }
    }
}
