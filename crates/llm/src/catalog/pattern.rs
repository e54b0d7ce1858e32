//! Patterns for model ids: `*` stands for any text, also for the empty one.

use serde::Deserialize;

/// A pattern such as `gpt-4o-2024-*`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern {
    /// The text before the first `*`. It rejects nearly all entries of a table.
    head: String,
    /// The text after it, if there is a `*`.
    tail: Option<String>,
}

impl Pattern {
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(mut rest) = text.strip_prefix(self.head.as_str()) else { return false };
        let Some(tail) = &self.tail else { return rest.is_empty() };
        let (middle, end) = tail.rsplit_once('*').unwrap_or(("", tail));
        for part in middle.split('*') {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(end)
    }

    /// The number of fixed characters. A greater number is more specific.
    pub(super) fn weight(&self) -> usize {
        let tail = self.tail.as_deref().unwrap_or_default();
        self.head.chars().chain(tail.chars()).filter(|character| *character != '*').count()
    }
}

impl TryFrom<String> for Pattern {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() {
            return Err("a pattern is not empty; `*` stands for any text");
        }
        let (head, tail) =
            text.split_once('*').map_or((text.as_str(), None), |(head, tail)| (head, Some(tail.to_owned())));
        Ok(Self { head: head.to_owned(), tail })
    }
}
