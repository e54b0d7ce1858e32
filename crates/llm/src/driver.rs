//! The one place that talks to providers over the network: streaming, patience, retries. Knows no protocol.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, redirect};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use url::Url;

use crate::dialect::{Dialect, Progress};
use crate::error::excerpt;
use crate::retry::Failure;
use crate::{Answer, Config, ConfigError, Delta, ModelError, Request, Timeouts};

/// As much of an error page as we read.
const LONGEST_ERROR_BODY: usize = 64 * 1024;

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
        let body = Bytes::from(upstream.dialect.encode(request).to_string());
        let mut made = 0;
        loop {
            let mut attempt = Attempt { driver: self, upstream, request, on_delta, shown: false };
            let failure = match attempt.run(body.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let may_retry = !attempt.shown && made < self.retries;
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
        let request = self.http.post(upstream.url.clone()).header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body);
        match upstream.key.as_ref().and_then(|key| upstream.dialect.authorization(key.expose_secret())) {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }
}

/// One try at one request.
struct Attempt<'a> {
    driver: &'a Driver,
    upstream: &'a Upstream,
    request: &'a Request,
    on_delta: &'a Sender<Delta>,
    /// Something of the answer has left: from now on a retry would repeat it.
    shown: bool,
}

impl Attempt<'_> {
    async fn run(&mut self, body: Bytes) -> Result<Answer, Failure> {
        let patience = self.driver.timeouts.first_byte;
        let sent = Instant::now();
        let response = match timeout(patience, self.driver.post(self.upstream, body).send()).await {
            Err(_) => return Err(Failure::fatal(silence(patience))),
            Ok(Err(error)) => return Err(unreachable(&error)),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        let headers = response.headers().clone();
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        let mut body = Body::new(response, self.driver, patience.saturating_sub(sent.elapsed()));
        if !status.is_success() {
            let refusal = self.upstream.dialect.refusal(status, &body.beginning().await);
            return Err(Failure::of_response(refusal, &headers));
        }
        if media_type.starts_with("application/json") {
            return self.whole(&mut body).await;
        }
        if media_type.starts_with("text/html") {
            let page = excerpt(&String::from_utf8_lossy(&body.beginning().await));
            return Err(Failure::fatal(ModelError::Protocol(format!("it is a web page: {page}"))));
        }
        self.streamed(&mut body).await
    }

    async fn whole(&mut self, body: &mut Body) -> Result<Answer, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await? {
            bytes.extend_from_slice(&chunk);
        }
        let answer = self.upstream.dialect.decode_whole(self.request, &bytes).map_err(Failure::of)?;
        if !answer.text.is_empty() {
            self.show(vec![Delta::Text(answer.text.clone())]).await;
        }
        Ok(answer)
    }

    async fn streamed(&mut self, body: &mut Body) -> Result<Answer, Failure> {
        let mut decoder = self.upstream.dialect.decoder(self.request);
        let broken = loop {
            let chunk = match body.next().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(failure) => break Some(failure),
            };
            let mut deltas = Vec::new();
            let progress = decoder.feed(&chunk, &mut deltas);
            self.show(deltas).await;
            if progress.map_err(Failure::of)? == Progress::Complete {
                body.drain();
                break None;
            }
        };
        let mut deltas = Vec::new();
        let answer = decoder.finish(&mut deltas);
        self.show(deltas).await;
        // A connection that breaks after the end of the answer harms nobody.
        answer.map_err(|error| broken.unwrap_or_else(|| Failure::passing(error)))
    }

    async fn show(&mut self, deltas: Vec<Delta>) {
        for delta in deltas {
            self.shown = true;
            // Nobody listens any more: the answer is still wanted.
            let _ = self.on_delta.send(delta).await;
        }
    }
}

/// The bytes of an answer, read with limits.
struct Body {
    response: Response,
    /// For the next chunk.
    patience: Duration,
    between_chunks: Duration,
    max_bytes: usize,
    bytes_left: usize,
}

impl Body {
    fn new(response: Response, driver: &Driver, patience: Duration) -> Self {
        let max_bytes = driver.max_answer_bytes;
        Self { response, patience, between_chunks: driver.timeouts.between_chunks, max_bytes, bytes_left: max_bytes }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = match timeout(self.patience, self.response.chunk()).await {
            Err(_) => return Err(Failure::fatal(silence(self.patience))),
            Ok(Err(error)) => return Err(broken(&error)),
            Ok(Ok(chunk)) => chunk,
        };
        self.patience = self.between_chunks;
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.bytes_left = self
            .bytes_left
            .checked_sub(length)
            .ok_or_else(|| Failure::fatal(ModelError::Protocol(format!("it is longer than {} bytes", self.max_bytes))))?;
        Ok(chunk)
    }

    /// Enough of an error page to say what it says. Whatever goes wrong here, the status is known already.
    async fn beginning(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < LONGEST_ERROR_BODY
            && let Ok(Some(chunk)) = self.next().await
        {
            bytes.extend_from_slice(&chunk);
        }
        bytes.truncate(LONGEST_ERROR_BODY);
        bytes
    }

    /// Takes the end of the stream if it is there already, so that the connection can be used again.
    fn drain(&mut self) {
        const AT_MOST_CHUNKS: usize = 4;
        for _ in 0..AT_MOST_CHUNKS {
            let Some(Ok(Some(_))) = self.response.chunk().now_or_never() else { return };
        }
    }
}

fn client(connect: Duration) -> Result<Client, ConfigError> {
    // Fails when somebody else installed a provider before us, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || Client::builder().connect_timeout(connect).redirect(redirect::Policy::none()).no_proxy().tcp_nodelay(true);
    builder().build().or_else(|error| {
        // A machine without root certificates can still use the demo and a model on its own network.
        tracing::warn!(%error, "no root certificates: model providers behind https will not be reachable");
        builder().tls_certs_only([]).build().map_err(ConfigError::Client)
    })
}

fn silence(patience: Duration) -> ModelError {
    ModelError::Timeout(format!("nothing came for {patience:?}"))
}

fn unreachable(error: &reqwest::Error) -> Failure {
    let told = if error.is_connect() { "no connection" } else { "the connection broke before an answer" };
    tracing::debug!(error = %chain(error), "model provider unreachable");
    Failure::of(ModelError::Unavailable(told.to_owned()))
}

fn broken(error: &reqwest::Error) -> Failure {
    tracing::debug!(error = %chain(error), "model answer broke off");
    Failure::of(ModelError::Unavailable("the connection broke in the middle of the answer".to_owned()))
}

/// All causes on one line, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Some providers quote the key in their errors.
fn masked(text: &str, key: Option<&SecretString>) -> String {
    match key.map(ExposeSecret::expose_secret).filter(|key| key.len() >= 4) {
        Some(key) => text.replace(key, "***"),
        None => text.to_owned(),
    }
}
