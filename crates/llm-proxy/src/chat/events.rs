//! The body of a streamed answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use artel_http::trace;
use artel_llm::{Delta, ModelError, Opening, Served};
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures::Stream;

use super::context::ChatContext;
use super::pace::Pace;
use crate::call::{Call, Step};
use crate::fault::Fault;
use crate::outbound::Chunks;

/// This many bytes are written at once.
const ENOUGH: usize = 16 * 1024;

/// Chunks as the deltas come. All that are ready become one write. Nothing is read from the provider until the client
/// has taken the last write.
pub(super) struct Events {
    context: ChatContext,
    /// Gone when the answer has ended.
    call: Option<Call>,
    chunks: Chunks,
    deltas: Vec<Delta>,
    /// Written, and not yet taken.
    ready: Vec<u8>,
    pace: Pace,
    trace_id: String,
}

impl Events {
    /// Goes on from what came first.
    pub(super) fn begin(context: ChatContext, call: Call, opening: &Opening, deltas: Vec<Delta>, first: Step) -> Self {
        let chunks = Chunks::new(&context.head(opening), context.include_usage);
        let pace = context.app.streams.open();
        let mut events =
            Self { context, call: Some(call), chunks, deltas, ready: Vec::new(), pace, trace_id: trace::current() };
        events.take(first);
        events
    }

    fn take(&mut self, step: Step) {
        self.chunks.write(&self.deltas, &mut self.ready);
        self.deltas.clear();
        if let Step::Ended(outcome) = step {
            self.call = None;
            self.end(outcome);
        }
    }

    /// Collects the bytes of the next write; none when the answer has ended.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(call) = &mut self.call
            && (self.ready.is_empty() || (self.pace.gathers() && self.ready.len() < ENOUGH))
        {
            if self.ready.is_empty() {
                ready!(self.pace.poll_turn(cx));
            }
            match call.poll_step(cx, &mut self.deltas) {
                Poll::Ready(step) => {
                    self.take(step);
                    self.pace.more_came();
                }
                Poll::Pending if self.ready.is_empty() => return Poll::Pending,
                Poll::Pending => return self.pace.poll_idle(cx),
            }
        }
        Poll::Ready(())
    }

    /// After an error there is no finish chunk and no `[DONE]`, so that nobody takes the answer for complete.
    fn end(&mut self, outcome: Result<Box<Served>, ModelError>) {
        match outcome {
            Ok(served) => {
                self.context.app.reasoning.keep(&self.context.account, self.context.last.as_slice(), &served.answer);
                self.chunks.finish(&served.answer, &mut self.ready);
            }
            Err(error) => Fault::from(error).traced(&self.trace_id).write_event(&mut self.ready),
        }
    }
}

impl Stream for Events {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let events = &mut *self;
        ready!(events.poll_ready(cx));
        events.pace.wrote();
        let ready = std::mem::take(&mut events.ready);
        Poll::Ready((!ready.is_empty()).then(|| Ok(ready.into())))
    }
}

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            // nginx would collect the stream before it passes it on.
            (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        ];
        (headers, Body::from_stream(self)).into_response()
    }
}
