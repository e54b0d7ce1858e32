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

    /// Starts a provider that does what its input says: `call <tool> <arguments>`, `slow <milliseconds> <word>`,
    /// `hang`. It repeats any other input, and the result of a call.
    pub async fn obedient() -> Self {
        Self::serve(|asked| {
            let text = asked.last_text().into_owned();
            if asked.last_role() == "tool" {
                return Reply::Text(format!("I got {text}"));
            }
            match text.split_once(' ') {
                Some(("call", rest)) => call_in_words(rest),
                Some(("slow", rest)) => slow_in_words(rest),
                _ if text == "hang" => Reply::Hang,
                _ => Reply::Text(text.clone()),
            }
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

fn call_in_words(words: &str) -> Reply {
    const KNOWN: [&str; 14] = [
        "run_subagent",
        "echo",
        "exit",
        "request_form",
        "manage_task",
        "query_tasks",
        "read_memory",
        "manage_memory",
        "skill_search",
        "read_skill",
        "manage_skill",
        "task_runtime",
        "documents",
        "work",
    ];
    let (name, args) = words.split_once(' ').expect("a tool and its arguments");
    let name = KNOWN.into_iter().find(|known| *known == name).expect("a tool that this model knows");
    Reply::CallOf(String::new(), name, serde_json::from_str(args).expect("arguments"))
}

fn slow_in_words(words: &str) -> Reply {
    let (pause, word) = words.split_once(' ').expect("a pause and a word");
    Reply::Slow(word.to_owned(), Duration::from_millis(pause.parse().expect("milliseconds")))
}
