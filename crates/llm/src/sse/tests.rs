use proptest::prelude::*;

use super::{Event, Parser};

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut parser = Parser::default();
    let mut events = Vec::new();
    for piece in pieces {
        parser.push(piece, &mut events);
    }
    events.extend(parser.finish());
    events
}

fn data(stream: &str) -> Vec<String> {
    parse([stream.as_bytes()]).into_iter().map(|event| event.data).collect()
}

#[test]
fn lines_end_with_lf_or_cr_or_both() {
    for end in ["\n", "\r", "\r\n"] {
        assert_eq!(data(&["data: a", "data: b", "", "data: c", "", ""].join(end)), ["a\nb", "c"], "{end:?}");
    }
}

#[test]
fn one_space_after_the_colon_is_not_data() {
    assert_eq!(data("data:a\n\ndata: a\n\ndata:  a\n\n"), ["a", "a", " a"]);
}

#[test]
fn comments_unknown_fields_and_events_without_data_are_ignored() {
    assert_eq!(data(": ping\n\nid: 7\nretry: 3\nfoo\n\nevent: nothing\n\ndata: a\n\n"), ["a"]);
}

#[test]
fn an_event_without_an_event_field_has_no_name() {
    let events = parse(["event: error\ndata: {}\n\ndata: {}\n\n".as_bytes()]);
    assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["error", ""]);
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_first_field() {
    assert_eq!(data("\u{feff}data: a\n\n"), ["a"]);
}

#[test]
fn a_data_field_without_a_colon_is_an_empty_line() {
    assert_eq!(data("data\ndata\n\n"), ["\n"]);
}

#[test]
fn the_last_event_needs_no_blank_line() {
    assert_eq!(data("data: a\n\ndata: b\n"), ["a", "b"]);
    assert_eq!(data("data: a\n\ndata: b"), ["a", "b"]);
}

#[test]
fn a_stream_is_parsed_the_same_wherever_it_is_cut() {
    let stream =
        "\u{feff}: hi\r\ndata: приве́т 🌟\r\ndata: ещё\r\n\r\nevent: x\rdata: 1\rdata: 2\r\rdata:3\n\ndata: конец"
            .as_bytes();
    let whole = parse([stream]);
    assert_eq!(whole.len(), 4);
    for first in 0..stream.len() {
        for second in first..stream.len() {
            assert_eq!(
                parse([&stream[..first], &stream[first..second], &stream[second..]]),
                whole,
                "cut at {first} and {second}"
            );
        }
    }
    assert_eq!(parse(stream.chunks(1)), whole);
}

proptest! {
    #[test]
    fn bytes_one_by_one_give_the_same_events_as_the_whole(
        bytes in proptest::collection::vec(
            prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b' '), Just(b'd'), any::<u8>()],
            0..200,
        ),
        size in 1..9usize,
    ) {
        prop_assert_eq!(parse([bytes.as_slice()]), parse(bytes.chunks(size)));
    }

    #[test]
    fn any_text_arrives_as_it_was_sent(text in "[^\r\n]{0,40}(\n[^\r\n]{0,40}){0,3}") {
        let stream = format!("data: {}\n\n", text.replace('\n', "\ndata: "));
        prop_assert_eq!(data(&stream), [text]);
    }
}
