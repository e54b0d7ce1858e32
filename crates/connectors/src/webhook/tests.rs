use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Delivery, DeliveryId, NotSigned, Received, receive};
use crate::schema::Webhook;

fn received(
    webhook: Value,
    headers: &[(&str, &str)],
    body: &str,
    source: Option<&str>,
    secret: Option<&str>,
) -> Result<Received, NotSigned> {
    received_at(1_674_087_231, webhook, headers, body, source, secret)
}

fn received_at(
    now: i64,
    webhook: Value,
    headers: &[(&str, &str)],
    body: &str,
    source: Option<&str>,
    secret: Option<&str>,
) -> Result<Received, NotSigned> {
    let webhook: Webhook = serde_json::from_value(webhook).unwrap();
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    let delivery = Delivery {
        headers: &headers,
        body: body.as_bytes(),
        source: source.map(|source| source.parse().unwrap()),
        now: Timestamp::from_second(now).unwrap(),
    };
    receive(&webhook, &delivery, secret)
}

#[test]
fn githubs_own_example_is_signed() {
    let webhook = json!({
        "verify": [{"hmac": {"header": "X-Hub-Signature-256", "prefix": "sha256=", "encoding": "hex"}}],
        "event": {"header": "X-GitHub-Event"}, "delivery_id": [{"header": "X-GitHub-Delivery"}],
    });
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let headers = [("x-hub-signature-256", signature), ("x-github-delivery", "72d3"), ("x-github-event", "push")];
    let secret = Some("It's a Secret to Everybody");
    let good = received(webhook.clone(), &headers, "Hello, World!", None, secret).unwrap();
    assert_eq!((good.delivery_id, good.event.as_deref()), (DeliveryId::Given("72d3".into()), Some("push")));
    assert_eq!((good.status, good.keep), (202, true));
    assert!(received(webhook.clone(), &headers, "Hello, World", None, secret).is_err());
    assert!(received(webhook.clone(), &[], "Hello, World!", None, secret).is_err());
    assert!(received(webhook, &headers, "Hello, World!", None, None).is_err());
}

