//! Two people of one organisation with their IDEs.

use artel_testkit::{Database, on_both_stores};
use serde_json::{Value, json};

use crate::world::World;

async fn a_held_call_stays_its_owners(database: Database) {
    let world = World::new(database).await;
    let (things, mut socket, held) = world.held().await;
    let (public, eve) = (world.artel.url(), &world.eve);
    let before = world.rows(&things).await;
    let listed = eve.reads(public, "/v1/runs").await;
    assert_eq!((listed.status, listed.json()), (200, json!([])));
    assert_eq!(eve.reads(public, "/v1/approvals").await.json(), json!([]));
    for path in [
        format!("/v1/runs/{}", things.run),
        format!("/v1/runs/{}/events", things.run),
        format!("/v1/sessions/{}/messages", things.session),
        format!("/v1/approvals/{}", things.approval),
    ] {
        assert_eq!(eve.reads(public, &path).await.status, 404, "{path}");
    }
    let decision = format!("/v1/approvals/{}/decision", things.approval);
    let stolen = json!({ "path": "/home/ada/.ssh/authorized_keys", "content": "mine" });
    for body in [
        json!({ "decision": "approve" }),
        json!({ "decision": "reject" }),
        json!({ "decision": "edit", "arguments": stolen }),
    ] {
        assert_eq!(eve.calls(public, "POST", &decision, &body).await.status, 404, "{body}");
    }
    let agent = eve.calls(public, "POST", "/v1/agents", &json!({ "name": "hers", "model": "demo:echo" })).await.json();
    let start = json!({ "agent_id": agent["id"], "input_message": "hi", "session_id": things.session });
    assert_eq!(eve.calls(public, "POST", "/v1/runs", &start).await.status, 404);
    assert_eq!(world.rows(&things).await, before);

    let approved = json!({ "type": "hitl_decision", "call_id": held["call_id"], "decision": "approve" });
    socket.send(&approved).await;
    let call: Value = socket.turn().await.pop().unwrap();
    assert_eq!((&call["call_id"], &call["arguments"]), (&held["call_id"], &held["arguments"]), "as it was");
    assert!(call.get("decided_by").is_none(), "{call}");
}

on_both_stores! {
    a_held_call_stays_its_owners as a_held_call_stays_its_owners_on_sqlite, a_held_call_stays_its_owners_on_postgres;
}
