use artel_domain::{AssistantCall, Message};

use super::{ContextLimits, Fit, estimate_tokens, fit};
use crate::{Block, Dialogue};

fn user(text: &str, seq: i64, is_current_input: bool) -> Block {
    Block { messages: vec![Message::User { text: text.into() }], seq, is_current_input }
}

fn pair(content: &str, seq: i64) -> Block {
    let call = AssistantCall {
        id: format!("c{seq}"),
        name: "echo".into(),
        arguments: "{}".into(),
        ..AssistantCall::default()
    };
    let messages = vec![
        Message::Assistant { text: String::new(), calls: vec![call], opaque: None },
        Message::Tool { call_id: format!("c{seq}"), name: "echo".into(), content: content.into(), is_error: false },
    ];
    Block { messages, seq, is_current_input: false }
}

fn limits(max_tokens: usize, max_messages: usize) -> ContextLimits {
    ContextLimits { max_tokens, max_messages }
}

#[test]
fn russian_text_counts_for_more_than_its_letters_in_english() {
    assert_eq!(estimate_tokens("abcdefgh"), 2);
    assert_eq!(estimate_tokens("привет"), 3);
}

#[test]
fn what_fits_is_sent_whole_with_the_prompt_first() {
    let dialogue = Dialogue { summary: Some("before".into()), blocks: vec![user("hi", 1, true), pair("x", 3)] };
    let Fit::Whole(messages) = fit("Be kind.", &[], &dialogue, limits(8000, 50)) else { panic!() };
    assert_eq!(messages.len(), 4);
    assert!(
        matches!(&messages[0], Message::System { text } if text.starts_with("Be kind.") && text.ends_with("before"))
    );
}

#[test]
fn an_empty_prompt_is_no_message() {
    let dialogue = Dialogue { summary: None, blocks: vec![user("hi", 1, true)] };
    assert!(matches!(fit("", &[], &dialogue, limits(8000, 50)), Fit::Whole(messages) if messages.len() == 1));
}

#[test]
fn old_blocks_fall_out_whole_and_the_current_input_stays() {
    let long = "word ".repeat(100);
    let mut blocks = vec![user(&long, 1, false), pair(&long, 3), user("now", 4, true)];
    blocks.extend((0..10).map(|i| pair(&long, 10 + i)));
    let dialogue = Dialogue { summary: None, blocks };
    let Fit::Trimmed { messages, dropped, through_seq } = fit("", &[], &dialogue, limits(900, 50)) else { panic!() };
    assert!(messages.iter().any(|m| matches!(m, Message::User { text } if text == "now")));
    let (mut asked, mut told) = (0, 0);
    for message in &messages {
        match message {
            Message::Assistant { calls, .. } => asked += calls.len(),
            Message::Tool { .. } => told += 1,
            _ => {}
        }
    }
    assert!(asked == told && asked > 0, "{asked} calls, {told} results");
    assert_eq!(messages.len() + dropped.len(), 24, "nothing is lost or doubled");
    assert!((10..20).contains(&through_seq));
}

#[test]
fn trimming_leaves_room_so_that_the_next_turn_does_not_trim_again() {
    let blocks: Vec<Block> = (0..60).map(|i| user("a message of some words", i, i == 59)).collect();
    let Fit::Trimmed { messages, .. } = fit("", &[], &Dialogue { summary: None, blocks }, limits(8000, 50)) else {
        panic!()
    };
    assert!(messages.len() <= 26, "{}", messages.len());
}

#[test]
fn an_input_that_can_never_fit_is_too_large() {
    let dialogue = Dialogue { summary: None, blocks: vec![user(&"x".repeat(4000), 1, true)] };
    assert!(
        matches!(fit("", &[], &dialogue, limits(500, 50)), Fit::TooLarge { tokens, max_tokens: 500 } if tokens > 500)
    );
}

#[test]
fn a_huge_tool_result_is_cut_and_says_so() {
    let dialogue = Dialogue { summary: None, blocks: vec![user("go", 1, true), pair(&"y".repeat(1_000_000), 3)] };
    let (Fit::Whole(messages) | Fit::Trimmed { messages, .. }) = fit("", &[], &dialogue, limits(1000, 50)) else {
        panic!()
    };
    let Some(Message::Tool { content, .. }) = messages.last() else { panic!("{messages:?}") };
    assert!(estimate_tokens(content) < 1000 && content.contains("[cut: "), "{}", content.len());
}
