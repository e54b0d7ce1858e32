use crate::budget::Budget;
use crate::{Attachment, Block, Content, Place, Refusal, Table};

/// A document under way: parsers say what begins and what ends, and blocks come out. What stands in a table becomes
/// cells, whatever it is; a table within a cell is text of that cell.
pub(crate) struct Flow<'a> {
    pub(crate) budget: &'a Budget<'a>,
    pub(crate) title: Option<String>,
    pub(crate) pages: Option<u32>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) notes: Vec<String>,
    place: Option<Place>,
    role: Role,
    line: String,
    is_gap: bool,
    tables: usize,
    is_in_cell: bool,
    table: Table,
    row: Vec<String>,
}

/// What the text under way will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Paragraph,
    Heading(u8),
    Item(u8),
}

impl<'a> Flow<'a> {
    pub(crate) fn new(budget: &'a Budget<'a>) -> Self {
        Self {
            budget,
            title: None,
            pages: None,
            blocks: Vec::new(),
            attachments: Vec::new(),
            notes: Vec::new(),
            place: None,
            role: Role::Paragraph,
            line: String::new(),
            is_gap: false,
            tables: 0,
            is_in_cell: false,
            table: Table::default(),
            row: Vec::new(),
        }
    }

    /// A new page, sheet or slide begins.
    pub(crate) fn turn_to(&mut self, place: Place) -> Result<(), Refusal> {
        self.end()?;
        let unit = match place {
            Place::Page(_) => "pages",
            Place::Sheet { .. } => "sheets",
            Place::Slide(_) => "slides",
        };
        self.budget.page(u64::from(place.number()), unit)?;
        self.pages = Some(place.number());
        self.place = Some(place);
        Ok(())
    }

    /// A block begins; the one before ends.
    pub(crate) fn begin(&mut self, role: Role) -> Result<(), Refusal> {
        self.end()?;
        self.role = role;
        Ok(())
    }

    /// The block under way turns out to be something else. In a table it stays a part of its cell.
    pub(crate) fn become_role(&mut self, role: Role) {
        if self.tables == 0 {
            self.role = role;
        }
    }

    pub(crate) fn become_no_item(&mut self) {
        if matches!(self.role, Role::Item(_)) {
            self.role = Role::Paragraph;
        }
    }

    pub(crate) fn is_heading(&self) -> bool {
        matches!(self.role, Role::Heading(_))
    }

    /// Text of the block under way; runs of white space become one space.
    pub(crate) fn text(&mut self, piece: &str) -> Result<(), Refusal> {
        for (index, word) in piece.split(is_space).enumerate() {
            self.is_gap |= index > 0;
            if word.is_empty() {
                continue;
            }
            self.budget.may_grow(&self.line, word.len())?;
            if std::mem::take(&mut self.is_gap) && !self.line.is_empty() && !self.line.ends_with('\n') {
                self.line.push(' ');
            }
            self.line.extend(word.chars().filter(|letter| !is_noise(*letter)));
        }
        Ok(())
    }

    /// Text whose line breaks and indents mean something.
    pub(crate) fn verbatim(&mut self, piece: &str) -> Result<(), Refusal> {
        self.budget.may_grow(&self.line, piece.len())?;
        self.line.extend(piece.chars().filter(|letter| !is_noise(*letter)));
        Ok(())
    }

    /// A line break within the block.
    pub(crate) fn line_break(&mut self) {
        self.is_gap = false;
        if !self.line.is_empty() && !self.line.ends_with('\n') {
            self.line.push('\n');
        }
    }

    /// The block under way ends.
    pub(crate) fn end(&mut self) -> Result<(), Refusal> {
        if self.tables > 0 {
            // Paragraphs of a cell are parts of one text.
            self.is_gap = true;
            return Ok(());
        }
        let role = std::mem::replace(&mut self.role, Role::Paragraph);
        self.is_gap = false;
        let text = self.taken();
        if text.is_empty() {
            return Ok(());
        }
        self.push(match role {
            Role::Paragraph => Content::Paragraph(text),
            Role::Heading(level) => Content::Heading { level: level.clamp(1, 9), text: text.replace('\n', " ") },
            Role::Item(depth) => Content::Item { depth: depth.max(1), text },
        })
    }

    pub(crate) fn begin_table(&mut self) -> Result<(), Refusal> {
        self.end()?;
        self.tables += 1;
        Ok(())
    }

