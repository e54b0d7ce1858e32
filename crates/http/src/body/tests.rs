use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
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
fn a_number_that_no_float_holds_is_kept_as_text_or_refused_by_its_place() {
    let order = read::<Order>(br#"{"name":"a","more":{"rate":1e999,"x":[-1E400]}}"#, true).unwrap();
    assert_eq!(Value::from(order.more), serde_json::json!({ "rate": "1e999", "x": ["-1E400"] }));
    let problem = read::<Order>(br#"{"name":"a","inner":{"count":1e999}}"#, true).unwrap_err();
    assert_eq!(problem.status(), 422);
    assert!(format!("{problem:?}").contains("\"inner.count\""), "{problem:?}");
}

#[rstest]
#[case::latin_1(b"{\"name\":\"na\xEFve\"}", "The body is not UTF-8: the byte at position 11 (0xEF)")]
#[case::utf_16(b"\xFF\xFE{\0}\0", "The body is not UTF-8: the byte at position 0 (0xFF)")]
#[case::gzip(b"\x1F\x8B\x08", "The body is not UTF-8: the byte at position 1 (0x8B)")]
#[case::nan(br#"{"name":NaN}"#, "The body is not JSON: it has NaN, which is no number of JSON")]
#[case::infinity(br#"{"name":"a","more":{"x":-Infinity}}"#, "The body is not JSON: it has -Infinity,")]
fn what_is_wrong_with_a_text_is_said_plainly(#[case] body: &[u8], #[case] said: &str) {
    let problem = read::<Order>(body, false).unwrap_err();
    assert_eq!((problem.status().as_u16(), problem.code()), (400, "malformed_request"));
    assert!(problem.message().starts_with(said), "{}", problem.message());
}

#[test]
fn a_byte_order_mark_and_half_a_surrogate_pair_do_no_harm() {
    assert_eq!(read::<Order>("\u{FEFF}{\"name\":\"a\"}".as_bytes(), true).unwrap().name, "a");
    assert_eq!(read::<Order>(br#"{"name":"a\ud83d"}"#, true).unwrap().name, "a\u{FFFD}");
}

#[rstest]
#[case("gzip", false)]
#[case("identity, BR", false)]
#[case("identity", true)]
#[case("utf-8", true)]
fn a_compressed_body_is_refused_with_the_way_to_send_it(#[case] coding: &str, #[case] fits: bool) {
    let mut headers = HeaderMap::new();
    assert!(check_coding(&headers).is_ok(), "none is fine");
    headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
    let Err(problem) = check_coding(&headers) else {
        assert!(fits, "{coding}");
        return;
    };
    assert!(!fits, "{coding}");
    let (status, headers, body) = problem.into_parts();
    assert_eq!((status.as_u16(), body.error.as_str()), (415, "unsupported_content_encoding"));
    assert_eq!(headers[ACCEPT_ENCODING], "identity");
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
fn an_object_is_no_list_and_its_members_keep_their_places() {
    #[derive(Debug, Default, Deserialize)]
    struct Limits {
        #[serde(rename = "tokens")]
        _tokens: Option<u32>,
    }
    #[derive(Debug, Deserialize)]
    struct Wish {
        #[serde(default, deserialize_with = "object")]
        limits: Option<Limits>,
    }
    impl Checked for Wish {}
    for fits in [r#"{"limits":{"tokens":1}}"#, r#"{"limits":{}}"#] {
        assert!(read::<Wish>(fits.as_bytes(), true).unwrap().limits.is_some(), "{fits}");
    }
    for absent in ["{}", r#"{"limits":null}"#] {
        assert!(read::<Wish>(absent.as_bytes(), true).unwrap().limits.is_none(), "{absent}");
    }
    for (bad, place) in [(r#"{"limits":[1]}"#, "limits"), (r#"{"limits":{"tokens":"1"}}"#, "limits.tokens")] {
        let problem = read::<Wish>(bad.as_bytes(), false).unwrap_err().into_parts().2;
        assert_eq!(problem.field_errors[0].field, place, "{bad}");
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
