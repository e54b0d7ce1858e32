//! Dialogues with an organisation's agents, through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Reply, on_both_stores};
use serde_json::{Value, json};

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const EVE: &str = "aaaaaaaa-0000-4000-8000-000000000003";

/// The product and a model: it drafts a message when it is asked to, and hangs when it is told to wait.
struct World {
    artel: Artel,
    model: ModelServer,
    ada: Client,
}

impl World {
    async fn new(database: Database) -> Self {
        let model = ModelServer::start(answer).await;
        let artel =
            Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
        let ada = client(&artel, ADA, "admin").await;
        Self { artel, model, ada }
    }

    async fn says(&self, body: Value) -> Value {
        let (status, started) = self.ada.post("/v1/sessions/stream", &body).await;
        assert_eq!(status, 202, "{started:#}");
        assert_eq!(started["turn_id"], started["run_id"]);
        started
    }

    async fn hears(&self, started: &Value) -> Vec<Told> {
        told(&reads(&self.ada, started["stream_url"].as_str().unwrap(), None).await)
    }
}

fn answer(body: &Value) -> Reply {
    let last = body["messages"].as_array().unwrap().last().unwrap();
    let text = last["content"].to_string();
    match last["role"].as_str() {
        Some("tool") => Reply::Slow("The draft is ready for you".to_owned(), Duration::from_millis(20)),
        _ if text.contains("wait") => Reply::Hang,
        _ if text.contains("Talk") => Reply::Slow("and so on ".repeat(20), Duration::from_millis(20)),
        _ if text.contains("Draft") => {
            let variants = json!([{ "label": "Short", "text": "Hi" }, { "label": "Long", "text": "Good morning" }]);
            Reply::CallOf("I write it.".to_owned(), "message_compose", json!({ "variants": variants }))
        }
        _ => Reply::Text("Fine.".to_owned()),
    }
}

async fn client(artel: &Artel, user: &str, scopes: &str) -> Client {
    let (token, made) = artel.command(&["token", "--tenant", TENANT, "--user", user, "--scopes", scopes]).await;
    assert!(made, "artel token: {token}");
    Client::new(artel.url(), token.trim())
}

/// An event with all its bytes.
#[derive(Debug, Clone)]
struct Told {
    id: String,
    name: String,
    data: Value,
    raw: String,
}

/// The whole text of a stream, without comments.
async fn reads(client: &Client, path: &str, after: Option<&str>) -> String {
    let request = client.request("GET", path);
    let request = after.into_iter().fold(request, |request, after| request.header("Last-Event-ID", after));
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    let text = answer.text().await.unwrap();
    text.split_inclusive("\n\n").filter(|event| !event.starts_with(':')).collect()
}

fn told(text: &str) -> Vec<Told> {
    let read = |raw: &str| {
        let field = |name: &str| raw.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
        let data = serde_json::from_str(&field("data:")).unwrap();
        Told { id: field("id:"), name: field("event:"), data, raw: raw.to_owned() }
    };
    text.split_inclusive("\n\n").map(read).collect()
}

fn names(events: &[Told]) -> Vec<&str> {
    let mut names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    names.dedup();
    names
}

async fn a_turn_calls_a_tool_and_its_stream_is_cut_anywhere(database: Database) {
    let world = World::new(database).await;
    let started = world.says(json!({ "message": "Draft a greeting" })).await;
    let url = started["stream_url"].as_str().unwrap();
    let live = reads(&world.ada, url, None).await;
    let events = told(&live);
    let expected =
        ["turn_started", "text_delta", "tool_call", "tool_result", "artifact", "text_delta", "turn_completed"];
    let without_usage: Vec<Told> = events.iter().filter(|event| event.name != "usage").cloned().collect();
    assert_eq!(names(&without_usage), expected, "{live}");
    let (result, end) =
        (&events.iter().find(|event| event.name == "tool_result").unwrap().data, events.last().unwrap());
    assert_eq!((&result["name"], &result["status"]), (&json!("message_compose"), &json!("succeeded")));
    assert_eq!(end.data["output"], "The draft is ready for you");
    assert_eq!(end.data["files"][0]["artifact_id"], result["artifact_ids"][0]);
    let (status, draft) = world.ada.get(end.data["files"][0]["url"].as_str().unwrap()).await;
    assert_eq!((status, &draft["variants"][1]["label"]), (200, &json!("Long")));
    // Each time it goes on at another process, which never saw the turn.
    let (_other, elsewhere) = world.artel.another().await;
    let there = world.ada.at(&elsewhere);
    for cut in 0..=events.len() {
        let first: String = events[..cut].iter().map(|event| event.raw.as_str()).collect();
        let after = cut.checked_sub(1).map(|last| events[last].id.as_str());
        for reader in [&world.ada, &there] {
            assert_eq!(first.clone() + &reads(reader, url, after).await, live, "cut after event {cut}");
        }
    }
    the_model_was_told_of_the_catalogue(&world);
}

