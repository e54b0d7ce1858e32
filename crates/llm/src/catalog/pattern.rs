//! Patterns for model ids: `*` stands for any text, also for none.

use serde::Deserialize;

/// A pattern such as `gpt-4o-2024-*`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern {
    /// Before the first `*`: nearly all of a table is told apart by it.
    head: String,
    /// After it, if there is one.
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

    /// How much of it is fixed: the more, the more specific.
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
