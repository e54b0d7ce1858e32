use std::time::Duration;

use artel_catalogue::Entry;
use artel_domain::{EffectClass, ToolDefinition};
use serde_json::Value;

use crate::programs::Fuel;
use crate::schema;

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
    /// Texts of its errors begin with a code such as `invalid_argument`: the tools of the catalogue.
    pub(crate) codes: bool,
    /// Arguments that are left out when a model sends `null` for them.
    pub(crate) nulls: Vec<String>,
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
            codes: false,
            nulls: Vec::new(),
        }
    }

    /// What the catalogue says about its tool.
    pub fn of_entry(entry: &Entry) -> Self {
        let new = Self::new(entry.name.clone(), entry.description.clone(), entry.input_schema.clone());
        let new = new.title(entry.title.en.clone()).timeout(entry.timeout).effect(effect_of(entry));
        Self { codes: true, nulls: entry.strip_null_fields.clone(), ..new }
    }

    /// What a tenant's row says about its tool.
    pub(crate) fn of_row(row: &ToolDefinition) -> Self {
        Self::new(row.name.clone(), row.description.clone(), row.input_schema.clone()).effect(row.effect)
    }

    /// The same with the habits of the function behind it.
    #[must_use]
    pub(crate) fn like(self, function: &Self) -> Self {
        Self { codes: function.codes, nulls: function.nulls.clone(), ..self }
    }

    /// Holds arguments to the schema.
    ///
    /// # Errors
    /// A text for the model.
    pub(crate) fn check(&self, args: &Value, fuel: &Fuel) -> Result<(), String> {
        schema::validate(&self.input_schema, args, fuel).map_err(|problem| self.refusal(&problem))
    }

    /// The text about arguments that cannot be used.
    pub(crate) fn refusal(&self, problem: &str) -> String {
        if self.codes {
            format!("invalid_argument: {problem}; correct the arguments and call the tool again")
        } else {
            problem.to_owned()
        }
    }

    /// An error's text, after its code where the tool's errors have one.
    pub(crate) fn coded(&self, code: &str, text: &str) -> String {
        if self.codes { format!("{code}: {text}") } else { text.to_owned() }
    }

    /// The arguments without those that stand for "left out".
    pub(crate) fn plain(&self, mut args: Value) -> Value {
        if let Some(members) = args.as_object_mut() {
            members.retain(|name, value| !value.is_null() || !self.nulls.contains(name));
        }
        args
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

/// What recovery may do with a call that was cut off, where the arguments make no difference.
pub(crate) fn effect_of(entry: &Entry) -> EffectClass {
    // The strictest class stands for a word that nobody knows; a test holds that there is none.
    serde_json::from_value(entry.effect().into()).unwrap_or(EffectClass::AtMostOnce)
}
