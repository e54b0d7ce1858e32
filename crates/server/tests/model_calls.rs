//! What operators see of model calls, through the real binary: the account book, the metrics, the spans.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use std::time::Duration;

use artel_model_mock::{Body, Mock};
use artel_store::{LlmCall, LlmCallFilter, LlmCalls as _};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_testkit::{Artel, Database, Launch, ModelServer, Receiver, Reply, SpanCollector, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const PROMPT: &str = "canary prompt";
const ANSWER: &str = "canary answer";

async fn model() -> ModelServer {
    ModelServer::start(|_| Reply::Text(ANSWER.to_owned())).await
}

fn launch(model: &ModelServer) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("OPENAI_BASE_URL", model.url())
        .with("LLM_RETRIES", "0")
}

/// One run of one step; returns its trace id.
async fn run(artel: &Artel, model: &str) -> String {
    let client = artel.client_of(ADA).await;
    let agent = client.agent(model, &[]).await;
    let (status, run) = client.post("/runs", &json!({ "agent_id": agent, "input_message": PROMPT })).await;
    assert_eq!(status, 201, "{run}");
    run["trace_id"].as_str().unwrap().to_owned()
}

/// What the book holds once the process is gone.
async fn book(mut artel: Artel) -> Vec<LlmCall> {
    assert!(artel.terminate().await, "{}", artel.log());
    let store =
        SqliteStore::open(&SqliteOptions::new(artel.data_dir().join("data/artel.db").to_str().unwrap())).await.unwrap();
    store.list_llm_calls(ADA, LlmCallFilter { limit: 10, ..LlmCallFilter::default() }).await.unwrap()
}

#[tokio::test]
async fn every_call_of_a_run_is_in_the_book_when_the_process_has_ended() {
    let model = model().await;
    let artel = launch(&model).start().await;
    let trace = run(&artel, "openai:scripted").await;
    // Straight away: what is not written yet is written at the end.
    let calls = book(artel).await;
    let call = &calls[0];
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!((call.provider.as_str(), call.model.as_str(), call.outcome.as_str()), ("openai", "scripted", "ok"));
    assert_eq!(call.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens)), Some((20, 5)));
    assert_eq!((call.attempts, call.is_estimated, call.trace_id.as_deref()), (1, false, Some(trace.as_str())));
    assert!(call.agent_id.is_some() && call.user_id.is_some(), "the sums of agents and users need both: {call:?}");
    assert!(call.latency_micros > 0 && call.first_token_micros.is_some_and(|wait| wait <= call.latency_micros));
}

#[tokio::test]
async fn a_run_goes_to_the_fallback_of_its_model_and_the_book_says_so() {
    let (model, gone) = (model().await, ModelServer::start(|_| Reply::Status(503)).await);
    let providers = json!({ "first": { "base_url": gone.url() }, "second": { "base_url": model.url() } });
    let routes = json!({ "smart": { "model": "custom:first:a", "fallbacks": ["custom:second:b"] } });
    let artel = launch(&model)
        .with("LLM_PROVIDERS", &providers.to_string())
        .with("LLM_ROUTES", &routes.to_string())
        .start()
        .await;
    run(&artel, "smart").await;
    let calls = book(artel).await;
    assert_eq!((calls[0].requested_model.as_str(), calls[0].provider.as_str()), ("route:smart", "custom:second"));
    assert_eq!((calls[0].outcome.as_str(), calls[0].attempts, calls[0].fallbacks), ("ok", 2, 1));
}

