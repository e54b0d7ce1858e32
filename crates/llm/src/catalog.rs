//! Names, sizes and prices of models: the operator's table, then the built-in one.

mod file;
mod pattern;
mod price;

use std::path::Path;

use artel_domain::{NanoUsd, Usage};
pub use file::BadModelTable;
use file::Entry;
pub use price::Prices;

use crate::ModelName;
use crate::name::DEMO;

/// The table of models.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The operator's table first. Within a table the most specific entry wins.
    tables: Vec<Vec<Entry>>,
}

/// What is known of one model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name for people; absent when the table has none.
    pub name: Option<String>,
    /// Prompt and answer together, in tokens.
    pub context_length: Option<u32>,
    /// The longest answer in tokens; absent when it is unknown.
    pub max_output_tokens: Option<u32>,
    /// The context length to request from Ollama. Absent: Ollama's own default. A long context takes memory.
    pub num_ctx: Option<u32>,
    /// Absent: the prices are unknown. This does not mean that the model is free.
    pub prices: Option<Prices>,
}

/// A model of the table that has a full name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed<'a> {
    pub(crate) provider: &'a str,
    pub(crate) id: &'a str,
    pub(crate) info: &'a ModelInfo,
}

/// The built-in table.
impl Default for Catalog {
    fn default() -> Self {
        // A test reads the built-in table, so reading it cannot fail here.
        Self { tables: file::shipped().into_iter().collect() }
    }
}

impl Catalog {
    /// The operator's table, if there is one, then the built-in one.
    ///
    /// # Errors
    /// Fails when the operator's file cannot be read or has a wrong entry.
    pub fn load(own: Option<&Path>) -> Result<Self, BadModelTable> {
        let own = own.map(file::read).transpose()?;
        let mut catalog = Self::default();
        if let Some(own) = own {
            let completed = own.into_iter().map(|entry| catalog.completed(entry)).collect();
            catalog.tables.insert(0, completed);
        }
        Ok(catalog)
    }

    /// The entry for a model; `None` when no table has one.
    pub fn find(&self, name: &ModelName) -> Option<&ModelInfo> {
        let fit = |entry: &Entry| entry.fit(Some(name.provider()), name.model());
        self.best(fit).map(|entry| &entry.info)
    }

    /// The cost of a call; `None` when the model's price is not known. The demo costs nothing.
    pub(crate) fn cost_nanodollars(&self, model: &ModelName, usage: &Usage) -> Option<NanoUsd> {
        if model.provider() == DEMO { Some(0) } else { self.find(model)?.cost_nanodollars(usage) }
    }

    /// The provider of a model that is named without one. Only providers for which `is_usable` returns true are
    /// considered.
    pub(crate) fn provider_of(&self, model: &str, is_usable: impl Fn(&str) -> bool) -> Option<&str> {
        let fit = |entry: &Entry| entry.fit(None, model).filter(|_| is_usable(&entry.provider));
        self.best(fit).map(|entry| entry.provider.as_str())
    }

    /// Every model that has a display name and a provider, each once.
    pub(crate) fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        let mut seen = std::collections::HashSet::new();
        let listed = self.tables.iter().flatten().filter_map(Entry::listed);
        listed.filter(move |listed| seen.insert((listed.provider, listed.id)))
    }

    /// The most specific entry of the first table that has one.
    fn best<K: Ord>(&self, fit: impl Fn(&Entry) -> Option<K>) -> Option<&Entry> {
        let best_of = |table: &'_ Vec<Entry>| {
            let fitting = table.iter().enumerate().filter_map(|(at, entry)| Some((fit(entry)?, at)));
            fitting.max().map(|(_, at)| at)
        };
        self.tables.iter().find_map(|table| table.get(best_of(table)?))
    }

    /// The operator's entry, with its absent members taken from the built-in entry.
    fn completed(&self, mut entry: Entry) -> Entry {
        let known = entry
            .id
            .as_ref()
            .and_then(|id| self.find(&ModelName::new(&entry.provider, id)))
            .cloned()
            .unwrap_or_default();
        let own = entry.info;
        entry.info = ModelInfo {
            name: own.name.or(known.name),
            context_length: own.context_length.or(known.context_length),
            max_output_tokens: own.max_output_tokens.or(known.max_output_tokens),
            num_ctx: own.num_ctx.or(known.num_ctx),
            prices: own.prices.or(known.prices),
        };
        entry
    }
}

#[cfg(test)]
mod tests;
