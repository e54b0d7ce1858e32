use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::pointer::Pointer;

/// What a reply must be like. All members that are given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// One of these statuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<u16>,
    /// The header that the other members speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The place in the body that the other members speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    /// The value there is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<Value>,
    /// The text there holds one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<String>,
    /// There is a value that says something (`true`), or none (`false`). Nothing, `null`, `false`, `0`, `""`, `[]` and
    /// `{}` say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled: Option<bool>,
}

impl Condition {
    /// Does a reply fit?
    ///
    /// # Arguments
    /// * `body`: `None` when the body is no JSON.
    pub fn fits(&self, status: u16, headers: &HeaderMap, body: Option<&Value>) -> bool {
        (self.status.is_empty() || self.status.contains(&status)) && self.fits_value(headers, body)
    }

    fn fits_value(&self, headers: &HeaderMap, body: Option<&Value>) -> bool {
        if let Some(name) = &self.header {
            let text = headers.get(name).and_then(|value| value.to_str().ok());
            return self.fits_found(text.map(Value::from).as_ref());
        }
        let at = self.at.clone().unwrap_or_default();
        self.fits_found(body.and_then(|body| at.find(body)))
    }

    /// Does the value that was found fit?
    pub fn fits_found(&self, found: Option<&Value>) -> bool {
        let text = found.and_then(Value::as_str).unwrap_or_default();
        (self.is.is_empty() || found.is_some_and(|found| self.is.contains(found)))
            && (self.contains.is_empty() || self.contains.iter().any(|part| text.contains(part)))
            && self.filled.is_none_or(|filled| filled == found.is_some_and(says_something))
    }
}

/// Everything but `null`, `false`, `0` and what is empty.
pub(crate) fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::{Value, json};

    use super::Condition;

    fn fits(condition: &Value, status: u16, body: &Value) -> bool {
        let condition: Condition = serde_json::from_value(condition.clone()).unwrap();
        condition.fits(status, &HeaderMap::new(), Some(body))
    }

    #[test]
    fn every_member_that_is_given_must_hold() {
        let body = json!({"ok": false, "error": {"code": "QUERY_LIMIT_EXCEEDED"}, "errors": []});
        for (condition, expected) in [
            (json!({"status": [200], "at": "/ok", "is": [false]}), true),
            (json!({"status": [503], "at": "/ok", "is": [false]}), false),
            (json!({"at": "/error", "filled": true}), true),
            (json!({"at": "/errors", "filled": true}), false),
            (json!({"at": "/errors", "filled": false}), true),
            (json!({"at": "/error/code", "contains": ["LIMIT"]}), true),
            (json!({"at": "/absent", "filled": true}), false),
            (json!({}), true),
        ] {
            assert_eq!(fits(&condition, 200, &body), expected, "{condition}");
        }
    }
}
