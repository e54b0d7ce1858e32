//! Which files calls made, so that both stores find the same.

use artel_domain::ArtifactId;
use serde_json::Value;

/// Files that are looked for at most; a model that reads more names is not helped.
const MOST: usize = 500;

/// Notes the artifacts that the result of a call names, each once, in the order in which they are named. One result at
/// a time, so that nobody holds those of many calls together.
///
/// # Arguments
/// * `result`: JSON, as it is stored. One that cannot be read names nothing.
pub fn note_artifacts(result: &str, found: &mut Vec<ArtifactId>) {
    if let Ok(result) = serde_json::from_str(result) {
        collect(&result, found);
    }
}

fn collect(value: &Value, found: &mut Vec<ArtifactId>) {
    match value {
        Value::Object(members) => {
            let id = members.get("artifact_id").and_then(Value::as_str).and_then(|text| text.parse().ok());
            if let Some(id) = id.filter(|id| found.len() < MOST && !found.contains(id)) {
                found.push(id);
            }
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_are_found_wherever_a_result_names_them() {
        let ids = [1, 2, 3].map(|n| ArtifactId(uuid::Uuid::from_u128(n)));
        let [one, two, three] = ids.map(|id| id.to_string());
        let first =
            format!(r#"{{"artifact_id":"{one}","more":[{{"artifact_id":"{two}"}},{{"artifact_id":"{one}"}}]}}"#);
        let second = format!(r#"[[{{"artifact_id":"{three}","x":{{"artifact_id":7}}}}],{{"artifact_id":"none"}}]"#);
        let mut found = Vec::new();
        for result in [first.as_str(), "not json", second.as_str(), "null"] {
            note_artifacts(result, &mut found);
        }
        assert_eq!(found, ids);
    }
}
