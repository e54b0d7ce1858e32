//! One request and its answer.

use artel_domain::Clock;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use tokio::time::Instant;

use super::Outgoing;
use super::body::Body;
use crate::call::DeltaSink;
use crate::dialect::{Framing, Progress};
use crate::error::excerpt;
use crate::retry::Failure;
use crate::upstream::Upstream;
use crate::{Completion, Delta, ModelError, RateLimits, Request};

/// The beginnings of lines that only a stream of events has.
const EVENT_LINES: [&[u8]; 5] = [b":", b"data", b"event", b"id", b"retry"];

/// One attempt at one request.
pub(super) struct Attempt<'a> {
    pub(super) upstream: &'a Upstream,
    pub(super) request: &'a Request,
    pub(super) clock: &'a dyn Clock,
    pub(super) sink: DeltaSink<'a>,
    pub(super) max_answer_bytes: usize,
}

impl Attempt<'_> {
    pub(super) async fn run(mut self, outgoing: Outgoing) -> Result<Completion, Failure> {
        let patience = self.upstream.timeouts.first_byte;
        let sent = Instant::now();
        let (head, body) = outgoing.send(self.upstream, &self.upstream.url).await?.into_parts();
        let waited = sent.elapsed();
        let (status, head) = (head.status, head.headers);
        self.sink.stats.upstream += waited;
        self.sink.stats.limits = RateLimits::read(&head, self.clock.now());
        let left = patience.saturating_sub(waited);
        let mut body = Body::new(body, self.upstream.timeouts.between_chunks, left, self.max_answer_bytes);
        if !status.is_success() {
            let error = self.upstream.dialect.error(status, &body.beginning().await).of_status(status.as_u16());
            return Err(self.refused(error, &head));
        }
        let first = self.first(&mut body).await?;
        let framing = self.upstream.dialect.framing();
        match content(&first) {
            Content::Page => Err(self.web_page(&first, &mut body).await),
            Content::Text if media_type(&head) == "text/html" => Err(self.web_page(&first, &mut body).await),
            Content::Json if framing == Framing::Events => self.whole(&first, &mut body).await,
            Content::Text if framing == Framing::Events && media_type(&head) == "application/json" => {
                self.whole(&first, &mut body).await
            }
            Content::Json | Content::Events | Content::Text => self.streamed(first, &mut body).await,
        }
    }

    /// A proxy of this product makes all further attempts itself.
    fn refused(&self, error: ModelError, head: &HeaderMap) -> Failure {
        let failure = Failure::of_response(error, head);
        if self.upstream.is_proxy { Failure::fatal(failure.error) } else { failure }
    }

    /// The next bytes. The wait for them counts as the provider's time.
    async fn next(&mut self, body: &mut Body) -> Result<Option<Bytes>, Failure> {
        let waiting = Instant::now();
        let chunk = body.next().await;
        self.sink.stats.upstream += waiting.elapsed();
        chunk
    }

    /// The bytes up to the first chunk that is not white space.
    async fn first(&mut self, body: &mut Body) -> Result<Bytes, Failure> {
        let mut first = Bytes::new();
        while visible(&first).is_empty() {
            // A failure here needs no report: without bytes the code that follows fails the attempt.
            let Some(chunk) = self.next(body).await? else { break };
            first = if first.is_empty() { chunk } else { [first, chunk].concat().into() };
        }
        Ok(first)
    }

    async fn web_page(&self, first: &[u8], body: &mut Body) -> Failure {
        let page = [first, &body.beginning().await].concat();
        Failure::fatal(ModelError::Protocol(format!("it is a web page: {}", excerpt(&String::from_utf8_lossy(&page)))))
    }

    async fn whole(&mut self, first: &[u8], body: &mut Body) -> Result<Completion, Failure> {
        let mut bytes = first.to_vec();
        while let Some(chunk) = self.next(body).await? {
            bytes.extend_from_slice(&chunk);
        }
        let mut deltas = Vec::new();
        let answer = match lines_as_events(&bytes) {
            None => self.upstream.dialect.decode_whole(self.request, &bytes, &mut deltas),
            Some(events) => self.of_events(&events, &mut deltas),
        };
        self.send(deltas).await;
        answer.map_err(Failure::of)
    }

    /// The answer of a stream that came as a whole.
    fn of_events(&mut self, events: &[u8], deltas: &mut Vec<Delta>) -> Result<Completion, ModelError> {
        let mut decoder = self.upstream.dialect.decoder(self.request);
        decoder.feed(events, deltas)?;
        self.sink.stats.usage = decoder.usage();
        decoder.close(deltas)?;
        decoder.finish(deltas)
    }

    async fn streamed(&mut self, first: Bytes, body: &mut Body) -> Result<Completion, Failure> {
        let mut decoder = self.upstream.dialect.decoder(self.request);
        let mut first = Some(first).filter(|bytes| !bytes.is_empty());
        let broken = loop {
            let chunk = match first.take() {
                Some(chunk) => Ok(Some(chunk)),
                None => self.next(body).await,
            };
            let chunk = match chunk {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(failure) => break Some(failure),
            };
            let mut deltas = Vec::new();
            let progress = decoder.feed(&chunk, &mut deltas);
            self.sink.stats.usage = decoder.usage();
            self.send(deltas).await;
            if progress.map_err(Failure::of)? == Progress::Complete {
                body.drain();
                break None;
            }
        };
        let mut deltas = Vec::new();
        let closed = decoder.close(&mut deltas);
        let answer = closed.and_then(|()| decoder.finish(&mut deltas));
        self.send(deltas).await;
        // A connection that breaks after the end of the answer does no harm.
        answer.map_err(|error| broken.unwrap_or_else(|| Failure::passing(error)))
    }

    async fn send(&mut self, deltas: Vec<Delta>) {
        for delta in deltas {
            self.sink.send(delta).await;
        }
    }
}

