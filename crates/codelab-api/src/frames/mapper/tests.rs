mod plans;
mod story;

use artel_domain::{Decision, Entry, Event, Specialist, SwitchCause, ToolRef};
use rstest::rstest;
use serde_json::{Value, json};

use super::super::reader::Reader;
use super::*;
use story::{
    PLANS, TOKENS, WHOLE, answered, asked, asks_human, call, decided, delta, dispatched, entry, failed, finished,
    planned, started, succeeded, switched, writes,
};

fn told(view: View, events: &[Event]) -> Vec<Shown> {
    let mut mapper = Mapper::new(view);
    let entries = events.iter().enumerate().map(|(at, event)| entry(at as i64 + 1, event.clone()));
    entries.map(|entry| mapper.on(&entry)).collect()
}

/// The frames after a start with the input "hi".
fn frames(view: View, events: &[Event]) -> Vec<Value> {
    let events: Vec<Event> = std::iter::once(started("hi", None)).chain(events.iter().cloned()).collect();
    told(view, &events).into_iter().filter_map(|told| told.frame).map(|frame| frame.json()).collect()
}

fn spoken(frames: &[Value]) -> String {
    frames.iter().filter_map(|frame| frame["token"].as_str()).collect()
}

#[test]
fn an_answer_comes_in_tokens_that_are_its_content_together() {
    let frames = frames(TOKENS, &[asked(1), delta("Hel"), delta("lo"), answered("Hello", 0), succeeded("Hello")]);
    let expected = [
        json!({ "type": "assistant_message", "token": "Hel", "is_final": false }),
        json!({ "type": "assistant_message", "token": "lo", "is_final": false }),
        json!({ "type": "assistant_message", "token": "", "content": "Hello", "is_final": true }),
    ];
    assert_eq!(frames, expected);
}

#[test]
fn an_answer_that_was_not_streamed_comes_as_one_token() {
    let frames = frames(TOKENS, &[asked(1), answered("Hello", 0), succeeded("Hello")]);
    assert_eq!(
        frames,
        [json!({ "type": "assistant_message", "token": "Hello", "content": "Hello", "is_final": true })]
    );
}

#[test]
fn a_whole_answer_is_one_frame() {
    let frames = frames(WHOLE, &[asked(1), delta("Hel"), delta("lo"), answered("Hello", 0), succeeded("Hello")]);
    assert_eq!(
        frames,
        [json!({ "type": "assistant_message", "token": "Hello", "content": "Hello", "is_final": true })]
    );
}

#[test]
fn a_void_answer_is_not_seen_in_whole_mode_and_mended_in_tokens() {
    let events = [
        asked(1),
        delta("Hello w"),
        Event::MessageReset { step: 1 },
        asked(1),
        delta("Hello"),
        delta(" world"),
        answered("Hello world", 0),
        succeeded("Hello world"),
    ];
    let tokens = frames(TOKENS, &events);
    assert_eq!(spoken(&tokens), "Hello world");
    assert_eq!(tokens.last().unwrap()["content"], "Hello world");
    assert_eq!(frames(WHOLE, &events).len(), 1);
    assert_eq!(frames(WHOLE, &events)[0]["content"], "Hello world");
}

#[test]
fn a_void_answer_that_comes_otherwise_stands_after_a_line() {
    let events = [
        asked(1),
        delta("Hello"),
        Event::MessageReset { step: 1 },
        delta("Good day"),
        answered("Good day", 0),
        succeeded("Good day"),
    ];
    let tokens = frames(TOKENS, &events);
    assert_eq!(spoken(&tokens), "Hello\n\n---\n\nGood day");
    assert_eq!(tokens.last().unwrap()["content"], spoken(&tokens).as_str());
}

#[test]
fn text_beside_a_tool_call_is_never_final() {
    let events = [asked(1), delta("Let "), delta("me"), answered("Let me see", 1), writes(0), dispatched(0)];
    let tokens = frames(TOKENS, &events);
    assert_eq!(
        tokens.iter().map(|frame| frame["type"].as_str().unwrap()).collect::<Vec<_>>()[2..],
        ["assistant_message", "tool_call"]
    );
    assert_eq!(spoken(&tokens), "Let me see");
    assert!(tokens.iter().filter(|frame| frame["type"] == "assistant_message").all(|frame| frame["is_final"] == false));
    let whole = frames(WHOLE, &events);
    assert_eq!(
        whole[0],
        json!({ "type": "assistant_message", "token": "Let me see", "content": "Let me see", "is_final": false })
    );
    assert_eq!(whole.len(), 2);
}

