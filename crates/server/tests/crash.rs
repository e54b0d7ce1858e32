//! `kill -9` in the middle of a run. Each promise is held on both stores.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Event, Launch, ModelServer, Receiver, Reply, on_both_stores};
use serde_json::json;

const SLOW: Duration = Duration::from_secs(3);

async fn start(database: Database, model: &ModelServer) -> Artel {
    Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await
}

fn raw(events: &[Event]) -> String {
    events.iter().map(|event| event.raw.as_str()).collect()
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

/// What a reader has that saw `first`, lost the connection, and resumed: compared with a reader that was never cut.
async fn resumed(client: &Client, run: &str, mut first: Vec<Event>) -> Vec<Event> {
    let last = first.last().unwrap().id;
    first.extend(client.events(run, Some(last)).await.rest().await);
    assert!(
        first.windows(2).all(|pair| pair[0].id < pair[1].id),
        "every number once, in order: {:?}",
        first.iter().map(|e| e.id).collect::<Vec<_>>()
    );
    first
}

async fn a_keyed_tool_has_one_effect(database: Database) {
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let receiver = Receiver::start(SLOW).await;
    let mut artel = start(database, &model).await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("work", "idempotent")]).await;

    let mut stream = client.stream(&agent, "Work").await;
    let seen = stream.until("tool_call").await;
    let run = seen[0].data["run_id"].as_str().unwrap().to_owned();
    receiver.arrived(1).await;
    artel.kill().await;
    receiver.set_delay(Duration::ZERO);
    artel.restart().await;

    let client = client.at(artel.url());
    let all = resumed(&client, &run, seen).await;
    assert_eq!(names(&all), ["start", "tool_call", "tool_result", "token", "result"]);
    assert_eq!(
        raw(&all),
        raw(&client.events(&run, None).await.rest().await),
        "byte for byte what an uncut reader gets"
    );
    let run = client.finished_run(&run).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    assert_eq!(run["tools_called"].as_array().unwrap().len(), 1);
    assert_eq!((receiver.calls(), receiver.effects()), (2, 1), "called again with the same key: one effect");
    assert_eq!(receiver.calls_by_key().len(), 1);
}

async fn a_tool_that_writes_is_never_called_twice(database: Database) {
    let model = ModelServer::calling_the_tool_once(json!({ "text": "hello" })).await;
    let receiver = Receiver::start(SLOW).await;
    let mut artel = start(database, &model).await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("work", "at_most_once")]).await;
    let run = client.start_run(&agent, "Work").await;
    receiver.arrived(1).await;
    artel.kill().await;
    artel.restart().await;

    let run = client.at(artel.url()).finished_run(&run).await;
    assert_eq!(run["status"], "succeeded", "{run:#}");
    assert_eq!(run["tools_called"][0]["status"], "unknown", "{run:#}");
    assert_eq!(receiver.calls(), 1);
    let told = model.requests().last().unwrap()["messages"].to_string();
    assert!(told.contains("may or may not have taken effect"), "the model is told the truth: {told}");
}

async fn a_stream_cut_in_the_middle_of_an_answer_says_so_and_never_reuses_a_number(database: Database) {
    let words = (1..=60).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ") + " ";
    let text = words.clone();
    let model = ModelServer::start(move |_| Reply::Slow(text.clone(), Duration::from_millis(25))).await;
    let mut artel = start(database, &model).await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[]).await;

    let mut stream = client.stream(&agent, "Talk").await;
    let mut seen = stream.until("token").await;
    for _ in 0..8 {
        seen.push(stream.next().await.unwrap());
    }
    artel.kill().await;
    // What was still on its way counts as seen.
    seen.extend(stream.rest().await);
    let run = seen[0].data["run_id"].as_str().unwrap().to_owned();
    artel.restart().await;

    let client = client.at(artel.url());
    let all = resumed(&client, &run, seen).await;
    let reset =
        all.iter().position(|event| event.name == "message_reset").expect("readers are told to start the answer again");
    let again: String = all[reset..].iter().filter_map(|event| event.data["delta"].as_str()).collect();
    assert_eq!(again, words);
    assert_eq!(all.last().unwrap().data["output"], json!(words));
}

/// A run whose worker dies while the model answers; what its reader saw until then.
async fn an_answer_breaks_off(artel: &mut Artel, client: &Client) -> Vec<Event> {
    let agent = client.agent("openai:gpt-4o-mini", &[]).await;
    let mut stream = client.stream(&agent, "Talk").await;
    let mut seen = stream.until("token").await;
    artel.kill().await;
    seen.extend(stream.rest().await);
    seen
}

