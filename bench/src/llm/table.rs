//! The results: a row for each figure, a column for each subject.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use comfy_table::CellAlignment;
use comfy_table::presets::ASCII_MARKDOWN;
use serde_json::{Value, json};

use crate::figures::Spread;

pub(super) struct Table {
    machine: Value,
    subjects: Vec<&'static str>,
    /// The figures in the order of their first sample.
    figures: Vec<String>,
    samples: BTreeMap<(String, &'static str), Vec<f64>>,
    rounds: Vec<Value>,
}

impl Table {
    pub(super) fn new(machine: Value) -> Self {
        Self { machine, subjects: Vec::new(), figures: Vec::new(), samples: BTreeMap::new(), rounds: Vec::new() }
    }

    pub(super) fn begin_round(&mut self, surroundings: &Value) {
        self.rounds.push(json!({ "surroundings": surroundings }));
    }

    pub(super) fn sample(&mut self, subject: &'static str, figure: &str, value: f64) {
        if !self.subjects.contains(&subject) {
            self.subjects.push(subject);
        }
        if !self.figures.iter().any(|known| known == figure) {
            self.figures.push(figure.to_owned());
        }
        self.samples.entry((figure.to_owned(), subject)).or_default().push(value);
    }

    /// Details for the raw file.
    pub(super) fn raw(&mut self, subject: &'static str, name: &str, value: Value) {
        if let Some(round) = self.rounds.last_mut() {
            round[subject][name] = value;
        }
    }

    /// Markdown: median, and in brackets the smallest and the largest.
    pub(super) fn text(&self) -> String {
        let mut table = comfy_table::Table::new();
        table.load_preset(ASCII_MARKDOWN).set_header(std::iter::once("what").chain(self.subjects.iter().copied()));
        for figure in &self.figures {
            let cells = self.subjects.iter().map(|subject| {
                let samples = self.samples.get(&(figure.clone(), *subject));
                samples.and_then(|samples| Spread::of(samples)).map_or_else(String::new, |spread| cell(&spread))
            });
            table.add_row(std::iter::once(figure.clone()).chain(cells));
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }

    pub(super) fn write_json(&self, path: &Path) -> Result<()> {
        let figures = self.samples.iter().map(|((figure, subject), samples)| {
            json!({ "what": figure.trim(), "subject": subject, "samples": samples, "spread": Spread::of(samples) })
        });
        let document =
            json!({ "machine": self.machine, "figures": figures.collect::<Vec<_>>(), "rounds": self.rounds });
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        Ok(std::fs::write(path, serde_json::to_string_pretty(&document)? + "\n")?)
    }
}

fn cell(spread: &Spread) -> String {
    let [min, median, max] = [spread.min, spread.median, spread.max].map(short);
    if min == max { median } else { format!("{median} ({min}–{max})") }
}

/// A number with three significant digits.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || size == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_median_and_the_spread_of_each_subject() {
        let mut table = Table::new(Value::Null);
        for value in [3.0, 1.0, 2.0] {
            table.sample("one", "speed", value);
        }
        table.sample("two", "speed", 5000.0);
        let text = table.text();
        let row: Vec<&str> = text.lines().last().unwrap().split('|').map(str::trim).collect();
        assert_eq!(row[1..4], ["speed", "2.00 (1.00–3.00)", "5000"]);
    }
}
