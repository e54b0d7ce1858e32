//! The body of a streamed answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use artel_http::{Standing, stream, trace};
use artel_llm::{Delta, ModelError, Opening, Served};
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures::Stream;

use super::context::ChatContext;
use super::write_timer::WriteTimer;
use crate::call::{Call, Step};
use crate::fault::Fault;
use crate::outbound::Chunks;

/// A write has at least this many bytes when more deltas are ready.
const WRITE_BYTES: usize = 16 * 1024;

/// Writes chunks as the deltas come. All deltas that are ready become one write. Nothing is read from the provider
/// until the client has taken the last write.
pub(super) struct Events {
    context: ChatContext,
    /// `None` after the end of the answer.
    call: Option<Call>,
    chunks: Chunks,
    deltas: Vec<Delta>,
    /// Bytes that are encoded and not yet taken by the client.
    ready: Vec<u8>,
    write_timer: WriteTimer,
    trace_id: String,
}

impl Events {
    /// Continues after the first deltas.
    pub(super) fn begin(context: ChatContext, call: Call, opening: &Opening, deltas: Vec<Delta>, first: Step) -> Self {
        let chunks = Chunks::new(&context.head(opening), context.include_usage);
        let write_timer = context.app.streams.open();
        let mut events = Self {
            context,
            call: Some(call),
            chunks,
            deltas,
            ready: Vec::new(),
            write_timer,
            trace_id: trace::current(),
        };
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

    /// Collects the bytes of the next write; no bytes when the answer has ended.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(call) = &mut self.call
            && (self.ready.is_empty() || (self.write_timer.collects_more() && self.ready.len() < WRITE_BYTES))
        {
            if self.ready.is_empty() {
                ready!(self.write_timer.poll_may_read(cx));
            }
            match call.poll_step(cx, &mut self.deltas) {
                Poll::Ready(step) => {
                    self.take(step);
                    self.write_timer.received_more();
                }
                Poll::Pending if self.ready.is_empty() => return Poll::Pending,
                Poll::Pending => return self.write_timer.poll_idle(cx),
            }
        }
        Poll::Ready(())
    }

    /// Writes the end. After an error there is no finish chunk and no `[DONE]`, so that no client takes the answer for
    /// complete.
    fn end(&mut self, outcome: Result<Box<Served>, ModelError>) {
        match outcome {
            Ok(served) => {
                self.context.keep(&served);
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
        events.write_timer.wrote();
        let ready = std::mem::take(&mut events.ready);
        Poll::Ready((!ready.is_empty()).then(|| Ok(ready.into())))
    }
}

impl Events {
    /// The answer; it breaks off like one that failed when the caller loses their standing.
    pub(super) fn into_response(self, standing: &Standing) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            // nginx would buffer the stream.
            (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        ];
        let trace_id = self.trace_id.clone();
        let farewell = move |loss| {
            let mut last = Vec::new();
            Fault::access_ended(loss).traced(&trace_id).write_event(&mut last);
            last.into()
        };
        (headers, stream::bytes(standing, self, farewell)).into_response()
    }
}
