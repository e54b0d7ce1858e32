use artel_testkit::{Database, on_both_stores};
use serde_json::Value;

use crate::operations::{Operation, of_document, of_sources};
use crate::plan::{Plan, check_body, filled, filters, of_codelab, of_others, of_platform};
use crate::world::{Answer, Caller, Things, World};

/// A door of the installation, and whoever goes through it.
struct Door<'a> {
    caller: &'a Caller,
    base: &'a str,
    prefix: &'a str,
    by_a_service: bool,
}

impl Door<'_> {
    async fn calls(&self, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("{}{path}", self.prefix);
        if self.by_a_service {
            self.caller.by_a_service(self.base, method, &path, body).await
        } else {
            self.caller.calls(self.base, method, &path, body).await
        }
    }
}

async fn a_colleague_finds_and_changes_nothing_by_any_operation(database: Database) {
    let world = World::new(database).await;
    let (things, mut socket, _) = world.held().await;
    let before = world.rows(&things).await;
    let (login, mighty) = (world.eve.clone(), world.eve_with_all_scopes().await);
    let (public, runtime) = (world.artel.url(), world.artel.url_of("runtime"));
    let document = login.reads(public, "/openapi.json").await.json();
    let mut tried = 0;
    for caller in [&login, &mighty] {
        let door = Door { caller, base: public, prefix: "", by_a_service: false };
        for operation in of_document(&document) {
            tried += tries(&world, &door, &operation, of_platform(&operation), &things).await;
        }
        let door = Door { prefix: "/api/v1", ..door };
        for operation in of_sources("codelab-api").into_iter().filter(is_of_gateway) {
            tried += tries(&world, &door, &operation, of_codelab(&operation), &things).await;
        }
    }
    let door = Door { caller: &login, base: runtime, prefix: "", by_a_service: true };
    for operation in of_sources("codelab-api").into_iter().filter(is_of_runtime) {
        tried += tries(&world, &door, &operation, of_codelab(&operation), &things).await;
    }
    for (name, base) in [("llm-proxy", world.artel.url_of("llm_proxy")), ("auth-api", world.artel.url_of("auth"))] {
        let door = Door { caller: &login, base, prefix: "", by_a_service: false };
        for operation in of_sources(name) {
            tried += tries(&world, &door, &operation, of_others(&operation), &things).await;
        }
    }
    assert!(tried > 60, "{tried}");
    assert_eq!(world.rows(&things).await, before, "nothing changed");
    socket.is_silent(std::time::Duration::from_millis(300)).await;
}

fn is_of_gateway(operation: &Operation) -> bool {
    !matches!(operation.path.as_str(), "/agent/message/stream" | "/gateway-health" | "/nginx-health")
}

fn is_of_runtime(operation: &Operation) -> bool {
    !matches!(operation.path.as_str(), "/ws/{session_id}" | "/gateway-health" | "/nginx-health")
}

/// Does what the plan says; how many requests that were.
async fn tries(world: &World, door: &Door<'_>, operation: &Operation, plan: Plan, things: &Things) -> usize {
    let (method, name) = (operation.method.as_str(), operation.key());
    match plan {
        Plan::Nothing => 0,
        Plan::Names(body) => {
            let absent = Things::absent();
            check_body(operation, &body(things));
            let of = async |things: &Things| door.calls(method, &filled(&operation.path, things), &body(things)).await;
            let (private, nothing) = (of(things).await, of(&absent).await);
            assert_eq!(told(&private, things), told(&nothing, &absent), "{name}");
            2
        }
        Plan::Begins(body) => {
            check_body(operation, &body(things));
            let answer = door.calls(method, &operation.path, &body(things)).await;
            let tells = [&things.run, &things.approval, &things.call, &things.task, &things.execution]
                .into_iter()
                .any(|id| answer.text.contains(id));
            assert!(!tells || body(things).to_string().contains(&things.run), "{name}: {}", answer.text);
            assert!(!answer.text.contains("diary"), "{name}: {}", answer.text);
            1
        }
        Plan::Lists => {
            let mut paths = vec![operation.path.clone()];
            paths.extend(filters(operation, things).into_iter().map(|filter| format!("{}?{filter}", operation.path)));
            for path in &paths {
                let listed = door.calls(method, path, &Value::Null).await;
                let tells = things.ids().into_iter().find(|id| listed.text.contains(*id));
                assert_eq!(tells, None, "{method} {path}: {}", listed.text);
            }
            paths.len()
        }
        Plan::Opens => {
            if let Ok(mut socket) = world.socket(door.caller, &things.session).await {
                socket.is_silent(std::time::Duration::from_millis(300)).await;
                socket.close().await;
            }
            1
        }
    }
}

/// Status and body without what every request has of its own.
fn told(answer: &Answer, things: &Things) -> (u16, Value) {
    let mut text = answer.text.clone();
    for id in things.ids() {
        text = text.replace(id, "<id>");
    }
    let mut body: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| name != "trace_id" && name != "timestamp");
    }
    (answer.status, body)
}

on_both_stores! {
    a_colleague_finds_and_changes_nothing_by_any_operation
        as a_colleague_finds_and_changes_nothing_on_sqlite, a_colleague_finds_and_changes_nothing_on_postgres;
}
