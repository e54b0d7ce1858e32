//! Documents over HTTP.

use std::time::Duration;

use artel_domain::DocumentPassage;
use artel_store::{ReadingEnd, Readings as _};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::artifacts::{BOUNDARY, form};
use crate::world::{Answer, Person, World};

async fn sends(person: &Person, headers: &[(&str, &str)], members: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [&[("content-type", kind.as_str())], headers].concat();
    person.send("POST", "/documents", &headers, form(members).into()).await
}

pub(crate) async fn uploads(person: &Person, name: &str, content: &str, readers: &str) -> String {
    let members = [("file", Some(name), content.as_bytes()), ("readers", None, readers.as_bytes())];
    let made = sends(person, &[], &members).await;
    made.is(StatusCode::ACCEPTED);
    made.body["document_id"].as_str().unwrap().to_owned()
}

/// Reads what waits, as the reader does.
async fn reads(world: &World, text: &str) {
    while let Some(claim) = world.store.claim_document(Duration::from_mins(1)).await.unwrap() {
        let passage =
            DocumentPassage { ordinal: 0, page: Some(2), heading: Some("H".to_owned()), text: text.to_owned() };
        assert!(world.store.add_passages(&claim, vec![passage], 900).await.unwrap());
        let end = ReadingEnd::Ready {
            kind: "pdf".to_owned(),
            pages: Some(3),
            language: Some("ru".to_owned()),
            outline: vec!["H".to_owned()],
        };
        assert!(world.store.finish_document(&claim, end).await.unwrap());
    }
}

async fn titles(person: &Person, query: &str) -> Vec<Value> {
    let answer = person.get(&format!("/documents{query}")).await;
    answer.is(StatusCode::OK);
    answer.body.as_array().unwrap().iter().map(|document| document["title"].clone()).collect()
}

#[tokio::test]
async fn a_document_is_uploaded_listed_found_changed_and_deleted() {
    let world = World::new().await;
    let ada = world.ada();
    let members: [(&str, Option<&str>, &[u8]); 3] = [
        ("file", Some("../Договор.pdf"), b"%PDF"),
        ("tags", None, "право, цены,право".as_bytes()),
        ("title", None, b""),
    ];
    let made = sends(&ada, &[], &members).await;
    made.is(StatusCode::ACCEPTED);
    assert_eq!((&made.body["title"], &made.body["state"]), (&json!("Договор.pdf"), &json!("processing")));
    assert_eq!((&made.body["readers"], &made.body["tags"]), (&json!("all"), &json!(["право", "цены"])));
    assert_eq!((&made.body["progress"], &made.body["type"]), (&json!(0.0), &Value::Null));
    reads(&world, "Срок оплаты").await;
    let path = format!("/documents/{}", made.body["document_id"].as_str().unwrap());
    let read = ada.get(&path).await.body;
    assert_eq!((&read["state"], &read["type"], &read["pages"]), (&json!("ready"), &json!("pdf"), &json!(3)));
    assert_eq!((&read["progress"], &read["outline"]), (&Value::Null, &json!(["H"])));
    uploads(&ada, "Цены.xlsx", "other", "all").await;

    let listed = ada.get("/documents?limit=1").await;
    assert_eq!((listed.header("x-total-count"), listed.body.as_array().unwrap().len()), ("2", 1));
    assert_eq!(titles(&ada, "?query=договоры&type=pdf&tag=цены&state=ready").await, ["Договор.pdf"]);
    assert_eq!(titles(&ada, "?uploaded_before=2000-01-01T00:00:00Z").await, Vec::<Value>::new());
    ada.get("/documents?state=gone").await.is_problem(422);
    ada.get("/documents?uploaded_after=yesterday").await.is_problem(422);

    let found = ada.post("/documents/search", json!({ "query": "сроки", "top_k": 5.0 })).await;
    let passage = &found.body["passages"][0];
    assert_eq!(
        (&passage["text"], &passage["page"], &passage["heading"]),
        (&json!("Срок оплаты"), &json!(2), &json!("H"))
    );
    assert_eq!(passage["found_by"], json!(["words"]));
    ada.post("/documents/search", json!({ "query": "?!" })).await.is(StatusCode::OK);
    ada.post("/documents/search", json!({ "query": "x", "top_k": 21 })).await.is_problem(422);
    let passages = ada.get(&format!("{path}/passages")).await;
    assert_eq!((passages.header("x-total-count"), &passages.body[0]["text"]), ("1", &json!("Срок оплаты")));
    let content = ada.send("GET", &format!("{path}/content"), &[("range", "bytes=1-3")], Body::empty()).await;
    assert_eq!((content.status, content.bytes.as_ref()), (206, b"PDF".as_slice()));
    assert!(content.header("content-security-policy").starts_with("sandbox; default-src 'none'"));

    let patch = |body: Value| ada.call("PATCH", &path, body);
    let changed = patch(json!({ "title": "Новый", "tags": [" a ", "a"], "readers": [] })).await;
    assert_eq!((&changed.body["title"], &changed.body["tags"]), (&json!("Новый"), &json!(["a"])));
    assert_eq!(changed.body["readers"], json!([]));
    for wrong in [
        json!({ "readers": "some" }),
        json!({ "title": "" }),
        json!({ "tags": ["a,b"] }),
        json!({ "tags": ["x".repeat(51)] }),
    ] {
        patch(wrong).await.is_problem(422);
    }
    ada.delete(&path).await.is(StatusCode::NO_CONTENT);
    ada.get(&path).await.is_problem(404);
    ada.delete(&path).await.is_problem(404);
}

