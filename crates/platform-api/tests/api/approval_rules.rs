use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::World;

fn rule() -> Value {
    json!({ "tool": "write_*", "agent_id": null, "conditions": [{ "argument": "/path", "is": "matches", "value": "*.md" }],
        "effect": "ask", "reason": "it writes" })
}

#[tokio::test]
async fn rules_are_replaced_as_a_whole_and_audited() {
    let world = World::new().await;
    let ada = world.ada();
    assert_eq!(ada.get("/approval-rules").await.body, json!({ "rules": [] }));
    let whole = json!({ "tool": "*", "agent_id": null, "conditions": [], "effect": "deny", "reason": null });
    let put = ada.put("/approval-rules", json!({ "rules": [rule(), { "tool": "*", "effect": "deny" }] })).await;
    assert_eq!(put.is(StatusCode::OK).body, json!({ "rules": [rule(), whole] }));
    assert_eq!(ada.get("/approval-rules").await.body, put.body);
    assert_eq!(world.bob().get("/approval-rules").await.body, json!({ "rules": [] }));
    ada.put("/approval-rules", json!({ "rules": [] })).await.is(StatusCode::OK);
    assert_eq!(ada.get("/approval-rules").await.body, json!({ "rules": [] }));
    assert_eq!(ada.get("/audit?entity_type=tenant").await.body.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn rules_are_the_administrators() {
    let world = World::new().await;
    let author = world.person_with(0xA, 0xADA, &["tools:write"]);
    author.get("/approval-rules").await.is_problem(403);
    author.put("/approval-rules", json!({ "rules": [] })).await.is_problem(403);
}

#[rstest]
#[case("tool", json!(""), "rules[0].tool")]
#[case("tool", json!("x".repeat(201)), "rules[0].tool")]
#[case("effect", json!("perhaps"), "rules[0].effect")]
#[case("agent_id", json!("x"), "rules[0].agent_id")]
#[case("reason", json!("x".repeat(501)), "rules[0].reason")]
#[case("conditions", json!([{ "argument": "path", "is": "eq", "value": 1 }]), "rules[0].conditions[0].argument")]
#[case("conditions", json!([{ "argument": "/a//b", "is": "eq", "value": 1 }]), "rules[0].conditions[0].argument")]
#[case("conditions", json!([{ "argument": "/a", "is": "gt", "value": "1" }]), "rules[0].conditions[0].value")]
#[case("conditions", json!([{ "argument": "/a", "is": "matches", "value": 1 }]), "rules[0].conditions[0].value")]
#[case("conditions", json!([{ "argument": "/a", "is": "like", "value": 1 }]), "rules[0].conditions[0].is")]
#[tokio::test]
async fn a_bad_rule_is_refused_by_the_name_of_what_is_bad(
    #[case] member: &str,
    #[case] value: Value,
    #[case] field: &str,
) {
    let world = World::new().await;
    let mut rule = rule();
    rule[member] = value;
    world.ada().put("/approval-rules", json!({ "rules": [rule] })).await.names(field);
    assert_eq!(world.ada().get("/approval-rules").await.body, json!({ "rules": [] }));
}
