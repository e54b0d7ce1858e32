//! The parser gives the same events for a whole stream and for the same stream cut anywhere. The first byte of the
//! input decides how the stream is cut.

#![no_main]

#[path = "../../src/sse.rs"]
#[allow(dead_code, unreachable_pub)]
mod sse;

use libfuzzer_sys::fuzz_target;
use sse::{Event, Parser};

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut parser = Parser::default();
    let mut events = Vec::new();
    for piece in pieces {
        parser.push(piece, &mut events);
    }
    events.extend(parser.finish());
    events
}

fuzz_target!(|bytes: &[u8]| {
    let Some((size, stream)) = bytes.split_first() else { return };
    let whole = parse([stream]);
    assert_eq!(parse(stream.chunks(usize::from(*size).max(1))), whole);
    let texts: usize = whole.iter().map(|event| event.data.len() + event.name.len()).sum();
    // An invalid byte becomes U+FFFD, which has three bytes in UTF-8.
    assert!(texts <= 3 * stream.len(), "events hold no more than was sent");
});
