//! A place in a JSON document: a JSON Pointer (RFC 6901) in which `-1` also names the last item of a list.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `/result/items/-1/id`; the empty text is the whole document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(Vec<String>);

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let rest = text.strip_prefix('/').ok_or_else(|| {
            format!("'{text}' is not a JSON Pointer: write /result/items, or \"\" for the whole document")
        })?;
        Ok(Self(rest.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect()))
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0.iter().flat_map(|part| ["/".to_owned(), part.replace('~', "~0").replace('/', "~1")]).collect()
    }
}

impl Pointer {
    /// The place of one member of the document.
    pub fn member(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// Does it name the whole document?
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The last part, which names a member or an item.
    pub fn last(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// What stands there.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(document, |value, part| match value {
            Value::Object(members) => members.get(part),
            Value::Array(items) if part == "-1" => items.last(),
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Writes a value there, and makes the objects that lead to it.
    ///
    /// What stands in the way and is no object is replaced by one.
    pub fn write(&self, document: &mut Value, value: Value) {
        let mut place = document;
        for part in &self.0 {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { return };
            place = members.entry(part.clone()).or_insert(Value::Null);
        }
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Pointer;

    fn pointer(text: &str) -> Pointer {
        Pointer::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_pointer_names_members_items_and_the_last_item() {
        let document = json!({"a": [{"id": 1}, {"id": 2}], "x/y": {"z~": 3}, "odata.error": {"code": 4}});
        for (text, value) in [
            ("/a/0/id", json!(1)),
            ("/a/-1/id", json!(2)),
            ("/x~1y/z~0", json!(3)),
            ("/odata.error/code", json!(4)),
            ("", document.clone()),
        ] {
            assert_eq!(pointer(text).find(&document), Some(&value), "{text}");
            assert_eq!(String::from(pointer(text)), text);
        }
        assert_eq!(pointer("/a/9/id").find(&document), None);
        assert!(Pointer::try_from("a/b".to_owned()).unwrap_err().contains("/result/items"));
    }

    #[test]
    fn writing_makes_the_objects_on_the_way() {
        let mut document = json!({});
        pointer("/settings/cursor/limit").write(&mut document, json!(100));
        pointer("/settings/filter/withPhoto").write(&mut document, json!(-1));
        assert_eq!(document, json!({"settings": {"cursor": {"limit": 100}, "filter": {"withPhoto": -1}}}));
    }
}
