use serde::{Deserialize, Serialize};

/// A text for people, in Russian and in English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub ru: String,
    pub en: String,
}

impl Text {
    /// The same words in both languages, as for a name.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { ru: text.clone(), en: text }
    }
}
