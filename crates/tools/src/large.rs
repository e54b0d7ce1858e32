//! Answers that are too large for a model: it gets the same object with its long members shortened, and the whole is
//! an artifact.

use artel_domain::ArtifactId;
use serde_json::{Map, Value, json};

use crate::artifacts::ToolArtifact;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};
use crate::programs::{BrokeOff, Programs, bytes_of};

/// The most that a model gets of an answer, in bytes of JSON.
const MOST: usize = 32 * 1024;
/// What the members that are added need.
const ADDED: usize = 512;
/// Characters of a string and items of a list, from generous to little.
const STEPS: [(usize, usize); 9] =
    [(16_384, 500), (8192, 250), (4096, 120), (2048, 60), (1024, 30), (512, 15), (128, 8), (32, 4), (8, 2)];
const DEEPEST: usize = 16;
/// The largest number: no tool makes so many files in one call.
const ORDINAL: u32 = u32::MAX;

/// The answer as the model gets it. Where nothing keeps files, or outside of a run, it is left as it is.
///
/// # Arguments
/// * `tool`: its name, for people who find the artifact.
pub(crate) async fn bounded(context: &CallContext, tool: &str, output: ToolOutput) -> ToolOutput {
    let Some(artifacts) = context.artifacts.as_ref().filter(|_| context.run.is_some()) else { return output };
    let (whole, short) = match written(context, output.value).await {
        Written::Small(value) => return value.into(),
        // A tool that has kept the whole itself says where it is.
        Written::Kept(short) => return noted(short, None).into(),
        Written::BrokeOff => return unwritten().into(),
        Written::Large { whole, short } => (whole, short),
    };
    let artifact = ToolArtifact {
        ordinal: ORDINAL,
        kind: "tool_result",
        title: Some(format!("Answer of {tool}")),
        media_type: "application/json".to_owned(),
        bytes: whole.into(),
        is_ephemeral: true,
    };
    let kept = artifacts.keep(context, artifact).await;
    noted(short, Some(&kept)).into()
}

/// An answer as JSON, and what a model gets of it.
enum Written {
    Small(Value),
    Kept(Map<String, Value>),
    Large {
        whole: String,
        short: Map<String, Value>,
    },
    /// The call was made, and its answer is lost.
    BrokeOff,
}

async fn written(context: &CallContext, value: Value) -> Written {
    let bytes = bytes_of([&value]);
    let written = Programs::of_process().by_size(context.tenant_id, bytes, move || write(value)).await;
    written.unwrap_or_else(|BrokeOff| Written::BrokeOff)
}

fn write(value: Value) -> Written {
    let whole = value.to_string();
    if whole.len() <= MOST {
        return Written::Small(value);
    }
    let short = short(&value);
    let is_kept = value["artifact_id"].is_string() && value["truncated"] == true;
    if is_kept { Written::Kept(short) } else { Written::Large { whole, short } }
}

fn short(value: &Value) -> Map<String, Value> {
    STEPS
        .iter()
        .map(|(characters, items)| object(cut(value, *characters, *items, 0)))
        .find(|short| Value::Object(short.clone()).to_string().len() <= MOST - ADDED)
        .unwrap_or_default()
}

fn noted(mut short: Map<String, Value>, kept: Option<&Result<ArtifactId, ToolError>>) -> Value {
    short.insert("truncated".to_owned(), json!(true));
    let note = match kept {
        None => None,
        Some(Ok(artifact)) => {
            short.insert("artifact_id".to_owned(), json!(artifact));
            Some(
                "the answer is larger than 32 KiB: long members are shortened, the whole of it is the artifact; ask for less to read the rest",
            )
        }
        Some(Err(_)) => Some(
            "the answer is larger than 32 KiB: long members are shortened, and the rest could not be kept; ask for less to read it",
        ),
    };
    if let Some(note) = note {
        short.insert("truncated_note".to_owned(), json!(note));
    }
    Value::Object(short)
}

/// What a model gets when the writing broke off.
fn unwritten() -> Value {
    json!({ "truncated": true, "truncated_note": "the call was made, but the answer could not be written" })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => Map::from_iter([("result".to_owned(), other)]),
    }
}

fn cut(value: &Value, characters: usize, items: usize, depth: usize) -> Value {
    match value {
        _ if depth > DEEPEST => json!("…"),
        Value::String(text) => match text.char_indices().nth(characters) {
            Some((end, _)) => Value::String(format!("{}…", &text[..end])),
            None => value.clone(),
        },
        Value::Array(all) => all.iter().take(items).map(|item| cut(item, characters, items, depth + 1)).collect(),
        Value::Object(members) => {
            let kept = members.iter().take(items * 4);
            kept.map(|(name, member)| (name.clone(), cut(member, characters, items, depth + 1))).collect()
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(value: &Value) -> Value {
        noted(super::short(value), Some(&Ok(ArtifactId(uuid::Uuid::nil()))))
    }

    #[test]
    fn long_members_are_shortened_and_the_form_stays() {
        let rows: Vec<Value> = (0..5000).map(|id| json!({"id": id, "name": "a name of some length"})).collect();
        let answer = short(&json!({"total": 5000, "rows": rows, "text": "я".repeat(100_000)}));
        assert!(answer.to_string().len() <= MOST, "{}", answer.to_string().len());
        assert_eq!((&answer["total"], &answer["rows"][0]["id"]), (&json!(5000), &json!(0)));
        assert!(answer["text"].as_str().unwrap().ends_with("я…"));
        assert_eq!((&answer["truncated"], answer["artifact_id"].is_string()), (&json!(true), true));
    }

    #[test]
    fn whatever_the_answer_is_it_fits() {
        let many: Map<String, Value> = (0..50_000).map(|at| (format!("member-{at}"), json!(at))).collect();
        let deep = (0..100).fold(json!("x".repeat(40_000)), |inner, _| json!([inner]));
        let names = Map::from_iter([("k".repeat(60_000), json!(1))]);
        for value in [json!("x".repeat(90_000)), json!(vec!["y"; 90_000]), many.into(), deep, names.into()] {
            let answer = short(&value);
            assert!(answer.to_string().len() <= MOST && answer["truncated"] == true);
        }
        let failed = noted(super::short(&json!("x".repeat(90_000))), Some(&Err("no disk".into())));
        assert!(failed.get("artifact_id").is_none());
        assert!(failed["truncated_note"].as_str().unwrap().contains("could not be kept"));
    }
}
