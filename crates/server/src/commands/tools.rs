use std::process::ExitCode;
use std::sync::Arc;

use artel_catalogue::{Catalogue, Entry, catalogue};
use artel_tools::{Tool, Unavailable, builtins, keeping_builtins, standing};
use serde_json::json;

use crate::config::Config;
use crate::{output, toolkit};

/// All tools of the catalogue, group by group. It needs neither a database nor a running server.
pub(crate) fn list(as_json: bool) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue();
    let tools = Tools([builtins(), keeping_builtins(), toolkit::tools(&Config::load()?)?].concat());
    if as_json {
        let rows: Vec<_> = catalogue.entries.iter().map(|entry| row_of(entry, tools.standing(entry).err())).collect();
        output::json(&rows)?;
    } else {
        output::table(&table(catalogue, &tools));
    }
    Ok(ExitCode::SUCCESS)
}

/// The engines of this installation.
struct Tools(Vec<Arc<dyn Tool>>);

impl Tools {
    fn standing(&self, entry: &Entry) -> Result<(), Unavailable> {
        // They are made for a database, and every server has one.
        let mut made = artel_tools_services::NAMES
            .iter()
            .chain(&artel_tools_tasks::NAMES)
            .chain(&artel_tools_knowledge::NAMES)
            .chain(&artel_tools_knowledge::SKILL_NAMES);
        if made.any(|name| *name == entry.name) {
            return Ok(());
        }
        standing(self.0.iter().find(|tool| tool.descriptor().name == entry.name).map(AsRef::as_ref))
    }
}

fn row_of(entry: &Entry, lack: Option<Unavailable>) -> serde_json::Value {
    let title = json!({ "ru": entry.title.ru, "en": entry.title.en });
    let mut row = json!({ "name": entry.name, "title": title, "group": entry.group, "available": lack.is_none() });
    if let Some(lack) = lack {
        row["unavailable"] = json!({ "reason": lack.reason, "how_to": lack.how_to });
    }
    row
}

fn table(catalogue: &Catalogue, tools: &Tools) -> Vec<Vec<String>> {
    let mut rows = vec![["TOOL", "GROUP", "AVAILABLE", "WHAT IS MISSING"].map(str::to_owned).to_vec()];
    for entry in &catalogue.entries {
        let (available, missing) = match tools.standing(entry) {
            Ok(()) => ("yes", String::new()),
            Err(lack) => ("no", format!("{}; {}", lack.reason, lack.how_to)),
        };
        rows.push(vec![entry.name.clone(), entry.group.clone(), available.to_owned(), missing]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_a_line_that_says_what_is_missing() {
        let rows = table(catalogue(), &Tools(builtins()));
        assert_eq!(rows.len(), 45);
        for row in &rows[1..] {
            assert_eq!(row[2] == "no", row[3].contains("; "), "{row:?}");
        }
    }
}
