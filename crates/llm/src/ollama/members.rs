use serde_json::Value;

use crate::Rest;

/// The name and a copy of the value of a member that is set. `null` counts as absent.
pub(super) fn given(rest: &Rest, name: &str) -> Option<(String, Value)> {
    rest.get(name).filter(|value| !value.is_null()).map(|value| (name.to_owned(), value.clone()))
}
