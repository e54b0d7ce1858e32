//! Markdown with tables, task lists, footnotes and front matter.

use pulldown_cmark::{Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use crate::Refusal;
use crate::budget::at_most;
use crate::flow::{Flow, Role};

/// Bytes that the parser takes for a mark of one byte, at most: it reads the whole text before it says what is in it.
const OF_A_MARK: u64 = 8;
/// Lines from which Markdown is told.
const LOOKED_AT: usize = 400;

pub(crate) fn read(text: &str, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    at_most(text.len() as u64, flow.budget.limits.text_bytes / OF_A_MARK, "bytes of Markdown")?;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Markdown { flow, lists: 0, is_verbatim: false, is_metadata: false };
    for (number, event) in Parser::new_ext(text, options).enumerate() {
        if number % 1024 == 0 {
            reader.flow.budget.time()?;
        }
        reader.take(event)?;
    }
    Ok(())
}

/// A heading after an empty line, a rule of a table, a fence, or front matter.
pub(crate) fn is_markdown(text: &str) -> bool {
    let mut is_after_gap = true;
    let mut lines = text.lines().take(LOOKED_AT).peekable();
    if lines.peek() == Some(&"---") && text.lines().take(LOOKED_AT).skip(1).any(|line| line == "---") {
        return true;
    }
    lines.any(|line| {
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        let is_heading = (1..=6).contains(&hashes) && line[hashes..].starts_with(' ');
        let is_rule = line.contains("--") && line.contains('|') && line.chars().all(|letter| "|-: ".contains(letter));
        let found = (is_heading && is_after_gap) || is_rule || line.starts_with("```");
        is_after_gap = line.trim().is_empty();
        found
    })
}

struct Markdown<'f, 'a> {
    flow: &'f mut Flow<'a>,
    lists: u8,
    is_verbatim: bool,
    is_metadata: bool,
}

impl Markdown<'_, '_> {
    fn take(&mut self, event: Event<'_>) -> Result<(), Refusal> {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) if self.is_metadata => {
                self.front_matter(&text);
                Ok(())
            }
            Event::Text(text) if self.is_verbatim => self.flow.verbatim(&text),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.flow.text(&text)
            }
            Event::SoftBreak => self.flow.text(" "),
            Event::HardBreak => {
                self.flow.line_break();
                Ok(())
            }
            Event::Html(html) | Event::InlineHtml(html) => self.flow.text(&super::html::words(&html)),
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: &Tag<'_>) -> Result<(), Refusal> {
        match tag {
            Tag::Heading { level, .. } => self.flow.begin(Role::Heading(of_level(*level))),
            Tag::List(_) => {
                self.lists = self.lists.saturating_add(1);
                self.flow.end()
            }
            Tag::Item => self.flow.begin(Role::Item(self.lists)),
            // The paragraph of an item is the item.
            Tag::Paragraph if self.lists > 0 => self.flow.text(" "),
            Tag::CodeBlock(_) => {
                self.is_verbatim = true;
                self.flow.begin(Role::Paragraph)
            }
            Tag::MetadataBlock(MetadataBlockKind::YamlStyle | MetadataBlockKind::PlusesStyle) => {
                self.is_metadata = true;
                Ok(())
            }
            Tag::Table(_) => self.flow.begin_table(),
            Tag::TableCell => self.flow.begin_cell(),
            Tag::Paragraph | Tag::FootnoteDefinition(_) | Tag::HtmlBlock => self.flow.begin(Role::Paragraph),
            _ => Ok(()),
        }
    }

    fn close(&mut self, tag: TagEnd) -> Result<(), Refusal> {
        match tag {
            TagEnd::List(_) => {
                self.lists = self.lists.saturating_sub(1);
                self.flow.end()
            }
            TagEnd::CodeBlock => {
                self.is_verbatim = false;
                self.flow.end()
            }
            TagEnd::MetadataBlock(_) => {
                self.is_metadata = false;
                Ok(())
            }
            TagEnd::TableCell => self.flow.end_cell(1),
            TagEnd::TableHead | TagEnd::TableRow => self.flow.end_row(),
            TagEnd::Table => self.flow.end_table(),
            TagEnd::Paragraph if self.lists > 0 => {
                self.flow.line_break();
                Ok(())
            }
            TagEnd::Heading(_) | TagEnd::Item | TagEnd::Paragraph | TagEnd::HtmlBlock => self.flow.end(),
            _ => Ok(()),
        }
    }

    fn front_matter(&mut self, text: &str) {
        let title = text.lines().find_map(|line| line.strip_prefix("title:"));
        let title = title.map(|title| title.trim().trim_matches(['"', '\'']).to_owned());
        self.flow.title = self.flow.title.take().or(title);
    }
}

fn of_level(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
