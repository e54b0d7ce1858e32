//! Results that come later: another operation is asked until they are there.

use std::time::Duration;

use artel_connectors::reply::Failure;
use artel_connectors::request::HttpRequest;
use artel_connectors::schema::{Later, Method, Pointer};
use artel_tools::Redactor;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use url::Url;

use crate::attempt::{self, MAX_REPLY, Reach, Reply};
use crate::error::ExecuteError;
use crate::executor::{Answered, Executor, Work};
use crate::pace::{MustWait, wait_until};

impl Executor {
    /// The data of an answer, or what its job came to.
    pub(crate) async fn finished(&self, work: &mut Work<'_>, answered: Answered) -> Result<Value, ExecuteError> {
        let Some(Later::Poll { operation, parameter, from, done, failed, every_seconds, download }) =
            &work.operation.later
        else {
            return self.data_of(work, answered).await;
        };
        let Some(job) = from.find(&answered.done.whole).cloned() else {
            return Err(ExecuteError::NotSent("the service named no job to wait for".to_owned()));
        };
        let Some((module, polled)) = work.account.connector.operation(operation) else {
            return Err(ExecuteError::Arguments(format!("there is no operation {operation}")));
        };
        (work.module, work.operation) = (module, polled);
        let params: Map<String, Value> = std::iter::once((parameter.clone(), job)).collect();
        loop {
            let state = self.answered(work, &params, None).await?;
            let fits = |condition: &artel_connectors::schema::Condition| {
                condition.fits(state.reply.status, &state.reply.headers, Some(&state.done.whole))
            };
            if fits(failed) {
                let redactor = work.redactor.clone();
                return Err(self.off(work, move || gave_up(&state.reply, &redactor)).await?);
            }
            if fits(done) {
                return match download {
                    Some(link) => self.fetched(work, link, &state).await,
                    None => self.data_of(work, state).await,
                };
            }
            let then = Instant::now() + Duration::from_secs((*every_seconds).into());
            wait_until(then, work.until)
                .await
                .map_err(|MustWait(retry_after)| ExecuteError::NotReady { retry_after })?;
        }
    }

    /// The data alone; the rest of a large answer is given up where that holds up nobody.
    async fn data_of(&self, work: &Work<'_>, answered: Answered) -> Result<Value, ExecuteError> {
        self.off(work, move || answered.done.data).await
    }

    /// The file behind a link. It may be elsewhere, so it is asked for without the credential.
    async fn fetched(&self, work: &mut Work<'_>, link: &Pointer, state: &Answered) -> Result<Value, ExecuteError> {
        let link = link.find(&state.done.whole).and_then(Value::as_str).unwrap_or_default();
        let url = state.url.join(link).ok().filter(|_| !link.is_empty());
        let url: Url = url.ok_or_else(|| ExecuteError::NotSent("the result has no link to its file".to_owned()))?;
        let request = HttpRequest { method: Method::Get, url, headers: HeaderMap::new(), body: None };
        let reach = Reach::of(work.account);
        let end = attempt::end_of(work.operation.timeout_seconds, work.until);
        let (status, headers, body) = attempt::send(&self.egress, &request, &reach, false, end, MAX_REPLY).await?;
        let reply = Reply { status, headers, body, now: self.clock.now() };
        self.makes_room(work, reply.body.len()).await?;
        if reply.status >= 300 {
            let redactor = work.redactor.clone();
            return Err(self.off(work, move || gave_up(&reply, &redactor)).await?);
        }
        self.off(work, move || file(&reply)).await
    }
}

fn file(reply: &Reply) -> Value {
    let media_type = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("application/octet-stream");
    json!({"media_type": media_type, "bytes": reply.body.len(), "base64": STANDARD.encode(&reply.body)})
}

fn gave_up(reply: &Reply, redactor: &Redactor) -> ExecuteError {
    let message = artel_connectors::reply::words(&reply.as_http());
    let failure = Failure { status: reply.status, code: None, message, means: None };
    ExecuteError::Refused(failure.shown(&|text| redactor.text(text)))
}
