//! Text without marks: paragraphs between empty lines, lists by their bullets, headings by their look.

use crate::flow::{Flow, Role};
use crate::{Content, Refusal};

/// Letters of a heading at most.
const HEADING: usize = 100;
/// A line at least this long was broken to fit a page, not to say something.
const WRAPPED: usize = 50;
/// Words that name a part of a document, before its number.
const PARTS: [&str; 12] = [
    "глава",
    "раздел",
    "статья",
    "часть",
    "приложение",
    "параграф",
    "chapter",
    "section",
    "article",
    "part",
    "appendix",
    "annex",
];

pub(crate) fn read(text: &str, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    // Where the lines of the paragraph under way begin: a list of them would take more than a text of short lines.
    let (mut start, mut at) = (0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if number % 4096 == 0 {
            flow.budget.time()?;
        }
        let begin = at;
        at += line.len();
        let line = trimmed(line);
        if line.is_empty() || bullet(line).is_some() || is_clause(line) {
            paragraph(&text[start..begin], flow)?;
            start = begin;
        }
    }
    paragraph(&text[start..], flow)
}

fn trimmed(line: &str) -> &str {
    line.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{c}')
}

/// Lines between two gaps, as one block.
fn paragraph(text: &str, flow: &mut Flow<'_>) -> Result<(), Refusal> {
    let mut rest = text.lines().map(trimmed).filter(|line| !line.is_empty());
    let Some(first) = rest.next() else { return Ok(()) };
    let more = rest.clone().count();
    if let (0, Some(level)) = (more, heading(first)) {
        return flow.push(Content::Heading { level, text: words(first) });
    }
    let is_wrapped = std::iter::once(first).chain(rest.clone()).take(more).all(|line| line.chars().count() >= WRAPPED);
    let item = bullet(first);
    flow.begin(if item.is_some() { Role::Item(1) } else { Role::Paragraph })?;
    flow.text(item.unwrap_or(first))?;
    for line in rest {
        if is_wrapped || item.is_some() {
            flow.text(" ")?;
        } else {
            flow.line_break();
        }
        flow.text(line)?;
    }
    flow.end()
}

fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text behind a bullet.
fn bullet(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['-', '*', '•', '–', '—', '▪', '●', '◦', '·'])?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
}

/// `3.1. The seller …`: a clause begins, whatever stands above it.
fn is_clause(line: &str) -> bool {
    numbering(line).is_some_and(|(levels, rest)| levels >= 2 && rest.starts_with(char::is_alphabetic))
}

/// How many numbers a line begins with, and what follows them.
fn numbering(line: &str) -> Option<(u8, &str)> {
    let end = line.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, rest) = line.split_at(end);
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    let parts: Vec<&str> = number.trim_end_matches('.').split('.').collect();
    let is_number = parts.len() <= 5 && parts.iter().all(|part| (1..=3).contains(&part.len()));
    (is_number && rest.starts_with(char::is_whitespace)).then(|| (parts.len() as u8, rest.trim_start()))
}

/// The level of a line that stands alone, when it looks like a heading: a numbered one without an end of sentence, a
/// named part, or capitals.
pub(crate) fn heading(line: &str) -> Option<u8> {
    if line.chars().count() > HEADING || line.ends_with(['.', ',', ';', ':', '!', '?', '…']) {
        return None;
    }
    if let Some((level, rest)) = numbering(line) {
        return rest.starts_with(char::is_uppercase).then_some(level);
    }
    let mut words = line.split_whitespace();
    let first = words.next()?.to_lowercase();
    let is_number =
        |word: &str| word.starts_with(|letter: char| letter.is_ascii_digit() || "IVXАБВABC№".contains(letter));
    if PARTS.contains(&first.as_str()) && words.next().is_some_and(is_number) {
        return Some(1);
    }
    let letters = || line.chars().filter(|letter| letter.is_alphabetic());
    let is_shouted = letters().count() >= 4 && letters().all(char::is_uppercase) && line.contains(char::is_alphabetic);
    is_shouted.then_some(1)
}

#[cfg(test)]
mod tests {
    use super::heading;

    #[test]
    fn a_heading_is_told_by_its_look() {
        let cases = [
            ("1. Предмет договора", Some(1)),
            ("2.3 Порядок оплаты", Some(2)),
            ("Статья 5", Some(1)),
            ("Приложение № 1", Some(1)),
            ("ДОГОВОР ПОСТАВКИ № 17", Some(1)),
            ("Chapter IV", Some(1)),
            ("1. Поставщик обязуется передать товар.", None),
            ("5 мая", None),
            ("Уважаемая Анна", None),
            ("12.05.2026", None),
            ("ООО", None),
        ];
        for (line, expected) in cases {
            assert_eq!(heading(line), expected, "{line}");
        }
    }
}
