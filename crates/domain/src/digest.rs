//! A digest of JSON that does not depend on the order of members.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 of the canonical form (members sorted, no white space), hex.
///
/// FROZEN: the form, because approvals that wait are compared with digests of an earlier version.
pub fn of(value: &Value) -> String {
    let mut canonical = String::new();
    write(value, &mut canonical);
    hex::encode(Sha256::digest(canonical.as_bytes()))
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.keys().collect();
            names.sort_unstable();
            out.push('{');
            for (i, name) in names.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                write(&members[name], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_order_of_members_does_not_matter_and_values_do() {
        let a: serde_json::Value = serde_json::from_str(r#"{"b":[1,{"y":2,"x":1}],"a":"t"}"#).unwrap();
        assert_eq!(super::of(&a), super::of(&json!({"a": "t", "b": [1, {"x": 1, "y": 2}]})));
        assert_ne!(super::of(&a), super::of(&json!({"a": "t", "b": [{"x": 1, "y": 2}, 1]})));
    }
}
