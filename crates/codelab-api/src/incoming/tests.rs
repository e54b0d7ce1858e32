use artel_domain::Specialist;
use artel_http::Problem;
use artel_intents::{HumanDecision, NewArguments};
use proptest::prelude::*;
use proptest::test_runner::Config;
use rstest::rstest;
use serde_json::{Map, Value, json};

use super::{Incoming, parse};

fn understood(frame: &Value) -> Incoming {
    parse(&frame.to_string()).unwrap_or_else(|refusal| panic!("{frame}: {refusal:?}"))
}

fn refused(text: &str) -> Problem {
    parse(text).expect_err(text).into()
}

fn edit(args: Value) -> HumanDecision {
    HumanDecision::Edit(NewArguments::Whole(args))
}

#[test]
fn a_long_integer_in_an_edit_or_a_result_keeps_its_digits() {
    let text = r#"{"type":"hitl_decision","call_id":"c","decision":"edit","modified_arguments":{"account":40817810099910004312}}"#;
    let Incoming::Decision(decided) = parse(text).unwrap() else { panic!("{text}") };
    assert_eq!(decided.decision, edit(json!({ "account": "40817810099910004312" })));
    let text = r#"{"type":"tool_result","call_id":"c","result":{"account":40817810099910004312}}"#;
    let Incoming::ToolResult(told) = parse(text).unwrap() else { panic!("{text}") };
    assert_eq!(told.result, Some(json!({ "account": "40817810099910004312" })));
}

/// As the IDE writes it: every key it knows, nulls included.
fn dart(kind: &str, said: &[(&str, Value)]) -> Value {
    let keys = [
        "role",
        "content",
        "call_id",
        "tool_name",
        "arguments",
        "requires_approval",
        "result",
        "error",
        "is_final",
        "token",
        "agent_type",
        "from_agent",
        "to_agent",
        "reason",
        "metadata",
    ];
    let mut frame: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), Value::Null)).collect();
    frame.insert("type".into(), kind.into());
    frame.extend(said.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    Value::Object(frame)
}

#[test]
fn the_ides_frames_with_all_their_nulls_are_understood() {
    let message = understood(&dart("user_message", &[("content", json!("Привет")), ("role", json!("user"))]));
    assert!(matches!(message, Incoming::UserMessage { content, agent: None, message_id: None } if content == "Привет"));
    let result = understood(&dart(
        "tool_result",
        &[("call_id", json!("c")), ("tool_name", json!("read_file")), ("result", json!({ "success": true }))],
    ));
    assert!(
        matches!(result, Incoming::ToolResult(result) if result.error.is_none() && result.result == Some(json!({ "success": true })))
    );
    let switch =
        understood(&dart("switch_agent", &[("agent_type", json!("debug")), ("content", json!("Switched to Debug"))]));
    assert!(matches!(switch, Incoming::SwitchAgent { agent: Specialist::Debug, reason: None, .. }));
}

#[test]
fn the_role_that_a_client_claims_is_nothing_to_us() {
    for role in ["user", "assistant", "system", "tool", "root"] {
        assert!(matches!(
            understood(&json!({ "type": "user_message", "content": "x", "role": role })),
            Incoming::UserMessage { .. }
        ));
    }
}

#[rstest]
#[case(json!("no such file"), Some("no such file"))]
#[case(json!(""), None)]
#[case(json!(false), None)]
#[case(json!({ "code": 5 }), Some("{\"code\":5}"))]
fn an_error_is_what_says_something(#[case] error: Value, #[case] text: Option<&str>) {
    let frame = understood(&json!({ "type": "tool_result", "call_id": "c", "result": 1, "error": error }));
    assert!(matches!(frame, Incoming::ToolResult(result) if result.error.as_deref() == text));
}

#[rstest]
#[case(json!({ "type": "hitl_decision", "call_id": "c", "decision": "approve" }), HumanDecision::Approve)]
#[case(json!({ "type": "hitl_decision", "call_id": "c", "decision": "edit", "modified_arguments": { "a": 1 } }), edit(json!({ "a": 1 })))]
#[case(json!({ "type": "hitl_response", "call_id": "c", "action": "reject", "feedback": null }), HumanDecision::Reject)]
#[case(json!({ "type": "plan_decision", "approval_request_id": "a", "decision": "approve" }), HumanDecision::Approve)]
#[case(json!({ "type": "plan_decision", "plan_id": "p", "decision": "modify", "feedback": "smaller" }), HumanDecision::Reject)]
fn decisions_of_all_protocols_are_understood(#[case] frame: Value, #[case] expected: HumanDecision) {
    assert!(matches!(understood(&frame), Incoming::Decision(made) if made.decision == expected));
}

