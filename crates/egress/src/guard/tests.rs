use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::Egress;
use crate::endpoint::check_endpoint;
use crate::error::{Refusal, SendError};
use crate::outgoing::Outgoing;
use crate::resolver::{Resolver, SystemResolver};

fn check(url: &str) -> Result<(), Refusal> {
    let aliases = BTreeMap::from([("demo:9000".to_owned(), ([127, 0, 0, 1], 1).into())]);
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    let egress = Egress::new(&["tool-mock".to_owned()], aliases, &resolver).unwrap();
    egress.check(url, &[]).map(|_| ())
}

#[test]
fn a_public_url_passes_before_its_addresses_are_resolved() {
    for url in [
        "https://api.example.com/v1?x=1",
        "http://1.1.1.1:8080/",
        "https://[2606:4700::1111]/",
        "https://bücher.example/a%20b",
    ] {
        check(url).unwrap();
    }
}

#[test]
fn only_hosts_that_the_operator_named_may_be_private() {
    check("http://tool-mock:9000/echo").unwrap();
    check("http://demo:9000/echo").unwrap();
    for url in [
        "http://127.0.0.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://①②⑦.⓪.⓪.①/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
    ] {
        assert!(matches!(check(url), Err(Refusal::NotPublic(_))), "{url}");
    }
}

#[test]
fn a_url_that_two_parsers_could_read_differently_is_refused() {
    let cases = [
        ("ftp://a.example/", Refusal::Scheme("ftp".into())),
        ("http://user@a.example/", Refusal::UserInfo),
        ("http://:pw@a.example/", Refusal::UserInfo),
        ("http://a.example:0/", Refusal::Port),
        ("http://a.example/#x", Refusal::Fragment),
        ("http://a.example./", Refusal::Spelling),
        ("http://a%2eexample/", Refusal::Spelling),
        ("http://a.example\\@b.example/", Refusal::Spelling),
        ("http://a.example/\r\nHost: x", Refusal::Spelling),
        (" http://a.example/", Refusal::Spelling),
        ("http://a.example\t/", Refusal::Spelling),
        ("http://[fe80::1%25eth0]/", Refusal::Spelling),
        ("http://256.256.256.256/", Refusal::NotAUrl),
        ("/relative", Refusal::NotAUrl),
        ("mailto:x@a.example", Refusal::Scheme("mailto".into())),
    ];
    for (url, refusal) in cases {
        assert_eq!(check(url).unwrap_err(), refusal, "{url:?}");
        assert_eq!(check_endpoint(url).unwrap_err(), refusal, "{url:?}");
    }
    check_endpoint("http://127.0.0.1:9000/{id}").unwrap();
}

#[tokio::test]
async fn a_request_with_a_header_of_the_connection_is_refused_before_anything_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    let egress = Egress::new(&["127.0.0.1".to_owned()], BTreeMap::new(), &resolver).unwrap();
    let (url, rule) = egress.check(&format!("http://{}/", listener.local_addr().unwrap()), &[]).unwrap();
    for name in ["content-length", "host", "expect", "upgrade", "transfer-encoding", "connection", "te", "proxy-x"] {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static("60"))]);
        let request = Outgoing { method: Method::GET, url: url.clone(), headers, body: None, fresh: false };
        let sent = timeout(Duration::from_secs(1), egress.send(request, &rule)).await;
        let refusal = sent.unwrap_or_else(|_| panic!("{name} was sent")).unwrap_err();
        assert!(matches!(refusal, SendError::Refused(Refusal::Header(of)) if of == name), "{name}");
    }
    assert!(timeout(Duration::from_millis(20), listener.accept()).await.is_err(), "nobody connected");
}

/// What reading the body of an answer with these headers comes to, and the request that brought it.
async fn answered(headers: &str) -> (Result<String, SendError>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    let egress = Egress::new(&["127.0.0.1".to_owned()], BTreeMap::new(), &resolver).unwrap();
    let (url, rule) = egress.check(&format!("http://{}/", listener.local_addr().unwrap()), &[]).unwrap();
    let request = Outgoing { method: Method::GET, url, headers: HeaderMap::new(), body: None, fresh: false };
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let length = stream.read(&mut asked).await.unwrap();
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}");
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(asked[..length].to_vec()).unwrap()
    };
    let (answer, asked) = tokio::join!(egress.send(request, &rule), serving);
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    let read = answer.read(100).await.map(|(read, _)| String::from_utf8(read.to_vec()).unwrap());
    (read, asked)
}

#[tokio::test]
async fn no_body_is_read_that_is_compressed_whatever_header_says_so() {
    for (headers, coding) in [
        ("content-encoding: gzip\r\ncontent-length: 2\r\n\r\nok", "gzip"),
        ("content-encoding: identity\r\ncontent-encoding: BR\r\ncontent-length: 2\r\n\r\nok", "br"),
        ("content-encoding: utf-8, zstd\r\ncontent-length: 2\r\n\r\nok", "zstd"),
        ("transfer-encoding: deflate, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "deflate"),
    ] {
        let (read, asked) = answered(headers).await;
        assert!(matches!(&read, Err(SendError::Compressed(of)) if of == coding), "{headers}: {read:?}");
        assert!(asked.to_lowercase().contains("accept-encoding: identity\r\n"), "{asked}");
    }
    for headers in [
        "content-length: 2\r\n\r\nok",
        "content-encoding: identity\r\ncontent-length: 2\r\n\r\nok",
        "transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ] {
        assert_eq!(answered(headers).await.0.unwrap(), "ok", "{headers}");
    }
}
