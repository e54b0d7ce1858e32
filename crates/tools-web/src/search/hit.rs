use serde::Serialize;
use serde_json::Value;

use crate::plain::text_of;

const LONGEST_SNIPPET: usize = 600;

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Hit {
    title: String,
    url: String,
    snippet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
}

impl Hit {
    /// `None` without an http address.
    pub(super) fn new(title: &str, url: &str, snippet: &str, published_at: Option<String>) -> Option<Self> {
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        is_web.then(|| Self {
            title: text_of(title),
            url: url.to_owned(),
            snippet: text_of(snippet).chars().take(LONGEST_SNIPPET).collect(),
            published_at,
        })
    }

    /// A result as most services write it.
    pub(super) fn of(row: &Value, snippet: &str, published_at: &str) -> Option<Self> {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let published = row[published_at].as_str().filter(|time| !time.is_empty()).map(str::to_owned);
        Self::new(text("title"), text("url"), text(snippet), published)
    }
}
