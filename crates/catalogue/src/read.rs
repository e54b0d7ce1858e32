//! From the data files to the catalogue.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value, json};
use serde_yaml_ng::Mapping;

use crate::args;
use crate::catalogue::Catalogue;
use crate::entry::Entry;
use crate::faults;
use crate::group::{Group, Title};
use crate::raw::{RawEntry, RawGroup};

const TOOLS: &str = include_str!("../data/tools.yaml");
const GROUPS: &str = include_str!("../data/groups.yaml");

/// The catalogue of this binary. It is read once.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(TOOLS, GROUPS));
    &CATALOGUE
}

impl Catalogue {
    /// Reads the two data files; what is wrong with them is in `faults`.
    pub(crate) fn read(tools: &str, groups: &str) -> Self {
        match Self::parse(tools, groups) {
            Ok(mut catalogue) => {
                catalogue.faults.extend(faults::of(&catalogue));
                catalogue
            }
            Err(fault) => Self { faults: vec![fault], ..Self::default() },
        }
    }

    fn parse(tools: &str, groups: &str) -> Result<Self, String> {
        let tools: Mapping = serde_yaml_ng::from_str(tools).map_err(|error| format!("tools.yaml: {error}"))?;
        let raw: Vec<RawGroup> = serde_yaml_ng::from_str(groups).map_err(|error| format!("groups.yaml: {error}"))?;
        let mut catalogue = Self { groups: raw.iter().map(group_of).collect(), ..Self::default() };
        for (name, value) in tools {
            let name = name.as_str().unwrap_or_default().to_owned();
            let entry: RawEntry = serde_yaml_ng::from_value(value).map_err(|error| format!("{name}: {error}"))?;
            match place(&raw, &name) {
                Some((group, ru)) => catalogue.entries.push(entry_of(name, group, ru, entry)),
                None => catalogue.faults.push(format!("{name}: no group of groups.yaml names it")),
            }
        }
        Ok(catalogue)
    }
}

fn group_of(raw: &RawGroup) -> Group {
    Group {
        key: raw.key.clone(),
        title: Title { ru: raw.ru.clone(), en: raw.en.clone() },
        tools: raw.tools.keys().filter_map(|name| name.as_str()).map(str::to_owned).collect(),
    }
}

/// The key of a tool's group, and its Russian name.
fn place<'a>(groups: &'a [RawGroup], name: &str) -> Option<(&'a str, &'a str)> {
    groups.iter().find_map(|group| Some((group.key.as_str(), group.tools.get(name)?.as_str()?)))
}

fn entry_of(name: String, group: &str, ru: &str, raw: RawEntry) -> Entry {
    let schema = args::schema(&name).unwrap_or(Value::Null);
    Entry {
        title: Title { ru: ru.to_owned(), en: raw.display_name },
        group: group.to_owned(),
        description: raw.description.trim().to_owned(),
        category: raw.category,
        result_type: raw.result_type,
        timeout: Duration::from_millis(raw.timeout_ms),
        is_mutating: raw.is_mutating,
        is_idempotent: raw.is_idempotent,
        is_query_tool: raw.is_query_tool,
        synthesis_prefix: raw.synthesis.prefix,
        examples: raw.examples,
        strip_null_fields: raw.schema_overrides.strip_null_fields,
        input_schema: required(schema, raw.schema_overrides.require_fields),
        name,
    }
}

/// The schema with more members required than its type says.
fn required(mut schema: Value, fields: Vec<String>) -> Value {
    let Some(members) = schema.as_object_mut() else { return schema };
    let known = members.entry("required").or_insert_with(|| json!([]));
    if let Some(known) = known.as_array_mut() {
        for field in fields.into_iter().map(Value::String) {
            if !known.contains(&field) {
                known.push(field);
            }
        }
    }
    schema
}

#[cfg(test)]
mod tests;
