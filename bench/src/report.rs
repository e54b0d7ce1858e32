//! The results: a table for people, raw measurements for machines.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use serde_json::{Value, json};

use crate::figures::{ALL, Figure, Spread, Target};

/// Every measurement so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    samples: HashMap<&'static str, Vec<f64>>,
    rounds: Vec<Value>,
}

impl Report {
    /// Begins a round; later measurements belong to it.
    pub(crate) fn begin_round(&mut self, surroundings: &Value) {
        self.rounds.push(json!({ "round": self.rounds.len() + 1, "surroundings": surroundings, "loads": {} }));
    }

    /// One sample of a figure.
    pub(crate) fn sample(&mut self, figure: &Figure, value: f64) {
        self.samples.entry(figure.id).or_default().push(value);
    }

    /// The details of a load, for the raw file.
    pub(crate) fn load(&mut self, name: &str, raw: Value) {
        if let Some(round) = self.rounds.last_mut() {
            round["loads"][name] = raw;
        }
    }

    /// The newest sample of a figure.
    pub(crate) fn latest(&self, figure: &Figure) -> Option<f64> {
        self.samples.get(figure.id)?.last().copied()
    }

    /// The table of everything that was measured, in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut table = Table::new();
        table.load_preset(ASCII_MARKDOWN).set_header(["what", "unit", "target", "min", "median", "max", "verdict"]);
        for (figure, samples) in self.measured() {
            let Some(Spread { min, median, max }) = Spread::of(samples) else { continue };
            let target = match figure.target {
                Target::AtMost(bound) => format!("≤ {bound}"),
                Target::AtLeast(bound) => format!("≥ {bound}"),
                Target::Unbounded => String::new(),
            };
            let [min, median, max] = [min, median, max].map(short);
            table.add_row([
                figure.what.to_owned(),
                figure.unit.to_owned(),
                target,
                min,
                median,
                max,
                figure.target.verdict(samples),
            ]);
        }
        for column in table.column_iter_mut().skip(2).take(4) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }

    /// Writes the raw measurements.
    pub(crate) fn write_json(&self, path: &Path, machine: &Value) -> Result<()> {
        let figures = self.measured().map(|(figure, samples)| {
            json!({ "id": figure.id.to_lowercase(), "what": figure.what, "unit": figure.unit, "samples": samples,
                    "spread": Spread::of(samples), "verdict": figure.target.verdict(samples) })
        });
        let document = json!({ "machine": machine, "figures": figures.collect::<Vec<_>>(), "rounds": self.rounds });
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, serde_json::to_string_pretty(&document)? + "\n")?;
        Ok(())
    }

    fn measured(&self) -> impl Iterator<Item = (&'static Figure, &Vec<f64>)> {
        ALL.iter().filter_map(|figure| Some((figure, self.samples.get(figure.id)?)))
    }
}

/// A number with three significant digits.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A line on standard output.
pub(crate) fn say(line: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{SQLITE_P50, START_FRESH};

    #[test]
    fn the_table_has_only_what_was_measured_with_its_spread_and_verdict() {
        let mut report = Report::default();
        for value in [120.4, 99.96, 310.0] {
            report.sample(&START_FRESH, value);
        }
        let table = report.table();
        assert_eq!(table.lines().count(), 3);
        let row = table.lines().last().unwrap().split('|').map(str::trim).collect::<Vec<_>>();
        assert_eq!(row[2..8], ["ms", "≤ 300", "100.0", "120", "310", "met at the median"]);
        assert_eq!(report.latest(&START_FRESH), Some(310.0));
        assert_eq!(report.latest(&SQLITE_P50), None);
    }
}
