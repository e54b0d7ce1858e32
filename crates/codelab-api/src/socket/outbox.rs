//! The socket with what is still to be written to it: reading goes on while writing waits for the other side.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Error;
use axum::extract::ws::{Message, WebSocket};
use futures::{Sink as _, Stream as _};
use tokio::time::Instant;

use super::meter::Meter;

/// Nothing more is fetched for a reader while so much is waiting for it.
const ENOUGH_MESSAGES: usize = 64;
const ENOUGH_BYTES: usize = 256 * 1024;
/// Answers to what a client says, while it reads nothing: it is cut before there are more.
const MOST_MESSAGES: usize = 256;

/// What comes of waiting for the other side.
pub(super) enum Heard {
    Message(Message),
    /// It has taken so much that there is room again.
    Room,
    /// A message has begun to come in.
    Begun,
    /// What came of an unfinished message is more than may be held.
    TooMuch,
    Broken(Error),
    End,
}

pub(super) struct Outbox {
    socket: WebSocket,
    meter: Meter,
    waiting: VecDeque<Message>,
    bytes: usize,
    /// Something was handed to the socket that may not have left it.
    unflushed: bool,
    /// When the other side last took something, while there is more to take.
    stuck_since: Option<Instant>,
}

impl Outbox {
    pub(super) fn new(socket: WebSocket, meter: Meter) -> Self {
        Self { socket, meter, waiting: VecDeque::new(), bytes: 0, unflushed: false, stuck_since: None }
    }

    pub(super) fn push(&mut self, message: Message) {
        self.bytes += length(&message);
        self.waiting.push_back(message);
        self.stuck_since.get_or_insert_with(Instant::now);
    }

    /// What still waits is not wanted any more.
    pub(super) fn clear(&mut self) {
        self.waiting = VecDeque::new();
        self.bytes = 0;
    }

    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < ENOUGH_MESSAGES && self.bytes < ENOUGH_BYTES
    }

    /// Until when the message that is coming in has to be complete.
    pub(super) fn message_due(&self) -> Option<Instant> {
        self.meter.due()
    }

    /// The other side is told to go: little more is read of it.
    pub(super) fn ends(&mut self) {
        self.meter.ends();
    }

    pub(super) fn is_flooded(&self) -> bool {
        self.waiting.len() >= MOST_MESSAGES
    }

    pub(super) fn stuck_since(&self) -> Option<Instant> {
        self.stuck_since
    }

    /// The next message, while what waits is written. Dropping the wait loses nothing.
    pub(super) async fn next(&mut self) -> Heard {
        let had_room = self.has_room();
        poll_fn(|context| {
            if let Poll::Ready(Err(error)) = self.poll_write(context) {
                return Poll::Ready(Heard::Broken(error));
            }
            if !had_room && self.has_room() {
                return Poll::Ready(Heard::Room);
            }
            let read = Pin::new(&mut self.socket).poll_next(context);
            if let Poll::Ready(Some(Ok(Message::Ping(_) | Message::Close(_)))) = &read {
                // The protocol answers these by itself, with the next write.
                self.unflushed = true;
            }
            match read {
                Poll::Ready(Some(Ok(message))) => {
                    self.meter.completed(&message);
                    Poll::Ready(Heard::Message(message))
                }
                Poll::Ready(Some(Err(error))) => Poll::Ready(Heard::Broken(error)),
                Poll::Ready(None) => Poll::Ready(Heard::End),
                Poll::Pending => self.wait_for_more(),
            }
        })
        .await
    }

    /// Nothing complete has come.
    fn wait_for_more(&mut self) -> Poll<Heard> {
        let was_coming = self.meter.due().is_some();
        if !self.meter.is_within() {
            return Poll::Ready(Heard::TooMuch);
        }
        if !was_coming && self.meter.due().is_some() { Poll::Ready(Heard::Begun) } else { Poll::Pending }
    }

    /// Writes all that waits.
    pub(super) async fn drain(&mut self) -> Result<(), Error> {
        poll_fn(|context| self.poll_write(context)).await
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !self.waiting.is_empty() {
            ready!(Pin::new(&mut self.socket).poll_ready(context))?;
            let Some(message) = self.waiting.pop_front() else { break };
            self.bytes -= length(&message).min(self.bytes);
            Pin::new(&mut self.socket).start_send(message)?;
            self.unflushed = true;
            self.stuck_since = Some(Instant::now());
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.socket).poll_flush(context))?;
            self.unflushed = false;
        }
        self.stuck_since = None;
        if self.waiting.capacity() > ENOUGH_MESSAGES {
            self.waiting = VecDeque::new();
        }
        Poll::Ready(Ok(()))
    }
}

fn length(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        _ => 0,
    }
}