/// What comes before `events` events of a stream have come, or its end; and whether it has ended.
async fn reads_some(client: &Client, path: &str, after: Option<&str>, events: usize) -> (String, bool) {
    let request = client.request("GET", path);
    let request = after.into_iter().fold(request, |request, after| request.header("Last-Event-ID", after));
    let mut answer = request.send().await.unwrap();
    let mut text = String::new();
    while let Some(bytes) = answer.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&bytes).unwrap());
        let whole: Vec<&str> = text.split_inclusive("\n\n").filter(|event| event.ends_with("\n\n")).collect();
        if whole.len() >= events {
            return (whole.concat(), false);
        }
    }
    (text, true)
}

async fn a_turn_that_is_read_in_pieces_while_it_comes_repeats_nothing(database: Database) {
    let world = World::new(database).await;
    let started = world.says(json!({ "message": "Talk" })).await;
    let url = started["stream_url"].as_str().unwrap();
    let mut seen = String::new();
    loop {
        let last = told(&seen).pop().map(|event| event.id);
        let (more, is_over) = reads_some(&world.ada, url, last.as_deref(), 3).await;
        seen.push_str(&more);
        if is_over {
            break;
        }
    }
    assert_eq!(seen, reads(&world.ada, url, None).await);
    assert!(told(&seen).iter().filter(|event| event.name == "text_delta").count() > 5, "{seen}");
}

fn the_model_was_told_of_the_catalogue(world: &World) {
    let asked = &world.model.requests()[0];
    let prompt = asked["messages"][0]["content"].to_string();
    assert!(prompt.contains("assistant of an organisation") && prompt.contains("message_compose"), "{prompt}");
    let offered: Vec<&str> =
        asked["tools"].as_array().unwrap().iter().map(|tool| tool["function"]["name"].as_str().unwrap()).collect();
    assert!(offered.contains(&"web_fetch") && offered.contains(&"message_compose"), "{offered:?}");
}

async fn a_session_goes_on_and_is_its_owners(database: Database) {
    let world = World::new(database).await;
    let agent =
        world.ada.create("/v1/organizations/me/agents", &json!({ "name": "A", "system_prompt": "Be kind." })).await;
    let started =
        world.says(json!({ "message": "How are you?", "agent_id": agent["id"], "metadata": { "a": 1 } })).await;
    world.hears(&started).await;
    let session = started["session_id"].as_str().unwrap();
    let again = world.says(json!({ "message": "And now?", "session_id": session })).await;
    let events = world.hears(&again).await;
    assert_eq!(events[0].data["agent_id"], agent["id"], "the session's own agent answers");
    let asked = world.model.requests().last().unwrap()["messages"].to_string();
    assert!(asked.contains("How are you?") && asked.contains("Be kind."), "{asked}");
    let place = format!("/v1/sessions/{session}");
    let (_, listed) = world.ada.get(&format!("/v1/sessions?q=HOW&agent_id={}", agent["id"].as_str().unwrap())).await;
    assert_eq!((&listed[0]["id"], &listed[0]["metadata"]), (&json!(session), &json!({ "a": 1 })));
    assert_eq!(world.ada.get(&format!("{place}/messages")).await.1.as_array().unwrap().len(), 4);
    a_colleague_finds_nothing(&world, &again).await;
    let renamed = world.ada.request("PATCH", &place).json(&json!({ "title": "Chat" })).send().await.unwrap();
    assert_eq!(renamed.json::<Value>().await.unwrap()["title"], "Chat");
    assert_eq!(world.ada.request("DELETE", &place).send().await.unwrap().status(), 204);
    assert_eq!(world.ada.get(&place).await.0, 404);
    assert_eq!(world.ada.post("/v1/sessions/stream", &json!({ "message": "x", "session_id": session })).await.0, 404);
}

