use artel_domain::{client_text, read_foreign_json, why_no_json};
use artel_llm::Rest;
use serde_json::Value;

use super::InvalidRequest;

/// The members of an object while it is read. Known members are taken out; the others remain.
pub(super) struct Members(Rest);

impl Members {
    pub(super) fn of_body(body: &[u8]) -> Result<Self, InvalidRequest> {
        // Clients cut texts between the halves of a surrogate pair, and write integers that are too long for floats.
        let text = client_text(body).map_err(InvalidRequest::whole)?;
        let value = read_foreign_json(text)
            .map_err(|error| InvalidRequest::whole(format!("is not valid JSON: {}", why_no_json(text, &error))))?;
        Self::of(value)
    }

    pub(super) fn of(value: Value) -> Result<Self, InvalidRequest> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(InvalidRequest::whole("must be a JSON object")),
        }
    }

    /// Takes a member out. `null` counts as absent, because clients send it for members that they do not set.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, InvalidRequest> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(InvalidRequest::at(name, "must be a string")),
        }
    }

    /// Takes a string that must be present and not empty.
    pub(super) fn required_text(&mut self, name: &str) -> Result<String, InvalidRequest> {
        match self.text(name)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(InvalidRequest::at(name, "must not be empty")),
            None => Err(InvalidRequest::at(name, "is required")),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, InvalidRequest> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(InvalidRequest::at(name, "must be true or false")),
        }
    }

    /// Reads each item of a list with `read`. `read` sees only the item; the item's path is added to its error here.
    pub(super) fn each<T>(
        &mut self,
        name: &str,
        read: impl Fn(Value) -> Result<T, InvalidRequest>,
    ) -> Result<Option<Vec<T>>, InvalidRequest> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => each(items, read).map(Some).map_err(|wrong| wrong.inside(name)),
            Some(_) => Err(InvalidRequest::at(name, "must be an array")),
        }
    }

    /// The remaining members. `null` members are dropped, because not every provider accepts them.
    pub(super) fn rest(mut self) -> Rest {
        self.0.retain(|_, value| !value.is_null());
        self.0
    }
}

/// Reads a list; an error names the item.
pub(super) fn each<T>(
    items: Vec<Value>,
    read: impl Fn(Value) -> Result<T, InvalidRequest>,
) -> Result<Vec<T>, InvalidRequest> {
    items
        .into_iter()
        .enumerate()
        .map(|(at, item)| read(item).map_err(|wrong| wrong.inside(format_args!("[{at}]"))))
        .collect()
}
