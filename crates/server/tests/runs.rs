//! Runs as users see them, through the real binary.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::{Duration, Instant};

use artel_model_mock::{Body, Mock, Step};
use artel_testkit::{Artel, Client, Database, Launch, ModelServer, Receiver, Reply, on_both_stores};
use futures::future::join_all;
use serde_json::{Value, json};

async fn start() -> Artel {
    Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).start().await
}

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BOB: &str = "bbbbbbbb-0000-4000-8000-000000000002";

#[tokio::test]
async fn a_hundred_parallel_runs_of_two_tenants_all_finish_and_stay_apart() {
    let artel = start().await;
    let (ada, bob) = (artel.client_of(ADA).await, artel.client_of(BOB).await);
    let agents = [ada.agent("demo:echo", &[]).await, bob.agent("demo:echo", &[]).await];
    let run = |n: usize| {
        let (client, agent) = if n.is_multiple_of(2) { (&ada, &agents[0]) } else { (&bob, &agents[1]) };
        let body = json!({ "agent_id": agent, "input_message": format!("message {n}") });
        async move { client.post("/runs", &body).await }
    };
    let answers = join_all((0..100).map(run)).await;
    for (n, (status, run)) in answers.iter().enumerate() {
        assert_eq!((*status, &run["status"]), (201, &json!("succeeded")), "{run:#}");
        assert!(run["output_message"].as_str().unwrap().contains(&format!("message {n}")));
        assert_eq!(run["tenant_id"], if n.is_multiple_of(2) { ADA } else { BOB });
        let other = if n.is_multiple_of(2) { &bob } else { &ada };
        let id = run["id"].as_str().unwrap();
        for path in [
            format!("/runs/{id}"),
            format!("/runs/{id}/events"),
            format!("/sessions/{}/messages", run["session_id"].as_str().unwrap()),
        ] {
            assert_eq!(other.get(&path).await.0, 404, "{path}");
        }
    }
    for (client, tenant) in [(&ada, ADA), (&bob, BOB)] {
        let (_, runs) = client.get("/runs?limit=200").await;
        assert_eq!(runs.as_array().unwrap().len(), 50);
        assert!(runs.as_array().unwrap().iter().all(|run| run["tenant_id"] == tenant));
    }
    assert!(!artel.log().contains("database is locked"));
    assert!(!artel.log().contains("\"level\":\"ERROR\""), "{}", artel.log());
    let (_, whole) = artel.command(&["audit", "verify"]).await;
    assert!(whole, "the audit chain holds under load");
}

#[tokio::test]
async fn a_stream_cut_at_every_event_and_resumed_is_byte_identical_to_the_uncut_one() {
    let artel = start().await;
    let client = artel.client().await;
    let tool = json!({ "name": "echo", "input_schema": { "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] },
        "execution_type": "internal" });
    let agent = client.agent("demo:slow", &[tool]).await;
    let live = client.stream(&agent, "Echo the word hello using the tool").await.rest().await;
    let run = live[0].data["run_id"].as_str().unwrap();
    let whole: String = live.iter().map(|event| event.raw.as_str()).collect();
    assert!(live.iter().filter(|event| event.name == "token").count() > 2, "{whole}");
    for cut in 0..=live.len() {
        let first: String = live[..cut].iter().map(|event| event.raw.as_str()).collect();
        let after = if cut == 0 { None } else { Some(live[cut - 1].id) };
        let rest: String =
            client.events(run, after).await.rest().await.iter().map(|event| event.raw.as_str()).collect();
        assert_eq!(first + &rest, whole, "cut after event {cut}");
    }
}

#[tokio::test]
async fn readers_that_join_at_any_moment_of_a_live_run_see_the_same_bytes() {
    let artel = start().await;
    let client = artel.client().await;
    let agent = client.agent("demo:long", &[]).await;
    let run = client.start_run(&agent, "Talk").await;
    let reader = |delay: u64| {
        let (client, run) = (client.clone(), run.clone());
        async move {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            let events = client.events(&run, None).await.rest().await;
            events.into_iter().map(|event| event.raw).collect::<String>()
        }
    };
    let seen = join_all((0..12).map(|n| reader(n * 90))).await;
    assert!(seen[0].contains("event: result"));
    assert!(seen.iter().all(|bytes| *bytes == seen[0]));
}

#[tokio::test]
async fn a_cancel_reaches_the_tool_call_and_the_model_call_within_a_second() {
    let receiver = Receiver::start(Duration::from_secs(30)).await;
    let model = ModelServer::start(|request| {
        if request["messages"].to_string().contains("hang") { Reply::Hang } else { Reply::Call(json!({ "text": "x" })) }
    })
    .await;
    let artel =
        Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("OPENAI_BASE_URL", model.url()).start().await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("work", "at_most_once")]).await;

    let run = client.start_run(&agent, "Work").await;
    receiver.arrived(1).await;
    cancel(&client, &run, Some("unknown")).await;
    for _ in 0..20 {
        if receiver.dropped() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(receiver.dropped(), 1, "the connection to the tool was closed");

    let run = client.start_run(&agent, "hang").await;
    while model.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    cancel(&client, &run, None).await;
    let (status, _) = client.post(&format!("/runs/{run}/cancel"), &json!({})).await;
    assert!(status == 202 || status == 409, "cancelling twice is no error of the server: {status}");
}

