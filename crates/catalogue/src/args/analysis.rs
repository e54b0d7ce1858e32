//! Tools that look and listen.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{DocumentArg, FileArg};

/// The arguments of `analyze_image`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeImage {
    /// what is looked at
    #[schemars(length(min = 1, max = 5))]
    pub images: Vec<FileArg>,
    /// what is asked
    #[schemars(length(min = 1, max = 4000))]
    pub question: String,
    /// how it is looked at; describe if absent
    pub mode: Option<ImageMode>,
}

/// How images are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageMode {
    Describe,
    Compare,
    AuditUi,
}

/// The arguments of `ocr`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ocr {
    /// images and PDFs
    #[schemars(length(min = 1, max = 10))]
    pub documents: Vec<DocumentArg>,
    /// codes of three letters; rus and eng if absent
    #[schemars(length(min = 1, max = 10))]
    pub languages: Option<Vec<String>>,
    /// only these pages, counted from 1
    #[schemars(length(min = 1, max = 500), inner(range(min = 1)))]
    pub pages: Option<Vec<u32>>,
    /// the form of the text; text if absent
    pub output: Option<OcrOutput>,
}

/// The form of recognised text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OcrOutput {
    Text,
    Markdown,
    Blocks,
}

/// The arguments of `transcribe`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transcribe {
    /// mp3, wav, ogg or m4a
    #[schemars(length(min = 1, max = 10))]
    pub files: Vec<FileArg>,
    /// two letters such as ru; found out if absent
    #[schemars(regex(pattern = "^[a-z]{2}$"))]
    pub language: Option<String>,
    /// also tell when each part is said; false if absent
    pub timestamps: Option<bool>,
}

/// The arguments of `analyze_video`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeVideo {
    /// mp4, mov or webm
    pub video: FileArg,
    /// what is asked
    #[schemars(length(min = 1, max = 4000))]
    pub question: String,
    /// look only from this second on
    #[schemars(range(min = 0.0))]
    pub start_s: Option<f64>,
    /// look only up to this second
    #[schemars(range(min = 0.0))]
    pub end_s: Option<f64>,
}
