use artel_domain::{AssistantCall, FinishReason};
use artel_llm::{Completion, Message, Reasoning, Rest};

use super::ReasoningCache;

fn signed() -> Vec<Reasoning> {
    vec![
        Reasoning::Thinking { thinking: String::new(), signature: Some("s".into()) },
        Reasoning::RedactedThinking { data: "d".into() },
    ]
}

fn call(id: &str, arguments: &str) -> AssistantCall {
    AssistantCall { id: id.into(), name: "look".into(), arguments: arguments.into(), ..AssistantCall::default() }
}

fn answer(text: &str, calls: Vec<AssistantCall>) -> Completion {
    let (finish, finish_word, usage, rest) = (FinishReason::Stop, None, None, Rest::new());
    Completion { text: text.into(), calls, finish, finish_word, usage, reasoning: signed(), message: Rest::new(), rest }
}

fn reasoning(message: &Message) -> &[Reasoning] {
    if let Message::Assistant { reasoning, .. } = message { reasoning } else { &[] }
}

/// The reasoning of the last message that an account gets back for this dialogue.
fn restored(cache: &ReasoningCache, account: &str, mut messages: Vec<Message>) -> Vec<Reasoning> {
    cache.restore(account, &mut messages);
    reasoning(&messages[1]).to_vec()
}

#[test]
fn reasoning_is_restored_for_a_client_that_drops_it() {
    let cache = ReasoningCache::new();
    let asked = [Message::user("go")];
    cache.keep("ada", "anthropic", &asked, &answer("Let me see.", vec![call("a", "{\"x\": 1}")]));
    // Clients format arguments anew, and drop the text beside a call.
    let sent = || vec![Message::user("go"), Message::assistant("", vec![call("a", "{\"x\":1}")])];
    assert_eq!(restored(&cache, "ada", sent()), signed());
    assert_eq!(restored(&cache, "bob", sent()), []);
    assert_eq!(restored(&cache, "ada", vec![Message::user("go"), Message::assistant("", vec![call("b", "{}")])]), []);
}

#[test]
fn a_text_answer_is_recognised_by_its_text_and_the_message_before_it() {
    let cache = ReasoningCache::new();
    cache.keep("ada", "anthropic", &[Message::user("2+2?")], &answer("Four.", Vec::new()));
    assert_eq!(restored(&cache, "ada", vec![Message::user("2+2?"), Message::assistant("Four.", Vec::new())]), signed());
    assert_eq!(restored(&cache, "ada", vec![Message::user("1+3?"), Message::assistant("Four.", Vec::new())]), []);
}

#[test]
fn reasoning_that_the_client_sends_wins() {
    let cache = ReasoningCache::new();
    cache.keep("ada", "anthropic", &[Message::user("go")], &answer("", vec![call("a", "{}")]));
    let own = Reasoning::Thinking { thinking: "mine".into(), signature: Some("t".into()) };
    let carried = Message::Assistant {
        content: Vec::new(),
        calls: vec![call("a", "{}")],
        reasoning: vec![own.clone()],
        rest: Rest::new(),
        origin: None,
    };
    assert_eq!(restored(&cache, "ada", vec![Message::user("go"), carried]), [own]);
}

#[test]
fn members_that_are_restored_are_for_the_provider_that_gave_them() {
    let cache = ReasoningCache::new();
    let members = Rest::from_iter([("reasoning_details".to_owned(), serde_json::json!([{ "data": "x" }]))]);
    let given = Completion { message: members.clone(), ..answer("Four.", Vec::new()) };
    cache.keep("ada", "custom:router", &[Message::user("2+2?")], &given);
    let mut messages = vec![Message::user("2+2?"), Message::assistant("Four.", Vec::new())];
    cache.restore("ada", &mut messages);
    let Message::Assistant { rest, origin, .. } = &messages[1] else { panic!("an answer") };
    assert_eq!((rest, origin.as_deref()), (&members, Some("custom:router")));
    // SDKs echo empty members of their own.
    let mut echoed = Message::assistant("Four.", Vec::new());
    let Message::Assistant { rest, .. } = &mut echoed else { panic!("an answer") };
    rest.insert("annotations".to_owned(), serde_json::json!([]));
    let mut messages = vec![Message::user("2+2?"), echoed];
    cache.restore("ada", &mut messages);
    let Message::Assistant { rest, origin, .. } = &messages[1] else { panic!("an answer") };
    assert_eq!((rest.len(), origin.as_deref()), (2, Some("custom:router")));
}
