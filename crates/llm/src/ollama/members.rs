use serde_json::Value;

use crate::Rest;

/// A member that is set: its name and a copy of its value. `null` counts as absent.
pub(super) fn given(rest: &Rest, name: &str) -> Option<(String, Value)> {
    rest.get(name).filter(|value| !value.is_null()).map(|value| (name.to_owned(), value.clone()))
}