#[test]
fn a_call_without_a_question_is_handed_out_once() {
    let events = [asked(1), answered("", 1), writes(0), dispatched(0), dispatched(0), finished(0)];
    let expected = json!({
        "type": "tool_call", "call_id": call(0), "tool_name": "write_file", "arguments": { "path": "a.txt", "content": "x" },
        "requires_approval": false, "is_final": true,
    });
    assert_eq!(frames(WHOLE, &events), [expected]);
}

#[test]
fn an_approved_call_is_handed_out_again_with_its_last_arguments() {
    let args = json!({ "path": "a.txt", "content": "x" });
    let edited = json!({ "path": "b.txt", "content": "x" });
    let question = [asked(1), answered("", 1), writes(0), asks_human(0, "write_file", args.clone())];
    for (decision, change) in [(Decision::Approve, None), (Decision::Edit, Some(edited.clone()))] {
        let last = change.clone().unwrap_or_else(|| args.clone());
        let events: Vec<Event> =
            question.iter().cloned().chain([decided(0, decision, change, false), dispatched(0), finished(0)]).collect();
        let frames = frames(WHOLE, &events);
        assert_eq!(frames.len(), 2);
        assert_eq!(
            (&frames[0]["requires_approval"], &frames[0]["arguments"], &frames[0]["reason"]),
            (&json!(true), &args, &json!("dangerous"))
        );
        assert_eq!((&frames[1]["requires_approval"], &frames[1]["arguments"]), (&json!(false), &last));
        assert_eq!(frames[0]["call_id"], frames[1]["call_id"]);
    }
}

#[test]
fn a_call_that_the_client_answered_or_refused_is_not_handed_out() {
    let question = [asked(1), answered("", 1), writes(0), asks_human(0, "write_file", json!({}))];
    for rest in [
        vec![decided(0, Decision::Approve, None, true), dispatched(0), finished(0)],
        vec![decided(0, Decision::Reject, None, false), finished(0)],
    ] {
        let events: Vec<Event> = question.iter().cloned().chain(rest).collect();
        assert_eq!(frames(WHOLE, &events).len(), 1);
    }
}

#[test]
fn calls_of_servers_and_of_the_machine_are_not_shown() {
    for tool in [ToolRef::builtin as fn(&str) -> ToolRef, ToolRef::control] {
        let events =
            [asked(1), answered("", 1), planned(0, "switch_mode", json!({}), tool), dispatched(0), finished(0)];
        assert_eq!(frames(WHOLE, &events), [Value::Null; 0]);
    }
}

#[test]
fn a_switch_is_told_at_the_root_and_in_metadata() {
    let frames = frames(WHOLE, &[Event::RouteRequested, switched(SwitchCause::Router)]);
    let facts = json!({
        "from_agent": "orchestrator", "to_agent": "coder", "reason": "it is code", "confidence": "high", "timestamp": "2023-11-14T22:13:23Z",
    });
    let mut expected =
        json!({ "type": "agent_switched", "content": "Switched to coder agent", "is_final": false, "metadata": facts });
    expected.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    assert_eq!(frames, [expected]);
}

#[rstest]
#[case::to_another(vec![switched(SwitchCause::User), succeeded("")])]
#[case::to_the_same(vec![succeeded("")])]
fn a_switch_without_a_message_is_all_there_is(#[case] rest: Vec<Event>) {
    let events: Vec<Event> = std::iter::once(started("", Some(Specialist::Coder))).chain(rest).collect();
    for view in [TOKENS, WHOLE] {
        let told = told(view, &events);
        let frames: Vec<_> = told.iter().filter_map(|told| told.frame.as_ref()).map(Frame::json).collect();
        assert_eq!(frames.len(), 1, "{frames:?}");
        assert_eq!((&frames[0]["to_agent"], &frames[0]["is_final"]), (&json!("coder"), &json!(true)));
        assert!(told.last().unwrap().rests);
    }
}

