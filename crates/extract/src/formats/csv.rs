//! Tables as text: fields between commas, semicolons, tabs or bars.

use csv::ReaderBuilder;

use crate::Refusal;
use crate::budget::{OF_A_PIECE, at_most};
use crate::flow::Flow;

/// Records from which the delimiter is told.
const LOOKED_AT: usize = 50;
/// Letters of a field, on average, above which it is a sentence.
const LONGEST: usize = 80;

/// The whole file is one table.
pub(crate) fn read(text: &str, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let delimiter = delimiter(text, false).unwrap_or(b',');
    // A record is read whole before its fields are cells, so a line of nothing but delimiters is counted here.
    let fields = text.bytes().filter(|byte| *byte == delimiter).count();
    at_most((fields as u64).saturating_mul(OF_A_PIECE), flow.budget.limits.text_bytes, "bytes of text")?;
    flow.begin_table()?;
    for (number, record) in reader(text, delimiter).records().enumerate() {
        if number % 1024 == 0 {
            flow.budget.time()?;
        }
        let record = record.map_err(|error| Refusal::damaged(format!("record {} is broken ({error})", number + 1)))?;
        record.iter().try_for_each(|field| flow.push_cell(field.trim().to_owned()))?;
        flow.end_row()?;
    }
    flow.end_table()
}

/// What stands between the fields, when the text is such a table: two records at least, with two fields at least, and
/// as many in each.
///
/// # Arguments
/// * `is_cut`: whether the text is only the beginning of a file.
pub(crate) fn delimiter(text: &str, is_cut: bool) -> Option<u8> {
    [b';', b'\t', b',', b'|'].into_iter().find(|delimiter| is_table(text, *delimiter, is_cut))
}

fn is_table(text: &str, delimiter: u8, is_cut: bool) -> bool {
    let mut records: Vec<_> = reader(text, delimiter).into_records().take(LOOKED_AT).filter_map(Result::ok).collect();
    if is_cut && records.len() < LOOKED_AT {
        // A record that is cut off at the end of what is looked at proves nothing.
        records.pop();
    }
    let mut records = records.into_iter();
    let Some(first) = records.next().filter(|first| first.len() >= 2) else { return false };
    let (mut others, mut letters, mut spaced) = (0_usize, 0_usize, 0_usize);
    for record in records.by_ref() {
        if record.len() != first.len() {
            return false;
        }
        others += 1;
        letters += record.as_slice().len();
        spaced += record.iter().skip(1).filter(|field| field.starts_with(' ')).count();
    }
    let fields = others * first.len();
    let is_prose = delimiter == b',' && spaced * 2 > fields - others;
    let is_markdown = delimiter == b'|' && text.trim_start().starts_with('|');
    others > 0 && letters / fields.max(1) <= LONGEST && !is_prose && !is_markdown
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    let text = text.trim_start_matches('\u{feff}');
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}
