use std::time::Duration;

use serde_json::{Value, json};

use crate::Events;

/// Calls the API as one caller.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    pub fn new(base: &str, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::anonymous(base) }
    }

    pub fn anonymous(base: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(1)).build().expect("a client");
        Self { http, base: base.to_owned(), token: None }
    }

    /// The `data` of a stream's events, to its end. For streams without ids.
    pub async fn post_for_data(&self, path: &str, body: &Value) -> Vec<String> {
        let answer = self.request("POST", path).json(body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "POST {path}: {}", answer.status());
        let text = answer.text().await.expect("a whole stream");
        text.split_terminator("\n\n")
            .map(|event| event.strip_prefix("data: ").expect("an event of data alone").to_owned())
            .collect()
    }

    /// The same caller with another base URL.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method.parse().expect("a method"), format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.request("POST", path).json(body)).await
    }

    /// Posts a request that must succeed; returns the answer.
    pub async fn create(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert!((200..300).contains(&status), "POST {path}: {status} {answer}");
        answer
    }

    /// Creates an agent with this model and these tools; returns its id.
    pub async fn agent(&self, model: &str, tools: &[Value]) -> String {
        let agent = self.create("/agents", &json!({ "name": "Agent", "model": model, "status": "published" })).await;
        let agent = agent["id"].as_str().expect("an id").to_owned();
        for tool in tools {
            let tool = self.create("/tools", tool).await;
            self.create(&format!("/agents/{agent}/tools/{}", tool["id"].as_str().expect("an id")), &json!({})).await;
        }
        agent
    }

    /// Starts a run without waiting for it; returns its id.
    pub async fn start_run(&self, agent: &str, input: &str) -> String {
        let (status, run) = self.post("/runs?wait=false", &json!({ "agent_id": agent, "input_message": input })).await;
        assert_eq!(status, 202, "{run}");
        run["id"].as_str().expect("an id").to_owned()
    }

    /// Reads a run until it has ended.
    pub async fn finished_run(&self, id: &str) -> Value {
        for _ in 0..300 {
            let (status, run) = self.get(&format!("/runs/{id}")).await;
            assert_eq!(status, 200, "{run}");
            if run["status"] == "succeeded" || run["status"] == "failed" {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("run {id} did not end within 30 s");
    }

    /// The run's events after `after`, live until its end.
    pub async fn events(&self, run: &str, after: Option<i64>) -> Events {
        let mut request = self.request("GET", &format!("/runs/{run}/events"));
        if let Some(after) = after {
            request = request.header("Last-Event-ID", after.to_string());
        }
        Events::open(request).await
    }

    /// `POST /runs/stream`.
    pub async fn stream(&self, agent: &str, input: &str) -> Events {
        Events::open(self.request("POST", "/runs/stream").json(&json!({ "agent_id": agent, "input_message": input })))
            .await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a whole answer");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