#[test]
fn a_switch_with_a_message_is_followed_by_its_answer() {
    let events = [
        started("go on", Some(Specialist::Coder)),
        switched(SwitchCause::User),
        asked(1),
        answered("Yes", 0),
        succeeded("Yes"),
    ];
    let frames: Vec<_> =
        told(WHOLE, &events).into_iter().filter_map(|told| told.frame).map(|frame| frame.json()).collect();
    assert_eq!(frames.len(), 2);
    assert_eq!((&frames[0]["is_final"], &frames[1]["is_final"]), (&json!(false), &json!(true)));
}

#[rstest]
#[case("model_unavailable", Some("LLM_ERROR"))]
#[case("context_too_large", Some("CONTEXT_TOO_LARGE"))]
#[case("agent_switch_limit", Some("AGENT_ERROR"))]
#[case("cancelled", Some("AGENT_ERROR"))]
#[case("superseded", None)]
fn a_failure_has_a_code_that_clients_know(#[case] code: &str, #[case] word: Option<&str>) {
    let frames = frames(TOKENS, &[asked(1), delta("Hel"), failed(code)]);
    let expected = word.map(|word| {
        json!({
            "type": "error", "content": "it broke", "error": "it broke", "message": "it broke", "error_code": word,
            "details": { "code": code }, "is_final": true,
        })
    });
    assert_eq!(frames[1..], expected.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_completed_task_ends_with_its_result_and_a_question_with_its_suggestions() {
    let done = [
        asked(1),
        delta("Done."),
        answered("Done.", 1),
        planned(0, "attempt_completion", json!({}), ToolRef::control),
        succeeded("It is written"),
    ];
    let tokens = frames(TOKENS, &done);
    assert_eq!(tokens.last().unwrap()["token"], "\n\nIt is written");
    assert_eq!(tokens.last().unwrap()["content"], spoken(&tokens).as_str());
    assert_eq!(frames(WHOLE, &done).last().unwrap()["content"], "It is written");
    let args = json!({ "question": "Which?", "suggestions": ["a", "b"] });
    let asks =
        [asked(1), answered("", 1), planned(0, "ask_followup_question", args, ToolRef::control), succeeded("Which?")];
    let last = frames(TOKENS, &asks).pop().unwrap();
    assert_eq!((&last["token"], &last["metadata"]["suggestions"]), (&json!("Which?"), &json!(["a", "b"])));
}

#[test]
fn each_segment_ends_with_the_clients_turn_and_begins_its_own_content() {
    let events = [
        started("hi", None),
        switched(SwitchCause::Router),
        asked(1),
        delta("First"),
        answered("First", 1),
        writes(0),
        asks_human(0, "write_file", json!({})),
        decided(0, Decision::Approve, None, true),
        dispatched(0),
        finished(0),
        asked(2),
        delta("Second"),
        answered("Second", 0),
        succeeded("Second"),
    ];
    let told = told(TOKENS, &events);
    let rests: Vec<usize> = told.iter().enumerate().filter(|(_, told)| told.rests).map(|(at, _)| at).collect();
    assert_eq!(rests, [6, 13]);
    assert_eq!(told[13].frame.as_ref().unwrap().json()["content"], "Second");
    let kinds: Vec<String> =
        told.iter().filter_map(|told| told.frame.as_ref()).map(|frame| frame.kind().to_owned()).collect();
    assert_eq!(kinds, ["agent_switched", "assistant_message", "tool_call", "assistant_message", "assistant_message"]);
}

#[test]
fn no_frame_is_larger_than_clients_bear() {
    let large = "x".repeat(1_100_000);
    let args = json!({ "path": "a", "content": large });
    let frames =
        frames(WHOLE, &[asked(1), answered("", 1), planned(0, "write_file", args, ToolRef::client), dispatched(0)]);
    assert_eq!((&frames[0]["type"], &frames[0]["error_code"]), (&json!("error"), &json!("TOOL_EXECUTION_ERROR")));
    assert_eq!(frames[0]["details"]["call_id"], json!(call(0)));
}

#[test]
fn no_frame_has_a_null() {
    let question = asks_human(0, "write_file", json!({}));
    let events = [
        asked(1),
        switched(SwitchCause::Model),
        answered("t", 1),
        writes(0),
        question,
        dispatched(0),
        finished(0),
        failed("x"),
    ];
    for view in [TOKENS, WHOLE, PLANS] {
        for frame in frames(view, &events) {
            assert!(frame.as_object().unwrap().values().all(|value| !value.is_null()), "{frame}");
        }
    }
}

#[test]
fn what_belongs_to_no_run_that_began_says_nothing() {
    assert_eq!(told(TOKENS, &[delta("x"), succeeded("x")]), [Shown::nothing(), Shown::nothing()]);
}

/// What a reader is told who comes back behind entry 5 with "one two three".
fn resumed(entries: &[Entry]) -> Vec<Value> {
    let after = Cursor { entry: 5, characters: "one two three".len() };
    let mut reader = Reader::new(TOKENS, 5, Some(after), true);
    let frames: Vec<Value> =
        entries.iter().filter_map(|entry| reader.read(entry).frame).map(|frame| frame.json()).collect();
    assert!(frames.iter().all(|frame| frame["seq"].as_i64().unwrap() > after.seq()));
    frames
}

/// The rest of a run that answers so.
fn ends(seq: i64, text: &str) -> [Entry; 2] {
    [entry(seq, answered(text, 0)), entry(seq + 1, succeeded(text))]
}

#[test]
fn a_reader_that_comes_back_gets_what_it_does_not_have_also_when_the_pieces_were_put_together() {
    let text = "one two three four";
    let begun = [entry(1, started("hi", None)), entry(2, asked(1))];
    let kept = [entry(3, delta("one two")), entry(5, delta(" three")), entry(6, delta(" four"))];
    let folded = [entry(6, delta(text))];
    for pieces in [&kept[..], &folded] {
        let frames = resumed(&[&begun, pieces, &ends(7, text)].concat());
        assert_eq!(spoken(&frames), " four");
        assert_eq!(frames.last().unwrap()["content"], text);
    }
}

#[test]
fn an_answer_that_comes_again_is_never_counted_in_the_characters_of_the_one_before() {
    // At entry 5 the reader had "one two three" of an answer that is void since entry 9.
    let begun = [entry(1, started("hi", None)), entry(2, asked(1))];
    let kept = [entry(3, delta("one two")), entry(5, delta(" three"))];
    for (pieces, again, expected) in [
        (&kept[..], "one two three four", " four"),
        (&kept[..], "one two other four", "\n\n---\n\none two other four"),
        // What is void is not kept for ever, and cannot be compared then.
        (&[], "one two other four", "\n\n---\n\none two other four"),
        (&[], "one two three four", "\n\n---\n\none two three four"),
    ] {
        let void = [entry(9, Event::MessageReset { step: 1 }), entry(10, delta(again))];
        let frames = resumed(&[&begun, pieces, &void, &ends(11, again)].concat());
        assert_eq!(spoken(&frames), expected);
        let content = frames.last().unwrap()["content"].as_str().unwrap();
        assert!(content.ends_with(again), "{content}");
        assert!(pieces.is_empty() || content == format!("one two three{expected}"), "{content}");
    }
}

#[test]
fn the_content_of_a_reader_that_joins_in_the_middle_is_what_it_was_told() {
    let entries = [
        entry(1, started("hi", None)),
        entry(2, asked(1)),
        entry(3, delta("First.")),
        entry(4, answered("First.", 1)),
        entry(5, Event::ModelRequested { step: 2 }),
        entry(6, delta("Sec")),
        entry(7, delta("ond.")),
        entry(8, succeeded("Second.")),
    ];
    for (known, content) in [(5, "Second."), (2, "First.\n\nSecond.")] {
        let mut reader = Reader::new(TOKENS, known, None, false);
        let frames: Vec<Value> =
            entries.iter().filter_map(|entry| reader.read(entry).frame).map(|frame| frame.json()).collect();
        assert_eq!((spoken(&frames).as_str(), &frames.last().unwrap()["content"]), (content, &json!(content)));
    }
}
