//! What must not happen: a secret that is shown, a request that leaves the connector's hosts, a call without end.

use std::time::Duration;

use artel_connector_engine::{ExecuteError, PageBounds};
use serde_json::json;

use crate::service::{Service, ok, raw, status};

const SECRET: &str = "s3cret/value+1?";

async fn service() -> Service {
    let credential = json!({"base_url": "http://own.example", "bearer": SECRET});
    Service::start("http", &["own.example"], credential).await
}

fn get() -> serde_json::Value {
    json!({"method": "GET", "path": "/"})
}

#[tokio::test]
async fn a_secret_that_the_service_echoes_is_hidden_in_every_form() {
    let service = service().await;
    let echo = "plain s3cret/value+1? url s3cret%2Fvalue%2B1%3F base64 czNjcmV0L3ZhbHVlKzE/ urlsafe czNjcmV0L3ZhbHVlKzE_ form s3cret%2Fvalue%2B1%3F";
    service.answers([
        ok(&json!({"echo": echo, SECRET: [SECRET]})),
        status(400, &[], &json!({"message": echo}).to_string()),
    ]);
    let data = service.call("request", &get()).await.unwrap().data;
    let told = service.call("request", &get()).await.unwrap_err().to_string();
    for shown in [data.to_string(), told] {
        assert!(!shown.contains("s3cret") && !shown.contains("czNjcmV0"), "{shown}");
        assert!(shown.contains("plain *** url *** base64 *** urlsafe *** form ***"), "{shown}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_refused_and_one_within_is_followed() {
    let service = service().await;
    service.answers([
        status(307, &[("location", "http://own.example/moved")], ""),
        ok(&json!({"moved": true})),
        status(302, &[("location", "http://evil.example/")], ""),
        status(302, &[("location", "http://169.254.169.254/")], ""),
    ]);
    assert_eq!(service.call("request", &get()).await.unwrap().data, json!({"moved": true}));
    for host in ["evil.example", "169.254.169.254"] {
        let told = service.call("request", &get()).await.unwrap_err();
        assert_eq!(told.to_string(), format!("the host {host} is not among the allowed domains"));
    }
    assert_eq!(service.seen().len(), 4);
}

#[tokio::test]
async fn a_private_address_of_a_credential_is_refused() {
    let credential = json!({"base_url": "http://127.0.0.1:1", "bearer": "t0ken-1"});
    let service = Service::start("http", &[], credential).await;
    let told = service.call("request", &get()).await.unwrap_err();
    assert_eq!(told, ExecuteError::Forbidden("the host 127.0.0.1 is not on the public internet".to_owned()));
}

#[tokio::test]
async fn what_the_caller_cannot_wait_for_is_told_with_its_time() {
    let service = service().await;
    service.answers([status(429, &[("retry-after", "600")], "")]);
    let request = get();
    let told = service.call_with("request", &request, None, Duration::from_secs(2)).await.unwrap_err();
    assert!(matches!(&told, ExecuteError::TooFast { retry_after, .. } if retry_after.as_secs() >= 599), "{told:?}");
    // The next call does not even ask: the service said when.
    let _ = service.seen();
    let told = service.call_with("request", &request, None, Duration::from_secs(2)).await.unwrap_err();
    assert!(matches!(told, ExecuteError::TooFast { .. }) && service.seen().is_empty());
}

#[tokio::test]
async fn pages_end_at_the_callers_bounds_and_say_what_is_next() {
    let service =
        Service::start("gitlab", &["gitlab.com"], json!({"token": "glpat-1", "instance_url": "http://gitlab.com"}))
            .await;
    let link = "<http://gitlab.com/api/v4/projects?page=2>; rel=\"next\"";
    service.answers([status(200, &[("link", link)], "[{\"id\": 1}]")]);
    let bounds = PageBounds { max_pages: 1, max_items: 100 };
    let outcome = service.call_with("projects", &json!({}), Some(bounds), Duration::from_secs(5)).await.unwrap();
    assert_eq!((outcome.pages, outcome.next.unwrap()["page"].clone()), (1, json!(2)));
}

#[tokio::test]
async fn arguments_that_do_not_fit_and_incomplete_credentials_are_told_before_anything_is_sent() {
    let service = service().await;
    let told = service.call("request", &json!({"method": "BREW", "path": "/"})).await.unwrap_err();
    assert!(matches!(&told, ExecuteError::Arguments(text) if text.contains("BREW")), "{told}");
    assert!(matches!(service.call("nothing", &get()).await.unwrap_err(), ExecuteError::Arguments(_)));
    let service = Service::start("ozon", &[], json!({"client_id": "1"})).await;
    let told = service.call("roles", &json!({})).await.unwrap_err();
    assert!(matches!(&told, ExecuteError::Credential(text) if text.contains("client_id and api_key")), "{told}");
    assert!(service.seen().is_empty());
}

#[tokio::test]
async fn a_write_that_was_cut_off_may_have_had_its_effect_and_a_read_has_none() {
    let service = service().await;
    // Without an answer the connection stays open until the caller gives up.
    let patience = Duration::from_millis(300);
    service.hangs();
    let write = json!({"method": "POST", "path": "/"});
    let told = service.call_with("request", &write, None, patience).await.unwrap_err();
    assert!(matches!(told, ExecuteError::Unknown(_)), "{told}");
    service.hangs();
    let told = service.call_with("request", &get(), None, patience).await.unwrap_err();
    assert!(matches!(told, ExecuteError::NotSent(_)), "{told}");
}

async fn github() -> Service {
    Service::start("github", &["api.github.com"], json!({"token": "ghp_0123456789"})).await
}

fn issue() -> serde_json::Value {
    json!({"owner": "octocat", "repo": "hello", "title": "t"})
}

fn issues() -> serde_json::Value {
    json!({"owner": "octocat", "repo": "hello"})
}

#[tokio::test]
async fn an_answer_is_read_by_its_character_set_and_with_what_json_does_not_have() {
    let service = github().await;
    let windows = b"{\"title\": \"\xcf\xf0\xe8\xe2\xe5\xf2\"}".as_slice();
    let utf_16: Vec<u8> = "{\"title\": \"Привет\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (content_type, body, title) in [
        ("application/json; charset=windows-1251", windows, json!("Привет")),
        ("application/json; charset=utf-16le", &utf_16, json!("Привет")),
        ("application/json", br#"{"title": "\ud800!"}"#, json!("\u{fffd}!")),
        ("application/json", br#"{"title": NaN}"#, json!(null)),
    ] {
        service.answers([raw(201, &[("content-type", content_type)], body)]);
        let outcome = service.call("issue_create", &issue()).await.unwrap();
        assert_eq!(outcome.data["title"], title);
    }
    service.answers([raw(422, &[("content-type", "text/plain; charset=windows-1251")], b"\xcf\xf0\xe8\xe2\xe5\xf2")]);
    let told = service.call("issue_create", &issue()).await.unwrap_err().to_string();
    assert_eq!(told, "the service answered 422: Привет");
}

#[tokio::test]
async fn a_write_whose_answer_says_nothing_may_have_taken_effect() {
    let service = github().await;
    for (code, body) in [
        (200, b"<html>ok".as_slice()),
        (201, b"{\"title\": \"\xcf\xf0\"}"),
        (200, br#"{"title": "#),
        (408, b""),
        (502, b"<html>"),
        (504, b""),
    ] {
        service.answers([raw(code, &[("content-type", "application/json")], body), raw(code, &[], body)]);
        let written = service.call("issue_create", &issue()).await.unwrap_err();
        assert!(matches!(&written, ExecuteError::Unknown(text) if text.contains(&code.to_string())), "{written:?}");
        let read = service.call("issues", &issues()).await.unwrap_err();
        assert!(matches!(read, ExecuteError::Refused(_)), "{read:?}");
    }
    for code in [400, 422, 500] {
        service.answers([status(code, &[], "")]);
        let written = service.call("issue_create", &issue()).await.unwrap_err();
        assert!(matches!(written, ExecuteError::Refused(_)), "{code}: {written:?}");
    }
}

#[tokio::test]
async fn a_credential_that_would_say_where_a_request_ends_sends_nothing() {
    for name in ["Content-Length", "Transfer-Encoding", "Host", "Expect"] {
        let credential = json!({"base_url": "http://own.example", "headers": {name: "60"}});
        let service = Service::start("http", &["own.example"], credential).await;
        service.answers([ok(&json!({}))]);
        let told = service.call("request", &get()).await.unwrap_err();
        assert!(matches!(&told, ExecuteError::Credential(text) if text.contains(name)), "{told:?}");
        assert!(service.seen().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_origin_takes_neither_body_nor_secret() {
    let service = service().await;
    let post = json!({"method": "POST", "path": "/", "body": {"secret": SECRET}});
    for to in ["http://own.example:8080/", "https://own.example:444/"] {
        service.answers([status(307, &[("location", to)], ""), status(308, &[("location", to)], "")]);
        for request in [&post, &get()] {
            let told = service.call("request", request).await.unwrap_err().to_string();
            assert!(told.contains(to.trim_end_matches('/')), "{told}");
        }
    }
    assert_eq!(service.seen().len(), 4, "nothing was sent elsewhere");
    let client = json!({"base_url": "http://own.example", "token_url": "http://auth.example/token", "client_id": "id-1", "client_secret": "s3cret-1"});
    let service = Service::start("http", &["own.example", "auth.example"], client).await;
    for to in ["http://own.example/token", "http://auth.example:8080/token"] {
        service.answers([status(307, &[("location", to)], "")]);
        let told = service.call("request", &get()).await.unwrap_err().to_string();
        assert!(told.contains("would take the body of the request there"), "{told}");
    }
    assert_eq!(service.seen().len(), 2, "the client's secret went to its own address alone");
}

#[tokio::test]
async fn a_secret_is_hidden_in_an_error_that_is_cut_and_in_a_cursor() {
    let own = service().await;
    for length in [280, 290, 295, 299] {
        own.answers([status(400, &[], &format!("{}{SECRET}", "x".repeat(length)))]);
        let told = own.call("request", &get()).await.unwrap_err().to_string();
        assert!(!told.contains("xs3c") && told.contains("x*"), "{told}");
    }
    let credential = json!({"client_id": "1234567", "api_key": "k3y-canary"});
    let ozon = Service::start("ozon", &["api-seller.ozon.ru"], credential).await;
    let items = json!({"result": {"items": [{"product_id": 1}], "last_id": "after k3y-canary", "total": 9}});
    ozon.answers([ok(&items)]);
    let outcome = ozon.call("product_list", &json!({"limit": 1})).await.unwrap();
    assert_eq!(outcome.next.unwrap()["last_id"], json!("after ***"));
}

#[tokio::test]
async fn a_compressed_answer_is_refused_by_the_name_of_its_coding() {
    let service = github().await;
    for (coding, header) in [("gzip", "content-encoding"), ("br", "content-encoding"), ("zstd", "content-encoding")]
        .into_iter()
        .chain([("deflate", "content-encoding"), ("x-gzip", "content-encoding")])
    {
        let packed = |code| raw(code, &[(header, coding)], b"\x1f\x8b\x08 s3cret");
        service.answers([packed(200), packed(200), packed(404), packed(401)]);
        let told = service.call("issues", &issues()).await.unwrap_err();
        let words = format!("the answer is compressed ({coding}), although that was not asked for");
        let ExecuteError::Refused(failure) = &told else { panic!("{told:?}") };
        assert_eq!((failure.status, &failure.message), (200, &words));
        let written = service.call("issue_create", &issue()).await.unwrap_err();
        assert!(matches!(&written, ExecuteError::Unknown(text) if text.contains(&words)), "{written:?}");
        // A status that says no says it all the same.
        for (code, operation, params) in [(404, "issue_create", issue()), (401, "issues", issues())] {
            let told = service.call(operation, &params).await.unwrap_err();
            let ExecuteError::Refused(failure) = &told else { panic!("{told:?}") };
            assert_eq!((failure.status, &failure.message), (code, &words));
        }
    }
    assert!(service.seen().iter().all(|seen| seen.headers["accept-encoding"] == "identity"));
    service.answers([raw(200, &[("content-encoding", "utf-8"), ("content-type", "application/json")], b"[]")]);
    assert_eq!(service.call("issues", &issues()).await.unwrap().data, json!([]));
}