async fn a_colleague_finds_nothing(world: &World, turn: &Value) {
    let eve = client(&world.artel, EVE, "runs:read,runs:write,agents:read,agents:write").await;
    let session = turn["session_id"].as_str().unwrap();
    for path in [
        format!("/v1/sessions/{session}"),
        format!("/v1/sessions/{session}/messages"),
        format!("/v1/sessions/{session}/stream"),
        turn["stream_url"].as_str().unwrap().to_owned(),
        format!("/v1/runs/{}", turn["run_id"].as_str().unwrap()),
    ] {
        assert_eq!(eve.get(&path).await.0, 404, "{path}");
    }
    assert_eq!(eve.get("/v1/sessions").await.1, json!([]));
    let cancel = format!("/v1/sessions/{session}/turns/{}/cancel", turn["turn_id"].as_str().unwrap());
    assert_eq!(eve.post(&cancel, &json!({})).await.0, 404);
    assert_eq!(eve.post("/v1/sessions/stream", &json!({ "message": "x", "session_id": session })).await.0, 404);
}

async fn a_sessions_stream_has_all_its_turns(database: Database) {
    let world = World::new(database).await;
    let first = world.says(json!({ "message": "Draft a greeting" })).await;
    let before = reads(&world.ada, first["stream_url"].as_str().unwrap(), None).await;
    let session = first["session_id"].as_str().unwrap();
    let path = format!("/v1/sessions/{session}/stream");
    let second = world.says(json!({ "message": "Draft another", "session_id": session })).await;
    let whole = reads_to(&world.ada, &path, None, 2).await;
    let after = reads(&world.ada, second["stream_url"].as_str().unwrap(), None).await;
    assert_eq!(whole, before.clone() + &after);
    let events = told(&whole);
    for cut in 1..events.len() {
        let seen: String = events[..cut].iter().map(|event| event.raw.as_str()).collect();
        let last = events[cut - 1].id.as_str();
        let turns = events[cut..].iter().filter(|event| event.name == "turn_completed").count();
        let rest = reads_to(&world.ada, &path, Some(last), turns).await;
        assert_eq!(seen + &rest, whole, "cut after event {cut}");
    }
}

