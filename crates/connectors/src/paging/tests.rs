use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use super::{Next, Page, first, next};
use crate::schema::Operation;

fn operation(paging: &Value) -> Operation {
    let operation = json!({
        "key": "o", "summary": {"ru": "О", "en": "O"}, "access": "read", "path": "/o",
        "parameters": {
            "page": {"in": "query"}, "limit": {"in": "query"}, "at": {"in": "query"}, "id": {"in": "query"},
        },
        "paging": paging,
    });
    serde_json::from_value(operation).unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!() };
    members
}

fn after(paging: &Value, params: Value, body: &Value) -> Value {
    let operation = operation(paging);
    let params = first(&operation, &object(params));
    match next(&operation, &params, &Page { status: 200, headers: &HeaderMap::new(), body }) {
        Next::Params(params) => params.into(),
        Next::Url(url) => url.into(),
        Next::End => json!("end"),
    }
}

#[test]
fn pages_and_offsets_grow_until_a_page_is_empty_or_short() {
    let page = json!({"by": {"page": {"parameter": "page"}}, "items": "", "size": "limit", "size_default": 2, "short_is_last": true});
    assert_eq!(after(&page, json!({}), &json!([1, 2])), json!({"limit": 2, "page": 2}));
    assert_eq!(after(&page, json!({"page": 7}), &json!([1, 2])), json!({"page": 8, "limit": 2}));
    assert_eq!(after(&page, json!({}), &json!([1])), json!("end"));
    let offset = json!({"by": {"offset": {"parameter": "at"}}, "items": "/data/rows"});
    assert_eq!(after(&offset, json!({"at": 10}), &json!({"data": {"rows": [1, 2, 3]}})), json!({"at": 13}));
    assert_eq!(after(&offset, json!({}), &json!({"data": {"rows": []}})), json!("end"));
    assert_eq!(after(&offset, json!({}), &json!({})), json!("end"));
}

#[test]
fn cursors_go_on_until_they_are_absent_empty_or_the_same() {
    let cursor = json!({"by": {"cursor": {"send": [{"parameter": "at", "from": "/next"}]}}, "items": "/rows"});
    assert_eq!(after(&cursor, json!({}), &json!({"rows": [1], "next": "b"})), json!({"at": "b"}));
    for stop in [json!({"rows": [1]}), json!({"rows": [1], "next": null}), json!({"rows": [1], "next": ""})] {
        assert_eq!(after(&cursor, json!({}), &stop), json!("end"), "{stop}");
    }
    assert_eq!(after(&cursor, json!({"at": "b"}), &json!({"rows": [1], "next": "b"})), json!("end"));
    let more = json!({"by": {"cursor": {"send": [{"parameter": "at", "from": "/next"}]}}, "items": "/rows", "last": [{"at": "/has_next", "is": [false]}]});
    assert_eq!(after(&more, json!({}), &json!({"rows": [1], "next": "b", "has_next": false})), json!("end"));
}

#[test]
fn a_cursor_of_two_values_ends_when_the_service_counts_fewer_than_asked() {
    let cards = json!({
        "by": {"cursor": {"send": [{"parameter": "at", "from": "/cursor/updatedAt"}, {"parameter": "id", "from": "/cursor/nmID"}]}},
        "items": "/cards", "size": "limit", "size_default": 100, "count": "/cursor/total",
    });
    let page = |total: u64| json!({"cards": [{}], "cursor": {"updatedAt": "t", "nmID": 5, "total": total}});
    assert_eq!(after(&cards, json!({}), &page(100)), json!({"limit": 100, "at": "t", "id": 5}));
    assert_eq!(after(&cards, json!({}), &page(99)), json!("end"));
}

#[test]
fn the_last_item_leads_on() {
    let last = json!({"by": {"last_id": {"send": [{"parameter": "at", "from": "/lastChangeDate"}]}}, "items": ""});
    assert_eq!(after(&last, json!({}), &json!([{"lastChangeDate": "a"}, {"lastChangeDate": "b"}])), json!({"at": "b"}));
    assert_eq!(after(&last, json!({"at": "b"}), &json!([{"lastChangeDate": "b"}])), json!("end"));
}

#[test]
fn links_are_followed_by_their_relation() {
    let operation = operation(&json!({"by": {"link": {}}, "items": ""}));
    let mut headers = HeaderMap::new();
    let value = "<https://api.example/o?page=1>; rel=\"prev\", <https://api.example/o?page=3>; rel=\"next\"";
    headers.insert("link", HeaderValue::from_static(value));
    let body = json!([1]);
    let page = Page { status: 200, headers: &headers, body: &body };
    assert_eq!(next(&operation, &Map::new(), &page), Next::Url("https://api.example/o?page=3".to_owned()));
    headers.insert("link", HeaderValue::from_static("<https://api.example/o?page=1>; rel=\"first\""));
    let page = Page { status: 200, headers: &headers, body: &body };
    assert_eq!(next(&operation, &Map::new(), &page), Next::End);
}

#[test]
fn links_are_read_as_rfc_8288_has_them() {
    let operation = operation(&json!({"by": {"link": {}}, "items": ""}));
    for (value, url) in [
        (b"<https://api.example/o?page=3>; REL=\"Next\"".as_slice(), "https://api.example/o?page=3"),
        (b"</o?a=1,2;3>;title=\"a, <b>; rel=\\\"x\" ; rel = next", "/o?a=1,2;3"),
        (b"</o?1>; rel=prev; rel=next, </o?2>; Rel=\"last NEXT\"", "/o?2"),
        (b"</o?q=\xd0\xb9>; rel=\"next\"", "/o?q=%D0%B9"),
        (b"</o?1>; rel=next; title=\"\xcf\xf0\"", "/o?1"),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("link", HeaderValue::from_bytes(value).unwrap());
        let page = Page { status: 200, headers: &headers, body: &json!([1]) };
        assert_eq!(
            next(&operation, &Map::new(), &page),
            Next::Url(url.to_owned()),
            "{}",
            String::from_utf8_lossy(value)
        );
    }
}
