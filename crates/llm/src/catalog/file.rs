//! Reads a table of models from JSON.

use std::num::NonZeroU32;
use std::path::Path;

use serde::Deserialize;

use super::pattern::Pattern;
use super::{Listed, ModelInfo, Prices};

const SHIPPED: &str = include_str!("../../data/models.json");
/// An entry of this provider holds for every provider that has no entry of its own.
const ANY: &str = "*";
const EXAMPLE: &str = r#"{"models": [{"provider": "openai", "id": "gpt-4o", "context_length": 128000, "price_per_million": {"input": 2.5, "output": 10}}]}"#;

/// A table of models that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}. It must look like {EXAMPLE}")]
pub struct BadModelTable {
    /// The file, and the place in it.
    place: String,
    problem: String,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) provider: String,
    /// The model's full name at its provider.
    pub(super) id: Option<String>,
    patterns: Vec<Pattern>,
    pub(super) info: ModelInfo,
}

/// How specific an entry is for a name: the greater, the more specific.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    of_this_provider: bool,
    by_its_id: bool,
    weight: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "comment")]
    _comment: Option<String>,
    models: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    provider: String,
    id: Option<String>,
    #[serde(default, rename = "match")]
    patterns: Vec<Pattern>,
    name: Option<String>,
    context_length: Option<NonZeroU32>,
    max_output_tokens: Option<NonZeroU32>,
    num_ctx: Option<NonZeroU32>,
    price_per_million: Option<Prices>,
}

pub(super) fn shipped() -> Result<Vec<Entry>, BadModelTable> {
    parse("the built-in model table", SHIPPED)
}

pub(super) fn read(path: &Path) -> Result<Vec<Entry>, BadModelTable> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| BadModelTable { place: file.clone(), problem: error.to_string() })?;
    parse(&file, &text)
}

pub(super) fn parse(file: &str, text: &str) -> Result<Vec<Entry>, BadModelTable> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read: File = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let place = if matches!(path.as_str(), "." | "?") { file.to_owned() } else { format!("{file}: {path}") };
        BadModelTable { place, problem: error.into_inner().to_string() }
    })?;
    json.end().map_err(|error| BadModelTable { place: file.to_owned(), problem: error.to_string() })?;
    read.models
        .into_iter()
        .enumerate()
        .map(|(at, row)| entry(row).map_err(|problem| bad_row(file, at, problem)))
        .collect()
}

fn bad_row(file: &str, at: usize, problem: &str) -> BadModelTable {
    BadModelTable { place: format!("{file}: models[{at}]"), problem: problem.to_owned() }
}

fn entry(row: RawEntry) -> Result<Entry, &'static str> {
    let id = row.id.map(|id| id.trim().to_owned());
    if row.provider.trim().is_empty() {
        return Err("`provider` is empty; it is openai, anthropic, ollama, custom:<name>, or * for any");
    }
    if id.as_ref().is_some_and(String::is_empty) || (id.is_none() && row.patterns.is_empty()) {
        return Err("it needs an `id`, or patterns in `match`");
    }
    let info = ModelInfo {
        name: row.name,
        context_length: row.context_length.map(NonZeroU32::get),
        max_output_tokens: row.max_output_tokens.map(NonZeroU32::get),
        num_ctx: row.num_ctx.map(NonZeroU32::get),
        prices: row.price_per_million,
    };
    Ok(Entry { provider: row.provider.trim().to_owned(), id, patterns: row.patterns, info })
}

impl Entry {
    /// How specific the entry is for a model of this provider (`None`: any provider); `None` when it does not match.
    pub(super) fn fit(&self, provider: Option<&str>, model: &str) -> Option<Fit> {
        let of_this_provider = provider.is_none_or(|provider| self.provider == provider);
        if !of_this_provider && self.provider != ANY || provider.is_none() && self.provider == ANY {
            return None;
        }
        if self.id.as_deref() == Some(model) {
            return Some(Fit { of_this_provider, by_its_id: true, weight: model.len() });
        }
        let matching = self.patterns.iter().filter(|pattern| pattern.matches(model));
        matching.map(Pattern::weight).max().map(|weight| Fit { of_this_provider, by_its_id: false, weight })
    }

    pub(super) fn listed(&self) -> Option<Listed<'_>> {
        let id = self.id.as_deref().filter(|_| self.provider != ANY)?;
        Some(Listed { provider: &self.provider, id, info: &self.info })
    }
}
