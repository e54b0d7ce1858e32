//! Files of memories over HTTP.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

fn text(body: &str) -> String {
    format!("---\ntitle: About {body}\nsource: a test\n---\n{body}")
}

pub(crate) async fn puts(person: &Person, path: &str, body: &str) -> Answer {
    puts_if(person, path, body, &[]).await
}

async fn puts_if(person: &Person, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
    let headers = [&[("content-type", "text/markdown")][..], headers].concat();
    person.send("PUT", &format!("/memory/{path}"), &headers, Body::from(text(body))).await
}

async fn deletes_if(person: &Person, path: &str, headers: &[(&str, &str)]) -> Answer {
    person.send("DELETE", &format!("/memory/{path}"), headers, Body::empty()).await
}

async fn paths(person: &Person, query: &str) -> Vec<Value> {
    let answer = person.get(&format!("/memory{query}")).await;
    answer.is(StatusCode::OK);
    answer.body.as_array().unwrap().iter().map(|file| file["path"].clone()).collect()
}

#[tokio::test]
async fn a_file_of_memory_is_written_read_listed_and_deleted() {
    let world = World::new().await;
    let ada = world.ada();
    let made = puts(&ada, "preferences/style.md", "short").await;
    made.is(StatusCode::CREATED);
    assert_eq!((&made.body, made.header("etag")), (&json!({ "path": "preferences/style.md", "version": 1 }), "\"1\""));
    puts(&ada, "preferences/style.md", "shorter").await.is(StatusCode::OK);
    puts(&ada, "цены.md", "ten").await.is(StatusCode::CREATED);

    let read = ada.get("/memory/preferences/style.md").await;
    assert_eq!(read.bytes.as_ref(), text("shorter").as_bytes());
    assert_eq!((read.header("etag"), read.header("content-type")), ("\"2\"", "text/markdown; charset=utf-8"));
    let encoded = ada.get("/v1/memory/preferences%2Fstyle.md").await;
    assert_eq!(encoded.bytes, read.bytes);

    let listed = ada.get("/memory?limit=1").await;
    assert_eq!((listed.header("x-total-count"), listed.body.as_array().unwrap().len()), ("2", 1));
    let row = &listed.body[0];
    assert_eq!(
        (&row["title"], &row["source"], &row["version"]),
        (&json!("About shorter"), &json!("a test"), &json!(2))
    );
    assert_eq!(row["bytes"], text("shorter").len());
    assert_eq!(paths(&ada, "?prefix=pref").await, ["preferences/style.md"]);

    ada.delete("/memory/preferences/style.md").await.is(StatusCode::NO_CONTENT);
    ada.delete("/memory/preferences/style.md").await.is_problem(404);
    ada.get("/memory/preferences/style.md").await.is_problem(404);
    assert_eq!(paths(&ada, "").await, ["цены.md"]);
}

