use std::time::Duration;

use artel_domain::{EffectClass, ToolDefinition};
use serde_json::Value;

/// The longest that a call takes when its tool does not say otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// What a tool says about itself before anybody calls it.
///
/// Members that only some readers need (a category, examples) come with those readers: make descriptors with
/// [`Descriptor::new`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Descriptor {
    /// The name that rules and journals use, and that a model calls.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// What a model reads to decide whether to call the tool.
    pub description: String,
    /// JSON Schema (2020-12) of `type: object` for the arguments.
    pub input_schema: Value,
    /// The longest that one call takes, with all its attempts.
    pub timeout: Duration,
    /// What recovery may do with a call that was cut off, where the arguments make no difference.
    pub effect: EffectClass,
}

impl Descriptor {
    /// A tool that only reads, called by its name, with 15 s for a call.
    pub fn new(name: impl Into<String>, description: impl Into<String>, input_schema: Value) -> Self {
        let name = name.into();
        Self {
            title: name.clone(),
            name,
            description: description.into(),
            input_schema,
            timeout: DEFAULT_TIMEOUT,
            effect: EffectClass::ReadOnly,
        }
    }

    /// What a tenant's row says about its tool.
    pub(crate) fn of_row(row: &ToolDefinition) -> Self {
        Self::new(row.name.clone(), row.description.clone(), row.input_schema.clone()).effect(row.effect)
    }

    /// The same with another title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The same with another time for a call.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same with another effect.
    #[must_use]
    pub fn effect(self, effect: EffectClass) -> Self {
        Self { effect, ..self }
    }
}
