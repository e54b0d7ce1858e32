use std::sync::Arc;
use std::time::Duration;

use artel_domain::{Entry, RateLimit, Refusal, RefusalKind};
use artel_http::{Loss, Problem, Watch, trace};
use artel_store::StoreError;
use axum::Error;
use axum::extract::ws::{Message, Utf8Bytes};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Error as Broken;
use tokio_tungstenite::tungstenite::error::CapacityError;

use super::closing::Closing;
use super::handshake::Guest;
use super::outbox::{Heard, Outbox};
use super::timers::{self, Due, Timers};
use crate::App;
use crate::codes;
use crate::frames::{self, Frame, Reader};
use crate::incoming::{Accepted, Client, Incoming, parse, perform};

/// How long the last words may take.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long is looked again before a client is given up.
const SECOND_LOOK: Duration = Duration::from_millis(50);
/// Results of tools may come so much faster than what people say.
const RESULTS_PER_MESSAGE: u32 = 10;

/// What happens in the session.
type Entries = BoxStream<'static, Result<Arc<Entry>, StoreError>>;

/// A conversation over one socket.
pub(super) struct Talk {
    host: Host,
    reader: Reader,
    entries: Entries,
}

/// Does what the client says.
struct Host {
    app: App,
    guest: Guest,
    client: Client,
}

/// The socket is done with.
enum Over {
    /// It is there no more.
    Gone,
    /// The client has said goodbye.
    Goodbye,
    Close(Closing),
}

type Flow = Result<(), Over>;

impl Talk {
    pub(super) fn new(app: App, guest: Guest, client: Client, reader: Reader, entries: Entries) -> Self {
        Self { host: Host { app, guest, client }, reader, entries }
    }

    /// Talks until one of the two has enough.
    pub(super) async fn hold(mut self, mut outbox: Outbox, mut watch: Watch) {
        if self.host.guest.is_new {
            outbox.push(said(&frames::session_info(&self.host.guest.session.0)));
        }
        match self.go_on(&mut outbox, &mut watch).await {
            Over::Gone => {}
            Over::Goodbye => reply(outbox).await,
            Over::Close(closing) => {
                if closing == Closing::TooSlow {
                    outbox.clear();
                }
                farewell(outbox, closing).await;
            }
        }
    }

    async fn go_on(&mut self, outbox: &mut Outbox, watch: &mut Watch) -> Over {
        let mut timers = Timers::new(&self.host.app);
        let mut ends = self.host.app.sockets.ends();
        let stop = self.host.app.sockets.stopping();
        loop {
            let room = outbox.has_room();
            let (stuck_since, message_due) = (outbox.stuck_since(), outbox.message_due());
            if watch.is_lost() {
                return part((&mut *watch).await, outbox);
            }
            let flow = tokio::select! {
                loss = &mut *watch => return part(loss, outbox),
                heard = outbox.next() => {
                    timers.heard();
                    self.hear(heard, outbox).await
                }
                entry = self.entries.next(), if room => self.tell(entry, outbox),
                due = timers.due(stuck_since, message_due) => self.on_time(due, &mut timers, outbox).await,
                end = ends.recv() => self.host.on_end(end).await,
                () = stop.cancelled() => Err(Over::Close(Closing::Shutdown)),
            };
            if let Err(over) = flow {
                return over;
            }
        }
    }

    async fn hear(&mut self, heard: Heard, outbox: &mut Outbox) -> Flow {
        let text = match heard {
            Heard::End => return Err(Over::Gone),
            Heard::Message(Message::Close(_)) => return Err(Over::Goodbye),
            Heard::Broken(error) => return Err(broken(error)),
            Heard::TooMuch => return Err(Over::Close(Closing::NoRoom)),
            Heard::Message(Message::Binary(_)) => return Err(Over::Close(Closing::Binary)),
            Heard::Room | Heard::Begun | Heard::Message(Message::Ping(_) | Message::Pong(_)) => return Ok(()),
            Heard::Message(Message::Text(text)) => text,
        };
        let heard = trace::within(self.host.app.clock.uuid(), self.host.act(&text)).await;
        let problem = match heard {
            Ok(accepted) => return acknowledge(accepted, outbox),
            Err(problem) => problem,
        };
        outbox.push(said(&frames::of_problem(&problem)));
        if problem.code() == codes::SESSION_NOT_FOUND {
            return Err(Over::Close(Closing::SessionDeleted));
        }
        keep_up(outbox)
    }

    fn tell(&mut self, entry: Option<Result<Arc<Entry>, StoreError>>, outbox: &mut Outbox) -> Flow {
        let entry = match entry {
            Some(Ok(entry)) => entry,
            Some(Err(error)) => {
                tracing::warn!(%error, "a session could not be followed on");
                return Err(Over::Close(Closing::Internal));
            }
            None => return Err(Over::Close(Closing::Internal)),
        };
        if let Some(frame) = self.reader.read(&entry).frame {
            outbox.push(said(&frame));
        }
        Ok(())
    }

