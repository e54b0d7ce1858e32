use proptest::prelude::*;

use super::Parser;

fn lines<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut parser = Parser::default();
    let mut lines = Vec::new();
    for piece in pieces {
        parser.push(piece, &mut lines);
    }
    lines.extend(parser.finish());
    lines.into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
}

const STREAM: &[u8] = "\u{feff}{\"a\":\"Київ 🌟\"}\r\n\n  \r\n{\"b\":1}\n{\"c\":\"\\n\"}".as_bytes();

#[test]
fn lines_end_with_lf_or_crlf_and_the_last_one_with_the_stream() {
    assert_eq!(lines([STREAM]), [r#"{"a":"Київ 🌟"}"#, r#"{"b":1}"#, r#"{"c":"\n"}"#]);
    assert_eq!(lines([b"{}\n".as_slice()]), ["{}"]);
    assert_eq!(lines([b"".as_slice()]), [""; 0]);
}

#[test]
fn lines_are_the_same_wherever_the_stream_is_cut() {
    let whole = lines([STREAM]);
    for cut in 0..=STREAM.len() {
        assert_eq!(lines([&STREAM[..cut], &STREAM[cut..]]), whole, "cut at {cut}");
    }
    assert_eq!(lines(STREAM.chunks(1)), whole);
}

#[test]
fn a_line_is_given_out_as_soon_as_it_ends() {
    let (mut parser, mut seen) = (Parser::default(), Vec::new());
    parser.push(b"{\"a\":1}", &mut seen);
    assert!(seen.is_empty());
    parser.push(b"\n{", &mut seen);
    assert_eq!(seen, [b"{\"a\":1}"]);
}

proptest! {
    #[test]
    fn bytes_in_pieces_give_the_same_lines_as_the_whole(
        bytes in proptest::collection::vec(
            prop_oneof![Just(b'\n'), Just(b'\r'), Just(b' '), Just(b'{'), any::<u8>()],
            0..200,
        ),
        size in 1..9usize,
    ) {
        let parse = |pieces: Vec<&[u8]>| {
            let (mut parser, mut lines) = (Parser::default(), Vec::new());
            for piece in pieces {
                parser.push(piece, &mut lines);
            }
            lines.extend(parser.finish());
            lines
        };
        let whole = parse(vec![bytes.as_slice()]);
        prop_assert!(whole.iter().all(|line| !line.is_empty() && !line.contains(&b'\n')));
        prop_assert_eq!(parse(bytes.chunks(size).collect()), whole);
    }

    #[test]
    fn no_text_is_lost(texts in proptest::collection::vec("[^\\s\u{feff}]{1,20}", 0..10), size in 1..10usize) {
        let stream = texts.join("\n");
        prop_assert_eq!(lines(stream.as_bytes().chunks(size)), texts);
    }
}
