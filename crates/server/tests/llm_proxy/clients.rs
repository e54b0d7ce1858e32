//! Clients of OpenAI's API that other people wrote, from PyPI and npm, against the real binary and a scripted provider
//! that plays OpenAI, Anthropic and Ollama.

use artel_model_mock::{Failure, How, ModelMock, Reply, Script, When};
use artel_testkit::{Database, Launch};

/// What is not in here is echoed, or calls the first tool that is offered, once.
fn script() -> Script {
    let for_those_who_say = |words: &str| When { last: Some(words.to_owned()), ..When::default() };
    let busy = Failure::new("overloaded_error", "busy");
    Script::from_iter([
        Reply::text(r#"{"city": "Rome", "degrees": 21}"#).when(for_those_who_say("as JSON")),
        Reply::status(429).header("retry-after", "7").when(for_those_who_say("be busy")),
        Reply::text("One two three four").fault_after_deltas(2, How::Error(busy)).when(for_those_who_say("break off")),
    ])
}

#[tokio::test]
async fn openai_pydantic_ai_and_langchain_are_served_whoever_the_provider_is() {
    let mock = ModelMock::start(script()).await.unwrap();
    let artel = Launch::new(env!("CARGO_BIN_EXE_artel"), Database::Sqlite)
        .with("OPENAI_BASE_URL", &format!("{}/v1", mock.url()))
        .with("ANTHROPIC_BASE_URL", mock.url())
        .with("ANTHROPIC_API_KEY", "any")
        .with("OLLAMA_BASE_URL", mock.url())
        .with("LLM_RETRIES", "0")
        .with("LLM_BREAKER_FAILURES", "0")
        .with("LLM_BREAKER_PERCENT", "100")
        .start()
        .await;
    let key = artel.command(&["keys", "create", "--scopes", "llm:invoke"]).await.0;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/llm-clients");
    artel.serves(script, &[("ARTEL_LLM_URL", artel.url_of("llm_proxy")), ("ARTEL_LLM_KEY", key.trim())]).await;
}
