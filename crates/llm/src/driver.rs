//! The one place that talks to providers over the network: streaming, patience, retries. Knows no protocol.

mod attempt;
mod body;
mod client;

use std::sync::Arc;

use attempt::Attempt;
use bytes::Bytes;
use client::client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use crate::dialect::Dialect;
use crate::{Answer, Config, ConfigError, Delta, ModelError, Request, Timeouts};

/// One provider's endpoint.
#[derive(Clone)]
pub(crate) struct Upstream {
    pub(crate) dialect: Arc<dyn Dialect>,
    /// The full URL that requests go to.
    pub(crate) url: Url,
    pub(crate) key: Option<SecretString>,
}

/// Sends requests and reads answers.
#[derive(Debug, Clone)]
pub(crate) struct Driver {
    http: Client,
    timeouts: Timeouts,
    retries: u32,
    max_answer_bytes: usize,
}

impl Driver {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self {
            http: client(config.timeouts.connect)?,
            timeouts: config.timeouts,
            retries: config.retries,
            max_answer_bytes: config.max_answer_bytes,
        })
    }

    /// Asks until there is an answer, an error that stays, or no time left. Dropping the future closes the connection.
    pub(crate) async fn ask(&self, upstream: &Upstream, request: &Request, on_delta: &Sender<Delta>) -> Result<Answer, ModelError> {
        let deadline = Instant::now() + self.timeouts.total;
        let attempts = self.attempts(upstream, request, on_delta, deadline);
        let late = |_| Err(ModelError::Timeout(format!("no complete answer within {:?}", self.timeouts.total)));
        let outcome = timeout_at(deadline, attempts).await.unwrap_or_else(late);
        outcome.map_err(|error| error.map_message(|text| masked(text, upstream.key.as_ref())))
    }

    async fn attempts(
        &self,
        upstream: &Upstream,
        request: &Request,
        on_delta: &Sender<Delta>,
        deadline: Instant,
    ) -> Result<Answer, ModelError> {
        let body = Bytes::from(upstream.dialect.encode(request)?.to_string());
        let mut made = 0;
        loop {
            let mut attempt = Attempt::new(self, upstream, request, on_delta);
            let failure = match attempt.run(body.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let may_retry = !attempt.has_shown() && made < self.retries;
            let delay = if may_retry { failure.delay(made, fastrand::f64()) } else { None };
            let Some(delay) = delay.filter(|delay| Instant::now() + *delay < deadline) else {
                return Err(failure.error);
            };
            made += 1;
            tracing::warn!(model = %request.model, attempt = made, ?delay, code = failure.error.code(), "model call failed, trying again");
            sleep(delay).await;
        }
    }

    fn post(&self, upstream: &Upstream, body: Bytes) -> RequestBuilder {
        let mut request =
            self.http.post(upstream.url.clone()).header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body);
        let key = upstream.key.as_ref().map(ExposeSecret::expose_secret);
        for (name, value) in upstream.dialect.headers(key).into_iter().flatten() {
            request = request.header(name, value);
        }
        request
    }
}

/// Some providers quote the key in their errors.
fn masked(text: &str, key: Option<&SecretString>) -> String {
    match key.map(ExposeSecret::expose_secret).filter(|key| key.len() >= 4) {
        Some(key) => text.replace(key, "***"),
        None => text.to_owned(),
    }
}
