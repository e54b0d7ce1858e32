//! What the mock is told to do: data that can stand in a file, or be built by a test.

mod fault;
mod reply;
mod step;
mod when;
mod wire;

use serde::Deserialize;

pub use fault::{Body, Failure, Fault, How};
pub use reply::{Reply, Stop, Timing, Usage};
pub use step::{Block, Call, Step, Thinking, Words};
pub use when::When;
pub use wire::{Cuts, LineEnd, Part, Wire};

pub(crate) use step::split;

/// A whole script.
///
/// A request takes the first reply whose `when` matches it. Otherwise the replies without `when` are taken one after
/// the other, and the last of them again and again. Without any, the mock echoes, and calls the first tool that it is
/// offered once.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    pub replies: Vec<Reply>,
    /// The names that the lists of models show.
    pub models: Vec<String>,
    /// The length of embeddings whose request does not name one.
    pub dimensions: usize,
}

impl Default for Script {
    fn default() -> Self {
        Self { replies: Vec::new(), models: vec!["mock-model".to_owned()], dimensions: 8 }
    }
}

/// A script that cannot be read, with the place.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("the script is not a valid script: {0}")]
    Json(#[from] serde_path_to_error::Error<serde_json::Error>),
    #[error("the script is not a valid script: {0}")]
    Toml(#[from] toml::de::Error),
}

impl Script {
    /// Reads JSON (the first character is a brace) or TOML.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        if text.trim_start().starts_with('{') {
            return Ok(serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text))?);
        }
        Ok(toml::from_str(text)?)
    }
}

impl<R: Into<Reply>> FromIterator<R> for Script {
    fn from_iter<I: IntoIterator<Item = R>>(replies: I) -> Self {
        Self { replies: replies.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

impl<R: Into<Reply>> From<R> for Script {
    fn from(reply: R) -> Self {
        Self::from_iter([reply])
    }
}

#[cfg(test)]
mod tests;