#[tokio::test]
async fn a_change_holds_to_the_version_that_was_read() {
    let world = World::new().await;
    let ada = world.ada();
    puts_if(&ada, "a.md", "one", &[("if-match", "*")]).await.is_problem(412);
    puts_if(&ada, "a.md", "one", &[("if-match", "\"1\"")]).await.is_problem(412);
    puts_if(&ada, "a.md", "one", &[("if-none-match", "*")]).await.is(StatusCode::CREATED);
    puts_if(&ada, "a.md", "two", &[("if-none-match", "*")]).await.is_problem(412);
    puts_if(&ada, "a.md", "two", &[("if-match", "\"1\"")]).await.is(StatusCode::OK);
    let late = puts_if(&ada, "a.md", "three", &[("if-match", "\"1\"")]).await;
    assert_eq!(late.is_problem(412).body["error"], "version_conflict");
    puts_if(&ada, "a.md", "three", &[("if-match", "\"1\", \"2\"")]).await.is(StatusCode::OK);
    deletes_if(&ada, "a.md", &[("if-match", "\"2\"")]).await.is_problem(412);
    deletes_if(&ada, "a.md", &[("if-match", "nonsense")]).await.is_problem(412);
    puts_if(&ada, "a.md", "four", &[("if-none-match", "\"3\"")]).await.is_problem(412);
    puts_if(&ada, "a.md", "four", &[("if-none-match", "\"2\"")]).await.is(StatusCode::OK);
    deletes_if(&ada, "a.md", &[("if-match", "*")]).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn earlier_texts_are_listed_and_restored() {
    let world = World::new().await;
    let ada = world.ada();
    for path in ["a.md", "deep/b/c.md"] {
        puts(&ada, path, "one").await.is(StatusCode::CREATED);
        puts(&ada, path, "two").await.is(StatusCode::OK);
        ada.delete(&format!("/memory/{path}")).await.is(StatusCode::NO_CONTENT);
        let versions = ada.get(&format!("/memory/{path}/versions")).await;
        let numbers: Vec<_> = versions.body.as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
        assert_eq!(numbers, [2, 1], "{:#}", versions.body);
        assert_eq!(versions.body[1]["bytes"], text("one").len());
        let restore = format!("/memory/{path}/restore");
        let restored = ada.post(&restore, json!({ "version": 1 })).await;
        restored.is(StatusCode::OK);
        assert_eq!(restored.body, json!({ "path": path, "version": 4 }));
        assert_eq!(ada.get(&format!("/memory/{path}")).await.bytes.as_ref(), text("one").as_bytes());
        ada.post(&restore, json!({ "version": 3 })).await.is_problem(404);
        ada.post(&restore, json!({ "version": 0 })).await.is_problem(422);
        ada.post(&restore, json!({})).await.is_problem(422);
    }
    ada.get("/memory/none.md/versions").await.is_problem(404);
    ada.post("/memory/deep/a.md", json!({})).await.is_problem(404);
}

#[tokio::test]
async fn files_are_found_by_their_words() {
    let world = World::new().await;
    let ada = world.ada();
    puts(&ada, "supply.md", "Срок оплаты счёта по договору поставки — 10 дней. Артикул АБ-123/4.").await;
    puts(&ada, "tea.md", "Любит зелёный чай").await;
    assert_eq!(paths(&ada, "?q=договора").await, ["supply.md"]);
    assert_eq!(paths(&ada, "?q=ЗЕЛЕНОГО").await, ["tea.md"]);
    assert_eq!(paths(&ada, "?q=аб123/4").await, ["supply.md"]);
    assert_eq!(paths(&ada, "?q=чай&prefix=s").await, Vec::<Value>::new());
    for odd in ["%22", "%27", "*", "()", "a+AND", "%00", "---"] {
        assert!(ada.get(&format!("/memory?q={odd}")).await.status < 500, "{odd}");
    }
    ada.get(&format!("/memory?q={}", "x".repeat(401))).await.is_problem(422);
}

#[tokio::test]
async fn what_is_no_file_of_memory_is_refused() {
    let world = World::new().await;
    let ada = world.ada();
    for body in ["no head", "---\ntitle: t\n---\nno source", "---\ntitle: [\n---\n"] {
        let refused = ada.send("PUT", "/memory/a.md", &[], Body::from(body)).await;
        let problem = refused.is_problem(422);
        assert!(problem.body["message"].as_str().unwrap().contains("title: "), "{:#}", problem.body);
    }
    ada.send("PUT", "/memory/a.md", &[], Body::from(vec![0xff, 0xfe])).await.is_problem(400);
    puts(&ada, "a.md", &"ж".repeat(32 * 1024)).await.is_problem(413);
    for path in ["..%2Fa", "%2Fetc", "a%2F..%2Fb", "a%0Ab", "a%2F%2Fb", "%20a", "a%2Fversions"] {
        puts(&ada, path, "x").await.is_problem(422);
        ada.get(&format!("/memory/{path}")).await.is_problem(422);
    }
    assert_eq!(paths(&ada, "").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_memory_is_its_users_and_an_administrators_look_is_recorded() {
    let world = World::new().await;
    let ada = world.ada();
    let (eve, zoe) = (world.person_with(0xA, 0xE7E, &["tools:write"]), world.person_with(0xA, 0x20E, &["admin"]));
    puts(&eve, "a.md", "secret").await.is(StatusCode::CREATED);
    let of_eve = format!("user_id={}", eve.user);
    let frank = world.person_with(0xA, 0xF7A, &["tools:write"]);
    assert_eq!(paths(&frank, "").await, Vec::<Value>::new());
    assert_eq!(paths(&frank, &format!("?{of_eve}")).await, Vec::<Value>::new());
    assert_eq!(paths(&frank, &format!("?q=secret&{of_eve}")).await, Vec::<Value>::new());
    frank.get(&format!("/memory/a.md?{of_eve}")).await.is_problem(404);
    frank.get(&format!("/memory/a.md/versions?{of_eve}")).await.is_problem(404);
    frank.delete("/memory/a.md").await.is_problem(404);

    assert_eq!(paths(&zoe, "").await, Vec::<Value>::new(), "one's own when nobody is named");
    assert_eq!(paths(&zoe, &format!("?{of_eve}")).await, ["a.md"]);
    assert_eq!(zoe.get(&format!("/memory/a.md?{of_eve}")).await.bytes.as_ref(), text("secret").as_bytes());
    zoe.delete("/memory/a.md").await.is_problem(404);
    let rows = ada.get("/audit?action=memory.access").await;
    assert_eq!(rows.body.as_array().unwrap().len(), 2, "{:#}", rows.body);
    assert_eq!(rows.body[0]["entity_id"], json!(eve.user));
}
