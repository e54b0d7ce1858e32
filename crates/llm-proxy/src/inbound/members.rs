use artel_llm::Rest;
use serde_json::Value;

use super::Wrong;

/// An object being read: what is known is taken out, so that what is left has no place of its own.
pub(super) struct Members(Rest);

impl Members {
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Wrong> {
        let value = serde_json::from_slice(body).map_err(|error| Wrong::whole(format!("is not valid JSON: {error}")))?;
        Self::of(value)
    }

    pub(super) fn of(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Wrong::whole("must be a JSON object")),
        }
    }

    /// `null` counts as absent, as clients send it for what they do not set.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Wrong> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Wrong::at(name, "must be a string")),
        }
    }

    /// A string that is there and not empty.
    pub(super) fn required_text(&mut self, name: &str) -> Result<String, Wrong> {
        match self.text(name)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(Wrong::at(name, "must not be empty")),
            None => Err(Wrong::at(name, "is required")),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Wrong> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(Wrong::at(name, "must be true or false")),
        }
    }

    /// Each item read by `read`, which sees the item alone: errors get their place here.
    pub(super) fn each<T>(&mut self, name: &str, read: impl Fn(Value) -> Result<T, Wrong>) -> Result<Option<Vec<T>>, Wrong> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => each(items, read).map(Some).map_err(|wrong| wrong.inside(name)),
            Some(_) => Err(Wrong::at(name, "must be an array")),
        }
    }

    /// What nobody took. `null`s are dropped: they say nothing, and not every provider takes them.
    pub(super) fn rest(mut self) -> Rest {
        self.0.retain(|_, value| !value.is_null());
        self.0
    }
}

/// Reads a list; an error names the item.
pub(super) fn each<T>(items: Vec<Value>, read: impl Fn(Value) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    items.into_iter().enumerate().map(|(at, item)| read(item).map_err(|wrong| wrong.inside(format_args!("[{at}]")))).collect()
}
