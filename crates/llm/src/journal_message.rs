//! Converts messages of the journal into the common form.

use crate::{Message, Part, opaque};

impl From<artel_domain::Message> for Message {
    fn from(message: artel_domain::Message) -> Self {
        use artel_domain::Message as Journalled;
        match message {
            Journalled::System { text } => Self::system(text),
            Journalled::User { text } => Self::user(text),
            Journalled::Assistant { text, mut calls, opaque } => {
                let content = if text.is_empty() { Vec::new() } else { vec![Part::text(text)] };
                let opaque::SentBack { reasoning, message: rest, origin } =
                    opaque.map(|kept| opaque::read(kept, &mut calls)).unwrap_or_default();
                Self::Assistant { content, calls, reasoning, rest, origin }
            }
            Journalled::Tool { call_id, content, is_error, .. } => Self::tool(call_id, content, is_error),
        }
    }
}
