use uuid::Uuid;

use super::*;
use crate::tool::{ArgumentPlace, HttpMethod};
use crate::{
    AgentId, AuthType, BindingId, EffectClass, ExecutionType, PermissionScope, TenantId, ToolId, ToolStatus,
    clock::micros,
};

fn row() -> ToolDefinition {
    ToolDefinition {
        id: ToolId(Uuid::from_u128(1)),
        tenant_id: TenantId(Uuid::nil()),
        name: "pay".into(),
        description: String::new(),
        input_schema: json!({ "type": "object" }),
        execution_type: ExecutionType::HttpWebhook,
        endpoint: Some("https://bank.example/pay".into()),
        auth_type: AuthType::BearerToken,
        status: ToolStatus::Active,
        version: 1,
        http_method: HttpMethod::Post,
        parameter_mapping: BTreeMap::new(),
        custom_headers: BTreeMap::from([("x-env".to_owned(), "live".to_owned())]),
        response_transform: None,
        effect: EffectClass::Idempotent,
        status_endpoint: None,
        cache_ttl_seconds: None,
        created_at: micros(0),
        updated_at: None,
    }
}

fn binding() -> Binding {
    Binding {
        id: BindingId(Uuid::from_u128(2)),
        tenant_id: TenantId(Uuid::nil()),
        agent_id: AgentId(Uuid::nil()),
        tool_id: row().id,
        permission_scope: PermissionScope::Read,
        timeout_ms: 1000,
        rate_limit: None,
        allowed_domains: vec!["bank.example".into()],
        secrets_ref: Some("bank".into()),
        require_approval: false,
        created_at: micros(0),
        updated_at: None,
    }
}

fn changed(row: &ToolDefinition, binding: &Binding) -> Vec<String> {
    let shown = Target::of_row(&self::row(), &self::binding());
    shown.changes(&Target::of_row(row, binding)).into_iter().map(|change| change.member).collect()
}

/// One member of a row, and how it is changed.
type Change = (&'static str, fn(&mut ToolDefinition));

#[test]
fn everything_that_decides_where_a_call_goes_and_as_whom_is_compared() {
    let rows: [Change; 10] = [
        ("version", |row| row.version = 2),
        ("name", |row| row.name = "pay2".into()),
        ("endpoint", |row| row.endpoint = Some("https://thief.example".into())),
        ("http_method", |row| row.http_method = HttpMethod::Put),
        ("parameter_mapping", |row| row.parameter_mapping = BTreeMap::from([("to".to_owned(), ArgumentPlace::Query)])),
        ("custom_headers", |row| drop(row.custom_headers.insert("x-env".into(), "test".into()))),
        ("auth_type", |row| row.auth_type = AuthType::None),
        ("effect", |row| row.effect = EffectClass::ReadOnly),
        ("execution_type", |row| row.execution_type = ExecutionType::Internal),
        ("status_endpoint", |row| row.status_endpoint = Some("https://thief.example/status".into())),
    ];
    for (member, change) in rows {
        let mut now = row();
        change(&mut now);
        assert_eq!(changed(&now, &binding()), [member]);
    }
    assert_eq!(changed(&row(), &Binding { secrets_ref: Some("other".into()), ..binding() }), ["secrets_ref"]);
    assert_eq!(changed(&row(), &Binding { allowed_domains: Vec::new(), ..binding() }), ["allowed_domains"]);
    assert_eq!(changed(&row(), &Binding { timeout_ms: 5, ..binding() }), Vec::<String>::new());
}

#[test]
fn a_change_tells_both_values_and_headers_stay_secret() {
    let shown = Target::of_row(&row(), &binding());
    let now = Target::of_row(&ToolDefinition { http_method: HttpMethod::Put, ..row() }, &binding());
    let expected = TargetChange { member: "http_method".into(), from: json!("POST"), to: json!("PUT") };
    assert_eq!(shown.changes(&now), [expected]);
    assert!(!serde_json::to_string(&shown).unwrap().contains("live"));
}

#[test]
fn the_digest_covers_arguments_and_target_and_survives_the_journal() {
    let shown = Target::of_row(&row(), &binding());
    let read: Target = serde_json::from_str(&serde_json::to_string(&shown).unwrap()).unwrap();
    let args = json!({ "amount": 5 });
    assert_eq!((&read, read.digest(&args)), (&shown, shown.digest(&args)));
    assert_ne!(shown.digest(&args), shown.digest(&json!({ "amount": 6 })));
    assert_ne!(shown.digest(&args), Target::of_row(&ToolDefinition { version: 2, ..row() }, &binding()).digest(&args));
    assert_ne!(Target::named(ToolRef::client("a")).digest(&args), Target::named(ToolRef::control("a")).digest(&args));
}

#[test]
fn an_account_is_compared_member_by_member() {
    let as_account = |account: Value| Target::named(ToolRef::builtin("connector_execute")).made_as(Some(&account));
    let shown = as_account(json!({ "instance_id": "shop", "base_urls": ["https://shop.example/sandbox"] }));
    let now = as_account(json!({ "instance_id": "shop", "base_urls": ["https://shop.example/live"], "changed_at": 2 }));
    let changed: Vec<String> = shown.changes(&now).into_iter().map(|change| change.member).collect();
    assert_eq!(changed, ["account.base_urls", "account.changed_at"]);
    let before = Target::named(ToolRef::builtin("connector_execute"));
    assert_eq!(before.changes(&shown).len(), 2, "a question that named no account is asked again");
}
