//! The records of the mock.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::Protocol;

const MOST_REQUESTS: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;
const MOST_CLOSED: usize = 10_000;

/// Headers whose values are not shown.
const SECRET: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "cookie",
    "x-internal-auth",
    "x-api-token",
];

/// One recorded request.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Counted from 1.
    pub number: u64,
    /// Milliseconds since the start of the mock.
    pub at_ms: u64,
    pub protocol: Option<Protocol>,
    pub method: String,
    pub path: String,
    /// The headers as they came, keys included, with names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Recorded {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The request in a form that may be shown: of keys only their length.
    pub(crate) fn shown(&self) -> Value {
        let header = |(name, value): &(String, String)| {
            let shown = if SECRET.contains(&name.as_str()) {
                json!({ "present": true, "length": value.len() })
            } else {
                value.as_str().into()
            };
            (name.clone(), shown)
        };
        let body: Value =
            serde_json::from_slice(&self.body).unwrap_or_else(|_| String::from_utf8_lossy(&self.body).into());
        json!({
            "number": self.number,
            "at_ms": self.at_ms,
            "protocol": self.protocol,
            "method": self.method,
            "path": self.path,
            "headers": self.headers.iter().map(header).collect::<Map<_, _>>(),
            "body": body,
        })
    }
}

/// A connection that the client closed before the end of its answer.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ClosedEarly {
    /// The request's number.
    pub request: u64,
    /// The time, for tests in the same process.
    #[serde(skip)]
    pub at: Instant,
    /// Milliseconds since the start of the mock.
    pub at_ms: u64,
    /// Milliseconds since the request.
    pub after_ms: u64,
}

/// The current counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) requests: u64,
    pub(crate) connections: u64,
    pub(crate) open_connections: u64,
    pub(crate) open_answers: u64,
    pub(crate) closed_early: u64,
}

/// The current state, and the counts since the start.
#[derive(Debug, Clone, Serialize)]
pub struct Stats {
    /// The current time in milliseconds since the start of the mock, on the same clock as every `at_ms`.
    pub now_ms: u64,
    /// Requests to the provider so far.
    pub requests: u64,
    /// Connections so far.
    pub connections: u64,
    pub open_connections: u64,
    /// Answers under way, streamed or not.
    pub open_answers: u64,
    /// Answers so far whose client closed the connection before the end.
    pub closed_early: u64,
    /// The latest of these.
    pub closed: Vec<ClosedEarly>,
}

/// The records.
#[derive(Debug)]
pub(crate) struct RequestLog {
    began: Instant,
    requests: VecDeque<Recorded>,
    bytes: usize,
    number: u64,
    closed: VecDeque<ClosedEarly>,
    closed_in_all: u64,
}

impl RequestLog {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            requests: VecDeque::new(),
            bytes: 0,
            number: 0,
            closed: VecDeque::new(),
            closed_in_all: 0,
        }
    }

    /// Records a request and returns its number.
    pub(crate) fn record(&mut self, mut request: Recorded) -> u64 {
        self.number += 1;
        request.number = self.number;
        request.at_ms = self.ms(Instant::now());
        self.bytes += request.body.len();
        self.requests.push_back(request);
        while self.requests.len() > MOST_REQUESTS || (self.bytes > MOST_BYTES && self.requests.len() > 1) {
            self.bytes -= self.requests.pop_front().map_or(0, |oldest| oldest.body.len());
        }
        self.number
    }

    pub(crate) fn close_early(&mut self, request: u64, since: Instant) {
        let at = Instant::now();
        self.closed_in_all += 1;
        self.closed.push_back(ClosedEarly {
            request,
            at,
            at_ms: self.ms(at),
            after_ms: (at - since).as_millis() as u64,
        });
        if self.closed.len() > MOST_CLOSED {
            self.closed.pop_front();
        }
    }

    /// The n-th early close, counted from 1, if it is still recorded.
    pub(crate) fn closed_early(&self, number: u64) -> Option<ClosedEarly> {
        let forgotten = self.closed_in_all - self.closed.len() as u64;
        self.closed.get(usize::try_from(number.checked_sub(forgotten + 1)?).ok()?).copied()
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.requests.iter().cloned().collect()
    }

    pub(crate) fn forget(&mut self) {
        self.requests.clear();
        self.bytes = 0;
    }

    pub(crate) fn stats(&self, counts: Counts) -> Stats {
        Stats {
            now_ms: self.ms(Instant::now()),
            requests: counts.requests,
            connections: counts.connections,
            open_connections: counts.open_connections,
            open_answers: counts.open_answers,
            closed_early: counts.closed_early,
            closed: self.closed.iter().copied().collect(),
        }
    }

    fn ms(&self, at: Instant) -> u64 {
        (at - self.began).as_millis() as u64
    }
}
