//! XML as a stream: no tree, no entities but the five of the standard, no document type, a bounded depth.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};

use crate::Refusal;
use crate::budget::{Budget, at_most};

pub(crate) struct Xml<'x, 'b> {
    reader: Reader<&'x [u8]>,
    budget: &'b Budget<'b>,
    depth: u64,
    steps: u64,
}

pub(crate) enum Node<'x> {
    Open(Element<'x>),
    Close(End<'x>),
    Text(Cow<'x, str>),
}

pub(crate) struct Element<'x>(BytesStart<'x>);

pub(crate) struct End<'x>(BytesEnd<'x>);

/// Bytes of an attribute, above which it is none that a program wrote.
const LONGEST_ATTRIBUTE: usize = 64 * 1024;
/// Nodes between two looks at the clock.
const BETWEEN_LOOKS: u64 = 4096;

impl<'x, 'b> Xml<'x, 'b> {
    pub(crate) fn new(text: &'x str, budget: &'b Budget<'b>) -> Self {
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        reader.config_mut().expand_empty_elements = true;
        Self { reader, budget, depth: 0, steps: 0 }
    }

    /// The next element or text; nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Node<'x>>, Refusal> {
        loop {
            self.steps += 1;
            if self.steps.is_multiple_of(BETWEEN_LOOKS) {
                self.budget.time()?;
            }
            let event = self.reader.read_event();
            match event.map_err(|error| Refusal::damaged(format!("its XML is not well-formed ({error})")))? {
                Event::Start(start) => {
                    self.depth += 1;
                    at_most(self.depth, self.budget.limits.depth, "elements within each other")?;
                    return Ok(Some(Node::Open(Element(start))));
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Node::Close(End(end))));
                }
                Event::Text(text) => return decoded(text.decode()),
                Event::CData(text) => return decoded(text.decode()),
                Event::GeneralRef(reference) => return Ok(Some(Node::Text(letter(&reference).into()))),
                Event::DocType(_) => return Err(Refusal::damaged("its XML declares a document type of its own")),
                Event::Eof if self.depth > 0 => return Err(Refusal::damaged("its XML ends too early")),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// All that stands within the element that was opened last.
    pub(crate) fn skip(&mut self) -> Result<(), Refusal> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside && self.next()?.is_some() {}
        Ok(())
    }

    /// The text within the element that was opened last.
    pub(crate) fn text_within(&mut self) -> Result<String, Refusal> {
        let outside = self.depth.saturating_sub(1);
        let mut whole = String::new();
        while self.depth > outside {
            match self.next()? {
                Some(Node::Text(text)) => {
                    self.budget.may_grow(&whole, text.len())?;
                    whole.push_str(&text);
                }
                Some(_) => {}
                None => break,
            }
        }
        Ok(whole)
    }
}

fn decoded(text: Result<Cow<'_, str>, quick_xml::encoding::EncodingError>) -> Result<Option<Node<'_>>, Refusal> {
    text.map(|text| Some(Node::Text(text))).map_err(|_| Refusal::damaged("its XML holds no text"))
}

/// `&amp;`, `&#1103;` and their like; nothing for an entity that the file may have defined.
fn letter(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return letter.to_string();
    }
    let name: &[u8] = reference;
    match name {
        b"amp" => "&",
        b"lt" => "<",
        b"gt" => ">",
        b"quot" => "\"",
        b"apos" => "'",
        _ => "",
    }
    .to_owned()
}

impl Element<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &[u8] {
        self.0.local_name().into_inner()
    }

    /// An attribute by its name without prefix. One of more than 64 KiB counts as absent.
    pub(crate) fn attribute(&self, name: &[u8]) -> Option<String> {
        // The check for duplicates takes a time that grows with the square of their number.
        let mut all = self.0.attributes();
        let mut all = all.with_checks(false).filter_map(Result::ok);
        let found = all.find(|attribute| attribute.key.local_name().as_ref() == name)?;
        if found.value.len() > LONGEST_ATTRIBUTE {
            return None;
        }
        let text = String::from_utf8_lossy(&found.value).into_owned();
        Some(unescape(&text).map_or_else(|_| text.clone(), Cow::into_owned))
    }

    /// As [`Element::attribute`], of those with a prefix alone: `r:id` beside `id`.
    pub(crate) fn prefixed(&self, name: &[u8]) -> Option<String> {
        let mut all = self.0.attributes();
        let mut all = all.with_checks(false).filter_map(Result::ok);
        let found = all.find(|one| one.key.prefix().is_some() && one.key.local_name().as_ref() == name)?;
        if found.value.len() > LONGEST_ATTRIBUTE {
            return None;
        }
        Some(String::from_utf8_lossy(&found.value).into_owned())
    }

    /// An attribute that is a number.
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &[u8]) -> Option<N> {
        self.attribute(name)?.trim().parse().ok()
    }
}

impl End<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &[u8] {
        self.0.local_name().into_inner()
    }
}