/// The reader goes on: it is told to drop the answer, and then how the run ended.
async fn the_answer_is_void(client: &Client, seen: Vec<Event>, code: &str) {
    let run = seen[0].data["run_id"].as_str().unwrap().to_owned();
    client.finished_run(&run).await;
    let tokens = seen.len();
    let all = resumed(client, &run, seen).await;
    let rest = names(&all[tokens..]);
    let resets = rest.iter().rposition(|name| *name == "message_reset").expect("the answer is void");
    assert_eq!(rest[resets..], ["message_reset", "error"], "{rest:?}");
    assert_eq!(all.last().unwrap().data["code"], code);
    let replay = client.events(&run, None).await.rest().await;
    assert_eq!(names(&replay).last_chunk().unwrap(), &["message_reset", "error"]);
}

fn never_ending() -> Reply {
    Reply::Slow("word ".repeat(1000), Duration::from_millis(25))
}

async fn a_run_that_is_cancelled_after_a_crash_takes_its_answer_back(database: Database) {
    let model = ModelServer::start(|_| never_ending()).await;
    let mut artel = start(database, &model).await;
    let client = artel.client().await;
    let seen = an_answer_breaks_off(&mut artel, &client).await;
    artel.restart_as(Some("platform")).await;
    let path = format!("/runs/{}/cancel", seen[0].data["run_id"].as_str().unwrap());
    assert_eq!(client.at(artel.url()).post(&path, &json!({})).await.0, 202);
    artel.kill().await;
    artel.restart_as(None).await;
    the_answer_is_void(&client.at(artel.url()), seen, "cancelled").await;
    assert_eq!(model.requests().len(), 1, "nobody is asked again for a run that is cancelled");
}

async fn a_run_that_crashes_again_and_again_takes_its_answer_back(database: Database) {
    let model = ModelServer::start(|_| never_ending()).await;
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("LEASE_SECONDS", "1");
    let mut artel = launch.with("OPENAI_BASE_URL", model.url()).start().await;
    let client = artel.client().await;
    let mut seen = an_answer_breaks_off(&mut artel, &client).await;
    let run = seen[0].data["run_id"].as_str().unwrap().to_owned();
    for _ in 0..5 {
        artel.restart().await;
        let client = client.at(artel.url());
        let mut stream = client.events(&run, seen.last().map(|event| event.id)).await;
        seen.extend(stream.until("token").await);
        artel.kill().await;
        seen.extend(stream.rest().await);
    }
    artel.restart().await;
    the_answer_is_void(&client.at(artel.url()), seen, "crashed_repeatedly").await;
}

async fn a_dozen_kills_lose_no_run(database: Database) {
    let model = ModelServer::start(|request| {
        let messages = request["messages"].as_array().unwrap();
        let done = messages.iter().filter(|message| message["role"] == "tool").count();
        if done < 5 { Reply::Call(json!({ "text": done.to_string() })) } else { Reply::Text("done".into()) }
    })
    .await;
    let receiver = Receiver::start(Duration::from_millis(120)).await;
    let mut artel = start(database, &model).await;
    let client = artel.client().await;
    let agent = client.agent("openai:gpt-4o-mini", &[receiver.tool("work", "idempotent")]).await;
    let mut runs = Vec::new();
    for n in 0..12 {
        runs.push(client.at(artel.url()).start_run(&agent, &format!("Work {n}")).await);
        tokio::time::sleep(Duration::from_millis(37 * (n % 7))).await;
        artel.kill().await;
        artel.restart().await;
    }
    let client = client.at(artel.url());
    for run in &runs {
        let run = client.finished_run(run).await;
        assert_eq!(run["status"], "succeeded", "{run:#}");
        assert_eq!(run["tools_called"].as_array().unwrap().len(), 5);
    }
    assert_eq!(receiver.effects(), 12 * 5, "each call has its effect once, however often it was sent");
}

on_both_stores! {
    a_keyed_tool_has_one_effect as crash_during_a_keyed_tool_has_one_effect_on_sqlite, crash_during_a_keyed_tool_has_one_effect_on_postgres;
    a_tool_that_writes_is_never_called_twice as crash_during_a_writing_tool_never_calls_it_twice_on_sqlite, crash_during_a_writing_tool_never_calls_it_twice_on_postgres;
    a_stream_cut_in_the_middle_of_an_answer_says_so_and_never_reuses_a_number as crash_in_an_answer_resets_it_on_sqlite, crash_in_an_answer_resets_it_on_postgres;
    a_run_that_is_cancelled_after_a_crash_takes_its_answer_back as cancelled_after_a_crash_on_sqlite, cancelled_after_a_crash_on_postgres;
    a_run_that_crashes_again_and_again_takes_its_answer_back as crashed_repeatedly_on_sqlite, crashed_repeatedly_on_postgres;
    a_dozen_kills_lose_no_run as crash_a_dozen_times_loses_no_run_on_sqlite, crash_a_dozen_times_loses_no_run_on_postgres;
}