    async fn on_time(&mut self, due: Due, timers: &mut Timers, outbox: &mut Outbox) -> Flow {
        match due {
            Due::Ping => {
                timers.pinged();
                outbox.push(Message::Ping(Vec::new().into()));
                // Sessions also end in other processes.
                self.host.check_session().await
            }
            // The time may have passed while we were busy ourselves: what has come meanwhile counts.
            Due::Silence => match tokio::time::timeout(SECOND_LOOK, outbox.next()).await {
                Ok(heard) => {
                    timers.heard();
                    self.hear(heard, outbox).await
                }
                Err(_) => Err(Over::Gone),
            },
            // Pings between the pieces do not finish a message.
            Due::Unfinished => {
                let end = Instant::now() + SECOND_LOOK;
                while let Ok(heard) = tokio::time::timeout_at(end, outbox.next()).await {
                    timers.heard();
                    self.hear(heard, outbox).await?;
                }
                let is_late = outbox.message_due().is_some_and(|due| due <= Instant::now());
                if is_late { Err(Over::Close(Closing::Unfinished)) } else { Ok(()) }
            }
            Due::TooSlow => {
                let _ = tokio::time::timeout(SECOND_LOOK, outbox.drain()).await;
                let is_stuck = outbox.stuck_since().is_some_and(|since| since.elapsed() >= timers::PATIENCE);
                if is_stuck { Err(Over::Close(Closing::TooSlow)) } else { Ok(()) }
            }
        }
    }
}

impl Host {
    async fn act(&self, text: &Utf8Bytes) -> Result<Option<Accepted>, Problem> {
        let incoming = parse(text);
        self.count(matches!(incoming, Ok(Incoming::ToolResult(_) | Incoming::Cancel))).await?;
        let Guest { user, session, .. } = &self.guest;
        perform(&self.app, user, session, &self.client, incoming?).await.map(|done| done.accepted)
    }

    /// What answers a frame of ours is let in more freely than what begins something.
    async fn count(&self, is_answer: bool) -> Result<(), Problem> {
        let rate = self.app.config.message_rate_per_session;
        let (kind, rate) = if is_answer {
            ("answers", RateLimit { count: rate.count.saturating_mul(RESULTS_PER_MESSAGE), ..rate })
        } else {
            ("messages", rate)
        };
        let bucket = format!("{kind}:{}:{}", self.guest.user.tenant_id, self.guest.session);
        let admission = self.app.bus.admit(&bucket, rate).await;
        if admission.allowed {
            return Ok(());
        }
        let wait = admission.retry_after.as_secs_f64().ceil() as u64;
        Err(Problem::too_many("Too many messages in this session.", wait.max(1)))
    }

    async fn on_end(&self, end: Result<(artel_domain::TenantId, artel_domain::SessionId), RecvError>) -> Flow {
        match end {
            Ok((tenant, session)) if self.guest.is(tenant, &session) => Err(Over::Close(Closing::SessionDeleted)),
            Ok(_) => Ok(()),
            Err(_) => self.check_session().await,
        }
    }

    async fn check_session(&self) -> Flow {
        let Guest { user, session, .. } = &self.guest;
        match self.app.intents.own_session(&user.requester(), session).await {
            Err(Refusal { kind: RefusalKind::Absent, .. }) => Err(Over::Close(Closing::SessionDeleted)),
            // A store that is away ends no conversation.
            _ => Ok(()),
        }
    }
}

fn acknowledge(accepted: Option<Accepted>, outbox: &mut Outbox) -> Flow {
    let Some(Accepted { message_id, run, .. }) = accepted else { return Ok(()) };
    outbox.push(said(&frames::message_accepted(&message_id, run)));
    keep_up(outbox)
}

/// Whoever asks and reads no answers is cut.
fn keep_up(outbox: &Outbox) -> Flow {
    if outbox.is_flooded() { Err(Over::Close(Closing::TooSlow)) } else { Ok(()) }
}

/// The last frame for a client that may not go on.
fn part(loss: Loss, outbox: &mut Outbox) -> Over {
    outbox.push(said(&frames::access_ended(loss)));
    Over::Close(match loss {
        Loss::Expired => Closing::TokenExpired,
        Loss::Revoked => Closing::AccessRevoked,
    })
}

fn said(frame: &Frame) -> Message {
    Message::Text(frame.text().into())
}

/// What is to be done about a socket that does not read on.
fn broken(error: Error) -> Over {
    match error.into_inner().downcast::<Broken>().map(|broken| *broken) {
        Ok(Broken::Capacity(CapacityError::MessageTooLong { .. })) => Over::Close(Closing::TooBig),
        Ok(Broken::Utf8(_)) => Over::Close(Closing::NotUtf8),
        Ok(Broken::Protocol(_)) => Over::Close(Closing::Broken),
        _ => Over::Gone,
    }
}

/// The protocol's own answer to a goodbye is written; without it a browser takes the connection for broken.
async fn reply(mut outbox: Outbox) {
    outbox.clear();
    let _ = tokio::time::timeout(FAREWELL, outbox.drain()).await;
}

/// Says why, and waits a moment for the other side to have heard it.
async fn farewell(mut outbox: Outbox, closing: Closing) {
    outbox.push(Message::Close(Some(closing.frame())));
    outbox.ends();
    let last_words = async {
        if outbox.drain().await.is_ok() {
            while let Heard::Message(_) | Heard::Room | Heard::Begun = outbox.next().await {}
        }
    };
    let _ = tokio::time::timeout(FAREWELL, last_words).await;
}