#[test]
fn standard_webhooks_are_signed_with_their_time() {
    let webhook = json!({"verify": [{"hmac": {
        "header": "webhook-signature", "prefix": "v1,", "encoding": "base64", "time": "webhook-timestamp",
        "signed": "{webhook-id}.{webhook-timestamp}.{body}", "base64_secret": "whsec_",
    }}]});
    // The example of the specification.
    let signed = |now, time| {
        let headers = [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", time),
            ("webhook-signature", "v1,bad v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ];
        let secret = Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        received_at(now, webhook.clone(), &headers, r#"{"test": 2432232314}"#, None, secret).is_ok()
    };
    assert!(signed(1_614_265_330, "1614265330") && signed(1_614_265_630, "1614265330"));
    assert!(!signed(1_614_265_631, "1614265330"), "the signed time is more than five minutes ago");
    assert!(!signed(1_614_265_330, "1614265331"), "the time is not the signed one");
}

#[test]
fn secrets_in_a_header_or_in_the_body_and_addresses_count() {
    let header = json!({"verify": [{"header_secret": {"header": "X-Token"}}], "delivery_id": [{"at": "/update_id"}]});
    let good = received(header.clone(), &[("x-token", "t0ken")], r#"{"update_id": 7}"#, None, Some("t0ken")).unwrap();
    assert_eq!(good.delivery_id, DeliveryId::Given("7".into()));
    assert!(received(header.clone(), &[("x-token", "other")], "{}", None, Some("t0ken")).is_err());
    assert!(received(header, &[("x-token", "")], "{}", None, Some("")).is_err());
    let body = json!({"verify": [{"body_secret": {"at": "/auth/application_token"}}], "body": "form", "event": {"at": "/event"}});
    let form = "event=ONCRMDEALADD&data%5BFIELDS%5D%5BID%5D=5&auth%5Bapplication_token%5D=abc";
    let good = received(body.clone(), &[], form, None, Some("abc")).unwrap();
    assert_eq!(good.payload["data"]["FIELDS"]["ID"], "5");
    assert_eq!(good.payload["auth"], json!({ "application_token": "***" }));
    assert_eq!(good.event.as_deref(), Some("ONCRMDEALADD"));
    assert!(received(body, &[], form, None, Some("abd")).is_err());
    let source = json!({"verify": [{"source": {"ranges": ["5.45.207.0/25"]}}]});
    assert!(received(source.clone(), &[], "{}", Some("5.45.207.9"), None).is_ok());
    assert!(received(source.clone(), &[], "{}", Some("::ffff:5.45.207.9"), None).is_ok());
    assert!(received(source.clone(), &[], "{}", Some("5.45.208.9"), None).is_err());
    assert!(received(source, &[], "{}", None, None).is_err());
}

#[test]
fn a_handshake_is_answered_and_not_kept() {
    let webhook = json!({
        "reply": {"status": 200, "body": {"result": true}},
        "special": [{
            "when": {"at": "/message_type", "is": ["TYPE_PING"]},
            "reply": {"status": 200, "body": {"version": "1.0", "name": "artel", "time": "{now}", "echo": "{/time}"}},
        }],
    });
    let ping = received(webhook.clone(), &[], r#"{"message_type": "TYPE_PING", "time": "x"}"#, None, None).unwrap();
    assert!(!ping.keep);
    assert_eq!(
        ping.reply.unwrap(),
        json!({"version": "1.0", "name": "artel", "time": "2023-01-19T00:13:51Z", "echo": "x"})
    );
    let other = received(webhook, &[], r#"{"message_type": "TYPE_NEW_POSTING"}"#, None, None).unwrap();
    assert!(other.keep && other.status == 200 && other.reply == Some(json!({"result": true})));
    assert!(matches!(other.delivery_id, DeliveryId::Digest(digest) if digest.len() == 64));
}

#[test]
fn what_nobody_may_see_is_masked_and_what_is_no_json_is_kept() {
    let hiding = json!({ "hidden": ["/auth/token", "/absent/token"] });
    let kept = received(hiding, &[], r#"{"auth": {"token": "t", "user": 1}}"#, None, None).unwrap();
    assert_eq!(kept.payload, json!({ "auth": { "token": "***", "user": 1 } }));
    let bytes = |body: &[u8]| super::content::read(crate::schema::EventBody::Json, &HeaderMap::new(), body);
    assert_eq!(bytes(b""), Value::Null);
    assert_eq!(bytes("<a>да</a>".as_bytes()), json!("<a>да</a>"));
    assert_eq!(bytes(b"\xff\x00"), json!({ "base64": "/wA=" }));
}

#[test]
fn a_body_with_very_many_values_stays_a_text() {
    let numbers = format!("[{}0]", "0,".repeat(500_000));
    assert_eq!(received(json!({}), &[], &numbers, None, None).unwrap().payload, json!(numbers));
    let few = format!("[{}0]", "0,".repeat(50_000));
    assert_eq!(received(json!({}), &[], &few, None, None).unwrap().payload.as_array().unwrap().len(), 50_001);
    let form = json!({ "body": "form" });
    let names = (0..20_000).map(|n| format!("{n:x}{}", "[".repeat(15))).collect::<Vec<_>>().join("&");
    assert_eq!(received(form.clone(), &[], &names, None, None).unwrap().payload, json!(names));
    assert_eq!(received(form, &[], "a[b]=1", None, None).unwrap().payload, json!({ "a": { "b": "1" } }));
}

#[test]
fn signatures_beyond_the_eighth_are_not_looked_at_and_cost_nothing() {
    let webhook = json!({"verify": [{"hmac": {"header": "X-Signature", "prefix": "sha256=", "encoding": "hex"}}]});
    let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let behind = |others: usize| {
        let shown = format!("{}{good}", "sha256= ".repeat(others));
        received(webhook.clone(), &[("x-signature", &shown)], "Hello, World!", None, Some("It's a Secret to Everybody"))
    };
    assert!(behind(7).is_ok());
    assert!(behind(8).is_err());
}

#[test]
fn a_body_is_what_its_content_type_says_in_its_charset() {
    use crate::schema::EventBody;
    let read = |kind: EventBody, said: &'static str, body: &[u8]| {
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(said))]);
        super::content::read(kind, &headers, body)
    };
    let order = json!({ "order": { "id": "7", "name": "Анна К" } });
    let form = "order[id]=7&order%5Bname%5D=%D0%90%D0%BD%D0%BD%D0%B0+%D0%9A";
    assert_eq!(read(EventBody::Json, "application/x-www-form-urlencoded", form.as_bytes()), order);
    let form = "order[id]=7&order[name]=%C0%ED%ED%E0+%CA";
    assert_eq!(
        read(EventBody::Json, "application/x-www-form-urlencoded; charset=windows-1251", form.as_bytes()),
        order
    );
    let anna = json!({ "name": "Анна" });
    let json = [b"{\"name\":\"".as_slice(), b"\xc0\xed\xed\xe0", b"\"}"].concat();
    assert_eq!(read(EventBody::Json, "application/json; charset=\"Windows-1251\"", &json), anna);
    assert_eq!(read(EventBody::Form, "application/json", "{\"name\":\"Анна\"}".as_bytes()), anna);
    assert_eq!(read(EventBody::Json, "text/plain; charset=cp1251", b"\xc0\xed\xed\xe0"), json!("Анна"));
    assert_eq!(read(EventBody::Json, "application/json", b"\xc0\xed"), json!({ "base64": "wO0=" }));
    assert_eq!(read(EventBody::Json, "application/x-www-form-urlencoded", b" {\"a\":1}"), json!({ "a": 1 }));
    assert_eq!(read(EventBody::Json, "application/json; charset=nothing", b"{\"a\":1}"), json!({ "a": 1 }));
}
