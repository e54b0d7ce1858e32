//! No operation tells another tenant's things from absent ones, whatever is shown as a credential.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::document::{filled, operations};
use crate::world::{Answer, Person, World, tool};

const ABSENT: &str = "00000000-0000-0000-0000-000000000009";

/// What ada has of everything.
struct Things {
    tenant: String,
    agent: String,
    tool: String,
    run: String,
    key: String,
    approval: String,
    form: String,
    session: String,
    artifact: String,
    credential: String,
    grant: String,
    connector: String,
    hook: String,
    hook_token: String,
    endpoint: String,
    delivery: String,
    task: String,
    skill: String,
    document: String,
}

async fn things(world: &World) -> Things {
    let ada = world.ada();
    let (agent, tool) = (ada.creates_agent("a").await, ada.creates_tool("t").await);
    ada.binds(&agent, &tool).await.is(StatusCode::CREATED);
    ada.post(&format!("/agents/{agent}/publish"), Value::Null).await.is(StatusCode::OK);
    let start = json!({ "agent_id": agent, "input_message": "hi", "session_id": "secret-session" });
    let (run, ()) = futures::join!(ada.post("/runs", start), world.works());
    let key = ada.creates_key(json!({ "scopes": ["agents:read"] })).await.id();
    let approval = world.held_call(&ada, &agent, &tool).await;
    let form = world.asked_form(&ada, &agent).await;
    let made = crate::artifacts::uploads(&ada, "a.txt", b"secret").await;
    let artifact = made["artifact_id"].as_str().unwrap().to_owned();
    crate::memory::puts(&ada, "a.txt", "secret").await.is(StatusCode::CREATED);
    let document = crate::documents::uploads(&ada, "a.txt", "secret", "all").await;
    let session = "secret-session".to_owned();
    let (credential, grant) = crate::credentials::granted(&ada, &agent).await;
    let connector = crate::own_connectors::imported(&ada, "secret_shop").await;
    let hook = crate::deliveries::made(&ada, "http", None).await;
    let (endpoint, delivery) = crate::webhooks::told(&ada).await;
    let task = ada.post("/tasks", json!({ "title": "t", "prompt": "p", "agent_id": agent })).await;
    let task = task.body["task_id"].as_str().unwrap().to_owned();
    Things {
        tenant: ada.tenant.to_string(),
        agent,
        tool,
        run: run.id(),
        key,
        approval,
        form,
        session,
        artifact,
        credential,
        grant,
        connector,
        hook: hook["id"].as_str().unwrap().to_owned(),
        hook_token: hook["token"].as_str().unwrap().to_owned(),
        endpoint,
        delivery,
        task,
        skill: crate::skills::made(&ada, "secret-skill").await,
        document,
    }
}

impl Things {
    fn id(&self, parameter: &str) -> String {
        match parameter {
            "org_id" => self.tenant.clone(),
            "agent_id" => self.agent.clone(),
            "tool_id" => self.tool.clone(),
            "run_id" | "turn_id" => self.run.clone(),
            "api_key_id" => self.key.clone(),
            "approval_id" => self.approval.clone(),
            "form_id" => self.form.clone(),
            "session_id" => self.session.clone(),
            "artifact_id" => self.artifact.clone(),
            "credential_id" => self.credential.clone(),
            "grant_id" => self.grant.clone(),
            "task_id" => self.task.clone(),
            "skill_id" => self.skill.clone(),
            "document_id" => self.document.clone(),
            "hook_id" => self.hook.clone(),
            "endpoint_id" => self.endpoint.clone(),
            "delivery_id" => self.delivery.clone(),
            // It opens its own hook alone, whoever shows it.
            "token" => self.hook_token.clone(),
            "version" => "2".to_owned(),
            // Every tenant has the same ones.
            "builtin_agent" | "name" => "absent".to_owned(),
            "connector_key" => self.connector.clone(),
            // Looked for in the session, which is the secret, and in a memory.
            "path" => "a.txt".to_owned(),
            other => panic!("what is a {other}?"),
        }
    }
}

/// A body that is good, so that only the ids can be wrong.
fn body(operation: &Value) -> Value {
    match operation["operationId"].as_str().unwrap() {
        "rollback_agent" => json!({ "version": 2 }),
        "create_agent" => json!({ "name": "a" }),
        "create_credential" => crate::credentials::account("main"),
        "create_grant" => json!({ "credential_id": ABSENT }),
        "update_hook" => json!({ "secret": "long enough" }),
        "update_grant" => json!({ "scopes": { "write": false } }),
        "create_tool" => tool("t"),
        "answer_form" => json!({ "values": {} }),
        "decide_approval" => json!({ "decision": "approve" }),
        "restore_memory" => json!({ "version": 1 }),
        "update_session" => json!({ "title": "mine" }),
        "answer_turn" => json!({ "approval_id": ABSENT, "decision": "approve" }),
        _ => json!({}),
    }
}