async fn cancel(client: &Client, run: &str, call: Option<&str>) {
    let asked = Instant::now();
    let (status, _) = client.post(&format!("/runs/{run}/cancel"), &json!({})).await;
    assert_eq!(status, 202);
    let run = client.finished_run(run).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert_eq!(
        (&run["status"], &run["error_message"], &run["phase"]),
        (&json!("failed"), &json!("cancelled"), &json!("cancelled"))
    );
    assert_eq!(run["tools_called"][0]["status"].as_str(), call);
}

#[tokio::test]
async fn a_session_remembers_and_its_runs_go_one_after_the_other() {
    let model = ModelServer::start(|request| {
        Reply::Text(format!("{} messages", request["messages"].as_array().unwrap().len()))
    })
    .await;
    let artel =
        Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("OPENAI_BASE_URL", model.url()).start().await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[]).await;
    let say = |text: &str| json!({ "agent_id": agent, "input_message": text, "session_id": "разговор 1" });
    let bodies = [say("one"), say("two"), say("three")];
    let answers = join_all(bodies.iter().map(|body| client.post("/runs", body))).await;
    let mut outputs: Vec<String> =
        answers.iter().map(|(_, run)| run["output_message"].as_str().unwrap_or_default().to_owned()).collect();
    outputs.sort();
    assert_eq!(outputs, ["1 messages", "3 messages", "5 messages"], "no two runs of a session at once");
    let (status, messages) =
        client.get("/sessions/%D1%80%D0%B0%D0%B7%D0%B3%D0%BE%D0%B2%D0%BE%D1%80%201/messages").await;
    assert_eq!((status, messages.as_array().unwrap().len()), (200, 6), "{messages:#}");
}

#[tokio::test]
async fn a_dialogue_that_outgrows_the_context_is_summarised_now_and_then_and_goes_on() {
    let model = ModelServer::start(|request| match request["messages"][0]["content"].as_str() {
        Some(prompt) if prompt.starts_with("Summarise") => {
            Reply::Slow("they spoke of many things".into(), Duration::ZERO)
        }
        _ => Reply::Text("answer".into()),
    })
    .await;
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("OPENAI_BASE_URL", model.url());
    let artel = launch.with("MAX_CONTEXT_MESSAGES", "10").start().await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[]).await;
    for n in 0..14 {
        let (_, run) = client
            .post("/runs", &json!({ "agent_id": agent, "input_message": format!("message {n}"), "session_id": "long" }))
            .await;
        assert_eq!(run["status"], "succeeded", "message {n}: {run:#}");
    }
    let requests = model.requests();
    let summaries = requests.len() - 14;
    assert!((1..=5).contains(&summaries), "not one for each message: {summaries}");
    let last = requests.last().unwrap()["messages"].to_string();
    assert!(last.contains("Summary of the conversation so far:\\nthey spoke of many things"), "{last}");
    assert!(last.contains("message 13") && !last.contains("message 1\""), "{last}");
    assert!(requests.iter().all(|request| request["messages"].as_array().unwrap().len() <= 10));
}

