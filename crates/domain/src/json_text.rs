use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// JSON that is kept as its text. It is written out as it is, and never becomes a tree on the way, which would take
/// many times the memory and hold up whoever shares the thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// # Arguments
    /// * `text`: JSON. Whoever writes another text out gets an error.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// In bytes.
    #[expect(clippy::len_without_is_empty, reason = "no JSON is empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// As a tree.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn value(&self) -> serde_json::Result<Value> {
        serde_json::from_str(&self.0)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::JsonText;

    #[test]
    fn it_is_written_out_as_it_is() {
        let text = |text: &str| JsonText::new(text.to_owned());
        assert_eq!(serde_json::to_string(&[text(r#"{"a": 1.50}"#)]).unwrap(), r#"[{"a": 1.50}]"#);
        assert_eq!(serde_json::to_value(text("[1]")).unwrap(), json!([1]));
        assert!(serde_json::to_string(&text("[1")).is_err() && text("1 2").value().is_err());
    }
}
