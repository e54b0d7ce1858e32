use std::time::Duration;

use artel_model_mock::{IncomingRequest, Mock, Step, Timing};
use serde_json::Value;

/// What the model answers.
#[derive(Debug, Clone)]
pub enum Reply {
    Text(String),
    /// Words with a pause before each.
    Slow(String, Duration),
    /// One call of the first tool that is offered.
    Call(Value),
    /// A text, then a call of the tool with this name.
    CallOf(String, &'static str, Value),
    /// An HTTP error.
    Status(u16),
    /// The connection is accepted and never answered.
    Hang,
}

impl From<Reply> for artel_model_mock::Reply {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Text(text) => Self::of([Step::deltas(&[&text])]),
            Reply::Slow(text, pause) => {
                let pause_ms = pause.as_millis().try_into().expect("a short pause");
                Self::text(&text).timing(Timing::of(pause_ms, pause_ms))
            }
            Reply::Call(args) => Self::call_of_first_tool(args),
            Reply::CallOf(text, tool, args) if text.is_empty() => Self::call(tool, args),
            Reply::CallOf(text, tool, args) => Self::of([Step::deltas(&[&text]), Step::call(tool, args)]),
            Reply::Status(status) => Self::status(status),
            Reply::Hang => Self::hang(),
        }
    }
}

/// A scripted model provider for simple tests. It runs as long as the test.
#[derive(Clone)]
pub struct ModelServer {
    mock: Mock,
    url: String,
}

impl ModelServer {
    /// Starts a provider whose script gets the body of each request.
    pub async fn start(script: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(move |asked| script(&asked.body)).await
    }

    /// Starts a provider that calls the first tool with `args` once, then answers with the tool's result.
    pub async fn calling_the_tool_once(args: Value) -> Self {
        Self::serve(move |asked| match asked.last_role() {
            "tool" => Reply::Text(format!("The tool said {}", asked.last_text())),
            _ => Reply::Call(args.clone()),
        })
        .await
    }

    async fn serve(script: impl Fn(&IncomingRequest) -> Reply + Send + Sync + 'static) -> Self {
        let mock = Mock::answering(move |asked| script(asked).into());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        tokio::spawn(mock.clone().serve(listener));
        Self { mock, url }
    }

    /// The value for `OPENAI_BASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The bodies of all requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.mock.requests().iter().map(artel_model_mock::Recorded::json).collect()
    }
}
