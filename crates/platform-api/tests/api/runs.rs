use axum::body::Body;
use axum::http::StatusCode;
use futures::join;
use http_body_util::BodyExt;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{Person, World};

async fn world() -> (World, Person, String) {
    let world = World::new().await;
    let ada = world.ada();
    let agent = ada.creates_agent("EchoAgent").await;
    (world, ada, agent)
}

fn run(agent: &str) -> Value {
    json!({ "agent_id": agent, "input_message": "Echo hello" })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_run_is_answered_when_it_is_over_with_every_member_of_the_contract() {
    let (world, ada, agent) = world().await;
    let (answer, ()) = join!(ada.post("/runs", run(&agent)), world.works());
    answer.is(StatusCode::CREATED);
    let run = &answer.body;
    assert_eq!((&run["status"], &run["phase"]), (&json!("succeeded"), &json!("succeeded")));
    assert_eq!((&run["output_message"], &run["error_message"]), (&json!("It said hello"), &Value::Null));
    assert_eq!(run["finish_reason"], "stop");
    assert_eq!(
        (&run["prompt_tokens"], &run["completion_tokens"], &run["total_tokens"]),
        (&json!(150), &json!(45), &json!(195))
    );
    let call = &run["tools_called"][0];
    assert_eq!(
        (&call["name"], &call["args"], &call["status"]),
        (&json!("echo"), &json!({ "text": "hello" }), &json!("succeeded"))
    );
    assert_eq!((&run["messages"], &run["trace_id"]), (&Value::Null, &json!(answer.header("x-trace-id"))));
    let members = "id tenant_id agent_id session_id trace_id status input_message output_message error_message prompt_tokens \
        completion_tokens total_tokens tools_called messages created_at updated_at";
    for member in members.split_whitespace() {
        assert!(run.as_object().unwrap().contains_key(member), "{member} is missing: {run}");
    }
    assert_eq!(ada.get(&format!("/runs/{}", answer.id())).await.body, *run);
    assert_eq!(ada.get("/runs").await.body[0], *run);
}

#[tokio::test]
async fn a_failed_run_is_a_run_and_not_an_error() {
    let (world, ada, agent) = world().await;
    let worker = async {
        let mut drive = world.claim().await;
        drive.starts().await;
        drive.fails("model_error", "the model failed").await;
    };
    let (answer, ()) = join!(ada.post("/runs", run(&agent)), worker);
    answer.is(StatusCode::CREATED);
    assert_eq!((&answer.body["status"], &answer.body["error_code"]), (&json!("failed"), &json!("model_error")));
    assert_eq!((&answer.body["error_message"], &answer.body["tools_called"]), (&json!("the model failed"), &json!([])));
    assert_eq!((&answer.body["total_tokens"], &answer.body["output_message"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn who_does_not_wait_is_answered_at_once() {
    let (world, ada, agent) = world().await;
    let queued = ada.post("/runs?wait=false", run(&agent)).await;
    queued.is(StatusCode::ACCEPTED);
    assert_eq!(queued.body["status"], "queued");
    assert_eq!(queued.header("location"), format!("/v1/runs/{}", queued.id()));
    let polite = [("prefer", "respond-async"), ("content-type", "application/json")];
    ada.send("POST", "/runs", &polite, run(&agent).to_string().into()).await.is(StatusCode::ACCEPTED);
    world.works().await;
    assert_eq!(ada.get(&format!("/runs/{}", queued.id())).await.body["status"], "succeeded");
    assert_eq!(ada.get("/runs?status=queued").await.body.as_array().unwrap().len(), 1);
}

#[rstest]
#[case(json!({}), "agent_id")]
#[case(json!({ "input_message": "" }), "input_message")]
#[case(json!({ "input_message": "  \n" }), "input_message")]
#[case(json!({ "input_message": "a\u{0}" }), "input_message")]
#[case(json!({ "input_message": 1 }), "input_message")]
#[case(json!({ "session_id": "" }), "session_id")]
#[case(json!({ "session_id": "x".repeat(201) }), "session_id")]
#[case(json!({ "agent_id": "echo" }), "agent_id")]
#[tokio::test]
async fn a_bad_run_is_refused_before_it_exists(#[case] change: Value, #[case] field: &str) {
    let (_world, ada, agent) = world().await;
    let mut body = if change == json!({}) { json!({ "input_message": "hi" }) } else { run(&agent) };
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    ada.post("/runs", body.clone()).await.names(field);
    ada.post("/runs/stream", body).await.names(field);
    assert_eq!(ada.get("/runs").await.body, json!([]), "nothing was written");
}

#[tokio::test]
async fn an_absent_or_deleted_agent_and_a_huge_input_make_no_run() {
    let (_world, ada, agent) = world().await;
    let huge = json!({ "agent_id": agent, "input_message": "word ".repeat(20_000) });
    assert_eq!(ada.post("/runs", huge).await.is_problem(413).body["error"], "CONTEXT_TOO_LARGE");
    ada.delete(&format!("/agents/{agent}")).await.is(StatusCode::NO_CONTENT);
    ada.post("/runs", run(&agent)).await.is_problem(404);
    ada.post("/runs/stream", run(&agent)).await.is_problem(404);
    assert_eq!(ada.get("/runs").await.body, json!([]));
}

#[tokio::test]
async fn a_draft_is_for_its_owner_and_what_is_published_for_everyone() {
    let (world, ada, agent) = world().await;
    let eve = world.person(0xA, 0xE4E);
    assert_eq!(eve.post("/runs?wait=false", run(&agent)).await.is_problem(403).body["error"], "agent_is_draft");
    ada.post(&format!("/agents/{agent}/publish"), Value::Null).await.is(StatusCode::OK);
    eve.post("/runs?wait=false", run(&agent)).await.is(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_stream_tells_the_run_from_its_start_to_its_end() {
    let (world, ada, agent) = world().await;
    let (answer, ()) = join!(ada.post("/runs/stream", run(&agent)), world.works());
    answer.is(StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!((answer.header("cache-control"), answer.header("x-accel-buffering")), ("no-cache", "no"));
    let stream = text(&answer.bytes);
    let events: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(events, ["start", "tool_call", "tool_result", "token", "token", "result"]);
    assert!(stream.contains(r#"data: {"delta":"It said "}"#), "{stream}");
    let end =
        r#"data: {"output":"It said hello","tokens":{"prompt_tokens":150,"completion_tokens":45,"total_tokens":195}}"#;
    assert!(stream.contains(end), "{stream}");
}

#[tokio::test]
async fn a_stream_cut_anywhere_and_resumed_has_the_bytes_of_the_uncut_one() {
    let (world, ada, agent) = world().await;
    let (answer, ()) = join!(ada.post("/runs/stream", run(&agent)), world.works());
    let whole = text(&answer.bytes);
    let id = ada.get("/runs").await.body[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/runs/{id}/events");
    assert_eq!(text(&ada.get(&path).await.bytes), whole);
    let events: Vec<&str> = whole.split_inclusive("\n\n").collect();
    for cut in 1..=events.len() {
        let seen = events[..cut].concat();
        let last = seen.lines().rev().find_map(|line| line.strip_prefix("id: ")).unwrap();
        let header = ada.send("GET", &path, &[("last-event-id", last)], Body::empty()).await;
        assert_eq!(seen.clone() + &text(&header.bytes), whole, "cut after {cut}");
        let query = ada.get(&format!("{path}?after={last}")).await;
        assert_eq!(seen.clone() + &text(&query.bytes), whole);
    }
    ada.send("GET", &path, &[("last-event-id", "soon")], Body::empty()).await.names("Last-Event-ID");
    ada.get(&format!("{path}?after=-1")).await.names("after");
}

#[tokio::test]
async fn a_live_run_is_followed_by_several_readers_and_as_a_list() {
    let (world, ada, agent) = world().await;
    let id = ada.post("/runs?wait=false", run(&agent)).await.id();
    let path = format!("/runs/{id}/events");
    let mut drive = world.claim().await;
    drive.starts().await;
    let json = [("accept", "application/json")];
    let so_far = ada.send("GET", &path, &json, Body::empty()).await;
    assert_eq!((&so_far.body["finished"], so_far.body["events"].as_array().unwrap().len()), (&json!(false), 1));
    assert_eq!(so_far.body["events"][0]["event"], "start");
    let rest = async {
        drive.says(&["hello"]).await;
        drive.succeeds("hello").await;
    };
    let (one, two, ()) = join!(ada.get(&path), ada.get(&path), rest);
    assert_eq!(one.bytes, two.bytes);
    assert!(text(&one.bytes).contains("event: result"));
    let over = ada.send("GET", &path, &json, Body::empty()).await;
    assert_eq!((&over.body["finished"], over.body["events"].as_array().unwrap().len()), (&json!(true), 3));
}

#[tokio::test]
async fn a_reader_who_claims_to_have_seen_the_future_still_hears_of_the_end() {
    let (world, ada, agent) = world().await;
    let id = ada.post("/runs?wait=false", run(&agent)).await.id();
    let mut drive = world.claim().await;
    drive.starts().await;
    let path = format!("/runs/{id}/events?after=9223372036854775807");
    let (answer, ()) = join!(ada.get(&path), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        drive.succeeds("hello").await;
    });
    assert_eq!((answer.status, text(&answer.bytes)), (200, String::new()));
}

#[tokio::test]
async fn a_silent_stream_is_kept_alive_by_comments() {
    let world = World::with(|config| config.sse_keepalive = std::time::Duration::from_millis(20)).await;
    let ada = world.ada();
    let agent = ada.creates_agent("a").await;
    let headers = [("content-type", "application/json")];
    let mut response = ada.open("POST", "/runs/stream", &headers, run(&agent).to_string().into()).await;
    let frame = response.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(frame.starts_with(b":"), "{frame:?}");
}

#[tokio::test]
async fn a_run_can_be_cancelled_until_it_is_over() {
    let (world, ada, agent) = world().await;
    let id = ada.post("/runs?wait=false", run(&agent)).await.id();
    let path = format!("/runs/{id}/cancel");
    ada.post(&path, Value::Null).await.is(StatusCode::ACCEPTED);
    ada.post(&path, Value::Null).await.is(StatusCode::ACCEPTED);
    let mut drive = world.claim().await;
    drive.starts().await;
    drive.fails("cancelled", "cancelled").await;
    let run = ada.get(&format!("/runs/{id}")).await.body;
    assert_eq!(
        (&run["status"], &run["phase"], &run["error_message"]),
        (&json!("failed"), &json!("cancelled"), &json!("cancelled"))
    );
    assert_eq!(ada.post(&path, Value::Null).await.is_problem(409).body["error"], "run_is_over");
    assert_eq!(ada.get("/runs?status=failed").await.body[0]["id"], id);
}

#[tokio::test]
async fn a_session_keeps_what_was_said() {
    let (world, ada, agent) = world().await;
    let mut body = run(&agent);
    body["session_id"] = json!("my chat/1");
    let (first, ()) = join!(ada.post("/runs", body.clone()), world.works());
    assert_eq!(first.body["session_id"], "my chat/1");
    let said = ada.get("/sessions/my%20chat%2F1/messages").await;
    let roles: Vec<&str> =
        said.body.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "assistant"]);
    assert_eq!(said.body[1]["tool_calls"][0]["name"], "echo");
    let with = ada.get(&format!("/runs/{}?include=messages", first.id())).await;
    assert_eq!(with.body["messages"], said.body);
    assert_eq!(ada.get("/runs?session_id=my%20chat%2F1").await.body[0]["id"], first.body["id"]);
    ada.get("/sessions/other/messages").await.is_problem(404);
    ada.get("/sessions/%00/messages").await.is_problem(404);
    ada.get(&format!("/runs/{}?include=secrets", first.id())).await.names("include");
}

#[tokio::test]
async fn runs_are_paged_from_the_newest_back() {
    let (_world, ada, agent) = world().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(ada.post("/runs?wait=false", run(&agent)).await.id());
    }
    let page = ada.get("/runs?limit=2").await.body;
    assert_eq!((&page[0]["id"], &page[1]["id"]), (&json!(ids[2]), &json!(ids[1])));
    let next = ada.get(&format!("/runs?limit=2&before={}", ids[1])).await.body;
    assert_eq!((&next[0]["id"], next.as_array().unwrap().len()), (&json!(ids[0]), 1));
    assert_eq!(ada.get(&format!("/runs?agent_id={}", ids[0])).await.body, json!([]));
}

#[tokio::test]
async fn a_deleted_agents_runs_stay_readable() {
    let (world, ada, agent) = world().await;
    let (answer, ()) = join!(ada.post("/runs", run(&agent)), world.works());
    ada.delete(&format!("/agents/{agent}")).await.is(StatusCode::NO_CONTENT);
    ada.get(&format!("/runs/{}", answer.id())).await.is(StatusCode::OK);
}

#[tokio::test]
async fn a_run_asked_for_twice_with_one_key_runs_once() {
    let (world, ada, agent) = world().await;
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    let again = async || ada.send("POST", "/runs", &headers, run(&agent).to_string().into()).await;
    let worker = async {
        let mut drive = world.claim().await;
        drive.starts().await;
        assert_eq!(again().await.is_problem(409).body["error"], "idempotency_key_in_use");
        drive.succeeds("hello").await;
    };
    let (first, ()) = join!(again(), worker);
    let second = again().await;
    assert_eq!((second.status, &second.body), (201, &first.body));
    assert_eq!(second.header("idempotency-replayed"), "true");
    world.clock.advance(std::time::Duration::from_mins(2));
    assert_eq!(again().await.body["id"], first.body["id"], "also when nothing is locked any more");
    assert_eq!(ada.get("/runs").await.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_stream_asked_for_twice_with_one_key_is_the_same_stream() {
    let (world, ada, agent) = world().await;
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    let stream = async || ada.send("POST", "/runs/stream", &headers, run(&agent).to_string().into()).await;
    let worker = async {
        let mut drive = world.claim().await;
        drive.starts().await;
        let rest = async {
            drive.says(&["hello"]).await;
            drive.succeeds("hello").await;
        };
        join!(stream(), rest).0
    };
    let (first, second) = join!(stream(), worker);
    assert_eq!(text(&first.bytes), text(&second.bytes));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(text(&stream().await.bytes), text(&first.bytes), "a finished one is replayed");
    assert_eq!(ada.get("/runs").await.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_asks_with_one_key_at_the_same_moment_gets_the_one_stream() {
    let (world, ada, agent) = world().await;
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    let body = run(&agent).to_string();
    let ask = || ada.send("POST", "/runs/stream", &headers, body.clone().into());
    let (answers, ()) = join!(futures::future::join_all((0..120).map(|_| ask())), world.works());
    for answer in &answers {
        assert_eq!((answer.status, &answer.bytes), (200, &answers[0].bytes));
    }
    assert_eq!(answers.iter().filter(|answer| !answer.headers.contains_key("idempotency-replayed")).count(), 1);
    assert_eq!(ada.get("/runs").await.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_reader_who_saw_the_end_of_a_run_is_told_that_nothing_comes() {
    let (world, ada, agent) = world().await;
    let (stream, ()) = join!(ada.post("/runs/stream", run(&agent)), world.works());
    let path = format!("/runs/{}/events", ada.get("/runs").await.body[0]["id"].as_str().unwrap());
    let last = text(&stream.bytes).lines().rev().find_map(|line| line.strip_prefix("id: ").map(str::to_owned)).unwrap();
    let over = ada.send("GET", &path, &[("last-event-id", &last)], Body::empty()).await;
    assert_eq!((over.status, over.bytes.len()), (204, 0));
    ada.get(&format!("{path}?after={last}")).await.is(StatusCode::NO_CONTENT);
    let before = last.parse::<i64>().unwrap() - 1;
    ada.send("GET", &path, &[("last-event-id", &before.to_string())], Body::empty()).await.is(StatusCode::OK);
    let json = [("accept", "application/json"), ("last-event-id", last.as_str())];
    let listed = ada.send("GET", &path, &json, Body::empty()).await;
    assert_eq!((listed.status, &listed.body["events"], &listed.body["finished"]), (200, &json!([]), &json!(true)));
}

#[tokio::test]
async fn a_run_goes_on_when_its_client_hangs_up() {
    let (world, ada, agent) = world().await;
    let headers = [("content-type", "application/json")];
    let waiting = ada.open("POST", "/runs/stream", &headers, run(&agent).to_string().into()).await;
    drop(waiting);
    world.works().await;
    assert_eq!(ada.get("/runs").await.body[0]["status"], "succeeded");
}
