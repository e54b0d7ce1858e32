use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::budget::{Budget, at_most};
use crate::flow::Flow;
use crate::formats::{csv, docx, html, mail, markdown, odt, pdf, plain, pptx, scan, xlsx};
use crate::{Content, Document, Kind, Language, Limits, Programs, Refusal, charset};

/// Letters of a heading that may be a title.
const TITLE: usize = 200;

/// Reads files, within limits and with the programs of this machine.
#[derive(Debug, Clone, Default)]
pub struct Extractor {
    limits: Limits,
    programs: Programs,
}

impl Extractor {
    pub fn new(limits: Limits, programs: Programs) -> Self {
        Self { limits, programs }
    }

    /// Reads a file.
    ///
    /// Takes this thread for up to [`Limits::seconds`]; never panics.
    ///
    /// # Arguments
    /// * `name`: the name of the file, for a document that has no title. It says nothing about the type.
    /// * `bytes`: the whole file.
    ///
    /// # Errors
    /// A [`Refusal`], whose text is for the person who uploaded the file.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<Document, Refusal> {
        // Own code has no panics; a parser of somebody else's may have one that nobody has met.
        catch_unwind(AssertUnwindSafe(|| self.read_unguarded(name, bytes)))
            .unwrap_or_else(|_| Err(Refusal::damaged("no reader understands its contents")))
    }

    /// As [`Extractor::read`], with the panics that libraries may have: for tests that look for them.
    #[doc(hidden)]
    pub fn read_unguarded(&self, name: &str, bytes: &[u8]) -> Result<Document, Refusal> {
        at_most(bytes.len() as u64, self.limits.file_bytes, "bytes")?;
        let budget = Budget::new(&self.limits);
        let kind = Kind::within(bytes, &budget)?;
        let mut flow = Flow::new(&budget);
        self.read_as(kind, bytes, &mut flow)?;
        flow.finish()?;
        crate::passages::pay(&flow.blocks, &budget)?;
        if flow.blocks.is_empty() {
            return Err(Refusal::Empty);
        }
        Ok(of_flow(kind, name, flow))
    }

    fn read_as(&self, kind: Kind, bytes: &[u8], flow: &mut Flow<'_>) -> Result<(), Refusal> {
        match kind {
            Kind::Text => plain::read(&text_of(bytes)?, flow),
            Kind::Markdown => markdown::read(&text_of(bytes)?, flow),
            Kind::Csv => csv::read(&text_of(bytes)?, flow),
            Kind::Html => html::read(&text_of(bytes)?, flow),
            Kind::Docx => docx::read(bytes, flow),
            Kind::Xlsx => xlsx::read(bytes, flow),
            Kind::Pptx => pptx::read(bytes, flow),
            Kind::Odt => odt::read(bytes, flow),
            Kind::Mail => mail::read(bytes, flow),
            Kind::Pdf => pdf::read(bytes, &self.programs, flow),
            Kind::Image => scan::read(bytes, &self.programs, flow),
        }
    }
}

fn text_of(bytes: &[u8]) -> Result<String, Refusal> {
    charset::decoded(bytes, charset::declared(bytes).as_deref()).ok_or_else(|| Refusal::damaged("it is no text"))
}

fn of_flow(kind: Kind, name: &str, flow: Flow<'_>) -> Document {
    let heading = flow.blocks.iter().find_map(|block| match &block.content {
        Content::Heading { text, .. } if text.chars().count() <= TITLE => Some(text.clone()),
        _ => None,
    });
    let named = flow.title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
    // A sheet's first heading is the name of a sheet, a scan's is a guess: neither names the whole.
    let heading = heading.filter(|_| !matches!(kind, Kind::Xlsx | Kind::Image));
    let title = named.or(heading).unwrap_or_else(|| stem(name).to_owned());
    let texts = flow.blocks.iter().flat_map(|block| texts(&block.content));
    Document {
        kind,
        language: Language::of(texts),
        title: title.chars().take(TITLE).collect(),
        pages: flow.pages,
        blocks: flow.blocks,
        attachments: flow.attachments,
        notes: flow.notes,
    }
}

fn texts(content: &Content) -> Vec<&str> {
    match content {
        Content::Heading { text, .. } | Content::Paragraph(text) | Content::Item { text, .. } => vec![text],
        Content::Table(table) => table.rows.iter().flatten().map(String::as_str).collect(),
    }
}

/// The name without folders and ending.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).trim()
}
