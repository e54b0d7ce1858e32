use artel_domain::{CredentialId, TenantId};
use serde_json::json;
use uuid::Uuid;

use super::*;

fn granted(service: &str, scopes: &Value) -> Granted {
    let credential = Credential {
        id: CredentialId(Uuid::nil()),
        tenant_id: TenantId(Uuid::nil()),
        service_name: service.to_owned(),
        instance_id: "main".to_owned(),
        account_label: "Main".to_owned(),
        user_id: None,
        created_at: Timestamp::UNIX_EPOCH,
        last_used_at: None,
    };
    Granted { credential, scopes: serde_json::from_value(scopes.clone()).unwrap() }
}

#[test]
fn events_are_read_by_the_grants_of_the_services_alone() {
    let granted = [
        granted("ozon", &json!({ "read": true })),
        granted("github", &json!({ "read": "ask" })),
        granted("telegram", &json!({ "read": false })),
        granted("gitlab", &json!({ "issues": true })),
        granted("bitrix24", &json!({ "crm": true, "events": true })),
        granted("http", &json!({ "read": "ask" })),
        granted("http", &json!({})),
    ];
    let keys = ["ozon", "github", "telegram", "gitlab", "bitrix24", "http", "jsonrpc"].map(str::to_owned);
    let standing = Standing::of_all(&keys, &granted);
    assert_eq!(standing.services, ["ozon", "bitrix24", "http"]);
    assert_eq!(standing.left_out, ["github"]);
    for (service, refusal) in [("telegram", "does not cover"), ("gitlab", "does not cover"), ("jsonrpc", "no account")]
    {
        let told = Standing::of_one(service, &granted).err().unwrap().to_string();
        assert!(told.starts_with("forbidden: ") && told.contains(refusal), "{told}");
    }
    assert!(Standing::of_one("ozon", &granted).unwrap().asks_about.is_none());
    assert_eq!(Standing::of_one("github", &granted).unwrap().asks_about.unwrap().service_name, "github");
}

#[test]
fn nobody_is_asked_about_nothing() {
    let (keys, asks) = (["ozon", "github"].map(str::to_owned), [granted("github", &json!({ "read": "ask" }))]);
    for (granted, refusal) in [(&asks[..0], "forbidden: "), (&asks[..], "approval_required: ")] {
        let told = Standing::of_all(&keys, granted).made_as().err().unwrap().to_string();
        assert!(told.starts_with(refusal) && told.contains("github") != granted.is_empty(), "{told}");
    }
    let made_as = Standing::of_one("github", &asks).unwrap().made_as().unwrap();
    let words = r#"the events of github are to be read, by the grant of the account "Main" (main)"#;
    assert_eq!((made_as.words.as_str(), made_as.needs_consent), (words, true));
    assert_eq!(made_as.account["account_label"], "Main");
}

#[test]
fn arguments_that_say_nothing_are_refused_by_their_name() {
    let args = |args: Value| filter(&serde_json::from_value(args).unwrap());
    let read = args(json!({ "since": "2026-07-01T03:00:00+03:00", "after": "00000000-0000-7000-8000-000000000001" }));
    let read = read.unwrap();
    assert_eq!((read.since.unwrap().to_string().as_str(), read.limit), ("2026-07-01T00:00:00Z", 20));
    for (name, value) in [("since", "yesterday"), ("until", "2026-07-01"), ("after", "2")] {
        let told = args(json!({ name: value })).unwrap_err().to_string();
        assert!(told.starts_with(&format!("invalid_argument: {name}: ")), "{told}");
    }
}