/// What a stream without an end brings until so many turns are completed.
async fn reads_to(client: &Client, path: &str, after: Option<&str>, turns: usize) -> String {
    let request = client.request("GET", path);
    let request = after.into_iter().fold(request, |request, after| request.header("Last-Event-ID", after));
    let (mut answer, mut text) = (request.send().await.unwrap(), String::new());
    while text.matches("event: turn_completed").count() < turns || !text.ends_with("\n\n") {
        let chunk = answer.chunk().await.unwrap().unwrap_or_else(|| panic!("the stream has an end: {text}"));
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    text.split_inclusive("\n\n").filter(|event| !event.starts_with(':')).collect()
}

async fn a_busy_session_refuses_or_queues_and_a_turn_is_cancelled(database: Database) {
    let world = World::new(database).await;
    let first = world.says(json!({ "message": "Please wait" })).await;
    let session = first["session_id"].as_str().unwrap();
    let busy = world.ada.post("/v1/sessions/stream", &json!({ "message": "x", "session_id": session })).await;
    assert_eq!((busy.0, &busy.1["error"]), (409, &json!("turn_in_progress")), "{}", busy.1);
    let queued = world.says(json!({ "message": "x", "session_id": session, "on_busy": "queue" })).await;
    let turn = |started: &Value, what: &str| {
        format!("/v1/sessions/{session}/turns/{}/{what}", started["turn_id"].as_str().unwrap())
    };
    let (status, cancelled) = world.ada.post(&turn(&first, "cancel"), &json!({})).await;
    assert_eq!((status, &cancelled["turn_id"]), (202, &first["turn_id"]));
    assert_eq!(world.hears(&first).await.last().unwrap().name, "turn_cancelled");
    let events = world.hears(&queued).await;
    assert_eq!(events.last().unwrap().data["output"], "Fine.", "the queued turn began when the first was over");
    assert_eq!(world.ada.post(&turn(&first, "cancel"), &json!({})).await.0, 409, "it is over");
    let key = [("idempotency-key", "once")];
    let send = async || {
        let request = world.ada.request("POST", "/v1/sessions/stream").json(&json!({ "message": "Once" }));
        let request = key.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(send().await, send().await, "a retry gets the same turn");
}

async fn a_held_call_is_decided_by_its_turns_input(database: Database) {
    let mut world = World::new(database).await;
    let rules = json!({ "rules": [{ "tool": "message_compose", "effect": "ask" }] });
    let put = world.ada.request("PUT", "/approval-rules").json(&rules).send().await.unwrap();
    assert!(put.status().is_success(), "{}", put.status());
    let started = world.says(json!({ "message": "Draft a greeting" })).await;
    let input = format!(
        "/v1/sessions/{}/turns/{}/input",
        started["session_id"].as_str().unwrap(),
        started["turn_id"].as_str().unwrap()
    );
    let approval = pending(&world.ada, started["run_id"].as_str().unwrap()).await;
    world.artel.kill().await;
    world.artel.restart().await;
    world.ada = world.ada.at(world.artel.url());
    for (body, field) in [
        (json!({}), "approval_id"),
        (json!({ "approval_id": approval }), "decision"),
        (json!({ "approval_id": approval, "decision": "edit" }), "modified_arguments"),
    ] {
        let (status, refused) = world.ada.post(&input, &body).await;
        assert_eq!(status, 422, "{refused}");
        assert!(refused.to_string().contains(field), "{refused}");
    }
    let edit =
        |arguments: Value| json!({ "approval_id": approval, "decision": "edit", "modified_arguments": arguments });
    let (status, refused) = world.ada.post(&input, &edit(json!({ "variants": [] }))).await;
    assert_eq!(status, 422, "arguments that the tool does not take: {refused}");
    let variants = json!([{ "label": "Edited", "text": "Good day" }, { "label": "Short", "text": "Hi" }]);
    let approve = edit(json!({ "variants": variants }));
    assert_eq!(world.ada.post(&input, &approve).await.0, 202);
    assert_eq!(world.ada.post(&input, &approve).await.0, 409, "once");
    let events = world.hears(&started).await;
    let seen = names(&events);
    assert!(seen.contains(&"approval_requested") && seen.contains(&"approval_decided"), "{seen:?}");
    assert_eq!(seen.last(), Some(&"turn_completed"));
}

async fn pending(client: &Client, run: &str) -> String {
    for _ in 0..400 {
        let (_, pending) = client.get(&format!("/approvals?status=pending&run_id={run}")).await;
        if let Some(id) = pending[0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("after 10 s nothing is asked");
}

#[tokio::test]
async fn the_command_lists_as_available_what_the_product_offers() {
    let world = World::new(Database::Sqlite).await;
    let (status, offered) = world.ada.get("/v1/tools/catalogue").await;
    assert_eq!(status, 200, "{offered:#}");
    let (listed, done) = world.artel.command(&["tools", "list", "--json"]).await;
    assert!(done, "{listed}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let available = |tools: &Value| {
        let tools = tools.as_array().unwrap().iter();
        tools.map(|tool| (tool["name"].clone(), tool["available"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(available(&listed), available(&offered));
    assert!(available(&listed).contains(&(json!("connector_execute"), json!(true))));
}

on_both_stores! {
    a_turn_calls_a_tool_and_its_stream_is_cut_anywhere as a_turn_is_cut_anywhere_on_sqlite, a_turn_is_cut_anywhere_on_postgres;
    a_turn_that_is_read_in_pieces_while_it_comes_repeats_nothing as
        a_live_turn_in_pieces_on_sqlite, a_live_turn_in_pieces_on_postgres;
    a_session_goes_on_and_is_its_owners as a_session_is_its_owners_on_sqlite, a_session_is_its_owners_on_postgres;
    a_sessions_stream_has_all_its_turns as a_sessions_stream_on_sqlite, a_sessions_stream_on_postgres;
    a_busy_session_refuses_or_queues_and_a_turn_is_cancelled as a_busy_session_on_sqlite, a_busy_session_on_postgres;
    a_held_call_is_decided_by_its_turns_input as a_held_call_on_sqlite, a_held_call_on_postgres;
}