#[tokio::test]
async fn the_same_file_again_is_the_same_document() {
    let world = World::new().await;
    let ada = world.ada();
    let first = uploads(&ada, "a.txt", "same", "all").await;
    assert_eq!(uploads(&ada, "b.txt", "same", "all").await, first);
    let file: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("c.txt"), b"keyed")];
    let key = [("idempotency-key", "k")];
    let made = sends(&ada, &key, &file).await;
    let again = sends(&ada, &key, &file).await;
    assert_eq!((again.status, &again.body["document_id"]), (202, &made.body["document_id"]));
    sends(&ada, &key, &[("file", Some("c.txt"), b"other")]).await.is_problem(422);
    assert_eq!(titles(&ada, "").await.len(), 2);
    sends(&ada, &[], &[("title", None, b"no file")]).await.is_problem(422);
    ada.send("POST", "/documents", &[("content-type", "application/json")], "{}".into()).await.is_problem(415);
}

#[tokio::test]
async fn a_document_is_for_its_readers() {
    let world = World::new().await;
    let ada = world.ada();
    let owner = world.person_with(0xA, 0xE7E, &["runs:read", "runs:write"]);
    let colleague = world.person_with(0xA, 0xE7F, &["runs:read", "runs:write"]);
    let secret = uploads(&owner, "secret.txt", "пароль", "00000000-0000-0000-0000-000000000009").await;
    reads(&world, "пароль").await;
    let path = format!("/documents/{secret}");
    for at in ["", "/content", "/passages"] {
        colleague.get(&format!("{path}{at}")).await.is_problem(404);
    }
    colleague.call("PATCH", &path, json!({ "title": "mine" })).await.is_problem(404);
    colleague.delete(&path).await.is_problem(404);
    let search = json!({ "query": "пароль", "document_ids": [secret] });
    assert_eq!(colleague.post("/documents/search", search.clone()).await.body["passages"], json!([]));
    assert_eq!(ada.post("/documents/search", search.clone()).await.body["passages"], json!([]), "as a user");
    assert_eq!(owner.post("/documents/search", search).await.body["passages"].as_array().unwrap().len(), 1);
    assert_eq!(titles(&colleague, "").await, Vec::<Value>::new());
    assert_ne!(
        uploads(&colleague, "mine.txt", "пароль", "all").await,
        secret,
        "nobody is told of what they do not read"
    );

    ada.get(&format!("{path}/content")).await.is(StatusCode::OK);
    let looks = ada.get("/audit?action=document.access").await;
    assert_eq!((looks.body.as_array().unwrap().len(), &looks.body[0]["entity_id"]), (1, &json!(secret)));

    owner.call("PATCH", &path, json!({ "readers": "all" })).await.is(StatusCode::OK);
    colleague.get(&path).await.is(StatusCode::OK);
    colleague.call("PATCH", &path, json!({ "title": "mine" })).await.is_problem(403);
    colleague.delete(&path).await.is_problem(403);
    let reader = world.person_with(0xA, 0xE7F, &["runs:read"]);
    reader.call("PATCH", &path, json!({ "title": "mine" })).await.is_problem(403);
}
