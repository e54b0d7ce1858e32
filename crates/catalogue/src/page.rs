//! The page about the catalogue, `docs/catalogue.md`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::blocks::Blocks;
use crate::catalogue::Catalogue;
use crate::entry::Entry;

const WIDTH: usize = 120;
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
        page.push_str(&wrapped(blocks.purpose, ""));
        page.push('\n');
        for (name, block) in [
            ("When to use", blocks.when),
            ("When not to use", blocks.when_not),
            ("Constraints", blocks.constraints),
            ("Results", blocks.interpretation),
        ] {
            page.push_str(&wrapped(&format!("* **{name}**: {block}"), "  "));
        }
        page.push('\n');
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

/// Lines of at most 120 characters.
///
/// # Arguments
/// * `indent`: what each line but the first begins with.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= WIDTH {
            lines.push_str(line.trim_end());
            lines.push('\n');
            indent.clone_into(&mut line);
        }
        line.push_str(word);
        line.push(' ');
    }
    lines + line.trim_end() + "\n"
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