#[tokio::test]
async fn a_model_that_fails_fails_the_run_and_never_the_request() {
    let model = ModelServer::start(|_| Reply::Status(400)).await;
    let artel =
        Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("OPENAI_BASE_URL", model.url()).start().await;
    let client = artel.client().await;
    for (model, code) in [("openai:gpt-4o-mini", "model_rejected"), ("demo:fail", "model_")] {
        let agent = client.agent(model, &[]).await;
        let (status, run) = client.post("/runs", &json!({ "agent_id": agent, "input_message": "hello" })).await;
        assert_eq!((status, &run["status"], &run["output_message"]), (201, &json!("failed"), &Value::Null), "{run:#}");
        assert!(run["error_code"].as_str().unwrap().starts_with(code), "{run:#}");
        let events = client.events(run["id"].as_str().unwrap(), None).await.rest().await;
        assert_eq!(events.last().unwrap().name, "error");
    }
}

#[tokio::test]
async fn a_parameter_that_means_nothing_fails_the_run_by_name() {
    let artel = start().await;
    let client = artel.client().await;
    let agent = json!({ "name": "Hot", "model": "demo:echo", "llm_params": { "temperature": "hot", "seed": 7 }, "status": "published" });
    let (_, agent) = client.post("/agents", &agent).await;
    let (_, run) = client.post("/runs", &json!({ "agent_id": agent["id"], "input_message": "hello" })).await;
    assert_eq!((&run["status"], &run["error_code"]), (&json!("failed"), &json!("model_rejected")), "{run:#}");
    assert_eq!(run["error_message"], "the agent's llm_params cannot be used: `temperature` must be a number");
}

#[tokio::test]
async fn the_step_guard_ends_a_model_that_only_calls_tools() {
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("MAX_STEPS", "7")
        .with("MAX_REPEATS", "0")
        .start()
        .await;
    let client = artel.client().await;
    let tool = json!({ "name": "echo", "input_schema": { "type": "object", "properties": { "text": { "type": "string" } } }, "execution_type": "internal" });
    let agent = client.agent("demo:loop", &[tool]).await;
    let (_, run) = client.post("/runs", &json!({ "agent_id": agent, "input_message": "go" })).await;
    assert_eq!((&run["status"], &run["error_code"]), (&json!("failed"), &json!("max_steps")), "{run:#}");
    assert_eq!(run["tools_called"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_model_that_repeats_one_call_for_ever_is_asked_to_answer_without_tools() {
    let model = ModelServer::start(|request| match request["tool_choice"].as_str() {
        Some("none") => Reply::Text("hello".into()),
        _ => Reply::Call(json!({ "text": "hello" })),
    })
    .await;
    let receiver = Receiver::start(Duration::ZERO).await;
    let artel =
        Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite).with("OPENAI_BASE_URL", model.url()).start().await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("work", "idempotent")]).await;
    let (_, run) = client.post("/runs", &json!({ "agent_id": agent, "input_message": "Work" })).await;
    assert_eq!((&run["status"], run["tools_called"].as_array().unwrap().len()), (&json!("succeeded"), 3), "{run:#}");
}

#[tokio::test]
async fn sigterm_lets_a_run_finish_and_ends_well() {
    let mut artel = start().await;
    let client = artel.client().await;
    let agent = client.agent("demo:slow", &[]).await;
    let run = client.start_run(&agent, "one two three four five six").await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(artel.terminate().await, "{}", artel.log());
    artel.restart().await;
    let (_, run) = client.at(artel.url()).get(&format!("/runs/{run}")).await;
    assert_eq!(run["status"], "succeeded", "it was over before the process ended: {run:#}");
}

