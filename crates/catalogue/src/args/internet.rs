//! Tools that read the internet.

use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of `web_search`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebSearch {
    /// what to look for, in plain words
    #[schemars(length(min = 1, max = 400))]
    pub query: String,
    /// how many results; 8 if absent
    #[schemars(range(min = 1, max = 20))]
    pub count: Option<u8>,
    /// only what was published in the last day, week, month or year
    pub freshness: Option<Freshness>,
    /// language of the results as two letters, such as ru or en
    #[schemars(regex(pattern = r"^[a-z]{2}$"))]
    pub lang: Option<String>,
}

/// How old a result may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    Day,
    Week,
    Month,
    Year,
}

/// The arguments of `web_fetch`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebFetch {
    /// an http or https address
    #[schemars(length(min = 1, max = 2000))]
    pub url: String,
    /// how many characters of the text are returned; 20000 if absent
    #[schemars(range(min = 1, max = 100_000))]
    pub max_chars: Option<u32>,
}

/// The arguments of `yandex_image_search`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YandexImageSearch {
    /// what the pictures show
    #[schemars(length(min = 1, max = 400))]
    pub query: String,
    /// how many pictures; 10 if absent
    #[schemars(range(min = 1, max = 20))]
    pub count: Option<u8>,
    /// where to look; yandex if absent
    pub source: Option<ImageSource>,
    /// the form of the pictures
    pub orientation: Option<Orientation>,
    /// small, medium or large
    #[schemars(regex(pattern = "^(small|medium|large)$"))]
    pub size: Option<String>,
}

/// Where pictures are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    Yandex,
    Pinterest,
}

/// The form of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    Horizontal,
    Vertical,
    Square,
}
