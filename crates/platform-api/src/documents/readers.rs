//! Who reads a document, as requests and answers say it.

use artel_domain::{Readers, UserId};
use serde_json::{Value, json};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};

/// The most users that one document names.
const MOST: usize = 100;
const ALL: &str = "all";
/// What is wrong with a value that cannot be read, after the member's name.
pub(super) const WRONG: &str = "must be \"all\" or at most 100 ids of users";

/// Of JSON: the word or a list of ids. `None`: it is neither.
pub(super) fn of_json(value: &Value) -> Option<Readers> {
    match value {
        Value::String(word) if word == ALL => Some(Readers::All),
        Value::Array(ids) if ids.len() <= MOST => users(ids.iter().map(|id| id.as_str().unwrap_or_default())),
        _ => None,
    }
}

/// Of a form: the word, or ids with commas between them. `None`: it is neither.
pub(super) fn of_form(text: &str) -> Option<Readers> {
    let text = text.trim();
    if text.is_empty() || text == ALL {
        return Some(Readers::All);
    }
    let ids: Vec<&str> = text.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if ids.len() > MOST { None } else { users(ids.into_iter()) }
}

fn users<'a>(ids: impl Iterator<Item = &'a str>) -> Option<Readers> {
    let mut users: Vec<UserId> = Vec::new();
    for id in ids {
        let user = id.parse().ok()?;
        if !users.contains(&user) {
            users.push(user);
        }
    }
    Some(Readers::Users(users))
}

pub(super) fn shown(readers: &Readers) -> Value {
    readers.users().map_or_else(|| json!(ALL), |users| json!(users))
}

/// What answers say.
pub(super) fn schema() -> Schema {
    either().build().into()
}

/// What a change takes.
pub(super) fn maybe_schema() -> Schema {
    either().item(ObjectBuilder::new().schema_type(Type::Null)).build().into()
}

fn either() -> OneOfBuilder {
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([ALL]));
    let id = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let users = ArrayBuilder::new().items(id).max_items(Some(MOST));
    OneOfBuilder::new()
        .item(word)
        .item(users)
        .description(Some("Everybody in the organisation, or these users and whoever uploaded it."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_a_word_or_ids() {
        let id = "00000000-0000-0000-0000-000000000009";
        let one = Some(Readers::Users(vec![id.parse().unwrap()]));
        assert_eq!((of_form(" all "), of_form("")), (Some(Readers::All), Some(Readers::All)));
        assert_eq!((of_form(&format!("{id}, {id},")), of_json(&json!([id]))), (one.clone(), one));
        assert_eq!((of_json(&json!("all")), of_json(&json!([]))), (Some(Readers::All), Some(Readers::Users(vec![]))));
        for wrong in [json!("everybody"), json!(null), json!([1]), json!(["x"]), json!(vec![id; 101]), json!({})] {
            assert_eq!(of_json(&wrong), None, "{wrong}");
        }
        assert_eq!(of_form("ada"), None);
    }
}
