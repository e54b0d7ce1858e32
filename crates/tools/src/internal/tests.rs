use artel_domain::{Clock, Timestamp};
use serde_json::{Value, json};

use super::{function, functions};
use crate::schema::{check_schema, validate};

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2026-07-01T12:00:00.5Z".parse().unwrap()
    }

    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}

fn call(name: &str, args: &Value) -> Result<Value, String> {
    function(name).unwrap().call(args, &Still)
}

fn calculated(expression: &str) -> Result<Value, String> {
    call("calculator", &json!({"expression": expression})).map(|answer| answer["result"].clone())
}

#[test]
fn every_function_offers_a_schema_that_tools_may_have() {
    let names: Vec<&str> = functions().iter().map(|function| function.name).collect();
    assert_eq!(names, ["calculator", "current_time", "echo"]);
    for function in functions() {
        check_schema(&(function.schema)()).unwrap();
        assert!(!function.description.is_empty());
    }
    assert!(function("rm").is_none());
}

#[test]
fn echo_gives_back_what_it_got() {
    assert_eq!(call("echo", &json!({"text": "hello"})).unwrap(), json!({"text": "hello"}));
    assert!(call("echo", &json!({})).unwrap_err().contains("text"));
    assert!(validate(&(function("echo").unwrap().schema)(), &json!({"text": 1})).is_err());
}

#[test]
fn current_time_knows_zones_and_their_summer_time() {
    let told = call("current_time", &json!({"timezone": "Europe/Berlin"})).unwrap();
    assert_eq!((&told["local"], &told["weekday"]), (&json!("2026-07-01T14:00:00+02:00"), &json!("Wednesday")));
    assert_eq!(call("current_time", &json!({})).unwrap()["utc"], "2026-07-01T12:00:00.5Z");
    assert!(call("current_time", &json!({"timezone": "Mars/Olympus"})).unwrap_err().contains("Mars/Olympus"));
}

#[test]
fn the_calculator_calculates_as_people_do() {
    for (expression, result) in [
        ("1 + 2 * 3", json!(7)),
        ("7/2", json!(3.5)),
        ("0.1 + 0.2", json!(0.3)),
        ("-2^2", json!(-4)),
        ("2**10", json!(1024)),
        ("2^(3^2)", json!(512)),
        ("10 % 4", json!(2)),
        ("sqrt(16) + max(1, 2, 3)", json!(7)),
        ("round(sin(pi / 2) * 1e3)", json!(1000)),
        ("ln(e)", json!(1)),
        ("99999999999999999999 * 1", json!(1e20)),
    ] {
        assert_eq!(calculated(expression).unwrap(), result, "{expression}");
    }
}

#[test]
fn the_calculator_answers_nonsense_and_bombs_with_words() {
    for expression in
        ["", "1/0", "9^9^9", "(9^9)^999", "2(3)", "x + 1", "(", "1,000", "a = 5", "\"a\"", "true", "str::from(1)", "1 << 99", "sqrt(-1)"]
    {
        assert!(calculated(expression).is_err(), "{expression}");
    }
    for piece in ["(", "-", "sqrt(", "1+", "2^", "((1)", "max(1,"] {
        let started = std::time::Instant::now();
        let _ = calculated(&piece.repeat(256 / piece.len()));
        assert!(calculated(&piece.repeat(1000)).is_err());
        assert!(started.elapsed().as_secs() < 1, "{piece}");
    }
}
