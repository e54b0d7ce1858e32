//! Members without a form, put back where they came from.

use serde_json::Value;

use crate::Rest;

/// Adds members to an object. A member that it has already stays.
pub(super) fn with_rest(mut object: Value, rest: &Rest) -> Value {
    if let Value::Object(members) = &mut object {
        for (name, value) in rest {
            members.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    object
}

/// Adds a call's members; those under `function` go into the call's `function`.
pub(super) fn with_call_rest(call: Value, rest: &Rest) -> Value {
    let mut call = with_rest(call, rest);
    if let Some(Value::Object(of_function)) = rest.get("function") {
        call["function"] = with_rest(call["function"].take(), of_function);
    }
    call
}
