use super::*;

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Sample {
    count: Option<i64>,
    text: Option<String>,
    flag: Option<bool>,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Item {
    name: Option<String>,
}

fn sample(text: &str) -> serde_json::Result<Sample> {
    read(text, &mut false)
}

#[test]
fn an_unreadable_member_is_repaired_or_dropped() {
    let counted = |count| Sample { count, text: Some("a".to_owned()), ..Sample::default() };
    for (json, expected) in [
        (r#"{"count": 11.0, "text": "a"}"#, Some(11)),
        (r#"{"count": "11", "text": "a"}"#, Some(11)),
        (r#"{"count": 1.5, "text": "a"}"#, None),
        (r#"{"count": {"of": 1}, "text": "a"}"#, None),
        (r#"{"count": 99999999999999999999, "text": "a"}"#, None),
    ] {
        assert_eq!(sample(json).unwrap(), counted(expected), "{json}");
    }
    assert_eq!(sample(r#"{"text": 5}"#).unwrap().text.as_deref(), Some("5"));
    assert_eq!(sample(r#"{"flag": "yes", "count": 1}"#).unwrap().count, Some(1));
}

#[test]
fn an_unreadable_item_is_dropped() {
    let read = sample(r#"{"items": [{"name": "a"}, 5, null, {"name": ["b"]}, {"name": "c"}]}"#).unwrap();
    let names: Vec<_> = read.items.iter().map(|item| item.name.as_deref()).collect();
    assert_eq!(names, [Some("a"), None, Some("c")]);
}

#[test]
fn text_that_is_almost_json_is_mended() {
    for (text, expected) in [
        ("{\"count\": NaN, \"text\": \"a\"}", "a"),
        ("{\"text\": \"a\tb\nc\", \"items\": [{\"name\": -Infinity}]}", "a\tb\nc"),
        ("{\"text\": \"a\\\\\"}\0", "a\\"),
        ("{\"text\": \"}\\\"NaN\"} trailing ]", "}\"NaN"),
    ] {
        assert_eq!(sample(text).unwrap().text.as_deref(), Some(expected), "{text:?}");
    }
    for text in ["{\"text\": \"a\"}{\"text\": \"b\"}", "{\"text\": \"a", "{\"text\": NaNa}"] {
        assert!(sample(text).is_err(), "{text}");
    }
}

#[test]
fn text_that_is_not_json_or_has_another_shape_stays_an_error() {
    for text in ["", "{", "[]", "5", "\"text\"", "not json"] {
        assert!(sample(text).is_err(), "{text}");
    }
}
