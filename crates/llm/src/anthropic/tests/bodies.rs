use artel_domain::ToolSpec;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{body, call, dialect, params, refused, request, tool};
use crate::dialect::Dialect as _;
use crate::{ImageSource, Message, ModelError, Part, PartBody, Reasoning, Request, Rest};

fn golden(name: &str, value: &Value) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../tests/golden/anthropic");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_json_snapshot!(format!("encode_{name}"), value));
}

fn messages(all: Vec<Message>) -> Value {
    body(&request(all))["messages"].clone()
}

fn marked(text: &str) -> Part {
    Part { cache_control: Some(json!({ "type": "ephemeral" })), ..Part::text(text) }
}

fn user(content: Vec<Part>) -> Message {
    Message::User { content, rest: Rest::new() }
}

fn image(source: ImageSource) -> Part {
    Part { body: PartBody::Image { source, detail: Some("low".to_owned()) }, cache_control: None }
}

fn png(data: &str) -> Part {
    image(ImageSource::Inline { media_type: "image/png".to_owned(), data: data.to_owned() })
}

fn asked(ids: &[&str]) -> Message {
    Message::assistant("", ids.iter().map(|id| call(id, "look", "{}")).collect())
}

fn result(id: &str, content: Vec<Part>) -> Message {
    Message::Tool { call_id: id.to_owned(), content, is_error: false, rest: Rest::new() }
}

#[test]
fn a_request_is_written_as_messages() {
    #[derive(Deserialize)]
    struct Golden {
        messages: Vec<artel_domain::Message>,
        tools: Vec<ToolSpec>,
        params: Map<String, Value>,
    }
    let given: Golden = serde_json::from_str(include_str!("../../../tests/golden/dialogue.json")).unwrap();
    let all = given.messages.into_iter().map(Message::from).collect();
    golden("dialogue", &body(&Request { tools: given.tools, params: params(&given.params.into()), ..request(all) }));
}