    /// A cell begins; one that nobody ended ends.
    pub(crate) fn begin_cell(&mut self) -> Result<(), Refusal> {
        self.end_cell(1)?;
        self.is_in_cell |= self.tables == 1;
        Ok(())
    }

    /// The cell under way ends; `width` columns of the table are its.
    pub(crate) fn end_cell(&mut self, width: usize) -> Result<(), Refusal> {
        if self.tables != 1 || !std::mem::take(&mut self.is_in_cell) {
            self.is_gap = true;
            return Ok(());
        }
        let text = self.taken();
        self.push_cell(text)?;
        for _ in 1..width {
            self.push_cell(String::new())?;
        }
        Ok(())
    }

    /// A whole cell of the row under way.
    pub(crate) fn push_cell(&mut self, text: String) -> Result<(), Refusal> {
        self.budget.keep(&text)?;
        self.row.push(text);
        Ok(())
    }

    /// Columns of the row under way.
    pub(crate) fn columns(&self) -> usize {
        self.row.len()
    }

    pub(crate) fn end_row(&mut self) -> Result<(), Refusal> {
        if self.tables != 1 {
            self.is_gap = true;
            return Ok(());
        }
        self.end_cell(1)?;
        let filled = self.row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        self.row.truncate(filled);
        if filled > 0 {
            self.table.rows.push(std::mem::take(&mut self.row));
        }
        Ok(())
    }

    /// What was said of the table before its first cell stands above it.
    pub(crate) fn end_caption(&mut self) -> Result<(), Refusal> {
        if self.tables != 1 || self.is_in_cell {
            return self.end();
        }
        let text = self.taken();
        if text.is_empty() { Ok(()) } else { self.push(Content::Paragraph(text)) }
    }

    pub(crate) fn is_in_table(&self) -> bool {
        self.tables > 0
    }

    /// The innermost table ends. A table of one column is no table: its cells are paragraphs.
    pub(crate) fn end_table(&mut self) -> Result<(), Refusal> {
        if self.tables == 1 {
            self.end_row()?;
            self.end_caption()?;
        }
        self.tables = self.tables.saturating_sub(1);
        if self.tables > 0 {
            self.is_gap = true;
            return Ok(());
        }
        self.is_gap = false;
        let mut table = std::mem::take(&mut self.table);
        if table.rows.iter().all(|row| row.len() < 2) {
            return table.rows.into_iter().flatten().try_for_each(|text| self.push(Content::Paragraph(text)));
        }
        table.has_header = names_columns(&table.rows);
        self.push(Content::Table(table))
    }

    /// All that was left open ends.
    pub(crate) fn finish(&mut self) -> Result<(), Refusal> {
        self.tables = self.tables.min(1);
        if self.tables == 1 {
            self.end_table()?;
        }
        self.end()
    }

    /// A whole block.
    pub(crate) fn push(&mut self, content: Content) -> Result<(), Refusal> {
        match &content {
            Content::Heading { text, .. } | Content::Paragraph(text) => self.budget.keep(text)?,
            // Two spaces for each level stand before it in Markdown.
            Content::Item { text, depth } => {
                self.budget.keep(text)?;
                self.budget.repeat(2 * usize::from(*depth))?;
            }
            // Its cells are paid for.
            Content::Table(_) => self.budget.keep("")?,
        }
        if let Some(Place::Sheet { name, .. }) = &self.place {
            self.budget.repeat(name.len())?;
        }
        self.blocks.push(Block { place: self.place.clone(), content });
        Ok(())
    }

    fn taken(&mut self) -> String {
        self.is_gap = false;
        let text = self.line.trim_matches(is_space).to_owned();
        self.line.clear();
        text
    }
}

/// A no-break space is a space to a reader who searches.
fn is_space(letter: char) -> bool {
    letter.is_whitespace()
}

/// Characters that nobody sees and that tear words apart: soft hyphens, joiners, marks of byte order, controls.
fn is_noise(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fffe}')
        || (letter.is_control() && !matches!(letter, '\n' | '\t'))
}

/// A first row of words, without a number, above at least one more row.
fn names_columns(rows: &[Vec<String>]) -> bool {
    let Some((first, rest)) = rows.split_first() else { return false };
    let is_name = |cell: &String| cell.is_empty() || cell.chars().any(char::is_alphabetic);
    let named = first.iter().filter(|cell| !cell.is_empty()).count();
    !rest.is_empty() && first.iter().all(is_name) && named * 2 > first.len()
}
