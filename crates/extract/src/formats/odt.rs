//! OpenDocument text: headings with their level, paragraphs, lists, tables.

use crate::Refusal;
use crate::archive::Archive;
use crate::flow::{Flow, Role};
use crate::xml::{Element, Node, Xml};

/// Spaces or columns that one attribute may stand for.
const MOST_REPEATED: usize = 64;

pub(crate) fn read(bytes: &[u8], flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut archive = Archive::open(bytes, flow.budget)?;
    if archive.xml("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(Refusal::Encrypted);
    }
    flow.title = super::title(&mut archive, "meta.xml")?;
    let text = archive.main_xml("content.xml")?;
    let mut xml = Xml::new(&text, flow.budget);
    let mut reader = Writer { flow, lists: 0, is_body: false, repeated: 1, paragraphs: 0 };
    while let Some(node) = xml.next()? {
        match node {
            // What was deleted, who said it, and marks of a comment.
            Node::Open(element) if is_left_out(&element) => xml.skip()?,
            Node::Open(element) => reader.open(&element)?,
            Node::Close(end) => reader.close(end.name())?,
            // White space between elements is none of the text.
            Node::Text(text) if reader.is_body && reader.paragraphs > 0 => reader.flow.text(&text)?,
            Node::Text(_) => {}
        }
    }
    Ok(())
}

fn is_left_out(element: &Element<'_>) -> bool {
    matches!(element.name(), b"tracked-changes" | b"annotation" | b"sequence-decls" | b"note-citation")
}

struct Writer<'f, 'a> {
    flow: &'f mut Flow<'a>,
    lists: u8,
    is_body: bool,
    repeated: usize,
    /// Paragraphs within each other, as a note stands within one.
    paragraphs: u32,
}

impl Writer<'_, '_> {
    fn open(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        match element.name() {
            b"body" => self.is_body = true,
            b"h" => {
                self.paragraphs += 1;
                return self.flow.begin(Role::Heading(element.number(b"outline-level").unwrap_or(1)));
            }
            b"p" => {
                self.paragraphs += 1;
                return self.flow.begin(if self.lists > 0 { Role::Item(self.lists) } else { Role::Paragraph });
            }
            b"list" => self.lists = self.lists.saturating_add(1),
            b"table" => return self.flow.begin_table(),
            b"table-cell" | b"covered-table-cell" => {
                self.repeated = element.number(b"number-columns-repeated").unwrap_or(1).clamp(1, MOST_REPEATED);
                return self.flow.begin_cell();
            }
            b"s" | b"tab" => return self.flow.text(" "),
            b"line-break" => self.flow.line_break(),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Refusal> {
        match name {
            b"body" => self.is_body = false,
            b"h" | b"p" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                return self.flow.end();
            }
            b"list" => self.lists = self.lists.saturating_sub(1),
            b"table-cell" | b"covered-table-cell" => return self.flow.end_cell(self.repeated),
            b"table-row" => return self.flow.end_row(),
            b"table" => return self.flow.end_table(),
            _ => {}
        }
        Ok(())
    }
}