/// Status and body without the trace id, which is every request's own.
fn comparable(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("trace_id");
    }
    (answer.status, body)
}

#[tokio::test]
async fn a_foreign_id_is_as_absent_as_an_absent_one() {
    let world = World::new().await;
    let things = things(&world).await;
    let bob = world.bob();
    let bobs_key = bob.creates_key(json!({ "scopes": ["admin"] })).await;
    let credentials = [bob.clone(), bob.with_key(bobs_key.body["key"].as_str().unwrap())];
    let mut compared = 0;
    for (method, path, operation) in operations().into_iter().filter(|(_, path, _)| path.contains('{')) {
        for caller in &credentials {
            let foreign = filled(&path, |name| things.id(name));
            let absent = filled(&path, |name| if name == "version" { "2".to_owned() } else { ABSENT.to_owned() });
            let foreign = caller.call(&method, &foreign, body(&operation)).await;
            let absent = caller.call(&method, &absent, body(&operation)).await;
            assert_eq!(comparable(&foreign), comparable(&absent), "{method} {path}");
            // Everybody may write at any path of their own memory: what is wrong is the text.
            foreign.is_problem(if operation["operationId"] == "put_memory" { 422 } else { 404 });
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
    assert_unharmed(&world, &things).await;
}

#[tokio::test]
async fn a_foreign_id_in_a_body_or_a_query_is_as_absent_as_an_absent_one() {
    let world = World::new().await;
    let things = things(&world).await;
    let bob = world.bob();
    for (path, body) in [
        ("/runs", json!({ "input_message": "hi" })),
        ("/runs/stream", json!({ "input_message": "hi" })),
        ("/api-keys", json!({ "scopes": ["agents:read"] })),
    ] {
        let with = async |agent: &str| {
            let mut body = body.clone();
            body["agent_id"] = json!(agent);
            bob.post(path, body).await
        };
        let (foreign, absent) = (with(&things.agent).await, with(ABSENT).await);
        assert_eq!(comparable(&foreign), comparable(&absent), "{path}");
        foreign.is_problem(404);
    }
    let own = bob.creates_agent("mine").await;
    bob.binds(&own, &things.tool).await.is_problem(404);
    for query in [
        format!("agent_id={}", things.agent),
        format!("session_id={}", things.session),
        format!("before={}", things.run),
    ] {
        assert_eq!(bob.get(&format!("/runs?{query}")).await.body, json!([]), "{query}");
    }
    for query in [format!("run_id={}", things.run), format!("session_id={}", things.session)] {
        assert_eq!(bob.get(&format!("/approvals?{query}")).await.body, json!([]), "{query}");
    }
    assert_eq!(bob.get(&format!("/audit?entity_id={}", things.agent)).await.body, json!([]));
}

#[tokio::test]
async fn lists_show_ones_own_tenant_only() {
    let world = World::new().await;
    things(&world).await;
    for path in ["/agents", "/tools", "/runs", "/api-keys", "/audit", "/approvals"] {
        assert_eq!(world.bob().get(path).await.body, json!([]), "{path}");
        assert_ne!(world.ada().get(path).await.body, json!([]), "{path}");
    }
}

#[tokio::test]
async fn two_tenants_may_use_one_session_id_and_hear_nothing_of_each_other() {
    let world = World::new().await;
    let things = things(&world).await;
    let bob = world.bob();
    let start = json!({ "agent_id": bob.creates_agent("b").await, "input_message": "bob speaks", "session_id": things.session });
    let (run, ()) = futures::join!(bob.post("/runs", start), world.works());
    run.is(StatusCode::CREATED);
    let path = format!("/sessions/{}/messages", things.session);
    let says = async |person: &Person| person.get(&path).await.body.to_string();
    assert!(says(&bob).await.contains("bob speaks") && !says(&world.ada()).await.contains("bob speaks"));
}

/// Whatever bob tried, ada has what she had.
async fn assert_unharmed(world: &World, things: &Things) {
    let ada = world.ada();
    for path in
        [format!("/agents/{}", things.agent), format!("/tools/{}", things.tool), format!("/runs/{}", things.run)]
    {
        ada.get(&path).await.is(StatusCode::OK);
    }
    assert_eq!(ada.get(&format!("/agents/{}", things.agent)).await.body["version"], 2);
    assert_eq!(ada.get(&format!("/agents/{}/tools", things.agent)).await.body.as_array().unwrap().len(), 1);
    assert_eq!(ada.get(&format!("/approvals/{}", things.approval)).await.body["status"], "pending");
    assert_eq!(ada.get("/api-keys").await.body.as_array().unwrap().len(), 1);
}
