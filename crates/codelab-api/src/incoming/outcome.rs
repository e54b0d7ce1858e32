//! What a client's answer to a call means.

use artel_domain::ToolOutcome;
use serde_json::Value;

/// With these words the known clients say that their user did not want the call.
const DECLINED: [&str; 3] = ["Операция отклонена", "User rejected", "User cancelled"];
const NOTHING_TO_SAY: &str = "Tool executed successfully";

/// What became of the call, by `result` or `error`; an error wins.
pub(super) fn outcome(result: Option<Value>, error: Option<String>) -> ToolOutcome {
    match (error.filter(|error| !error.is_empty()), result) {
        (Some(error), _) => ToolOutcome::Failed { error },
        (None, None | Some(Value::Null)) => ToolOutcome::Succeeded { output: NOTHING_TO_SAY.into() },
        (None, Some(Value::String(text))) if text.is_empty() => {
            ToolOutcome::Succeeded { output: NOTHING_TO_SAY.into() }
        }
        (None, Some(output)) => ToolOutcome::Succeeded { output },
    }
}

/// The user said no, in the client's words. A failure of the call itself is something else.
pub(super) fn is_declined(outcome: &ToolOutcome) -> bool {
    outcome.error().is_some_and(|error| DECLINED.iter().any(|words| error.trim_start().starts_with(words)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(Some("Операция отклонена: write_file"), true)]
    #[case(Some("User rejected the operation"), true)]
    #[case(Some("User cancelled"), true)]
    #[case(Some("Ошибка валидации: Unsupported tool: x"), false)]
    #[case(Some("The user rejected"), false)]
    #[case(Some(""), false)]
    #[case(None, false)]
    fn only_the_words_of_a_refusal_decline(#[case] error: Option<&str>, #[case] declined: bool) {
        assert_eq!(is_declined(&outcome(Some(json!({})), error.map(str::to_owned))), declined);
    }

    #[test]
    fn an_error_wins_over_a_result_and_an_empty_one_is_none() {
        let failed = ToolOutcome::Failed { error: "no".into() };
        assert_eq!(outcome(Some(json!({ "success": true })), Some("no".into())), failed);
        let done = ToolOutcome::Succeeded { output: json!({ "success": true }) };
        assert_eq!(outcome(Some(json!({ "success": true })), Some(String::new())), done);
        assert_eq!(outcome(None, None).for_model(), "Tool executed successfully");
        assert_eq!(outcome(Some(json!("")), None).for_model(), "Tool executed successfully");
        assert_eq!(outcome(Some(json!(false)), None).for_model(), "false");
    }
}
