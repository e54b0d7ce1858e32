use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{HttpReply, Reading, RefusedItem, read};
use crate::parse::parse;
use crate::schema::Connector;

fn service() -> Connector {
    let text = "\
key: service
title: {ru: С, en: S}
hosts: {main: 'https://api.example'}
credential: {password: {title: {ru: П, en: P}}}
auth:
  - key: session
    needs: [password]
    send: [{header: {name: X-Session, value: '{session}'}}]
    login:
      request: {url: 'https://api.example/login', json: {password: '{password}'}}
      session: {at: /result}
      lifetime_seconds: 60
      ended: [{status: [401]}]
errors:
  - {when: {at: /ok, is: [false]}, code: [/error_code], message: [/description]}
  - {when: {status: [402]}, means: {ru: Нет подписки, en: No subscription}}
throttle:
  - {when: {status: [429]}, wait: [{header: Retry-After}, {at: /parameters/retry_after}], otherwise_seconds: 7}
  - {when: {status: [503], at: /error, is: [QUERY_LIMIT_EXCEEDED]}}
modules:
  - key: m
    title: {ru: М, en: M}
    operations:
      - {key: plain, summary: {ru: О, en: O}, access: read, path: /, reply: {data: /result}}
      - key: items
        summary: {ru: О, en: O}
        access: write
        path: /
        item_errors: {items: /result, failed: {at: /errors, filled: true}, message: /errors/0/message}
      - key: slow
        summary: {ru: О, en: O}
        access: read
        path: /
        reply: {as: binary}
        later: {repeat: {when: {status: [204]}, wait: [{header: Retry-After}], otherwise_seconds: 2}}
";
    parse("service.yaml", text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn reading(operation: &str, status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Reading {
    let connector = service();
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
    let reply = HttpReply { status, headers: &headers, body: body.as_bytes(), now: Timestamp::UNIX_EPOCH };
    read(&connector, connector.operation(operation).unwrap().1, connector.auth.first(), &reply)
}

fn data(reading: Reading) -> Value {
    let Reading::Done(done) = reading else { panic!("{reading:?}") };
    done.data
}

#[test]
fn a_long_integer_keeps_its_digits() {
    let body = super::json(b"\xef\xbb\xbf{\"account\": 40817810099910004312}");
    assert_eq!(body, Some(json!({ "account": "40817810099910004312" })));
}

#[test]
fn a_result_is_the_part_that_the_connector_names() {
    assert_eq!(data(reading("plain", 200, &[], r#"{"ok": true, "result": [1]}"#)), json!([1]));
    assert_eq!(data(reading("plain", 204, &[], "")), json!(null));
    assert_eq!(data(reading("plain", 200, &[], "\u{feff}{\"result\": 1}")), json!(1));
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let body = r#"{"ok": false, "error_code": 400, "description": "chat not found"}"#;
    let Reading::Failed(failure) = reading("plain", 200, &[], body) else { panic!() };
    assert_eq!((failure.code.as_deref(), failure.message.as_str()), (Some("400"), "chat not found"));
}

#[test]
fn errors_without_a_rule_still_have_words() {
    for (status, body, words) in [
        (404, r#"{"message": "Not Found"}"#, "Not Found"),
        (422, r#"{"errors": [{"message": "title is missing"}]}"#, "title is missing"),
        (500, "<html>…</html>", "Internal Server Error"),
        (400, "no such box", "no such box"),
        (302, "", "Found"),
    ] {
        let Reading::Failed(failure) = reading("plain", status, &[], body) else { panic!("{status}") };
        assert_eq!(failure.message, words);
    }
    let Reading::Failed(failure) = reading("plain", 402, &[], "") else { panic!() };
    assert_eq!(failure.means.unwrap().en, "No subscription");
}

#[test]
fn an_answer_that_cannot_be_read_is_no_refusal() {
    let Reading::Unreadable(failure) = reading("plain", 200, &[], "<html>ok") else { panic!() };
    assert_eq!((failure.status, failure.message.as_str()), (200, "the answer is not JSON: <html>ok"));
    assert_eq!(data(reading("plain", 200, &[], r#"{"result": [NaN, "\ud800"]}"#)), json!([null, "\u{fffd}"]));
    assert_eq!(data(reading("plain", 200, &[], r#"{"result": [1e999, -2E999]}"#)), json!(["1e999", "-2E999"]));
    assert_eq!(data(reading("plain", 200, &[], "\r\n")), json!(null));
}

#[test]
fn too_fast_is_told_by_status_or_body_with_the_time_to_wait() {
    let seconds = |reading| match reading {
        Reading::TooFast(wait) => Some(wait.as_secs()),
        _ => None,
    };
    assert_eq!(seconds(reading("plain", 429, &[("retry-after", "3")], "")), Some(3));
    assert_eq!(seconds(reading("plain", 429, &[], r#"{"parameters": {"retry_after": 4}}"#)), Some(4));
    assert_eq!(seconds(reading("plain", 429, &[], "")), Some(7));
    assert_eq!(seconds(reading("plain", 503, &[], r#"{"error": "QUERY_LIMIT_EXCEEDED"}"#)), Some(5));
    assert_eq!(seconds(reading("plain", 503, &[], r#"{"error": "OVERLOAD_LIMIT"}"#)), None);
}

#[test]
fn an_ended_session_is_told_apart_from_other_refusals() {
    assert!(matches!(reading("plain", 401, &[], ""), Reading::SignInEnded(_)));
    assert!(matches!(reading("plain", 403, &[], ""), Reading::Failed(_)));
}

#[test]
fn a_result_that_comes_later_and_items_that_were_refused_are_told() {
    assert_eq!(reading("slow", 204, &[("retry-after", "9")], ""), Reading::NotYet(Duration::from_secs(9)));
    assert_eq!(
        data(reading("slow", 200, &[("content-type", "application/pdf")], "%PDF")),
        json!({"media_type": "application/pdf", "bytes": 4, "base64": "JVBERg=="})
    );
    let body = r#"{"result": [{"errors": []}, {"errors": [{"message": "no such offer"}]}]}"#;
    let Reading::Done(done) = reading("items", 200, &[], body) else { panic!() };
    assert_eq!(done.refused_items, [RefusedItem { index: 1, message: "no such offer".into() }]);
}