#[tokio::test]
async fn calls_are_measured_under_their_opentelemetry_names() {
    let model = model().await;
    let artel = launch(&model).start().await;
    run(&artel, "openai:scripted").await;
    run(&artel, "demo:fail").await;
    let metrics = reqwest::get(format!("{}/metrics", artel.url())).await.unwrap().text().await.unwrap();
    for line in [
        r#"artel_llm_calls_total{provider="openai",model="scripted",outcome="ok"} 1"#,
        r#"artel_llm_calls_total{provider="demo",model="fail",outcome="model_unavailable"} 1"#,
        r#"gen_ai_client_token_usage_sum{gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="scripted",gen_ai_token_type="input"} 20"#,
        r#"gen_ai_client_operation_duration_seconds_count{gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="scripted",error_type=""} 1"#,
        r#"artel_llm_time_to_first_token_seconds_count{provider="openai",model="scripted"} 1"#,
        r#"artel_llm_in_flight{provider="openai"} 0"#,
        r#"artel_llm_breaker_state{provider="openai"} 0"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn a_call_is_a_span_of_its_runs_trace_without_a_word_of_what_was_said() {
    let (model, collector) = (model().await, SpanCollector::start().await);
    let artel = launch(&model).with("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()).start().await;
    let trace = run(&artel, "openai:scripted").await;
    run(&artel, "demo:fail").await;
    let spans = collector.spans(2).await;
    let span = spans.iter().find(|span| span.name == "chat scripted").unwrap();
    assert_eq!((span.service.as_str(), span.trace_id.as_str()), ("artel", trace.replace('-', "").as_str()));
    let attribute = |name: &str| span.attributes.get(name).cloned().unwrap_or_default();
    assert_eq!(attribute("gen_ai.operation.name"), json!("chat"));
    assert_eq!(attribute("gen_ai.provider.name"), json!("openai"));
    assert_eq!(attribute("gen_ai.request.model"), json!("scripted"));
    assert_eq!(attribute("gen_ai.response.model"), json!("scripted"));
    assert_eq!(attribute("gen_ai.usage.input_tokens"), json!(20));
    assert_eq!(attribute("gen_ai.usage.output_tokens"), json!(5));
    assert_eq!(attribute("gen_ai.response.finish_reasons"), json!(["stop"]));
    assert_eq!(attribute("error.type"), json!(null));
    assert!(span.took.as_nanos() > 0);
    let failed = spans.iter().find(|span| span.name == "chat fail").unwrap();
    assert_eq!(failed.attributes["error.type"], json!("model_unavailable"));
    for said in [PROMPT, ANSWER] {
        let leaks = spans.iter().any(|span| span.raw.windows(said.len()).any(|window| window == said.as_bytes()));
        assert!(!leaks, "{said}");
    }
}

#[tokio::test]
async fn with_a_proxy_elsewhere_the_calls_and_the_account_are_there() {
    let model = model().await;
    let key = "a-key-between-services";
    let proxy = launch(&model).with("INTERNAL_API_KEY", key).start().await;
    let platform = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite);
    let platform =
        platform.with("INTERNAL_API_KEY", key).with("LLM_PROXY_URL", proxy.url_of("llm_proxy")).start().await;
    let trace = run(&platform, "openai:scripted").await;
    assert!(book(platform).await.is_empty(), "not twice");
    let calls = book(proxy).await;
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!((calls[0].account.as_str(), calls[0].trace_id.as_deref()), (ADA, Some(trace.as_str())));
    assert_eq!((calls[0].requested_model.as_str(), calls[0].outcome.as_str()), ("openai:scripted", "ok"));
    assert!(calls[0].agent_id.is_some() && calls[0].user_id.is_some(), "{calls:?}");
}

/// An answer in one streamed chunk, as a provider that speaks OpenAI's protocol sends it.
fn streamed(delta: &Value, finish: &str) -> artel_model_mock::Reply {
    let chunk = json!({ "id": "a", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
    let body = Body::Text(format!("data: {chunk}\n\ndata: [DONE]\n\n"));
    artel_model_mock::Reply::default().header("content-type", "text/event-stream").body(body)
}

/// A call's `extra_content` and a message's `reasoning_details`.
fn foreign_members() -> (Value, Value) {
    let signed = json!({ "google": { "thought_signature": "c2lnbmVk" } });
    (signed, json!([{ "type": "reasoning.encrypted", "data": "ZW5j", "format": "x", "index": 0 }]))
}

fn first_tool(asked: &Value) -> &Value {
    &asked["tools"][0]["function"]["name"]
}

/// Runs of one session at one provider and then at another; returns what the providers got, and what the client saw.
async fn members_of_a_session(database: Database) -> (Vec<Value>, String) {
    let (signed, details) = foreign_members();
    let mock = Mock::answering(move |asked| match asked.last_role() {
        "tool" => streamed(&json!({ "content": "Done.", "extra_content": signed }), "stop"),
        _ if asked.last_text() != "Act" => streamed(&json!({ "content": "And more." }), "stop"),
        _ => {
            let function = json!({ "name": first_tool(&asked.body), "arguments": r#"{"text":"x"}"# });
            let call =
                json!({ "index": 0, "id": "c", "type": "function", "function": function, "extra_content": signed });
            streamed(&json!({ "tool_calls": [call], "reasoning_details": details }), "tool_calls")
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    artel_testkit::beside(mock.clone().serve(listener));
    let providers = json!({ "google": { "base_url": url }, "router": { "base_url": url } });
    let artel =
        Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("LLM_PROVIDERS", &providers.to_string()).start().await;
    let client = artel.client().await;
    let receiver = Receiver::start(Duration::ZERO).await;
    let agent = client.agent("custom:google:gemini", &[receiver.tool("act", "read_only")]).await;
    let other = client.agent("custom:router:gemini", &[]).await;
    let (mut seen, mut session) = (Vec::new(), Value::Null);
    for (agent, input) in [(&agent, "Act"), (&agent, "Go on"), (&other, "And elsewhere")] {
        let asked = json!({ "agent_id": agent, "input_message": input, "session_id": session });
        let (status, run) = client.post("/runs", &asked).await;
        assert_eq!((status, &run["status"]), (201, &json!("succeeded")), "{run:#}");
        seen.extend(client.events(run["id"].as_str().unwrap(), None).await.rest().await);
        session = run["session_id"].clone();
    }
    let (_, messages) = client.get(&format!("/sessions/{}/messages", session.as_str().unwrap())).await;
    let asked = mock.requests().iter().map(artel_model_mock::Recorded::json).collect();
    (asked, format!("{seen:?} {messages}"))
}

on_both_stores! {
    members_without_a_form_of_their_own_come_back_in_the_next_turn
        as members_come_back_on_sqlite, members_come_back_on_postgres;
}

async fn members_without_a_form_of_their_own_come_back_in_the_next_turn(database: Database) {
    let (asked, seen) = members_of_a_session(database).await;
    let (signed, details) = foreign_members();
    assert_eq!(asked.len(), 4, "{asked:#?}");
    for (turn, request) in asked[1..3].iter().enumerate() {
        let messages: Vec<&Value> =
            request["messages"].as_array().unwrap().iter().filter(|message| message["role"] == "assistant").collect();
        assert_eq!(messages[0]["tool_calls"][0]["extra_content"], signed, "request {turn}");
        assert_eq!(messages[0]["reasoning_details"], details, "request {turn}");
        assert!(turn == 0 || messages[1]["extra_content"] == signed, "{messages:#?}");
    }
    let elsewhere = asked[3].to_string();
    assert!(
        elsewhere.contains("Done.") && !elsewhere.contains("c2lnbmVk") && !elsewhere.contains("ZW5j"),
        "{elsewhere}"
    );
    assert!(!seen.contains("c2lnbmVk") && !seen.contains("ZW5j"), "clients see none of it: {seen}");
}
