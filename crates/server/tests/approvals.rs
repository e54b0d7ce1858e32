//! Calls that wait for a human, through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Event, Launch, ModelServer, Receiver, on_both_stores};
use serde_json::{Value, json};

/// A model that wants to write once, the tool's server, and the product between them.
struct World {
    model: ModelServer,
    receiver: Receiver,
    artel: Artel,
    client: Client,
    agent: String,
}

impl World {
    async fn new(database: Database) -> Self {
        Self::with(database, &[]).await
    }

    async fn with(database: Database, settings: &[(&str, &str)]) -> Self {
        let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
        let receiver = Receiver::start(Duration::ZERO).await;
        let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url());
        let artel = settings.iter().fold(launch, |launch, (name, value)| launch.with(name, value)).start().await;
        let client = artel.client().await;
        let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("write_file", "idempotent")]).await;
        Self { model, receiver, artel, client, agent }
    }

    /// A run that waits, and the approval that it waits for.
    async fn waits(&self) -> (String, Value) {
        let (status, run) =
            self.client.post("/runs", &json!({ "agent_id": self.agent, "input_message": "Write" })).await;
        assert_eq!(
            (status, &run["phase"], &run["status"]),
            (202, &json!("waiting_for_approval"), &json!("running")),
            "{run:#}"
        );
        assert_eq!(run["tools_called"][0]["status"], "awaiting_approval");
        let run = run["id"].as_str().unwrap().to_owned();
        let (_, pending) = self.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
        (run, pending[0].clone())
    }

    /// The open approval of the run, as soon as there is one.
    async fn pending(&self, run: &str) -> Value {
        for _ in 0..400 {
            let (_, pending) = self.client.get(&format!("/approvals?status=pending&run_id={run}")).await;
            if pending[0].is_object() {
                return pending[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("after 10 s nothing is asked");
    }

    async fn decide(&self, approval: &Value, body: Value) -> (u16, Value) {
        self.client.post(&format!("/approvals/{}/decision", approval["id"].as_str().unwrap()), &body).await
    }

    /// `kill -9` and a new life.
    async fn dies_and_lives(&mut self) {
        self.artel.kill().await;
        self.artel.restart().await;
        self.client = self.client.at(self.artel.url());
    }

    /// What the model was told of its call.
    fn told(&self) -> String {
        let requests = self.model.requests();
        requests.last().unwrap()["messages"].as_array().unwrap().last().unwrap().to_string()
    }

    async fn events(&self, run: &str) -> Vec<Event> {
        self.client.events(run, None).await.rest().await
    }
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

async fn an_approved_call_has_exactly_one_effect(database: Database) {
    let world = World::new(database).await;
    let mut stream = world.client.stream(&world.agent, "Write").await;
    let seen = stream.until("approval").await;
    let asked = &seen.last().unwrap().data;
    assert_eq!((&asked["name"], &asked["args"]), (&json!("write_file"), &json!({ "text": "hello" })));
    assert_eq!(asked["reason"], "a human decides about calls of 'write_file'");
    let (_, approval) = world.client.get(&format!("/approvals/{}", asked["approval_id"].as_str().unwrap())).await;
    assert_eq!(approval["status"], "pending");
    assert_eq!(world.receiver.calls(), 0);
    assert_eq!(world.decide(&approval, json!({ "decision": "approve" })).await.0, 200);
    assert_eq!(world.decide(&approval, json!({ "decision": "reject" })).await.0, 409);
    let rest = stream.rest().await;
    assert_eq!(names(&rest)[..2], ["approval_decided", "tool_result"]);
    assert_eq!(rest[0].data["decision"], "approve");
    let run = seen[0].data["run_id"].as_str().unwrap();
    let live: String = seen.iter().chain(&rest).map(|event| event.raw.as_str()).collect();
    let again: String = world.events(run).await.iter().map(|event| event.raw.as_str()).collect();
    assert_eq!(live, again, "the wait is part of the story");
    let run = world.client.finished_run(run).await;
    assert_eq!(
        (&run["status"], &run["tools_called"][0]["tool_call_id"]),
        (&json!("succeeded"), &approval["tool_call_id"])
    );
    assert_eq!((world.receiver.calls(), world.receiver.effects()), (1, 1));
    assert_eq!(world.model.requests().len(), 2, "the model is not asked to repeat its call");
    let (rows, whole) = world.artel.command(&["audit", "verify"]).await;
    assert!(whole, "{rows}");
}

async fn an_edit_is_what_is_called(database: Database) {
    let world = World::new(database).await;
    let (run, approval) = world.waits().await;
    let (status, refused) = world.decide(&approval, json!({ "decision": "edit", "arguments": { "text": 5 } })).await;
    assert_eq!((status, &refused["field_errors"][0]["field"]), (422, &json!("arguments")), "{refused}");
    assert_eq!(world.decide(&approval, json!({ "decision": "edit", "arguments": { "text": "edited" } })).await.0, 200);
    let run = world.client.finished_run(&run).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    assert_eq!(run["tools_called"][0]["args"], json!({ "text": "edited" }));
    assert!(world.told().contains("edited"), "{}", world.told());
    assert_eq!(world.receiver.calls(), 1);
}

async fn a_rejection_reaches_the_model_with_its_feedback(database: Database) {
    let world = World::new(database).await;
    let (run, approval) = world.waits().await;
    assert_eq!(world.decide(&approval, json!({ "decision": "reject", "feedback": "use the other file" })).await.0, 200);
    let run = world.client.finished_run(&run).await;
    assert_eq!((&run["status"], &run["tools_called"][0]["status"]), (&json!("succeeded"), &json!("failed")), "{run:#}");
    assert!(world.told().contains("a human rejected this call: use the other file"), "{}", world.told());
    assert_eq!(world.receiver.calls(), 0);
}

async fn a_wait_survives_crashes_and_costs_no_lease(database: Database) {
    let mut world = World::new(database).await;
    let (run, approval) = world.waits().await;
    world.dies_and_lives().await;
    // Longer than a lease: nobody takes the run for abandoned.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (_, waiting) = world.client.get(&format!("/runs/{run}")).await;
    assert_eq!(waiting["phase"], "waiting_for_approval", "{waiting:#}");
    assert!(!world.artel.log().contains("taking up a run that its worker left"));
    world.receiver.set_delay(Duration::from_secs(2));
    assert_eq!(world.decide(&approval, json!({ "decision": "approve" })).await.0, 200);
    world.dies_and_lives().await;
    world.receiver.set_delay(Duration::ZERO);
    let finished = world.client.finished_run(&run).await;
    assert_eq!(finished["status"], "succeeded", "{finished:#}");
    assert_eq!((world.receiver.effects(), world.receiver.calls_by_key().len()), (1, 1), "however often it was sent");
    assert_eq!(
        names(&world.events(&run).await)[..5],
        ["start", "tool_call", "approval", "approval_decided", "tool_result"]
    );
}

async fn a_decision_may_come_through_another_process(database: Database) {
    let world = World::new(database).await;
    let (run, approval) = world.waits().await;
    let (_other, url) = world.artel.another().await;
    let there = world.client.at(&url);
    let path = format!("/approvals/{}/decision", approval["id"].as_str().unwrap());
    let (status, _) = there.post(&path, &json!({ "decision": "approve" })).await;
    assert_eq!(status, 200);
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!(world.receiver.calls(), 1);
}

async fn nobody_answering_in_time_is_an_answer(database: Database) {
    let world = World::with(database, &[("APPROVAL_TIMEOUT", "1")]).await;
    let (run, approval) = world.waits().await;
    assert!(approval["expires_at"].is_string(), "{approval}");
    let run = world.client.finished_run(&run).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    assert!(world.told().contains("nobody approved this call in time"), "{}", world.told());
    let (status, refused) = world.decide(&approval, json!({ "decision": "approve" })).await;
    assert_eq!((status, &refused["details"]["status"]), (409, &json!("expired")), "{refused}");
    assert_eq!(world.receiver.calls(), 0);
}

async fn a_cancelled_run_takes_its_question_with_it(database: Database) {
    let world = World::new(database).await;
    let (run, approval) = world.waits().await;
    assert_eq!(world.client.post(&format!("/runs/{run}/cancel"), &json!({})).await.0, 202);
    assert_eq!(world.client.finished_run(&run).await["phase"], "cancelled");
    let (status, refused) = world.decide(&approval, json!({ "decision": "approve" })).await;
    assert_eq!((status, &refused["details"]["status"]), (409, &json!("cancelled")), "{refused}");
    assert_eq!(world.receiver.calls(), 0);
}

/// The tool of the held call is changed by `PUT /tools/{id}`; the process dies before and after the decision.
async fn an_approved_call_is_not_made_at_another_endpoint(database: Database) {
    let mut world = World::new(database).await;
    let elsewhere = Receiver::start(Duration::ZERO).await;
    let (run, approval) = world.waits().await;
    assert_eq!(
        (&approval["target"]["http_method"], &approval["tool"]["version"]),
        (&json!("POST"), &json!(1)),
        "{approval:#}"
    );
    let (_, bound) = world.client.get(&format!("/agents/{}/tools", world.agent)).await;
    let tool = bound[0]["tool_id"].as_str().unwrap().to_owned();
    let mut changed = elsewhere.tool("write_file", "idempotent");
    changed["http_method"] = json!("PUT");
    let put = world.client.request("PUT", &format!("/tools/{tool}")).json(&changed).send().await.unwrap();
    assert_eq!(put.status(), 200);
    world.dies_and_lives().await;
    assert_eq!(world.decide(&approval, json!({ "decision": "approve" })).await.0, 200);

    let again = world.pending(&run).await;
    assert_ne!(again["id"], approval["id"]);
    let members: Vec<&str> =
        again["changed"].as_array().unwrap().iter().map(|change| change["member"].as_str().unwrap()).collect();
    assert_eq!(members, ["endpoint", "http_method", "version"], "{again:#}");
    assert_eq!((&again["changed"][1]["from"], &again["changed"][1]["to"]), (&json!("POST"), &json!("PUT")));
    assert_eq!((world.receiver.calls(), elsewhere.calls()), (0, 0), "nothing was sent");
    let (status, refused) = world.decide(&approval, json!({ "decision": "approve" })).await;
    assert_eq!((status, &refused["details"]["status"]), (409, &json!("cancelled")), "{refused}");
    world.dies_and_lives().await;
    assert_eq!((world.receiver.calls(), elsewhere.calls()), (0, 0));

    assert_eq!(world.decide(&again, json!({ "decision": "approve" })).await.0, 200);
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!((world.receiver.calls(), elsewhere.calls()), (0, 1), "as it was shown the second time");
}

async fn a_tenants_rules_come_before_the_operators(database: Database) {
    const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    let world = World::new(database).await;
    let (token, _) = world.artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
    let ada = Client::new(world.artel.url(), token.trim());
    let agent = ada.agent("openai:gpt-4o-mini", &[world.receiver.tool("write_file", "idempotent")]).await;
    let run = async |rules: Value| {
        let put = ada.request("PUT", "/approval-rules").json(&json!({ "rules": rules })).send().await.unwrap();
        assert_eq!(put.status(), 200);
        ada.post("/runs", &json!({ "agent_id": agent, "input_message": "Write" })).await
    };
    let condition = json!({ "argument": "/text", "is": "eq", "value": "hello" });
    let (status, allowed) = run(json!([{ "tool": "write_*", "conditions": [condition], "effect": "allow" }])).await;
    assert_eq!((status, &allowed["status"]), (201, &json!("succeeded")), "{allowed:#}");
    assert_eq!(world.receiver.calls(), 1);
    let (_, denied) = run(json!([{ "tool": "*", "effect": "deny", "reason": "not in this house" }])).await;
    assert_eq!(denied["tools_called"][0]["status"], "failed", "{denied:#}");
    assert!(world.told().contains("not in this house"), "{}", world.told());
    assert_eq!(world.receiver.calls(), 1);
    // The rules are one tenant's: the other one's calls go by the operator's defaults.
    world.waits().await;
}

/// An agent whose tool the rules say nothing about; returns the agent and the path of its binding.
async fn with_a_harmless_tool(world: &World) -> (String, String) {
    let agent = world.client.agent("openai:gpt-4o-mini", &[world.receiver.tool("write_note", "idempotent")]).await;
    let (_, bound) = world.client.get(&format!("/agents/{agent}/tools")).await;
    let path = format!("/agents/{agent}/tools/{}", bound[0]["tool_id"].as_str().unwrap());
    (agent, path)
}

/// Sends a request that must succeed.
async fn change(client: &Client, method: &str, path: &str, body: Value) -> Value {
    let answer = client.request(method, path).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{method} {path}");
    answer.json().await.unwrap()
}

async fn an_author_has_a_human_decide_about_a_tool(database: Database) {
    let world = World::new(database).await;
    let (agent, binding) = with_a_harmless_tool(&world).await;
    let run = async || world.client.post("/runs", &json!({ "agent_id": agent, "input_message": "Write" })).await;
    assert_eq!(run().await.0, 201, "nobody is asked");
    assert_eq!(world.receiver.calls(), 1);

    let bound = change(&world.client, "PATCH", &binding, json!({ "require_approval": true })).await;
    assert_eq!(bound["require_approval"], true);
    let (status, waiting) = run().await;
    assert_eq!((status, &waiting["phase"]), (202, &json!("waiting_for_approval")), "{waiting:#}");
    let asked = world.pending(waiting["id"].as_str().unwrap()).await;
    assert_eq!(asked["reason"], "the agent's author has a human decide about calls of 'write_note'");
    assert_eq!(world.receiver.calls(), 1, "nothing is sent before the decision");
    assert_eq!(world.decide(&asked, json!({ "decision": "approve" })).await.0, 200);
    assert_eq!(world.client.finished_run(waiting["id"].as_str().unwrap()).await["status"], "succeeded");
    assert_eq!(world.receiver.calls(), 2);
}

/// What the author says is of the agent's version, and no rule of the tenant is loosened or overridden by it.
async fn an_authors_word_belongs_to_the_version_and_loosens_no_rule(database: Database) {
    const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    let mut world = World::new(database).await;
    let (token, _) = world.artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
    world.client = Client::new(world.artel.url(), token.trim());
    let (agent, _) = with_a_harmless_tool(&world).await;
    let (path, client) = (format!("/agents/{agent}"), &world.client);
    change(client, "PUT", &path, json!({ "require_approval": true })).await;
    client.create(&format!("{path}/publish"), &json!({})).await;
    let loosened = change(client, "PUT", &path, json!({ "require_approval": false })).await;
    assert_eq!(
        (&loosened["require_approval"], &loosened["has_unpublished_changes"]),
        (&json!(false), &json!(true)),
        "the published version still asks"
    );
    let run = async |draft: bool| {
        client.post("/runs", &json!({ "agent_id": agent, "input_message": "Write", "draft": draft })).await
    };
    change(client, "PUT", "/approval-rules", json!({ "rules": [{ "tool": "write_note", "effect": "allow" }] })).await;
    assert_eq!(run(true).await.0, 201, "the draft asks nobody");
    let (status, waiting) = run(false).await;
    assert_eq!(status, 202, "a rule that allows does not take the author's word back: {waiting:#}");
    let asked = world.pending(waiting["id"].as_str().unwrap()).await;
    assert!(asked["reason"].as_str().unwrap().contains("author has a human decide about every call"), "{asked:#}");
    assert_eq!(world.decide(&asked, json!({ "decision": "reject" })).await.0, 200);
    client.finished_run(waiting["id"].as_str().unwrap()).await;

    let rule = json!({ "tool": "*", "effect": "deny", "reason": "not in this house" });
    change(client, "PUT", "/approval-rules", json!({ "rules": [rule] })).await;
    let (status, denied) = run(false).await;
    assert_eq!((status, &denied["tools_called"][0]["status"]), (201, &json!("failed")), "{denied:#}");
    assert!(world.told().contains("not in this house"), "{}", world.told());
    assert_eq!(world.receiver.calls(), 1, "only the draft's call was made");
}

on_both_stores! {
    an_approved_call_has_exactly_one_effect as an_approved_call_has_one_effect_on_sqlite, an_approved_call_has_one_effect_on_postgres;
    an_edit_is_what_is_called as an_edit_is_what_is_called_on_sqlite, an_edit_is_what_is_called_on_postgres;
    a_rejection_reaches_the_model_with_its_feedback as a_rejection_reaches_the_model_on_sqlite, a_rejection_reaches_the_model_on_postgres;
    a_wait_survives_crashes_and_costs_no_lease as a_wait_survives_crashes_on_sqlite, a_wait_survives_crashes_on_postgres;
    a_decision_may_come_through_another_process as another_process_may_decide_on_sqlite, another_process_may_decide_on_postgres;
    nobody_answering_in_time_is_an_answer as an_approval_expires_on_sqlite, an_approval_expires_on_postgres;
    a_cancelled_run_takes_its_question_with_it as a_cancelled_run_closes_its_question_on_sqlite, a_cancelled_run_closes_its_question_on_postgres;
    an_approved_call_is_not_made_at_another_endpoint as an_approval_pins_the_endpoint_on_sqlite, an_approval_pins_the_endpoint_on_postgres;
    an_author_has_a_human_decide_about_a_tool as an_author_has_a_human_decide_on_sqlite, an_author_has_a_human_decide_on_postgres;
    an_authors_word_belongs_to_the_version_and_loosens_no_rule as an_author_loosens_no_rule_on_sqlite, an_author_loosens_no_rule_on_postgres;
    a_tenants_rules_come_before_the_operators as tenants_rules_come_first_on_sqlite, tenants_rules_come_first_on_postgres;
}
