use rstest::rstest;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
struct Order {
    name: String,
    #[serde(default)]
    inner: Option<Inner>,
    #[serde(default)]
    more: serde_json::Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Inner {
    count: u32,
}

impl Checked for Order {
    fn check(&self, faults: &mut Faults) {
        faults.length("name", self.name.as_str(), 1..=5);
    }
}

#[rstest]
#[case::nothing("", 400, "")]
#[case::not_json("{", 400, "")]
#[case::not_an_object(r#"["anvil"]"#, 422, "\"\"")]
#[case::missing("{}", 422, "\"name\"")]
#[case::missing_inside(r#"{"name":"a","inner":{}}"#, 422, "\"inner.count\"")]
#[case::wrong_type_inside(r#"{"name":"a","inner":{"count":-1}}"#, 422, "\"inner.count\"")]
#[case::too_long(r#"{"name":"anvils"}"#, 422, "\"name\"")]
#[case::nul_deep_inside(r#"{"name":"a","more":{"free":[{"x":"\u0000"}]}}"#, 422, "\"more.free[0].x\"")]
#[case::nul_in_a_name(r#"{"name":"a","more":{"\u0000":1}}"#, 422, "\"more.\u{fffd}\"")]
fn what_does_not_fit_is_named(#[case] body: &str, #[case] status: u16, #[case] place: &str) {
    let problem = read::<Order>(body.as_bytes(), false).unwrap_err();
    assert_eq!(problem.status(), status);
    assert!(format!("{problem:?}").contains(place), "{problem:?}");
}

#[test]
fn a_long_integer_keeps_its_digits() {
    let order = read::<Order>(br#"{"name":"a","more":{"account":40817810099910004312,"x":-1.5}}"#, true).unwrap();
    assert_eq!(Value::from(order.more), serde_json::json!({ "account": "40817810099910004312", "x": -1.5 }));
}

#[test]
fn a_whole_number_may_be_written_with_a_point() {
    #[derive(Deserialize)]
    struct Count(#[serde(deserialize_with = "whole")] Option<u32>);
    let read = |text: &str| serde_json::from_str::<Count>(text).map(|count| count.0);
    assert_eq!((read("63.0").unwrap(), read("7").unwrap(), read("null").unwrap()), (Some(63), Some(7), None));
    for bad in ["1.5", "-1", "1e300", "5000000000", "\"7\""] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_nul_character_where_nobody_reads_harms_nobody() {
    assert!(read::<Order>(br#"{"name":"a","other":{"x":"\u0000"},"\u0000":1}"#, false).is_ok());
    let disguised = br#"{"name":"a","more":{"x":"\u0000"},"more.x":1}"#;
    assert!(read::<Order>(disguised, false).is_err(), "a name with a dot is not a way inside");
}

#[test]
fn unknown_members_are_errors_only_for_those_who_ask() {
    let body = br#"{"name":"anvil","inner":{"count":1,"colour":"red"},"wight":1}"#;
    let read_kindly = read::<Order>(body, false).unwrap();
    assert!(read_kindly.more.is_empty());
    assert_eq!((read_kindly.name.as_str(), read_kindly.inner.map(|inner| inner.count)), ("anvil", Some(1)));
    let problem = format!("{:?}", read::<Order>(body, true).unwrap_err());
    assert!(problem.contains("inner.colour") && problem.contains("wight"), "{problem}");
}

#[rstest]
#[case("application/json; charset=utf-8", true)]
#[case("application/x-www-form-urlencoded", true)]
#[case("application/merge-patch+json", true)]
#[case("text/xml", false)]
#[case("multipart/form-data; boundary=x", false)]
fn only_clearly_other_types_are_refused(#[case] content_type: &str, #[case] fits: bool) {
    let mut headers = HeaderMap::new();
    assert!(check_content_type(&headers).is_ok(), "none is fine");
    headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
    assert_eq!(check_content_type(&headers).is_ok(), fits);
}
