use serde_json::json;
use uuid::Uuid;

use super::*;

fn tenant() -> TenantId {
    TenantId(Uuid::from_u128(1))
}

#[test]
fn the_id_of_a_builtin_agent_never_changes() {
    let id = BuiltinAgent::Codelab.id(tenant());
    assert_eq!(id.to_string(), Uuid::new_v5(&Uuid::from_u128(1), b"codelab").to_string());
    assert_eq!(BuiltinAgent::of(tenant(), id), Some(BuiltinAgent::Codelab));
    let golden = [
        (BuiltinAgent::Codelab, "f364adfa-0960-57ee-bead-9534213ec2b8"),
        (BuiltinAgent::System, "8a58b0c7-67ec-5164-887b-3c0ff6f94875"),
    ];
    for (agent, id) in golden {
        assert_eq!(agent.id(tenant()).to_string(), id);
    }
    assert_eq!(BuiltinAgent::of(TenantId(Uuid::from_u128(2)), id), None, "another tenant's is another agent");
}

#[test]
fn an_agent_that_an_earlier_release_wrote_is_an_enabled_one_of_a_user() {
    let mut written =
        serde_json::to_value(BuiltinAgent::Codelab.new_row(tenant(), UserId(Uuid::nil()), Timestamp::UNIX_EPOCH))
            .unwrap();
    for member in ["kind", "is_enabled", "has_unpublished_changes"] {
        written.as_object_mut().unwrap().remove(member);
    }
    written["id"] = json!(Uuid::from_u128(7));
    let read: Agent = serde_json::from_value(written).unwrap();
    assert_eq!((read.kind, read.is_enabled, read.has_unpublished_changes), (AgentKind::Custom, true, false));
    assert!(!read.is_read_only());
}

#[test]
fn a_builtin_agent_is_read_only_also_when_its_row_does_not_say_its_kind() {
    let row = BuiltinAgent::Codelab.new_row(tenant(), UserId(Uuid::nil()), Timestamp::UNIX_EPOCH);
    assert!(row.is_read_only() && BuiltinAgent::Codelab.is_intact(&row));
    let earlier = Agent { kind: AgentKind::Custom, ..row };
    assert!(earlier.is_read_only() && !BuiltinAgent::Codelab.is_intact(&earlier));
}

#[test]
fn the_assistant_is_told_in_russian_and_english_and_its_row_holds_no_prompt() {
    let row = BuiltinAgent::System.new_row(tenant(), UserId(Uuid::nil()), Timestamp::UNIX_EPOCH);
    assert_eq!((row.kind, row.system_prompt.as_str()), (AgentKind::System, ""));
    assert!(row.is_read_only() && BuiltinAgent::System.is_intact(&row));
    let prompt = BuiltinAgent::System.prompt();
    assert!(prompt.contains("You are") && prompt.contains("Ты"), "{prompt}");
}
