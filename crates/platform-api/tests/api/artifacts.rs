//! Files of users over HTTP.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

pub(crate) const BOUNDARY: &str = "a-boundary-of-the-tests";

/// A form of these members: name, file name, content.
pub(crate) fn form(members: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in members {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

async fn sends(person: &Person, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [&[("content-type", kind.as_str())], headers].concat();
    person.send("POST", "/artifacts", &headers, body.into()).await
}

pub(crate) async fn uploads(person: &Person, name: &str, content: &[u8]) -> Value {
    let made = sends(person, &[], form(&[("file", Some(name), content)])).await;
    made.is(StatusCode::CREATED);
    made.body
}

fn path(artifact: &Value) -> String {
    format!("/artifacts/{}", artifact["artifact_id"].as_str().unwrap())
}

async fn gets(person: &Person, path: &str, headers: &[(&str, &str)]) -> Answer {
    person.send("GET", path, headers, axum::body::Body::empty()).await
}

#[tokio::test]
async fn a_file_is_kept_with_its_type_and_comes_back_as_it_was() {
    let world = World::new().await;
    let ada = world.ada();
    let picture = b"\x89PNG\r\n\x1a\nthe rest of it";
    let made = uploads(&ada, "../cat.exe", picture).await;
    assert_eq!((&made["title"], &made["media_type"]), (&json!("cat.exe"), &json!("image/png")));
    assert_eq!(
        (&made["kind"], &made["bytes"], &made["ephemeral"]),
        (&json!("file"), &json!(picture.len()), &json!(false))
    );
    let got = gets(&ada, &path(&made), &[]).await;
    got.is(StatusCode::OK);
    assert_eq!(got.bytes.as_ref(), picture);
    assert_eq!(got.header("content-type"), "image/png");
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    assert!(got.header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert!(got.header("content-disposition").starts_with("inline; filename=\"cat.exe\""));
    assert_eq!(ada.get(&format!("{}/meta", path(&made))).await.body, made);
    assert_eq!(ada.get(&format!("/v1{}/meta", path(&made))).await.body, made);
}

#[tokio::test]
async fn a_page_is_a_download_that_runs_nothing() {
    let world = World::new().await;
    let made = uploads(&world.ada(), "a.png", b"<!DOCTYPE html><script>alert(1)</script>").await;
    let got = gets(&world.ada(), &path(&made), &[]).await;
    assert_eq!(made["media_type"], "text/html");
    assert!(got.header("content-disposition").starts_with("attachment;"));
    assert!(got.header("content-security-policy").starts_with("sandbox;"));
}

#[tokio::test]
async fn a_part_of_a_file_can_be_read() {
    let world = World::new().await;
    let ada = world.ada();
    let made = uploads(&ada, "digits.txt", b"0123456789").await;
    let part = gets(&ada, &path(&made), &[("range", "bytes=2-4")]).await;
    part.is(StatusCode::PARTIAL_CONTENT);
    assert_eq!((part.bytes.as_ref(), part.header("content-range")), (&b"234"[..], "bytes 2-4/10"));
    let outside = gets(&ada, &path(&made), &[("range", "bytes=10-")]).await;
    outside.is(StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.header("content-range"), "bytes */10");
    let etag = part.header("etag").to_owned();
    for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
        gets(&ada, &path(&made), &[("if-none-match", &known)]).await.is(StatusCode::NOT_MODIFIED);
    }
}

#[tokio::test]
async fn a_bad_form_is_refused_by_what_is_wrong_with_it() {
    let world = World::new().await;
    let ada = world.ada();
    let file: (&str, Option<&str>, &[u8]) = ("file", Some("a"), b"a");
    let cases: [(Vec<u8>, u16, &str); 6] = [
        (form(&[("title", None, b"t")]), 422, "file"),
        (form(&[file, file]), 422, "file"),
        (form(&[file, ("owner", None, b"me")]), 422, "owner"),
        (form(&[file, ("title", None, "я".repeat(301).as_bytes())]), 422, "title"),
        (form(&[file, ("title", None, b"\xff")]), 422, "title"),
        (b"--a-boundary-of-the-tests\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nab".to_vec(), 400, ""),
    ];
    for (body, status, field) in cases {
        let refused = sends(&ada, &[], body).await;
        let problem = refused.is_problem(status);
        if !field.is_empty() {
            assert_eq!(problem.body["field_errors"][0]["field"], field);
        }
    }
    let packed = sends(&ada, &[("content-encoding", "gzip")], form(&[("file", Some("a"), b"x")])).await;
    packed.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        (&packed.body["error"], packed.header("accept-encoding")),
        (&json!("unsupported_content_encoding"), "identity")
    );
    let not_a_form = ada.send("POST", "/artifacts", &[("content-type", "application/json")], "{}".into()).await;
    not_a_form.is_problem(415);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_413() {
    let world = World::new().await;
    let large = vec![b'a'; 100 * 1024 * 1024 + 1];
    sends(&world.ada(), &[], form(&[("file", Some("a"), &large)])).await.is_problem(413);
}

#[tokio::test]
async fn a_file_that_is_sent_again_with_its_key_is_the_same_artifact() {
    let world = World::new().await;
    let ada = world.ada();
    let key = [("idempotency-key", "k1")];
    let body = |content: &[u8]| form(&[("file", Some("a.txt"), content)]);
    let first = sends(&ada, &key, body(b"one")).await;
    first.is(StatusCode::CREATED);
    let again = sends(&ada, &key, body(b"one")).await;
    again.is(StatusCode::CREATED);
    assert_eq!(again.body, first.body);
    sends(&ada, &key, body(b"two")).await.is_problem(422);
    ada.delete(&path(&first.body)).await.is(StatusCode::NO_CONTENT);
    sends(&ada, &key, body(b"one")).await.is_problem(409);
}

#[tokio::test]
async fn a_link_opens_one_file_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    let (ada, nobody) = (world.ada(), world.stranger());
    let (one, other) = (uploads(&ada, "a.txt", b"one").await, uploads(&ada, "b.txt", b"two").await);
    let link = ada.post(&format!("{}/link", path(&one)), Value::Null).await;
    link.is(StatusCode::OK);
    let url = link.body["url"].as_str().unwrap();
    let opened = gets(&nobody, url, &[]).await;
    opened.is(StatusCode::OK);
    assert_eq!(opened.bytes.as_ref(), b"one");
    let (_, token) = url.split_once('?').unwrap();
    gets(&nobody, &format!("{}?{token}", path(&other)), &[]).await.is_problem(401);
    gets(&nobody, &path(&one), &[]).await.is_problem(401);
    world.clock.advance(Duration::from_mins(15));
    gets(&nobody, url, &[]).await.is_problem(401);
}

#[tokio::test]
async fn a_link_ends_with_the_key_that_made_it() {
    let world = World::new().await;
    let (ada, nobody) = (world.ada(), world.stranger());
    let made = ada.creates_key(json!({ "scopes": ["runs:read", "runs:write"] })).await;
    let by_key = ada.with_key(made.body["key"].as_str().unwrap());
    let file = uploads(&by_key, "a.txt", b"one").await;
    let link = by_key.post(&format!("{}/link", path(&file)), Value::Null).await;
    let url = link.body["url"].as_str().unwrap();
    gets(&nobody, url, &[]).await.is(StatusCode::OK);
    let own = ada.post(&format!("{}/link", path(&file)), Value::Null).await;
    ada.delete(&format!("/api-keys/{}", made.body["id"].as_str().unwrap())).await.is(StatusCode::NO_CONTENT);
    gets(&nobody, url, &[]).await.is_problem(401);
    gets(&nobody, own.body["url"].as_str().unwrap(), &[]).await.is(StatusCode::OK);
}

#[tokio::test]
async fn a_deleted_file_is_absent_and_a_colleague_sees_none_of_ones_own() {
    let world = World::new().await;
    let ada = world.ada();
    let made = uploads(&ada, "a.txt", b"one").await;
    let colleague = world.person_with(0xA, 0xC0, &["runs:read", "runs:write"]);
    for path in [path(&made), format!("{}/meta", path(&made))] {
        gets(&colleague, &path, &[]).await.is_problem(404);
    }
    colleague.post(&format!("{}/link", path(&made)), Value::Null).await.is_problem(404);
    colleague.delete(&path(&made)).await.is_problem(404);
    ada.delete(&path(&made)).await.is(StatusCode::NO_CONTENT);
    gets(&ada, &path(&made), &[]).await.is_problem(404);
    ada.delete(&path(&made)).await.is_problem(404);
}