#[tokio::test]
async fn sigterm_hands_a_long_run_to_the_next_process_at_once() {
    let receiver = Receiver::start(Duration::from_secs(20)).await;
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite);
    let mut artel = launch
        .with("OPENAI_BASE_URL", model.url())
        .with("SHUTDOWN_GRACE_SECONDS", "1")
        .with("LEASE_SECONDS", "600")
        .start()
        .await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("work", "idempotent")]).await;
    let run = client.start_run(&agent, "Work").await;
    receiver.arrived(1).await;
    assert!(artel.terminate().await, "{}", artel.log());
    receiver.set_delay(Duration::ZERO);
    artel.restart().await;
    let run = client.at(artel.url()).finished_run(&run).await;
    assert_eq!((&run["status"], receiver.effects()), (&json!("succeeded"), 1), "no lease to wait for: {run:#}");
}

/// An answer that asks for so many calls of the first tool, as a stream.
fn asks_for_calls(asked: &Value, calls: usize) -> artel_model_mock::Reply {
    let name = &asked["tools"][0]["function"]["name"];
    let call = |n: usize| {
        let function = json!({ "name": name, "arguments": json!({ "text": n.to_string() }).to_string() });
        json!({ "index": n, "id": format!("c{n}"), "type": "function", "function": function })
    };
    let chunk = |n: usize| json!({ "choices": [{ "index": 0, "delta": { "tool_calls": [call(n)] } }] });
    let last = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "tool_calls" }] });
    let chunks = (0..calls).map(chunk).chain([last]).map(|chunk| format!("data: {chunk}\n\n"));
    let body = Body::Text(chunks.collect::<String>() + "data: [DONE]\n\n");
    artel_model_mock::Reply::default().header("content-type", "text/event-stream").body(body)
}

/// A run whose model asks for 20,000 calls, cancelled while they are made.
async fn a_run_of_very_many_calls_is_cancelled_at_once(database: Database) {
    let mock = Mock::answering(|asked| asks_for_calls(&asked.body, 20_000));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    artel_testkit::beside(mock.serve(listener));
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", &url).start().await;
    let client = artel.client().await;
    let receiver = Receiver::start(Duration::from_millis(100)).await;
    let agent = client.agent("openai:scripted", &[receiver.tool("work", "at_most_once")]).await;
    let run = client.start_run(&agent, "Do all of it").await;
    receiver.arrived(3).await;
    let since = Instant::now();
    let (status, answer) = client.post(&format!("/runs/{run}/cancel"), &json!({})).await;
    assert_eq!(status / 100, 2, "{answer}");
    let ended = client.finished_run(&run).await;
    assert!(since.elapsed() < CANCELLED_WITHIN, "{:?}", since.elapsed());
    assert_eq!(ended["error_message"], "cancelled", "{ended}");
    let made = receiver.calls();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(receiver.calls(), made, "no call begins after the cancel");
}

/// One second, and as much again as a build without optimisation on a busy machine may need.
const CANCELLED_WITHIN: Duration = Duration::from_secs(3);

on_both_stores! {
    a_run_of_very_many_calls_is_cancelled_at_once
        as very_many_calls_are_cancelled_on_sqlite, very_many_calls_are_cancelled_on_postgres;
}

/// One answer that asks for a call that is refused and for two that read.
async fn a_refused_call_makes_none_of_the_others_twice(database: Database) {
    let mock = Mock::answering(|asked| match asked.last_role() {
        "tool" => artel_model_mock::Reply::text("Done."),
        _ => artel_model_mock::Reply::of([
            Step::call("nothing", json!({})),
            Step::call("work", json!({ "text": "a" })),
            Step::call("work", json!({ "text": "b" })),
        ]),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    artel_testkit::beside(mock.serve(listener));
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", &url).start().await;
    let client = artel.client().await;
    let receiver = Receiver::start(Duration::from_millis(100)).await;
    let agent = client.agent("openai:scripted", &[receiver.tool("work", "read_only")]).await;
    let ended = client.finished_run(&client.start_run(&agent, "Go").await).await;
    assert_eq!((&ended["status"], receiver.calls()), (&json!("succeeded"), 2), "{ended}");
}

on_both_stores! {
    a_refused_call_makes_none_of_the_others_twice
        as calls_beside_a_refused_one_are_made_once_on_sqlite, calls_beside_a_refused_one_are_made_once_on_postgres;
}
