//! The page about the catalogue, `docs/catalogue.md`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::blocks::Blocks;
use crate::entry::Entry;
use crate::read::Catalogue;

const HEAD: &str = "# The catalogue of tools

<!-- Written by `cargo xtask catalogue-page`; `cargo xtask tidy` compares it with the data. -->

The tools that Artel knows of. Which of them this installation can call, and what the others want: `artel tools list`,
or `GET /tools/catalogue`. How a tool is bound to an agent: [tools.md](tools.md#an-internal-function).
An `effect` says what happens to a call that was cut off: [effects](tools.md#effects).
";

/// The page in Markdown.
pub fn page(catalogue: &Catalogue) -> String {
    let mut page = HEAD.to_owned();
    for group in &catalogue.groups {
        let _ = write!(page, "\n## {} · {}\n", group.title.en, group.title.ru);
        for entry in group.tools.iter().filter_map(|name| catalogue.entry(name)) {
            section(&mut page, entry);
        }
    }
    page
}

fn section(page: &mut String, entry: &Entry) {
    let _ = write!(page, "\n### {}\n\n**{}** · {}\n\n", entry.name, entry.title.en, entry.title.ru);
    if let Ok(blocks) = Blocks::of(&entry.description) {
        let _ = write!(
            page,
            "{}\n\n* **When to use**: {}\n* **When not to use**: {}\n* **Constraints**: {}\n* **Results**: {}\n\n",
            blocks.purpose, blocks.when, blocks.when_not, blocks.constraints, blocks.interpretation
        );
    }
    let _ = write!(
        page,
        "Category `{}`, result `{}`, effect `{}`, at most {} s.\n\n",
        entry.category.as_str(),
        entry.result_type.as_str(),
        entry.effect(),
        entry.timeout.as_secs()
    );
    arguments(page, &entry.input_schema);
    for example in &entry.examples {
        let _ = write!(page, "\n```json\n{example}\n```\n");
    }
}

fn arguments(page: &mut String, schema: &Value) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    page.push_str("| argument | type | meaning |\n|---|---|---|\n");
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let optional = if required.contains(&name.as_str()) { "" } else { "?" };
        let meaning = member["description"].as_str().unwrap_or_default();
        let _ = writeln!(page, "| `{name}`{optional} | {} | {meaning} |", kind(member));
    }
}

/// What may stand there, in a few words.
fn kind(member: &Value) -> String {
    if let Some(words) = member["enum"].as_array() {
        let words: Vec<String> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    match member["type"].as_str() {
        Some("array") => format!("list of {}{}", plain(&member["items"]), within(member, "minItems", "maxItems")),
        Some("string") => format!("string{}", within(member, "minLength", "maxLength")),
        Some(number) => format!("{number}{}", within(member, "minimum", "maximum")),
        None => plain(member),
    }
}

fn plain(member: &Value) -> String {
    member["type"].as_str().unwrap_or("any JSON").to_owned()
}

fn within(member: &Value, least: &str, most: &str) -> String {
    match (member[least].as_f64(), member[most].as_f64()) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (None, Some(most)) => format!(", at most {most}"),
        _ => String::new(),
    }
}
