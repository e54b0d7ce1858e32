//! The parser gives the same lines for a whole stream and for the same stream cut anywhere. The first byte of the input
//! decides how the stream is cut.

#![no_main]

#[path = "../../src/ndjson.rs"]
#[allow(dead_code, unreachable_pub)]
mod ndjson;

use libfuzzer_sys::fuzz_target;
use ndjson::Parser;

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut parser = Parser::default();
    let mut lines = Vec::new();
    for piece in pieces {
        parser.push(piece, &mut lines);
    }
    lines.extend(parser.finish());
    lines
}

fuzz_target!(|bytes: &[u8]| {
    let Some((size, stream)) = bytes.split_first() else { return };
    let whole = parse([stream]);
    assert_eq!(parse(stream.chunks(usize::from(*size).max(1))), whole);
    assert!(whole.iter().map(Vec::len).sum::<usize>() <= stream.len(), "lines hold no more than was sent");
    assert!(whole.iter().all(|line| !line.is_empty() && !line.contains(&b'\n')));
});
