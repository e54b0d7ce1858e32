//! Word: `w:p` with the style that makes it a heading, lists by their numbering, tables; notes at the end.

use std::collections::HashMap;

use crate::Refusal;
use crate::archive::Archive;
use crate::flow::{Flow, Role};
use crate::xml::{Element, Node, Xml};

/// Columns that one cell may span.
const WIDEST: usize = 64;

pub(crate) fn read(bytes: &[u8], flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut archive = Archive::open(bytes, flow.budget)?;
    flow.title = super::title(&mut archive, "docProps/core.xml")?;
    let main = archive.main_part("word/document.xml")?;
    let relations = archive.relations(&main)?;
    let part = |kind: &str| relations.iter().find(|relation| relation.kind == kind).map(|found| found.target.as_str());
    let styles = match part("styles") {
        Some(name) => archive.xml(name)?.map_or_else(|| Ok(HashMap::new()), |text| levels(&text, flow))?,
        None => HashMap::new(),
    };
    body(&archive.main_xml(&main)?, &styles, flow)?;
    for kind in ["footnotes", "endnotes"] {
        if let Some(text) = part(kind).map(|name| archive.xml(name)).transpose()?.flatten() {
            body(&text, &styles, flow)?;
        }
    }
    Ok(())
}

/// The level of each style that makes a heading.
fn levels(text: &str, flow: &Flow<'_>) -> Result<HashMap<String, u8>, Refusal> {
    let mut xml = Xml::new(text, flow.budget);
    let (mut levels, mut bases, mut style) = (HashMap::new(), Vec::new(), String::new());
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        let value = element.attribute(b"val");
        if matches!(element.name(), b"name" | b"outlineLvl" | b"basedOn") {
            flow.budget.hold(style.len() + value.as_ref().map_or(0, String::len), 2)?;
        }
        let level = match (element.name(), value) {
            (b"style", _) => {
                style = element.attribute(b"styleId").unwrap_or_default();
                None
            }
            (b"name", Some(name)) => of_name(&name),
            (b"outlineLvl", Some(value)) => value.parse::<u8>().ok().filter(|level| *level < 9).map(|level| level + 1),
            (b"basedOn", Some(base)) => {
                bases.push((style.clone(), base));
                None
            }
            _ => None,
        };
        if let Some(level) = level {
            levels.insert(style.clone(), level);
        }
    }
    // A style that is based on a heading is one, unless it says otherwise.
    for (style, base) in bases {
        if let (None, Some(level)) = (levels.get(&style), levels.get(&base).copied()) {
            levels.insert(style, level);
        }
    }
    Ok(levels)
}

/// `heading 2`, `Title`: the names are English in every language of Word; some programs translate them.
fn of_name(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    if matches!(name.as_str(), "title" | "название") {
        return Some(1);
    }
    let number = name.strip_prefix("heading ").or_else(|| name.strip_prefix("заголовок "))?;
    number.trim().parse().ok().filter(|level| (1..=9).contains(level))
}

fn body(text: &str, styles: &HashMap<String, u8>, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut xml = Xml::new(text, flow.budget);
    let mut word = Word { styles, flow, is_text: false, span: 1 };
    while let Some(node) = xml.next()? {
        match node {
            // The copy for old programs, what stood there before, and notes that are lines.
            Node::Open(element) if is_left_out(&element) => xml.skip()?,
            Node::Open(element) => word.open(&element)?,
            Node::Close(end) => word.close(end.name())?,
            Node::Text(text) if word.is_text => word.flow.text(&text)?,
            Node::Text(_) => {}
        }
    }
    word.flow.finish()
}

fn is_left_out(element: &Element<'_>) -> bool {
    match element.name() {
        b"Fallback" | b"moveFrom" | b"pPrChange" | b"rPrChange" | b"instrText" | b"delText" => true,
        b"footnote" | b"endnote" => {
            element.attribute(b"type").is_some_and(|kind| kind.to_lowercase().contains("separator"))
        }
        _ => false,
    }
}

struct Word<'f, 'a> {
    styles: &'f HashMap<String, u8>,
    flow: &'f mut Flow<'a>,
    is_text: bool,
    span: usize,
}

impl Word<'_, '_> {
    fn open(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        match element.name() {
            b"p" => return self.flow.begin(Role::Paragraph),
            b"tbl" => return self.flow.begin_table(),
            b"tc" => {
                self.span = 1;
                return self.flow.begin_cell();
            }
            b"t" => self.is_text = true,
            b"tab" => return self.flow.text(" "),
            b"br" | b"cr" => self.flow.line_break(),
            b"noBreakHyphen" => return self.flow.text("-"),
            b"gridSpan" => self.span = element.number(b"val").unwrap_or(1).min(WIDEST),
            b"pStyle" => {
                let style = element.attribute(b"val").unwrap_or_default();
                if let Some(level) = self.styles.get(&style) {
                    self.flow.become_role(Role::Heading(*level));
                }
            }
            b"outlineLvl" => {
                let level = element.number::<u8>(b"val").filter(|level| *level < 9);
                if let Some(level) = level {
                    self.flow.become_role(Role::Heading(level + 1));
                }
            }
            b"ilvl" => self.item(element.number::<u8>(b"val").unwrap_or(0).min(8) + 1),
            // A list that is switched off.
            b"numId" if element.number::<u32>(b"val") == Some(0) => self.flow.become_no_item(),
            _ => {}
        }
        Ok(())
    }

    /// A numbered heading stays one.
    fn item(&mut self, depth: u8) {
        if !self.flow.is_heading() {
            self.flow.become_role(Role::Item(depth));
        }
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Refusal> {
        match name {
            b"t" => {
                self.is_text = false;
                Ok(())
            }
            b"p" => self.flow.end(),
            b"tc" => self.flow.end_cell(self.span),
            b"tr" => self.flow.end_row(),
            b"tbl" => self.flow.end_table(),
            _ => Ok(()),
        }
    }
}
