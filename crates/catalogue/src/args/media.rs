//! Tools that make and edit pictures, sounds and drafts.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::FileArg;

/// The arguments of `generate_media`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateMedia {
    /// what is made
    pub kind: MediaKind,
    /// what it shows or says
    #[schemars(length(min = 1, max = 10_000))]
    pub prompt: String,
    /// for audio: what kind
    pub audio_kind: Option<AudioKind>,
    /// how many variants; 1 if absent
    #[schemars(range(min = 1, max = 8))]
    pub count: Option<u8>,
    /// a platform's format
    #[schemars(length(max = 50))]
    pub preset: Option<String>,
    /// width and height such as 1024x1024
    #[schemars(length(max = 20))]
    pub size: Option<String>,
    /// the image that it is made from
    pub source: Option<FileArg>,
    /// for speech
    #[schemars(length(max = 100))]
    pub voice: Option<String>,
    /// a model instead of the configured one
    #[schemars(length(max = 200))]
    pub model: Option<String>,
}

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    Video,
    Audio,
}

/// A kind of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudioKind {
    Tts,
    Music,
    Sfx,
}

/// The arguments of `edit_image`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditImage {
    /// the images
    #[schemars(length(min = 1, max = 20))]
    pub sources: Vec<FileArg>,
    /// what is done to each of them, in order
    #[schemars(length(min = 1, max = 20))]
    pub operations: Vec<ImageOperation>,
}

/// One operation on an image. Colours are `#rrggbb`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum ImageOperation {
    Crop {
        x: u32,
        y: u32,
        width: u32,
        height: u32,
    },
    Resize {
        width: Option<u32>,
        height: Option<u32>,
        fit: Option<Fit>,
    },
    AddBorder {
        #[schemars(range(min = 1, max = 2000))]
        width: u32,
        #[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"))]
        color: String,
    },
    AddText {
        #[schemars(length(min = 1, max = 1000))]
        text: String,
        x: Option<u32>,
        y: Option<u32>,
        size: Option<u32>,
        #[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"))]
        color: Option<String>,
        align: Option<Align>,
    },
    MarketplaceResize {
        preset: MarketplacePreset,
    },
    RemoveBackground {},
    BlurBackground {
        #[schemars(range(min = 1, max = 100))]
        radius: Option<u32>,
    },
}

/// The format of a marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarketplacePreset {
    Wb,
    Ozon,
    Ymarket,
}

/// How an image fills a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    Stretch,
    Contain,
    Cover,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    Left,
    Center,
    Right,
}

/// The arguments of `render_visual`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderVisual {
    /// what is drawn
    pub r#type: VisualType,
    /// what stands above it
    #[schemars(length(max = 200))]
    pub title: Option<String>,
    /// a chart: {kind, x, series, unit}; a diagram: Mermaid text; a KPI card: {label, value, delta, spark}
    pub spec: Value,
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisualType {
    Chart,
    Diagram,
    Timeline,
    Scheme,
    Kpi,
}

/// The arguments of `render_map`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderMap {
    /// what is shown
    #[schemars(length(min = 1, max = 500))]
    pub points: Vec<MapPoint>,
    /// what stands above it
    #[schemars(length(max = 200))]
    pub title: Option<String>,
}

/// One point of a map.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapPoint {
    /// latitude in degrees
    #[schemars(range(min = -90.0, max = 90.0))]
    pub lat: f64,
    /// longitude in degrees
    #[schemars(range(min = -180.0, max = 180.0))]
    pub lon: f64,
    /// its name
    #[schemars(length(min = 1, max = 200))]
    pub label: String,
    /// a figure that goes with it
    pub value: Option<f64>,
    /// points of one kind look alike
    #[schemars(length(max = 50))]
    pub kind: Option<String>,
}

/// The arguments of `message_compose`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageCompose {
    /// the variants of the message
    #[schemars(length(min = 2, max = 4))]
    pub variants: Vec<Variant>,
    /// where it will be sent, such as email or telegram
    #[schemars(length(min = 1, max = 50))]
    pub channel: Option<String>,
}

/// One variant of a message.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// what tells it from the others, such as Formal
    #[schemars(length(min = 1, max = 80))]
    pub label: String,
    /// the message
    #[schemars(length(min = 1, max = 20_000))]
    pub text: String,
    /// the subject, for letters
    #[schemars(length(min = 1, max = 300))]
    pub subject: Option<String>,
}
