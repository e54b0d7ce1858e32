//! HTML, from its tokens: without a tree nothing recurses, and a page may nest as deep as it likes.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer,
    TokenizerOpts,
};

use crate::Refusal;
use crate::flow::{Flow, Role};

/// Bytes between two looks at the clock: some pages cost more than their length.
const PIECE: usize = 4096;

pub(crate) fn read(text: &str, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let budget = flow.budget;
    let page = Page { flow, skipped: None, is_title: false, is_verbatim: false, lists: 0, failed: None };
    let tokenizer = Tokenizer::new(Sink(RefCell::new(page)), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = text;
    while !rest.is_empty() {
        budget.time()?;
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        queue.push_back(StrTendril::from_slice(piece));
        while !matches!(tokenizer.feed(&queue), html5ever::TokenizerResult::Done) {}
        if let Some(refusal) = tokenizer.sink.0.borrow_mut().failed.take() {
            return Err(refusal);
        }
        rest = after;
    }
    tokenizer.end();
    let mut page = tokenizer.sink.0.borrow_mut();
    page.failed.take().map_or(Ok(()), Err)
}

/// Whether a text begins as a page does.
pub(crate) fn is_page(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(1024).collect::<String>().to_ascii_lowercase();
    let has = |tags: &[&str]| tags.iter().any(|tag| head.contains(tag));
    head.starts_with("<!doctype html")
        || head.starts_with("<html")
        || (head.starts_with('<')
            && has(&["<html", "<head", "<body", "<div", "<p>", "<h1", "<table", "<!doctype html"]))
}

/// The words of a fragment, without its tags.
pub(crate) fn words(fragment: &str) -> String {
    let mut words = String::new();
    let mut rest = fragment;
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before);
        words.push(' ');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    words + rest
}

struct Sink<'f, 'a>(RefCell<Page<'f, 'a>>);

struct Page<'f, 'a> {
    flow: &'f mut Flow<'a>,
    /// The element under way whose content is no text.
    skipped: Option<String>,
    is_title: bool,
    is_verbatim: bool,
    lists: u8,
    failed: Option<Refusal>,
}

impl TokenSink for Sink<'_, '_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        if page.failed.is_some() {
            return TokenSinkResult::Continue;
        }
        let next = raw_kind(&token);
        if let Err(refusal) = page.take(token) {
            page.failed = Some(refusal);
        }
        next.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }
}

/// How the tokenizer must read what follows a start tag.
fn raw_kind(token: &Token) -> Option<RawKind> {
    let TagToken(Tag { kind: StartTag, name, .. }) = token else { return None };
    match name.as_ref() {
        "script" => Some(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

impl Page<'_, '_> {
    fn take(&mut self, token: Token) -> Result<(), Refusal> {
        match token {
            TagToken(tag) if tag.kind == StartTag => self.open(&tag),
            TagToken(tag) if tag.kind == EndTag => self.close(&tag.name),
            CharacterTokens(text) => self.text(&text),
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        match () {
            () if self.is_title => {
                let title = self.flow.title.get_or_insert_default();
                title.push_str(text);
                crate::budget::at_most(title.len() as u64, self.flow.budget.limits.text_bytes, "bytes of text")
            }
            () if self.skipped.is_some() => Ok(()),
            () if self.is_verbatim => self.flow.verbatim(text),
            () => self.flow.text(text),
        }
    }

    fn open(&mut self, tag: &Tag) -> Result<(), Refusal> {
        if self.skipped.is_some() {
            return Ok(());
        }
        match tag.name.as_ref() {
            "script" | "style" | "noscript" | "template" | "svg" | "iframe" | "textarea" | "noembed" | "noframes"
                if !tag.self_closing =>
            {
                self.skipped = Some(tag.name.to_string());
                Ok(())
            }
            "title" => {
                self.is_title = true;
                Ok(())
            }
            "br" => {
                self.flow.line_break();
                Ok(())
            }
            "img" => self.flow.text(&attribute(tag, "alt").map(|alt| format!(" {alt} ")).unwrap_or_default()),
            "pre" => {
                self.is_verbatim = true;
                self.flow.begin(Role::Paragraph)
            }
            "ul" | "ol" => {
                self.lists = self.lists.saturating_add(1);
                self.flow.end()
            }
            "li" => self.flow.begin(Role::Item(self.lists)),
            "table" => self.flow.begin_table(),
            // End tags of rows and cells may be left out.
            "tr" => self.flow.end_row(),
            "td" | "th" => self.flow.begin_cell(),
            name => match heading(name) {
                Some(level) => self.flow.begin(Role::Heading(level)),
                None if is_block(name) => self.flow.begin(Role::Paragraph),
                None => Ok(()),
            },
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        if self.skipped.as_deref() == Some(name) {
            self.skipped = None;
            return Ok(());
        }
        if self.skipped.is_some() {
            return Ok(());
        }
        match name {
            "title" => {
                self.is_title = false;
                Ok(())
            }
            "pre" => {
                self.is_verbatim = false;
                self.flow.end()
            }
            "ul" | "ol" => {
                self.lists = self.lists.saturating_sub(1);
                self.flow.end()
            }
            "td" | "th" => self.flow.end_cell(1),
            "tr" => self.flow.end_row(),
            "caption" => self.flow.end_caption(),
            "table" if self.flow.is_in_table() => self.flow.end_table(),
            "li" => self.flow.end(),
            _ if heading(name).is_some() || is_block(name) => self.flow.end(),
            _ => Ok(()),
        }
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

fn heading(name: &str) -> Option<u8> {
    match name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        "h5" => Some(5),
        "h6" => Some(6),
        _ => None,
    }
}

fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 27] = [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "head",
        "header",
        "hr",
        "legend",
        "main",
        "nav",
        "p",
        "section",
        "summary",
        "option",
    ];
    BLOCKS.contains(&name)
}
