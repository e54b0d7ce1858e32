//! Patterns for model ids: `*` stands for any text, also for none.

use serde::Deserialize;

/// A pattern such as `gpt-4o-2024-*`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((head, tail)) = self.0.split_once('*') else { return self.0 == text };
        let Some(mut rest) = text.strip_prefix(head) else { return false };
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
        self.0.chars().filter(|character| *character != '*').count()
    }
}

impl TryFrom<String> for Pattern {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() { Err("a pattern is not empty; `*` stands for any text") } else { Ok(Self(text)) }
    }
}
