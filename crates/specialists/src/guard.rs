use artel_domain::Specialist;
use serde_json::Value;

use crate::profile;

/// Tools that change the content of a file.
const WRITING: [&str; 2] = ["write_file", "delete_file"];

/// Checks whether a specialist may make this call of one of its tools.
///
/// # Errors
/// A text for the model.
pub fn check(specialist: Specialist, tool: &str, args: &Value) -> Result<(), String> {
    let profile = profile(specialist);
    if !profile.tools.iter().any(|own| own == tool) {
        return Err(format!(
            "the {} agent has no tool '{tool}'; hand the task over with switch_mode when another agent is needed for it",
            specialist.as_str()
        ));
    }
    let Some(suffix) = profile.write_suffix.as_deref().filter(|_| WRITING.contains(&tool)) else { return Ok(()) };
    let path = args.get("path").and_then(Value::as_str).unwrap_or_default();
    if path.ends_with(suffix) {
        return Ok(());
    }
    Err(format!(
        "the {} agent writes {suffix} files only, and '{path}' is none; the coder agent can write it",
        specialist.as_str()
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(Specialist::Architect, "write_file", "docs/plan.md", true)]
    #[case(Specialist::Architect, "write_file", "lib/a.dart", false)]
    #[case(Specialist::Architect, "write_file", "a.md.dart", false)]
    #[case(Specialist::Architect, "read_file", "lib/a.dart", true)]
    #[case(Specialist::Architect, "execute_command", "", false)]
    #[case(Specialist::Debug, "write_file", "a.md", false)]
    #[case(Specialist::Debug, "execute_command", "", true)]
    #[case(Specialist::Ask, "write_file", "a.md", false)]
    #[case(Specialist::Ask, "execute_command", "", false)]
    #[case(Specialist::Orchestrator, "write_file", "a.md", false)]
    #[case(Specialist::Coder, "write_file", "lib/a.dart", true)]
    #[case(Specialist::Coder, "delete_file", "lib/a.dart", true)]
    fn each_specialist_may_only_make_its_own_calls(
        #[case] who: Specialist,
        #[case] tool: &str,
        #[case] path: &str,
        #[case] may: bool,
    ) {
        assert_eq!(check(who, tool, &json!({ "path": path })).is_ok(), may);
    }

    #[test]
    fn a_write_without_a_path_is_refused_to_a_specialist_that_may_only_write_markdown() {
        assert!(check(Specialist::Architect, "write_file", &json!({})).is_err());
        assert!(check(Specialist::Architect, "write_file", &json!({ "path": 7 })).is_err());
    }
}
