//! Letters: who wrote to whom and when, the text, letters within the letter, the names of what is attached.

use std::borrow::Cow;

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::flow::{Flow, Role};
use crate::{Attachment, Content, Refusal};

use super::{html, plain};

mod parts;

/// Letters within each other.
const DEEPEST: u8 = 5;
/// Lines from which a letter is told.
const LOOKED_AT: usize = 100;
/// Headers of which a letter has two.
const HEADERS: [&str; 10] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "reply-to",
    "delivered-to",
];

/// Whether the bytes begin with the head of a letter.
pub(crate) fn is_mail(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(32 * 1024)];
    let mut known = 0;
    for (number, line) in head.split(|byte| *byte == b'\n').take(LOOKED_AT).enumerate() {
        if line.trim_ascii().is_empty() {
            break;
        }
        let is_continued = number > 0 && (line.starts_with(b" ") || line.starts_with(b"\t"));
        if is_continued || (number == 0 && line.starts_with(b"From ")) {
            continue;
        }
        let Some(name) = line.split(|byte| *byte == b':').next().filter(|name| name.len() < line.len()) else {
            return false;
        };
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return false;
        }
        known += usize::from(HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header.as_bytes())));
    }
    known >= 2
}

pub(crate) fn read(bytes: &[u8], flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut letters = vec![(Cow::Borrowed(bytes), 1_u8)];
    // Those within a letter follow it, the first one first.
    while let Some((bytes, depth)) = letters.pop() {
        let inner = letter(&bytes, depth, flow)?;
        letters.extend(inner.into_iter().rev().map(|bytes| (Cow::Owned(bytes), depth + 1)));
    }
    Ok(())
}

/// Reads one letter, and returns the letters that stand within it.
fn letter(bytes: &[u8], depth: u8, flow: &mut Flow<'_>) -> Result<Vec<Vec<u8>>, Refusal> {
    flow.budget.time()?;
    let masked = parts::masked(bytes, flow.budget)?;
    let message =
        MessageParser::default().parse(&masked).ok_or_else(|| Refusal::damaged("it has no head of a letter"))?;
    head(&message, depth, flow)?;
    for part in message.text_body.iter().filter_map(|id| message.parts.get(*id as usize)) {
        match &part.body {
            PartType::Text(text) => plain::read(text, flow)?,
            PartType::Html(page) => html::read(page, flow)?,
            _ => {}
        }
        flow.finish()?;
    }
    let mut inner = Vec::new();
    for part in message.attachments.iter().filter_map(|id| message.parts.get(*id as usize)) {
        if is_letter(part) && depth < DEEPEST {
            flow.budget.unpack(part.contents().len() as u64)?;
            inner.push(part.contents().to_vec());
        } else {
            attached(part, flow)?;
        }
    }
    Ok(inner)
}

fn is_letter(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("message"))
        && part.content_type().and_then(|kind| kind.subtype()).is_some_and(|kind| kind == "xfc822" || kind == "xlobal")
}

fn head(message: &Message<'_>, depth: u8, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let subject = message.subject().unwrap_or_default().trim();
    if depth == 1 {
        flow.title = Some(subject.to_owned());
    }
    flow.begin(Role::Heading(depth))?;
    flow.text(subject)?;
    flow.begin(Role::Paragraph)?;
    let date = message.date().map(mail_parser::DateTime::to_rfc3339);
    for (name, value) in [("From", people(message.from())), ("To", people(message.to())), ("Cc", people(message.cc()))]
    {
        line(name, &value, flow)?;
    }
    line("Date", &date.unwrap_or_default(), flow)?;
    flow.end()
}

fn line(name: &str, value: &str, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    if value.is_empty() {
        return Ok(());
    }
    flow.line_break();
    flow.text(&format!("{name}: {value}"))
}

fn people(address: Option<&Address<'_>>) -> String {
    let Some(address) = address else { return String::new() };
    let people = address.iter().map(|person| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    });
    people.collect::<Vec<_>>().join(", ")
}

/// An attachment is named, in the text too, so that it can be found.
fn attached(part: &MessagePart<'_>, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let media_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")),
    );
    let name = part.attachment_name().unwrap_or_default().trim();
    if name.is_empty() && matches!(part.body, PartType::Text(_) | PartType::Html(_)) {
        // The same text once more, as a page.
        return Ok(());
    }
    let name = if name.is_empty() { "unnamed" } else { name }.to_owned();
    flow.budget.hold(name.len() + media_type.len(), 2)?;
    flow.push(Content::Item { depth: 1, text: format!("Attachment: {name}") })?;
    flow.attachments.push(Attachment { name, media_type, bytes: part.contents().len() as u64 });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_mail;

    #[test]
    fn a_letter_is_told_by_its_head() {
        assert!(is_mail(b"Received: by a\r\n\tfor b\r\nFrom: a@b\r\nSubject: c\r\n\r\nd"));
        assert!(!is_mail(b"Subject: c\r\n\r\nd"), "one header is no letter");
        assert!(!is_mail(b"From: a\nTo: b\nand now a sentence"));
        assert!(!is_mail(b""));
    }
}
