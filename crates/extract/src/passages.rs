use crate::budget::Budget;
use crate::{Block, Content, Document, Place, Refusal, Table};

/// A piece of a document that is found and cited as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The number within the document, from 0.
    pub ordinal: u32,
    /// The headings above it, from the highest. They are no part of the text: a search looks at both.
    pub path: Vec<String>,
    pub place: Option<Place>,
    pub text: String,
}

/// How long passages are, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// A passage that has reached this takes no further block.
    pub target: usize,
    /// A paragraph longer than this is cut between two sentences. Only a row of a table may be longer.
    pub most: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { target: 900, most: 1600 }
    }
}

/// Cuts a document into passages, in reading order.
///
/// A passage stands under one heading and on one page, sheet or slide. A table is cut between two rows, and each piece
/// begins with the row that names the columns. A heading with nothing beneath it is a passage of its own.
///
/// Headings and names of columns are repeated in each passage. [`crate::Extractor::read`] has refused a document whose
/// passages of [`Size::default`] are longer than twice [`crate::Limits::text_bytes`] with them.
pub fn passages(document: &Document, size: Size) -> Vec<Passage> {
    let mut all: Vec<Passage> = Vec::new();
    // Nothing is refused here.
    let _: Result<(), Refusal> = cut(&document.blocks, size, |standing, text| {
        let path = standing.headings.iter().map(|(_, heading)| heading.clone()).collect();
        all.push(Passage { ordinal: all.len() as u32, path, place: standing.place.clone(), text });
        Ok(())
    });
    all
}

/// Pays for the passages of a document, without making them.
pub(crate) fn pay(blocks: &[Block], budget: &Budget<'_>) -> Result<(), Refusal> {
    cut(blocks, Size::default(), |standing, text| {
        budget.time()?;
        let headings: usize = standing.headings.iter().map(|(_, heading)| heading.len() + OF_A_TEXT).sum();
        let place = match &standing.place {
            Some(Place::Sheet { name, .. }) => name.len(),
            _ => 0,
        };
        budget.passage((text.len() + headings + place) as u64)
    })
}

/// What a text takes beside its bytes.
const OF_A_TEXT: usize = 32;

fn cut(
    blocks: &[Block],
    size: Size,
    keep: impl FnMut(&Standing, String) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut cutter = Cutter {
        size,
        is_bare: None,
        standing: Standing { headings: Vec::new(), place: None },
        text: String::new(),
        length: 0,
        keep,
    };
    blocks.iter().try_for_each(|block| cutter.take(block))?;
    cutter.bare_heading(u8::MIN)?;
    cutter.cut()
}

/// Where the passage under way stands.
struct Standing {
    /// The headings that are open, with their levels.
    headings: Vec<(u8, String)>,
    place: Option<Place>,
}

struct Cutter<K> {
    size: Size,
    standing: Standing,
    /// The level of the last heading, while nothing stands beneath it, and where it stands.
    is_bare: Option<(u8, Option<Place>)>,
    text: String,
    /// Characters of the text.
    length: usize,
    keep: K,
}

impl<K: FnMut(&Standing, String) -> Result<(), Refusal>> Cutter<K> {
    fn take(&mut self, block: &Block) -> Result<(), Refusal> {
        if block.place != self.standing.place {
            self.cut()?;
        }
        match &block.content {
            Content::Heading { level, text } => self.heading(*level, text, block.place.clone()),
            Content::Paragraph(text) => self.prose(text, "", block.place.as_ref()),
            Content::Item { depth, text } => {
                let bullet = format!("{}- ", "  ".repeat(usize::from(depth.saturating_sub(1))));
                self.prose(text, &bullet, block.place.as_ref())
            }
            Content::Table(table) => {
                self.begin(block.place.as_ref());
                self.table(table)
            }
        }
    }

    fn heading(&mut self, level: u8, text: &str, place: Option<Place>) -> Result<(), Refusal> {
        self.cut()?;
        self.bare_heading(level)?;
        self.standing.headings.retain(|(above, _)| *above < level);
        self.standing.headings.push((level, text.to_owned()));
        self.is_bare = Some((level, place));
        Ok(())
    }

    /// The last heading becomes a passage when a heading of `next` follows it that is not beneath it.
    fn bare_heading(&mut self, next: u8) -> Result<(), Refusal> {
        let Some((level, place)) = self.is_bare.take() else { return Ok(()) };
        if next > level {
            return Ok(());
        }
        let Some((_, text)) = self.standing.headings.pop() else { return Ok(()) };
        self.standing.place = place;
        self.add(&text);
        self.cut()
    }

    fn begin(&mut self, place: Option<&Place>) {
        self.is_bare = None;
        self.standing.place = place.cloned();
    }

    fn prose(&mut self, text: &str, bullet: &str, place: Option<&Place>) -> Result<(), Refusal> {
        self.begin(place);
        for piece in pieces(text, self.size.most) {
            self.make_room(piece.chars().count())?;
            self.add(&format!("{bullet}{piece}"));
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), Refusal> {
        let (header, rows) = match table.rows.split_first() {
            Some((first, rest)) if table.has_header => (Some(Table::line(first)), rest),
            _ => (None, table.rows.as_slice()),
        };
        // Text above a table often says what the table is, so a short one stays with its first rows.
        self.make_room(self.size.target / 2)?;
        let mut is_headed = false;
        for row in rows {
            let line = Table::line(row);
            if self.is_full(line.chars().count()) {
                self.cut()?;
                is_headed = false;
            }
            if let (false, Some(header)) = (is_headed, &header) {
                self.add(header);
            }
            is_headed = true;
            self.add(&line);
        }
        Ok(())
    }

    fn make_room(&mut self, characters: usize) -> Result<(), Refusal> {
        if self.is_full(characters) { self.cut() } else { Ok(()) }
    }

    fn is_full(&self, more: usize) -> bool {
        self.length > 0 && (self.length >= self.size.target || self.length + more > self.size.most)
    }

    fn add(&mut self, piece: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
            self.length += 1;
        }
        self.text.push_str(piece);
        self.length += piece.chars().count();
    }

    fn cut(&mut self) -> Result<(), Refusal> {
        self.length = 0;
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() { Ok(()) } else { (self.keep)(&self.standing, text) }
    }
}

/// A text in pieces of at most `most` characters: between sentences, else between words, else anywhere.
fn pieces(text: &str, most: usize) -> Vec<&str> {
    let most = most.max(1);
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while let Some((end, _)) = rest.char_indices().nth(most) {
        let (piece, after) = rest.split_at(cut_before(&rest[..end]));
        pieces.push(piece.trim());
        rest = after.trim_start();
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Where a text that must be cut is cut best; never at its beginning.
fn cut_before(text: &str) -> usize {
    let half = text.floor_char_boundary(text.len() / 2);
    let ends = |marks: [&str; 4]| marks.iter().filter_map(|mark| Some(text.rfind(mark)? + mark.len())).max();
    let sentence = ends([". ", "! ", "? ", "\n"]).filter(|end| *end > half);
    sentence.or_else(|| text.rfind(' ').filter(|end| *end > half)).unwrap_or(text.len())
}
