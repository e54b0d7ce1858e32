//! Scripts: data that can be in a file, or that a test builds.

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
/// A request gets the first reply whose `when` matches it. Otherwise the replies without `when` are used one after the
/// other, and the last one again and again. Without any reply, the mock echoes, and calls the first tool that it is
/// offered once.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    pub replies: Vec<Reply>,
    /// The names in the lists of models.
    pub models: Vec<String>,
    /// The length of embeddings whose request names none.
    pub dimensions: usize,
}

impl Default for Script {
    fn default() -> Self {
        Self { replies: Vec::new(), models: vec!["mock-model".to_owned()], dimensions: 8 }
    }
}

/// A script that cannot be read. The text names the place.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("the script is not a valid script: {0}")]
    Json(#[from] serde_path_to_error::Error<serde_json::Error>),
    #[error("the script is not a valid script: {0}")]
    Toml(#[from] toml::de::Error),
}

impl Script {
    /// Reads JSON (when the first character is a brace) or TOML.
    ///
    /// # Errors
    /// Fails with the place of the fault.
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
