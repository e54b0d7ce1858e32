use std::collections::BTreeMap;

use artel_domain::tool::{ArgumentPlace, HttpMethod};
use serde_json::{Value, json};
use url::Url;

use super::{Mapped, Template};
use crate::headers::check_headers;
use crate::programs::Fuel;

fn fill(method: HttpMethod, endpoint: &str, mapping: &[(&str, ArgumentPlace)], args: &Value) -> Result<Mapped, String> {
    let endpoint = Url::parse(endpoint).unwrap();
    let fuel = Fuel::steps(1_000_000, std::time::Duration::from_secs(1));
    let mapping = mapping.iter().map(|(name, place)| ((*name).to_owned(), *place)).collect();
    Template { endpoint: &endpoint, method, mapping: &mapping, custom_headers: &BTreeMap::new() }.fill(args, &fuel)
}

#[test]
fn arguments_go_to_the_body_of_a_post_and_to_the_query_of_a_get() {
    let args = json!({"city": "Oslo", "days": 2});
    let post = fill(HttpMethod::Post, "https://a.example/w", &[], &args).unwrap();
    assert_eq!((post.url.as_str(), post.body), ("https://a.example/w", Some(args.to_string().into())));
    let get = fill(HttpMethod::Get, "https://a.example/w?units=c", &[], &args).unwrap();
    assert_eq!((get.url.as_str(), get.body), ("https://a.example/w?units=c&city=Oslo&days=2", None));
    assert_eq!(fill(HttpMethod::Post, "https://a.example/", &[], &json!({})).unwrap().body, Some("{}".into()));
    assert_eq!(
        fill(HttpMethod::Get, "https://a.example/", &[], &json!({"x": null})).unwrap().url.as_str(),
        "https://a.example/"
    );
}

#[test]
fn the_mapping_places_each_argument() {
    let mapping = [
        ("id", ArgumentPlace::Path),
        ("tag", ArgumentPlace::Query),
        ("x_lang", ArgumentPlace::Header),
        ("note", ArgumentPlace::Body),
    ];
    let args = json!({"id": 7, "tag": ["a", "b&c"], "x_lang": "en", "note": {"t": 1}});
    let mapped = fill(HttpMethod::Put, "https://a.example/items/{id}/v{id}", &mapping, &args).unwrap();
    assert_eq!(mapped.url.as_str(), "https://a.example/items/7/v7?tag=a&tag=b%26c");
    assert_eq!(mapped.headers["x-lang"], "en");
    assert_eq!(mapped.body, Some(r#"{"note":{"t":1}}"#.into()));
}

#[test]
fn a_value_cannot_leave_its_path_segment() {
    for value in ["../admin", "a/b", "a?b=c", "a#b", "a\\b", "%2e%2e%2f", "@evil.example", "a%2fb", "//evil.example"] {
        let mapped = fill(HttpMethod::Get, "https://a.example/items/{id}/x", &[], &json!({"id": value})).unwrap();
        let segments: Vec<&str> = mapped.url.path_segments().unwrap().collect();
        assert_eq!((segments.len(), segments[0], segments[2]), (3, "items", "x"), "{value}: {}", mapped.url);
        assert_eq!(
            (mapped.url.host_str(), mapped.url.query(), mapped.url.fragment()),
            (Some("a.example"), None, None),
            "{value}"
        );
    }
    for value in ["..", ".", "", "..;", "..;/x", "..;x=1", ".\u{0}"] {
        fill(HttpMethod::Get, "https://a.example/items/{id}/x", &[], &json!({"id": value})).unwrap_err();
    }
    assert!(fill(HttpMethod::Get, "https://a.example/{id}", &[], &json!({})).unwrap_err().contains("'id' is missing"));
    assert!(fill(HttpMethod::Get, "https://a.example/{id}", &[], &json!({"id": [1]})).is_err());
}

#[test]
fn our_headers_and_those_of_the_connection_are_not_the_tenants_to_set() {
    let headers = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    check_headers(&headers("X-Custom", "v")).unwrap();
    for name in
        ["Host", "content-length", "X-Tenant-Id", "x-idempotency-key", "Proxy-Connection", "bad name", "", "a\r\nb"]
    {
        assert!(check_headers(&headers(name, "v")).is_err(), "{name:?}");
    }
    for value in ["a\r\nx-evil: 1", "a\nb", "\u{0}"] {
        assert!(check_headers(&headers("x-custom", value)).is_err(), "{value:?}");
    }
    let mapping =
        [("host", ArgumentPlace::Header), ("x_user_id", ArgumentPlace::Header), ("x_a", ArgumentPlace::Header)];
    for args in [json!({"host": "evil.example"}), json!({"x_user_id": "1"}), json!({"x_a": "b\r\nc: d"})] {
        assert!(fill(HttpMethod::Post, "https://a.example/", &mapping, &args).is_err(), "{args}");
    }
}
