//! The names of channels and the encoding of messages. A message begins with the id of its sender, so that a process
//! can skip its own messages without parsing them.

use std::fmt::Write;
use std::sync::Arc;

use artel_domain::{Frame, RunId, SessionId, TenantId};

/// A message between processes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    Frame(Arc<Frame>),
    Wake,
    Cancel(RunId),
    /// Somebody's access ended.
    Access,
}

/// The names of one installation's channels and keys, for one process.
pub(crate) struct Channels {
    prefix: String,
    origin: String,
}

impl Channels {
    /// Redis channels are not separated by database number, and two installations may share a server. So the names
    /// contain the database number.
    ///
    /// FROZEN: the names and the encoding of messages, because processes of two versions share them during an upgrade.
    pub(crate) fn new(database: i64, process: impl std::fmt::Display) -> Self {
        Self { prefix: format!("artel:{database}:"), origin: process.to_string() }
    }

    pub(crate) fn wakes(&self) -> String {
        format!("{}wake", self.prefix)
    }

    pub(crate) fn cancels(&self) -> String {
        format!("{}cancel", self.prefix)
    }

    pub(crate) fn access(&self) -> String {
        format!("{}access", self.prefix)
    }

    pub(crate) fn frames(&self, tenant: TenantId, session: &SessionId) -> String {
        format!("{}frames:{tenant}:{session}", self.prefix)
    }

    pub(crate) fn limit(&self, rate: impl std::fmt::Display, key: &str) -> String {
        format!("{}limit:{rate}:{key}", self.prefix)
    }

    pub(crate) fn kept(&self, key: &str) -> String {
        format!("{}kept:{key}", self.prefix)
    }

    /// The channel and the text of a message; `None` for a frame that has no JSON form.
    pub(crate) fn encode(&self, message: &Message) -> Option<(String, String)> {
        let mut text = self.origin.clone();
        match message {
            Message::Wake => Some((self.wakes(), text)),
            Message::Access => Some((self.access(), text)),
            Message::Cancel(run) => {
                write!(text, " {run}").ok()?;
                Some((self.cancels(), text))
            }
            Message::Frame(frame) => {
                text.push(' ');
                text.push_str(&serde_json::to_string(frame.as_ref()).ok()?);
                Some((self.frames(frame.tenant_id, &frame.session_id), text))
            }
        }
    }

    /// Decodes a message of another process; `None` for our own messages and for unreadable ones.
    pub(crate) fn decode(&self, channel: &str, payload: &[u8]) -> Option<Message> {
        let text = std::str::from_utf8(payload).ok()?;
        let (origin, body) = text.split_once(' ').unwrap_or((text, ""));
        if origin == self.origin {
            return None;
        }
        match channel.strip_prefix(&self.prefix)? {
            "wake" => Some(Message::Wake),
            "access" => Some(Message::Access),
            "cancel" => body.parse().ok().map(Message::Cancel),
            name if name.starts_with("frames:") => {
                serde_json::from_str(body).ok().map(|frame| Message::Frame(Arc::new(frame)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use artel_domain::{Entry, Event, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn messages() -> [Message; 4] {
        let event = Event::Delta { step: 1, text: "two words\n\u{1F980}".to_owned() };
        let entry = Entry { seq: 5, run_id: RunId(Uuid::from_u128(9)), at: Timestamp::UNIX_EPOCH, event };
        let session_id = SessionId("a: session/with *odd* [text]".to_owned());
        let frame = Frame {
            tenant_id: TenantId(Uuid::from_u128(1)),
            session_id,
            prev: 4,
            entry: Arc::new(entry),
            stored: false,
        };
        [Message::Frame(Arc::new(frame)), Message::Wake, Message::Cancel(RunId(Uuid::from_u128(7))), Message::Access]
    }

    #[test]
    fn another_process_reads_what_was_sent_and_the_sender_skips_it() {
        let (ours, theirs) = (Channels::new(0, "one"), Channels::new(0, "two"));
        for message in messages() {
            let (channel, payload) = ours.encode(&message).unwrap();
            assert_eq!(theirs.decode(&channel, payload.as_bytes()), Some(message));
            assert_eq!(ours.decode(&channel, payload.as_bytes()), None);
        }
    }

    #[test]
    fn installations_on_different_databases_of_one_server_are_separate() {
        let (ours, theirs) = (Channels::new(0, "one"), Channels::new(1, "two"));
        for message in messages() {
            let (channel, payload) = ours.encode(&message).unwrap();
            assert_eq!(theirs.decode(&channel, payload.as_bytes()), None);
        }
    }

    #[test]
    fn names_and_encoding_are_those_of_earlier_releases() {
        let channels = Channels::new(3, "one");
        let [frame, wake, cancel, access] = messages().map(|message| channels.encode(&message).unwrap());
        assert_eq!(wake, ("artel:3:wake".to_owned(), "one".to_owned()));
        let run = "00000000-0000-0000-0000-000000000007";
        assert_eq!(cancel, ("artel:3:cancel".to_owned(), format!("one {run}")));
        assert_eq!(access, ("artel:3:access".to_owned(), "one".to_owned()));
        let session = "00000000-0000-0000-0000-000000000001:a: session/with *odd* [text]";
        assert_eq!(frame.0, format!("artel:3:frames:{session}"));
        assert!(frame.1.starts_with("one {\""), "{}", frame.1);
        assert_eq!(channels.limit("5/minute", "ada"), "artel:3:limit:5/minute:ada");
    }

    #[test]
    fn unreadable_messages_are_skipped() {
        let channels = Channels::new(0, "one");
        let frames = channels.frames(TenantId(Uuid::nil()), &SessionId("s".to_owned()));
        for (channel, payload) in [
            (frames.as_str(), &b"two {"[..]),
            (&frames, b"two"),
            (&frames, b"\xff\xfe"),
            ("artel:0:cancel", b"two x"),
            ("artel:0:other", b"two"),
        ] {
            assert_eq!(channels.decode(channel, payload), None);
        }
    }
}
