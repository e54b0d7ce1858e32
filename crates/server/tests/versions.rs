//! What a run uses of its agent, as the model sees it, through the real binary.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use serde_json::{Value, json};

/// Another user of the tenant whose user the client is.
async fn colleague(artel: &Artel, client: &Client) -> Client {
    let tenant =
        client.create("/agents", &json!({ "name": "of the tenant" })).await["tenant_id"].as_str().unwrap().to_owned();
    let user = "eeeeeeee-0000-4000-8000-000000000001";
    let (token, _) = artel.command(&["token", "--tenant", &tenant, "--user", user, "--scopes", "tools:write"]).await;
    Client::new(artel.url(), token.trim())
}

/// A finished run and the prompt that its model was given.
async fn run(client: &Client, model: &ModelServer, body: Value) -> (Value, String) {
    let (status, run) = client.post("/runs", &body).await;
    assert_eq!((status, &run["status"]), (201, &json!("succeeded")), "{run:#}");
    let asked = model.requests().pop().unwrap();
    let prompt = asked["messages"][0]["content"].as_str().unwrap_or_default().to_owned();
    (run, prompt)
}

async fn a_runs_version_tells_what_the_model_was_given(database: Database) {
    let model = ModelServer::start(|_| Reply::Text("Well".to_owned())).await;
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
    let owner = artel.client().await;
    let eve = colleague(&artel, &owner).await;
    let profile =
        json!({ "name": "a", "system_prompt": "prompt one", "model": "openai:scripted", "status": "published" });
    let agent = owner.create("/agents", &profile).await["id"].as_str().unwrap().to_owned();
    let start = json!({ "agent_id": agent, "input_message": "hi" });
    let (first, prompt) = run(&owner, &model, start.clone()).await;
    assert_eq!((&first["agent_version"], prompt.as_str()), (&json!(1), "prompt one"));

    let changed = owner
        .request("PUT", &format!("/agents/{agent}"))
        .json(&json!({ "system_prompt": "prompt two" }))
        .send()
        .await
        .unwrap();
    assert_eq!(changed.status(), 200);
    let (of_eve, prompt) = run(&eve, &model, start.clone()).await;
    assert_eq!((&of_eve["agent_version"], &of_eve["draft"], prompt.as_str()), (&json!(1), &json!(false), "prompt one"));
    let (of_owner, prompt) = run(&owner, &model, start.clone()).await;
    assert_eq!(
        (&of_owner["agent_version"], &of_owner["draft"], prompt.as_str()),
        (&Value::Null, &json!(true), "prompt two")
    );

    owner.create(&format!("/agents/{agent}/publish"), &Value::Null).await;
    let (published, prompt) = run(&eve, &model, start).await;
    assert_eq!((&published["agent_version"], prompt.as_str()), (&json!(2), "prompt two"));
}

on_both_stores! {
    a_runs_version_tells_what_the_model_was_given
        as a_runs_version_tells_what_the_model_was_given_on_sqlite, a_runs_version_tells_what_the_model_was_given_on_postgres;
}
