//! Tools that are functions of this binary (`execution_type: internal`): pure, quick, without I/O.

mod calculator;
mod current_time;
mod echo;

use artel_domain::{Clock, EffectClass, ToolDefinition};
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One internal function. To add one: a file with a type that implements this, and its line in [`FUNCTIONS`].
trait Internal {
    const NAME: &'static str;
    /// What a model reads to decide whether to call it.
    const DESCRIPTION: &'static str;
    type Args: DeserializeOwned;

    /// JSON Schema of [`Self::Args`].
    fn schema() -> Value;

    fn effect() -> EffectClass {
        EffectClass::ReadOnly
    }

    /// The error is a text for the model.
    fn call(args: Self::Args, clock: &dyn Clock) -> Result<Value, String>;
}

/// A row of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub name: &'static str,
    pub description: &'static str,
    pub schema: fn() -> Value,
    pub effect: fn() -> EffectClass,
    run: fn(&Value, &dyn Clock) -> Result<Value, String>,
}

static FUNCTIONS: [Function; 3] =
    [Function::of::<calculator::Calculator>(), Function::of::<current_time::CurrentTime>(), Function::of::<echo::Echo>()];

impl Function {
    const fn of<T: Internal>() -> Self {
        Self { name: T::NAME, description: T::DESCRIPTION, schema: T::schema, effect: T::effect, run: run::<T> }
    }

    pub(crate) fn call(&self, args: &Value, clock: &dyn Clock) -> Result<Value, String> {
        (self.run)(args, clock)
    }
}

fn run<T: Internal>(args: &Value, clock: &dyn Clock) -> Result<Value, String> {
    let args = T::Args::deserialize(args).map_err(|error| format!("the arguments do not fit: {error}"))?;
    T::call(args, clock)
}

/// All functions, by name.
pub fn functions() -> &'static [Function] {
    &FUNCTIONS
}

/// The function of that name.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// What a tool calls the function it means: its `endpoint` when it has one, else its own name.
pub fn function_name(tool: &ToolDefinition) -> &str {
    tool.endpoint.as_deref().filter(|endpoint| !endpoint.is_empty()).unwrap_or(&tool.name)
}

pub(crate) fn of_tool(tool: &ToolDefinition) -> Option<&'static Function> {
    function(function_name(tool))
}

#[cfg(test)]
mod tests;