#[test]
fn a_request_with_every_member_is_written_completely() {
    let schema = json!({ "type": "object", "properties": { "answer": { "type": "string" } }, "required": ["answer"] });
    let members = json!({
        "tool_choice": "required", "parallel_tool_calls": false, "max_tokens": 300, "reasoning_effort": "low", "temperature": 0.3,
        "top_p": 0.9, "top_k": 5, "stop": "END", "user": "u-1", "service_tier": "default", "logprobs": true, "seed": 7,
        "response_format": { "type": "json_schema", "json_schema": { "name": "answer", "schema": schema, "strict": true } },
    });
    let thoughts = vec![
        Reasoning::Thinking { thinking: "Hm.".to_owned(), signature: Some("sig".to_owned()) },
        Reasoning::Thinking { thinking: "another provider's".to_owned(), signature: None },
        Reasoning::Thinking { thinking: String::new(), signature: Some("empty".to_owned()) },
        Reasoning::RedactedThinking { data: "xyz".to_owned() },
    ];
    let calls = vec![call("a", "look", r#"{"at":"door"}"#), call("b", "now", ""), call("c", "now", "[half")];
    let all = vec![
        Message::System { content: vec![marked("You are brief.")], developer: false, rest: Rest::new() },
        Message::System { content: vec![Part::text("Speak Ukrainian.")], developer: true, rest: Rest::new() },
        user(vec![Part::text("What is this?"), png("iVBORw0KGgo="), Part::text("  \n")]),
        Message::Assistant {
            content: vec![Part::text("Let me look.")],
            calls,
            reasoning: thoughts,
            rest: Rest::new(),
            origin: None,
        },
        result("b", vec![marked("noon")]),
        Message::system("The user has left the room."),
        result("a", vec![Part::text("A picture:"), png("iVBORw0KGgo=")]),
        Message::Tool { call_id: "c".to_owned(), content: vec![Part::text("")], is_error: true, rest: Rest::new() },
        Message::user("And now?"),
    ];
    let tools = vec![tool("look", json!({ "properties": { "at": { "type": "string" } } })), tool("now", json!(null))];
    golden("everything", &body(&Request { tools, params: params(&members), ..request(all) }));
}

#[test]
fn a_request_without_a_users_turn_gets_one() {
    let opening = json!({ "role": "user", "content": [{ "type": "text", "text": "Begin." }] });
    let alone = body(&request(vec![Message::system("You are a poet."), Message::system("Sing.")]));
    assert_eq!((&alone["system"], &alone["messages"]), (&json!("You are a poet.\n\nSing."), &json!([opening])));
    assert_eq!(messages(vec![user(vec![Part::text(" ")])]), json!([opening]));
    assert_eq!(messages(vec![Message::assistant("Hello!", vec![]), Message::user("hi")])[0], opening);
}

#[test]
fn a_later_system_message_stays_in_its_place_and_is_never_the_assistants() {
    let all = vec![
        Message::user("hi"),
        Message::assistant("Hello.", vec![]),
        Message::system("Be formal."),
        Message::user("How are you?"),
    ];
    let note = json!({ "role": "user", "content": [
        { "type": "text", "text": "<system>\nBe formal.\n</system>" }, { "type": "text", "text": "How are you?" },
    ] });
    assert_eq!(messages(all)[2], note);
}

#[test]
fn consecutive_messages_of_one_role_become_one_turn() {
    let all = vec![
        Message::user("a"),
        Message::user("b"),
        Message::assistant("c", vec![call("1", "look", "{}")]),
        Message::assistant("", vec![call("2", "look", "{}")]),
        result("1", vec![Part::text("x")]),
        result("2", vec![Part::text("y")]),
        Message::assistant(" ", vec![]),
    ];
    let written = messages(all);
    let roles: Vec<&str> = written.as_array().unwrap().iter().map(|turn| turn["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
    assert_eq!(written[1]["content"].as_array().unwrap().len(), 3);
}

#[test]
fn results_stand_first_in_their_turn_and_keep_their_order() {
    let all = vec![
        asked(&["a", "b", "c"]),
        result("c", vec![]),
        Message::user("wait"),
        result("a", vec![]),
        Message::system("note"),
        result("b", vec![]),
    ];
    let written = messages(all)[2]["content"].clone();
    let kinds: Vec<&str> = written.as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["tool_result", "tool_result", "tool_result", "text", "text"]);
    let ids: Vec<&Value> = written.as_array().unwrap().iter().take(3).map(|block| &block["tool_use_id"]).collect();
    assert_eq!(ids, ["c", "a", "b"]);
}

#[test]
fn a_call_without_a_result_and_a_result_without_a_call_are_refused_before_sending() {
    let done = |id: &str| result(id, vec![Part::text("x")]);
    let cases = [
        (vec![done("a")], "does not follow"),
        (vec![asked(&["a"]), done("a"), done("a")], "second"),
        (vec![asked(&["a"]), done("b")], "`b`"),
        (vec![asked(&["a", "b"]), done("a")], "`b` is not followed"),
        (vec![asked(&["a"]), Message::user("never mind")], "`a` is not followed"),
        (vec![asked(&["a"])], "`a` is not followed"),
        (vec![asked(&["a"]), Message::user("x"), asked(&["b"]), done("a"), done("b")], "`a` is not followed"),
        (vec![asked(&[""]), done("")], "no id"),
    ];
    for (all, reason) in cases {
        let told = refused(&request(all));
        assert!(told.contains(reason), "{told}");
    }
}

#[test]
fn ids_of_other_providers_become_legal_in_calls_and_in_results() {
    let written = messages(vec![
        asked(&["functions.look:0", "functions.look:1"]),
        result("functions.look:1", vec![]),
        result("functions.look:0", vec![]),
    ]);
    assert_eq!(written[1]["content"][0]["id"], "functions_2elook_3a0");
    assert_eq!(written[2]["content"][1]["tool_use_id"], "functions_2elook_3a0");
}

#[test]
fn four_cache_breakpoints_are_kept_the_first_and_the_last_ones() {
    let all = vec![
        Message::System { content: vec![marked("one"), marked("two")], developer: false, rest: Rest::new() },
        user(vec![marked("three"), Part::text("three and a half"), marked(" ")]),
        asked(&["a"]),
        result("a", vec![marked("five")]),
        Message::User {
            content: vec![Part::text("six")],
            rest: [("cache_control".to_owned(), json!({ "type": "ephemeral" }))].into_iter().collect(),
        },
    ];
    let written = body(&request(all.clone()));
    let has = |block: &Value| block.get("cache_control").is_some();
    let said = &written["messages"];
    assert_eq!([&written["system"][0], &written["system"][1]].map(has), [true, false]);
    assert_eq!(
        [&said[0]["content"][0], &said[0]["content"][1]].map(has),
        [false, true],
        "that of a dropped part moves forward"
    );
    assert_eq!([&said[2]["content"][0], &said[2]["content"][1]].map(has), [true, true]);
    let automatic =
        body(&Request { params: params(&json!({ "cache_control": { "type": "ephemeral" } })), ..request(all) });
    assert_eq!(automatic.to_string().matches("cache_control").count(), 4);
}

#[test]
fn images_are_sent_as_data_or_as_https_url() {
    let source = |source: ImageSource| messages(vec![user(vec![image(source)])])[0]["content"][0]["source"].clone();
    let url = |url: &str| ImageSource::Url(url.to_owned());
    assert_eq!(source(url("https://example.com/a.png")), json!({ "type": "url", "url": "https://example.com/a.png" }));
    let inline = json!({ "type": "base64", "media_type": "image/jpeg", "data": "/9j/" });
    assert_eq!(source(ImageSource::Inline { media_type: "image/JPG".to_owned(), data: "/9j/".to_owned() }), inline);
    assert_eq!(source(url("data:image/jpeg;name=a;base64,/9j/")), inline);
    for bad in [url("http://example.com/a.png"), url("file:///etc/passwd"), url("data:image/tiff;base64,AAAA")] {
        refused(&request(vec![user(vec![image(bad)])]));
    }
}

#[test]
fn an_image_that_is_too_large_is_an_error_of_its_own() {
    let large = png(&"A".repeat(10 * 1024 * 1024 + 1));
    for all in [vec![user(vec![large.clone()])], vec![asked(&["a"]), result("a", vec![large])]] {
        let error = dialect().encode(&request(all)).unwrap_err();
        assert!(matches!(&error, ModelError::TooLarge(reason) if reason.contains("10 MiB")), "{error}");
    }
}

#[test]
fn what_the_protocol_cannot_carry_is_refused() {
    let audio = Part { body: PartBody::Other(json!({ "type": "input_audio" })), cache_control: None };
    assert!(refused(&request(vec![user(vec![audio])])).contains("`input_audio`"));
    let picture = Message::Assistant {
        content: vec![png("AAAA")],
        calls: vec![],
        reasoning: vec![],
        rest: Rest::new(),
        origin: None,
    };
    assert!(refused(&request(vec![picture])).contains("an assistant message can hold only text"));
    let document = json!({ "type": "document", "source": { "type": "text", "media_type": "text/plain", "data": "x" } });
    let native = Part { body: PartBody::Other(document.clone()), cache_control: None };
    assert_eq!(messages(vec![user(vec![native])])[0]["content"][0], document);
    let declined = Part { body: PartBody::Other(json!({ "type": "refusal", "refusal": "No." })), cache_control: None };
    let said = Message::Assistant {
        content: vec![declined],
        calls: vec![],
        reasoning: vec![],
        rest: Rest::new(),
        origin: None,
    };
    assert_eq!(messages(vec![said, Message::user("why?")])[1]["content"][0]["text"], "No.");
}

#[test]
fn an_answer_to_be_continued_does_not_end_in_white_space() {
    assert_eq!(
        messages(vec![Message::user("hi"), Message::assistant("The answer is: \n", vec![])])[1]["content"][0]["text"],
        "The answer is:"
    );
}
