use std::fmt;

use crate::{Kind, Language};

/// What was understood of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub kind: Kind,
    /// What the file calls itself; its first heading when it has no name; at last the name of the file.
    pub title: String,
    /// Pages, sheets or slides, where the format has them.
    pub pages: Option<u32>,
    /// The language of most of the text.
    pub language: Language,
    /// The text in reading order.
    pub blocks: Vec<Block>,
    /// Files within the file that were not read.
    pub attachments: Vec<Attachment>,
    /// What a reader should know of how the text came about, as sentences.
    pub notes: Vec<String>,
}

/// A piece of the text that belongs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub place: Option<Place>,
    pub content: Content,
}

/// A piece of the text by its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A heading; level 1 is the highest.
    Heading {
        level: u8,
        text: String,
    },
    /// One paragraph, without line breaks unless they mean something.
    Paragraph(String),
    /// One item of a list; depth 1 is the outermost.
    Item {
        depth: u8,
        text: String,
    },
    Table(Table),
}

/// A table, row by row. Rows may differ in length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub rows: Vec<Vec<String>>,
    /// Whether the first row names the columns.
    pub has_header: bool,
}

/// Where in the file a block stands; numbers begin with 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Page(u32),
    Sheet { number: u32, name: String },
    Slide(u32),
}

impl Place {
    /// The number of the page, sheet or slide.
    pub fn number(&self) -> u32 {
        match self {
            Self::Page(number) | Self::Slide(number) | Self::Sheet { number, .. } => *number,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(number) => write!(to, "page {number}"),
            Self::Slide(number) => write!(to, "slide {number}"),
            Self::Sheet { name, .. } => write!(to, "sheet {name}"),
        }
    }
}

/// A file within a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    /// What the letter says it is; nobody looked.
    pub media_type: String,
    pub bytes: u64,
}

impl Document {
    /// The whole text as Markdown, with headings, lists and tables.
    pub fn markdown(&self) -> String {
        let mut whole = String::new();
        for block in &self.blocks {
            if !whole.is_empty() {
                whole.push_str("\n\n");
            }
            whole.push_str(&block.content.markdown());
        }
        whole
    }
}

impl Content {
    fn markdown(&self) -> String {
        match self {
            Self::Heading { level, text } => format!("{} {text}", "#".repeat(usize::from((*level).clamp(1, 6)))),
            Self::Paragraph(text) => text.clone(),
            Self::Item { depth, text } => format!("{}- {text}", "  ".repeat(usize::from(depth.saturating_sub(1)))),
            Self::Table(table) => table.markdown(),
        }
    }
}

impl Table {
    /// One row on one line: cells between bars, line breaks as spaces.
    pub fn line(row: &[String]) -> String {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('\n', " ").replace('|', "\\|")).collect();
        format!("| {} |", cells.join(" | "))
    }

    fn markdown(&self) -> String {
        let mut lines: Vec<String> = self.rows.iter().map(|row| Self::line(row)).collect();
        if let (true, Some(first)) = (self.has_header, self.rows.first()) {
            lines.insert(1, format!("|{}", " --- |".repeat(first.len())));
        }
        lines.join("\n")
    }
}
