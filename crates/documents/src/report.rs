//! What reading a file came to, as one process tells another.

use artel_domain::{DocumentPassage, names};
use artel_extract::{Content, Document, Extractor, Size, passages};
use serde::{Deserialize, Serialize};

/// Headings of an outline, their depth and their length in characters.
const MOST_HEADINGS: usize = 40;
const DEEPEST: u8 = 2;
const LONGEST_HEADING: usize = 120;
/// Between the headings above a passage.
const WITHIN: &str = " > ";
/// Characters of all headings above a passage, whose words are found as those of its text.
const LONGEST_PATH: usize = 500;

/// What a file came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    Read {
        /// The word for its type.
        kind: String,
        pages: Option<u32>,
        language: Option<String>,
        /// The upper headings.
        outline: Vec<String>,
        passages: Vec<Piece>,
    },
    Refused {
        /// Why, and what to do, for whoever uploaded it.
        reason: String,
    },
}

/// A passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub ordinal: u32,
    pub page: Option<u32>,
    pub heading: Option<String>,
    pub text: String,
}

impl From<Piece> for DocumentPassage {
    fn from(piece: Piece) -> Self {
        Self { ordinal: piece.ordinal, page: piece.page, heading: piece.heading, text: piece.text }
    }
}

/// Reads a file.
///
/// Takes this thread for minutes at most.
///
/// # Arguments
/// * `name`: what the file is called; it says nothing about the type.
pub fn report(extractor: &Extractor, name: &str, bytes: &[u8]) -> Report {
    let document = match extractor.read(name, bytes) {
        Ok(document) => document,
        Err(refusal) => return Report::Refused { reason: refusal.to_string() },
    };
    let pieces = passages(&document, Size::default()).into_iter().map(|passage| Piece {
        ordinal: passage.ordinal,
        page: passage.place.map(|place| place.number()),
        heading: (!passage.path.is_empty()).then(|| line(&passage.path.join(WITHIN), LONGEST_PATH)),
        text: passage.text,
    });
    Report::Read {
        kind: document.kind.name().to_owned(),
        pages: document.pages,
        language: document.language.code().map(str::to_owned),
        outline: outline(&document),
        passages: pieces.collect(),
    }
}

fn outline(document: &Document) -> Vec<String> {
    let headings = document.blocks.iter().filter_map(|block| match &block.content {
        Content::Heading { level, text } if *level <= DEEPEST => Some(line(text, LONGEST_HEADING)),
        _ => None,
    });
    headings.filter(|heading| !heading.is_empty()).take(MOST_HEADINGS).collect()
}

fn line(text: &str, longest: usize) -> String {
    names::visible(text).trim().chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_to_passages_under_their_headings() {
        let text = "# Договор\n\n## Оплата\n\nСрок — 10 дней.\n\n### Пеня\n\nОдин процент.\n\n## Сроки\n\nНеделя.\n";
        let told = report(&Extractor::default(), "Договор.md", text.as_bytes());
        let Report::Read { kind, language, outline, passages, .. } = told else { panic!("{told:?}") };
        assert_eq!((kind.as_str(), language.as_deref()), ("md", Some("ru")));
        assert_eq!(outline, ["Договор", "Оплата", "Сроки"]);
        let found: Vec<_> =
            passages.iter().map(|piece| (piece.heading.as_deref().unwrap(), piece.text.as_str())).collect();
        assert_eq!(
            found,
            [
                ("Договор > Оплата", "Срок — 10 дней."),
                ("Договор > Оплата > Пеня", "Один процент."),
                ("Договор > Сроки", "Неделя."),
            ]
        );
    }

    #[test]
    fn what_is_not_read_says_why() {
        let told = report(&Extractor::default(), "a.txt", b"");
        assert_eq!(told, Report::Refused { reason: "there is no text in the file".to_owned() });
    }
}