#[test]
fn a_plan_is_edited_by_its_subtasks() {
    let frame =
        understood(&json!({ "type": "plan_decision", "plan_id": "p", "decision": "edit", "modified_subtasks": [{}] }));
    let Incoming::Decision(made) = frame else { panic!("{frame:?}") };
    assert_eq!(made.decision, HumanDecision::Edit(NewArguments::Member("subtasks", json!([{}]))));
}

#[rstest]
#[case("", "INVALID_FORMAT")]
#[case("{", "INVALID_FORMAT")]
#[case("[1]", "INVALID_FORMAT")]
#[case("\"user_message\"", "INVALID_FORMAT")]
#[case(r#"{"content":"x"}"#, "MISSING_FIELD")]
#[case(r#"{"type":null}"#, "MISSING_FIELD")]
#[case(r#"{"type":7}"#, "INVALID_FORMAT")]
#[case(r#"{"type":"teleport"}"#, "INVALID_TYPE")]
#[case(r#"{"type":"user_message"}"#, "MISSING_FIELD")]
#[case(r#"{"type":"user_message","content":" "}"#, "INVALID_FORMAT")]
#[case(r#"{"type":"user_message","content":{}}"#, "INVALID_FORMAT")]
#[case(r#"{"type":"user_message","content":"x","message_id":""}"#, "INVALID_FORMAT")]
#[case(r#"{"type":"user_message","content":"x","message_id":7}"#, "INVALID_FORMAT")]
#[case(r#"{"type":"user_message","content":"x","agent_type":"wizard"}"#, "INVALID_MESSAGE")]
#[case(r#"{"type":"tool_result","result":{}}"#, "MISSING_FIELD")]
#[case(r#"{"type":"tool_result","call_id":5}"#, "INVALID_FORMAT")]
#[case(r#"{"type":"switch_agent","content":"x"}"#, "MISSING_FIELD")]
#[case(r#"{"type":"hitl_decision","call_id":"c"}"#, "MISSING_FIELD")]
#[case(r#"{"type":"hitl_decision","call_id":"c","decision":"maybe"}"#, "INVALID_FORMAT")]
#[case(r#"{"type":"hitl_decision","call_id":"c","decision":"edit","modified_arguments":[]}"#, "INVALID_FORMAT")]
fn what_cannot_be_understood_is_answered_with_a_code(#[case] text: &str, #[case] code: &str) {
    assert_eq!(refused(text).code(), code);
}

#[test]
fn a_number_that_json_does_not_have_is_named() {
    let problem = refused(r#"{"type":"tool_result","call_id":"c","result":{"x":NaN}}"#);
    let expected = "Invalid JSON message: it has NaN, which is no number of JSON; send null or a text instead";
    assert_eq!((problem.code(), problem.message()), ("INVALID_FORMAT", expected));
}

#[test]
fn a_deep_nest_is_refused() {
    let text =
        format!(r#"{{"type":"tool_result","call_id":"c","result":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(refused(&text).code(), "INVALID_FORMAT");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        "(approve|edit|reject|coder|debug|user_message)".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,8}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_frame() -> impl Strategy<Value = String> {
    let kind = "(user_message|tool_result|switch_agent|hitl_decision|hitl_response|plan_decision|context_update|cancel|[a-z_]{0,12})";
    let key = "(content|role|agent_type|call_id|result|error|decision|action|modified_arguments|edited_arguments|feedback|plan_id|approval_request_id|modified_subtasks|reason|[a-z]{0,6})";
    let object = (kind, prop::collection::vec((key, any_json()), 0..8)).prop_map(|(kind, members)| {
        let mut frame: Map<String, Value> = members.into_iter().collect();
        frame.insert("type".into(), kind.into());
        Value::Object(frame).to_string()
    });
    let object = object.boxed();
    let torn = (object.clone(), any::<prop::sample::Index>()).prop_map(|(text, at)| {
        let place = at.index(text.len() + 1);
        (0..=place)
            .rev()
            .find(|place| text.is_char_boundary(*place))
            .map(|place| text[..place].to_owned())
            .unwrap_or_default()
    });
    prop_oneof![6 => object, 1 => torn, 1 => any_json().prop_map(|value| value.to_string()), 1 => ".*"]
}

proptest! {
    #![proptest_config(Config::with_cases(3000))]

    #[test]
    fn whatever_comes_is_understood_or_refused_with_a_word_that_clients_know(text in any_frame()) {
        if let Err(refusal) = parse(&text) {
            let problem = Problem::from(refusal);
            prop_assert!(["INVALID_FORMAT", "INVALID_TYPE", "INVALID_MESSAGE", "MISSING_FIELD"].contains(&problem.code()), "{}", problem.code());
            prop_assert!(problem.message().len() < 1000, "{}", problem.message().len());
        }
    }
}
