//! Reading members of a frame. Clients send every optional one as an explicit null: null is absent.

use serde_json::{Map, Value};

use super::unreadable::Unreadable;
use crate::codes;

pub(super) struct Members<'a>(pub(super) &'a Map<String, Value>);

impl Members<'_> {
    /// The first of these names that is there.
    pub(super) fn any(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.0.get(*name).filter(|value| !value.is_null()))
    }

    pub(super) fn text(&self, names: &[&str]) -> Result<Option<&str>, Unreadable> {
        let Some(value) = self.any(names) else { return Ok(None) };
        value
            .as_str()
            .map(Some)
            .ok_or_else(|| Unreadable::new(codes::INVALID_FORMAT, format!("'{}' must be a string", names[0])))
    }

    pub(super) fn needed_text(&self, names: &[&str]) -> Result<&str, Unreadable> {
        self.text(names)?.ok_or_else(|| missing(names[0]))
    }

    pub(super) fn object(&self, names: &[&str]) -> Result<Option<&Value>, Unreadable> {
        let Some(value) = self.any(names) else { return Ok(None) };
        if value.is_object() {
            return Ok(Some(value));
        }
        Err(Unreadable::new(codes::INVALID_FORMAT, format!("'{}' must be an object", names[0])))
    }

    pub(super) fn list(&self, names: &[&str]) -> Result<Option<&Value>, Unreadable> {
        let Some(value) = self.any(names) else { return Ok(None) };
        if value.is_array() {
            return Ok(Some(value));
        }
        Err(Unreadable::new(codes::INVALID_FORMAT, format!("'{}' must be a list", names[0])))
    }
}

fn missing(name: &str) -> Unreadable {
    Unreadable::new(codes::MISSING_FIELD, format!("'{name}' is required"))
}
