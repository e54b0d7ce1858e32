//! Workbooks: a table for each sheet, with values as people see them: dates, percentages, texts.

mod number;
mod styles;

use std::collections::HashMap;

use crate::archive::Archive;
use crate::flow::Flow;
use crate::xml::{Element, Node, Xml};
use crate::{Place, Refusal};
use number::Look;

/// Columns of a sheet, by the format.
const COLUMNS: usize = 16_384;

pub(crate) fn read(bytes: &[u8], flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut archive = Archive::open(bytes, flow.budget)?;
    flow.title = super::title(&mut archive, "docProps/core.xml")?;
    let main = archive.main_part("xl/workbook.xml")?;
    let relations = archive.relations(&main)?;
    let part = |kind: &str| relations.iter().find(|relation| relation.kind == kind).map(|found| found.target.clone());
    let book = book(&archive.main_xml(&main)?, flow)?;
    let strings = match part("sharedStrings").map(|name| archive.xml(&name)).transpose()?.flatten() {
        Some(text) => strings(&text, flow)?,
        None => Vec::new(),
    };
    let looks = match part("styles").map(|name| archive.xml(&name)).transpose()?.flatten() {
        Some(text) => styles::looks(&text, flow)?,
        None => Vec::new(),
    };
    let names: HashMap<&str, &str> =
        relations.iter().map(|relation| (relation.id.as_str(), relation.target.as_str())).collect();
    for (index, (id, name)) in book.sheets.iter().enumerate() {
        flow.turn_to(Place::Sheet { number: index as u32 + 1, name: name.clone() })?;
        let Some(text) = names.get(id.as_str()).map(|part| archive.xml(part)).transpose()?.flatten() else { continue };
        Sheet { strings: &strings, looks: &looks, is_1904: book.is_1904, cell: Cell::default() }.read(&text, flow)?;
    }
    Ok(())
}

struct Book {
    /// The id of the part, and the name.
    sheets: Vec<(String, String)>,
    /// Days are counted from 1904, as the first Macs did.
    is_1904: bool,
}

fn book(text: &str, flow: &Flow<'_>) -> Result<Book, Refusal> {
    let mut xml = Xml::new(text, flow.budget);
    let mut book = Book { sheets: Vec::new(), is_1904: false };
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        match element.name() {
            b"workbookPr" => {
                book.is_1904 = matches!(element.attribute(b"date1904").as_deref(), Some("1" | "true"));
            }
            b"sheet" => {
                let name = element.attribute(b"name").unwrap_or_default();
                let id = element.prefixed(b"id");
                flow.budget.hold(name.len() + id.as_ref().map_or(0, String::len), 1)?;
                book.sheets.extend(id.map(|id| (id, name)));
            }
            _ => {}
        }
    }
    Ok(book)
}

/// The texts that cells refer to by number; what says how Japanese is spoken is left out.
fn strings(text: &str, flow: &Flow<'_>) -> Result<Vec<String>, Refusal> {
    let mut xml = Xml::new(text, flow.budget);
    let (mut strings, mut is_text) = (Vec::new(), false);
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(element) if element.name() == b"rPh" => xml.skip()?,
            Node::Open(element) if element.name() == b"si" => {
                flow.budget.hold(0, 1)?;
                strings.push(String::new());
            }
            Node::Open(element) => is_text = element.name() == b"t",
            Node::Close(_) => is_text = false,
            Node::Text(piece) if is_text => {
                flow.budget.hold(piece.len(), 0)?;
                strings.last_mut().into_iter().for_each(|last: &mut String| last.push_str(&piece));
            }
            Node::Text(_) => {}
        }
    }
    Ok(strings)
}

struct Sheet<'s> {
    strings: &'s [String],
    looks: &'s [Look],
    is_1904: bool,
    cell: Cell,
}

/// The cell under way.
#[derive(Default)]
struct Cell {
    column: Option<usize>,
    kind: String,
    style: usize,
    value: String,
    is_value: bool,
}

impl Sheet<'_> {
    fn read(mut self, text: &str, flow: &mut Flow<'_>) -> Result<(), Refusal> {
        let mut xml = Xml::new(text, flow.budget);
        flow.begin_table()?;
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) if element.name() == b"rPh" => xml.skip()?,
                Node::Open(element) => self.open(&element),
                Node::Text(piece) if self.cell.is_value => {
                    flow.budget.may_grow(&self.cell.value, piece.len())?;
                    self.cell.value.push_str(&piece);
                }
                Node::Text(_) => {}
                Node::Close(end) => match end.name() {
                    b"v" | b"t" => self.cell.is_value = false,
                    b"c" => self.end_cell(flow)?,
                    b"row" => flow.end_row()?,
                    b"sheetData" => break,
                    _ => {}
                },
            }
        }
        flow.end_table()
    }

    fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            b"c" => {
                self.cell = Cell {
                    column: element.attribute(b"r").as_deref().and_then(column),
                    kind: element.attribute(b"t").unwrap_or_default(),
                    style: element.number(b"s").unwrap_or_default(),
                    ..Cell::default()
                }
            }
            b"v" | b"t" => self.cell.is_value = true,
            _ => {}
        }
    }

    fn end_cell(&mut self, flow: &mut Flow<'_>) -> Result<(), Refusal> {
        let cell = std::mem::take(&mut self.cell);
        let text = self.text(&cell);
        if text.is_empty() {
            return Ok(());
        }
        // Cells that are empty need not stand in the file.
        let column = cell.column.unwrap_or_else(|| flow.columns());
        while flow.columns() < column {
            flow.push_cell(String::new())?;
        }
        flow.push_cell(text)
    }

    fn text(&self, cell: &Cell) -> String {
        let value = cell.value.trim();
        match cell.kind.as_str() {
            "s" => value.parse().ok().and_then(|index: usize| self.strings.get(index)).cloned().unwrap_or_default(),
            "b" => if value == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            "str" | "inlineStr" | "e" | "d" => value.to_owned(),
            _ => number::shown(value, self.looks.get(cell.style).copied().unwrap_or_default(), self.is_1904),
        }
    }
}

/// The column of `AB12`, from 0.
fn column(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    (1..=COLUMNS).contains(&number).then(|| number - 1)
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn a_column_is_read() {
        let cases = [("A1", Some(0)), ("Z9", Some(25)), ("AA1", Some(26)), ("XFD1", Some(16_383)), ("XFE1", None)];
        for (reference, expected) in cases {
            assert_eq!(column(reference), expected, "{reference}");
        }
        assert_eq!(column("ZZZZZZZZZZZZZZZZ1"), None);
        assert_eq!(column("1"), None);
    }
}
