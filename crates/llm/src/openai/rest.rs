//! Puts members without a typed form back where they came from.

use serde_json::Value;

use crate::Rest;

/// Adds members to an object. Members that the object already has stay unchanged.
pub(super) fn with_rest(mut object: Value, rest: &Rest) -> Value {
    if let Value::Object(members) = &mut object {
        for (name, value) in rest {
            members.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    object
}

/// Adds the members of a call. Those under `function` go into the call's `function`.
pub(super) fn with_call_rest(call: Value, rest: &Rest) -> Value {
    let mut call = with_rest(call, rest);
    if let Some(Value::Object(of_function)) = rest.get("function") {
        call["function"] = with_rest(call["function"].take(), of_function);
    }
    call
}
