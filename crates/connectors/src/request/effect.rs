//! Does a call change anything?

use serde_json::{Map, Value};

use super::encode;
use super::place::given;
use crate::account::Secrets;
use crate::schema::{Access, Method, Operation, Place};

/// Names of query parameters, headers and members of a body that many frameworks take for the method, in the form of
/// [`plain`].
const OTHER_METHOD: [&str; 8] = [
    "_method",
    "_httpmethod",
    "_http_method",
    "httpmethod",
    "http_method_override",
    "x_http_method",
    "x_http_method_override",
    "x_method_override",
];

/// Does this call change anything?
///
/// # Arguments
/// * `params`: as the caller wrote them.
pub fn writes(operation: &Operation, params: &Map<String, Value>, secrets: &Secrets<'_>) -> bool {
    let Access::ReadIfListed(member) = &operation.access else { return !surely_reads(operation, params) };
    let listed = secrets.value(member).and_then(Value::as_array);
    let method = text(operation, params, Place::RpcMethod);
    !method.is_some_and(|method| listed.is_some_and(|listed| listed.contains(&method)))
        || names_another_method(operation, params)
}

/// Does this call only read, whatever the credential says?
///
/// # Arguments
/// * `params`: as the caller wrote them.
pub fn surely_reads(operation: &Operation, params: &Map<String, Value>) -> bool {
    let declared = match &operation.access {
        Access::Read => true,
        Access::Write | Access::ReadIfListed(_) => false,
        Access::ByMethod => {
            let method = text(operation, params, Place::Method);
            matches!(method.and_then(|value| Method::parse(value.as_str()?)), Some(Method::Get | Method::Head))
        }
    };
    declared && !names_another_method(operation, params)
}

fn text(operation: &Operation, params: &Map<String, Value>, place: Place) -> Option<Value> {
    given(operation, params).find(|given| given.parameter.place == place).map(|given| given.value)
}

/// Whether something in the request may turn the call into one of another method: what the caller gives, and what is
/// sent whatever they say.
fn names_another_method(operation: &Operation, params: &Map<String, Value>) -> bool {
    let always = &operation.always;
    let sent = always.query.keys().chain(always.headers.keys()).chain(members(always.body.as_ref()));
    if sent.into_iter().any(|name| is_other_method(name)) {
        return true;
    }
    given(operation, params).any(|given| match given.parameter.place {
        Place::Query | Place::Header => is_other_method(given.wire_name()),
        // A pointer to the member.
        Place::Body => given.wire_name().split('/').any(is_other_method),
        Place::WholeBody => members(Some(&given.value)).any(|name| is_other_method(name)),
        Place::QueryMap => given.value.as_object().into_iter().flatten().any(|(name, value)| {
            encode::pairs(name, value, given.parameter.encode).iter().any(|(name, _)| is_other_method(name))
        }),
        _ => false,
    })
}

/// The names of an object.
fn members(value: Option<&Value>) -> impl Iterator<Item = &String> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::keys)
}

/// Whether receivers may read a parameter, a header or a member of this name as the method.
pub(crate) fn is_other_method(name: &str) -> bool {
    OTHER_METHOD.contains(&&*plain(name))
}

/// The name as receivers may read it: some turn dots, spaces and brackets into `_`.
fn plain(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !c.is_control()).collect();
    visible.trim().to_lowercase().replace(['.', ' ', '[', '-', '+'], "_")
}
