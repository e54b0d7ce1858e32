use serde_json::json;

use super::*;

const TOML: &str = r#"
models = ["one", "two"]

[[replies]]
status = 429
times = 2
headers = { retry-after = "1" }

[[replies]]
when = { protocol = "anthropic", model = "claude-*", last = "weather", stream = true }
steps = [
  { thinking = { text = "Hm.", signature = "c2ln" } },
  { text = "Let me look. " },
  "ping",
  { tool = { name = "weather", arguments = { city = "Rome" }, pieces = 3 } },
]
usage = { input = 10, output = 20, cache_read = 5 }
stop = { raw = "pause_turn" }

[[replies]]
steps = [{ text = ["It ", "is sunny."] }]
timing = { first_ms = 300, gap_ms = 20 }
wire = { pieces = [1, 2], line_end = "crlf", omit = ["done"] }
fault = { after_deltas = 1, how = { error = { type = "overloaded_error", message = "Overloaded" } } }
"#;

#[test]
fn toml_and_json_give_the_same_script() {
    let json = json!({ "models": ["one", "two"], "replies": [
        { "status": 429, "times": 2, "headers": { "retry-after": "1" } },
        {
            "when": { "protocol": "anthropic", "model": "claude-*", "last": "weather", "stream": true },
            "steps": [
                { "thinking": { "text": "Hm.", "signature": "c2ln" } },
                { "text": "Let me look. " },
                "ping",
                { "tool": { "name": "weather", "arguments": { "city": "Rome" }, "pieces": 3 } },
            ],
            "usage": { "input": 10, "output": 20, "cache_read": 5 },
            "stop": { "raw": "pause_turn" },
        },
        {
            "steps": [{ "text": ["It ", "is sunny."] }],
            "timing": { "first_ms": 300, "gap_ms": 20 },
            "wire": { "pieces": [1, 2], "line_end": "crlf", "omit": ["done"] },
            "fault": { "after_deltas": 1, "how": { "error": { "type": "overloaded_error", "message": "Overloaded" } } },
        },
    ] });
    assert_eq!(Script::parse(TOML).unwrap(), Script::parse(&json.to_string()).unwrap());
}

#[test]
fn a_reply_may_be_just_its_text() {
    assert_eq!(
        Script::parse(r#"{"replies": ["Hello", {"steps": ["echo"]}]}"#).unwrap().replies,
        [Reply::text("Hello"), Reply::of([Step::Echo])]
    );
}

#[test]
fn an_invalid_script_is_refused_with_the_place_and_the_valid_choices() {
    let refused = |text: &str| Script::parse(text).unwrap_err().to_string();
    assert!(refused(r#"{"replies": [{"steps": [{"txt": "x"}]}]}"#).contains("replies[0].steps[0]"));
    assert!(
        refused(r#"{"replies": [{"steps": [{"txt": "x"}]}]}"#).contains("expected one of `text`, `echo`, `thinking`")
    );
    assert!(
        refused(r#"{"replies": [{"steps": [{"text": 1}]}]}"#).contains("a text, a list of deltas, or {text, pieces}")
    );
    assert!(refused("[[replies]]\nfault = { how = \"explode\" }\n").contains("line 2"));
    assert!(refused("replies = [1]").contains("a reply: a text, or a table"));
}

#[test]
fn a_star_in_a_model_stands_for_anything() {
    let matches = |pattern: &str, model: &str| {
        let asked = crate::IncomingRequest {
            model: model.into(),
            ..crate::IncomingRequest::plain(crate::Protocol::OpenAi, false)
        };
        When { model: Some(pattern.into()), ..When::default() }.matches(&asked)
    };
    assert!(matches("gpt-*", "gpt-4o") && matches("*mini*", "gpt-4o-mini-1") && matches("*", "x") && matches("a", "a"));
    assert!(!matches("gpt-*", "o1") && !matches("a", "ab") && !matches("*mini", "mini-1"));
}

#[test]
fn the_script_of_the_documentation_is_valid() {
    let page = include_str!("../../../../docs/model-mock.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (script, _) = rest.split_once("```").unwrap();
    assert_eq!(Script::parse(script).unwrap().replies.len(), 3);
}
