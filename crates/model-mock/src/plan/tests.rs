use proptest::prelude::*;

use super::*;
use crate::render::answer;
use crate::{Cuts, IncomingRequest, Protocol, Reply, Script, Timing, Wire, render};

fn plan(reply: &Reply, stream: bool) -> Plan {
    let asked = IncomingRequest::plain(Protocol::OpenAi, stream);
    Plan::new(&answer(&asked, reply, &Script::default()), reply)
}

fn sends(plan: &Plan) -> Vec<&[u8]> {
    plan.ops.iter().filter_map(|op| if let Op::Send(bytes) = op { Some(bytes.as_ref()) } else { None }).collect()
}

/// The body of a chunked answer.
fn body(plan: &Plan) -> Vec<u8> {
    let all = sends(plan).concat();
    let head = all.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let (mut rest, mut body) = (&all[head..], Vec::new());
    loop {
        let httparse::Status::Complete((line, size)) = httparse::parse_chunk_size(rest).unwrap() else {
            panic!("half a chunk")
        };
        let (chunk, after) = rest[line..].split_at(usize::try_from(size).unwrap());
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").unwrap();
        if size == 0 {
            assert!(rest.is_empty());
            return body;
        }
    }
}

#[test]
fn an_answer_without_pauses_is_one_write() {
    assert_eq!(plan(&"a b c".into(), true).ops.len(), 1);
    assert_eq!(plan(&"a b c".into(), false).ops.len(), 1);
}

#[test]
fn there_is_a_pause_before_each_delta_but_the_first() {
    let plan = plan(&Reply::text("a b c").timing(Timing::of(300, 20)), true);
    let waits: Vec<u64> =
        plan.ops.iter().filter_map(|op| if let Op::Wait(ms) = op { Some(*ms) } else { None }).collect();
    assert_eq!(waits, [300, 20, 20]);
    assert!(plan.ops.last().is_some_and(|last| matches!(last, Op::Send(bytes) if bytes.ends_with(b"0\r\n\r\n"))));
}

proptest! {
    #[test]
    fn cuts_and_pauses_do_not_change_the_bytes(
        sizes in proptest::collection::vec(0..40usize, 0..5),
        at in proptest::collection::vec(0..2000usize, 0..5),
        by_size: bool,
        gap in 0..2u64,
    ) {
        let cuts = if by_size { Cuts::Sizes(sizes) } else { Cuts::At { at } };
        let wire = Wire { pieces: Some(cuts), piece_gap_ms: gap, ..Wire::default() };
        let reply = Reply::text("Привет, 🌍 it is me").timing(Timing::of(gap, 7)).wire(wire);
        prop_assert_eq!(body(&plan(&reply, true)), render(Protocol::OpenAi, &reply, true));
    }
}
