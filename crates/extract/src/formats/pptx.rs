//! Presentations: slides in the order of the show, each with its title as heading, its texts, tables and notes.

use std::collections::HashMap;

use crate::archive::Archive;
use crate::flow::{Flow, Role};
use crate::xml::{Element, Node, Xml};
use crate::{Place, Refusal};

pub(crate) fn read(bytes: &[u8], flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut archive = Archive::open(bytes, flow.budget)?;
    flow.title = super::title(&mut archive, "docProps/core.xml")?;
    let main = archive.main_part("ppt/presentation.xml")?;
    let parts: HashMap<String, String> =
        archive.relations(&main)?.into_iter().map(|relation| (relation.id, relation.target)).collect();
    let order = order(&archive.main_xml(&main)?, flow)?;
    for (index, part) in order.iter().filter_map(|id| parts.get(id)).enumerate() {
        flow.turn_to(Place::Slide(index as u32 + 1))?;
        if let Some(text) = archive.xml(part)? {
            slide(&text, false, flow)?;
        }
        let notes = archive.relations(part)?.into_iter().find(|relation| relation.kind == "notesSlide");
        if let Some(text) = notes.map(|notes| archive.xml(&notes.target)).transpose()?.flatten() {
            slide(&text, true, flow)?;
        }
    }
    Ok(())
}

/// The ids of the slides, in the order of the show.
fn order(text: &str, flow: &Flow<'_>) -> Result<Vec<String>, Refusal> {
    let mut xml = Xml::new(text, flow.budget);
    let mut ids = Vec::new();
    while let Some(node) = xml.next()? {
        match node {
            // `r:id` names the part; `id` is a number, and the other attribute of that local name.
            Node::Open(element) if element.name() == b"sldId" => {
                let id = element.prefixed(b"id");
                flow.budget.hold(id.as_ref().map_or(0, String::len), 1)?;
                ids.extend(id);
            }
            _ => {}
        }
    }
    Ok(ids)
}

fn slide(text: &str, is_notes: bool, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut xml = Xml::new(text, flow.budget);
    let mut slide = Slide { flow, shape: Shape::Body, is_notes, is_text: false };
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(element) if element.name() == b"Fallback" => xml.skip()?,
            Node::Open(element) => slide.open(&element)?,
            Node::Close(end) => slide.close(end.name())?,
            Node::Text(text) if slide.is_text => slide.flow.text(&text)?,
            Node::Text(_) => {}
        }
    }
    slide.flow.finish()
}

/// What the shape under way holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Title,
    Body,
    /// The number of the slide, its date, its footer: the same on each.
    Ornament,
}

struct Slide<'f, 'a> {
    flow: &'f mut Flow<'a>,
    shape: Shape,
    is_notes: bool,
    is_text: bool,
}

impl Slide<'_, '_> {
    fn open(&mut self, element: &Element<'_>) -> Result<(), Refusal> {
        match element.name() {
            b"sp" => self.shape = Shape::Body,
            b"ph" => self.shape = shape(element),
            b"p" => return self.flow.begin(self.role()),
            b"pPr" if self.shape == Shape::Body && !self.is_notes => {
                if let Some(level) = element.number::<u8>(b"lvl").filter(|level| *level > 0) {
                    self.flow.become_role(Role::Item(level.min(8) + 1));
                }
            }
            b"t" => self.is_text = self.shape != Shape::Ornament,
            b"br" => self.flow.line_break(),
            b"tbl" => return self.flow.begin_table(),
            b"tc" => return self.flow.begin_cell(),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Refusal> {
        match name {
            b"t" => self.is_text = false,
            b"p" => return self.flow.end(),
            b"sp" => self.shape = Shape::Body,
            b"tc" => return self.flow.end_cell(1),
            b"tr" => return self.flow.end_row(),
            b"tbl" => return self.flow.end_table(),
            _ => {}
        }
        Ok(())
    }

    fn role(&self) -> Role {
        if self.shape == Shape::Title && !self.is_notes { Role::Heading(1) } else { Role::Paragraph }
    }
}

fn shape(element: &Element<'_>) -> Shape {
    match element.attribute(b"type").as_deref() {
        Some("title" | "ctrTitle") => Shape::Title,
        Some("sldNum" | "dt" | "ftr" | "hdr" | "sldImg") => Shape::Ornament,
        _ => Shape::Body,
    }
}