/// The kind of a body by its first bytes. Its headers may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Json,
    Events,
    Page,
    /// Another text, or an empty body.
    Text,
}

fn content(first: &[u8]) -> Content {
    let visible = visible(first);
    match visible.first() {
        Some(b'{' | b'[') => Content::Json,
        Some(b'<') => Content::Page,
        Some(_) if EVENT_LINES.iter().any(|line| visible.starts_with(line) || line.starts_with(visible)) => {
            Content::Events
        }
        _ => Content::Text,
    }
}

/// The events of a body that has one JSON object in each line, as some servers write a stream of events; `None` for
/// every other body.
fn lines_as_events(body: &[u8]) -> Option<Vec<u8>> {
    let lines = || body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let is_piece = |line: &[u8]| line == b"[DONE]" || line.starts_with(b"{") && line.ends_with(b"}");
    let is_stream = lines().take(2).count() == 2 && lines().all(is_piece);
    is_stream.then(|| lines().flat_map(|line| [b"data: ", line, b"\n\n"].concat()).collect())
}

/// The bytes without a byte order mark and white space at the beginning.
fn visible(bytes: &[u8]) -> &[u8] {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    let bytes = bytes.strip_prefix(MARK).unwrap_or(if MARK.starts_with(bytes) { &[] } else { bytes });
    bytes.trim_ascii_start()
}

/// The media type in lower case, without parameters. It is used only where the first bytes do not tell the kind.
fn media_type(head: &HeaderMap) -> String {
    let value = head.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_kind_of_a_body() {
        for (bytes, expected) in [
            (&b"{\"id\":1}"[..], Content::Json),
            (b"\xEF\xBB\xBF \r\n[{", Content::Json),
            (b"data: {}", Content::Events),
            (b"\n\n: ping", Content::Events),
            (b"e", Content::Events),
            (b"<!doctype html>", Content::Page),
            (b"  <html>", Content::Page),
            (b"Bad gateway", Content::Text),
            (b" \n", Content::Text),
            (b"", Content::Text),
        ] {
            assert_eq!(content(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn lines_of_objects_are_a_stream_and_an_object_of_many_lines_is_not() {
        let events = lines_as_events(b"{\"a\":1}\r\n\n{\"b\":2}\n[DONE]\n").unwrap();
        assert_eq!(events, b"data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n");
        for whole in [&b"{\"a\":1}\n"[..], b"{\n\"a\": {\n}\n}", b"{\"a\":\n{}}", b"{}\noops", b""] {
            assert_eq!(lines_as_events(whole), None, "{:?}", String::from_utf8_lossy(whole));
        }
    }
}
