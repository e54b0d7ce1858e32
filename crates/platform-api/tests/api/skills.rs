//! Skills over HTTP.

use artel_domain::{SkillFile, SkillId, SkillName, SkillPath};
use artel_skills::{Folder, SkillText, pack, unpack};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::world::{Answer, Person, World};

fn report(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Пишет отчёт о поездке. Writes the report of a journey.",
        "prompt": "Name the places.",
        "files": [{ "path": "templates/journey.md", "content": "# Путь" }],
    })
}

/// The id of a skill that the person made.
pub(crate) async fn made(person: &Person, name: &str) -> String {
    let made = person.post("/skills", report(name)).await;
    made.is(StatusCode::CREATED);
    made.body["skill_id"].as_str().unwrap().to_owned()
}

fn folder(name: &str) -> Folder {
    let file =
        |path: &str, content: &[u8]| SkillFile { path: SkillPath::parse(path).unwrap(), content: content.to_vec() };
    Folder {
        text: SkillText {
            name: SkillName::parse(name).unwrap(),
            description: "Draws maps.".to_owned(),
            extra: Map::from_iter([("license".to_owned(), json!("MIT"))]),
            prompt: "Draw.".to_owned(),
        },
        files: vec![file("assets/map.bin", &[0, 159, 146, 150]), file("evil/file.md", b"x")],
    }
}

async fn sends(person: &Person, zip: Vec<u8>) -> Answer {
    person.send("POST", "/skills", &[("content-type", "application/zip")], Body::from(zip)).await
}

async fn sends_form(person: &Person, member: &str, zip: &[u8]) -> Answer {
    let mut form =
        format!("--x\r\ncontent-disposition: form-data; name=\"{member}\"; filename=\"a.zip\"\r\n\r\n").into_bytes();
    form.extend_from_slice(zip);
    form.extend_from_slice(b"\r\n--x--\r\n");
    person.send("POST", "/skills", &[("content-type", "multipart/form-data; boundary=x")], Body::from(form)).await
}

async fn names(person: &Person, query: &str) -> Vec<Value> {
    let answer = person.get(&format!("/skills{query}")).await;
    answer.is(StatusCode::OK);
    answer.body.as_array().unwrap().iter().map(|skill| skill["name"].clone()).collect()
}

fn system(name: &str) -> String {
    format!("/skills/{}", SkillId::of_system(name))
}

#[tokio::test]
async fn a_skill_is_made_read_changed_switched_and_deleted() {
    let world = World::new().await;
    let ada = world.ada();
    let made = ada.post("/skills", report("journey")).await;
    made.is(StatusCode::CREATED);
    let skill = format!("/skills/{}", made.body["skill_id"].as_str().unwrap());
    assert_eq!((&made.body["scope"], &made.body["enabled"]), (&json!("custom"), &json!(true)));
    assert_eq!(made.body["files"], json!([{ "path": "templates/journey.md", "bytes": "# Путь".len() }]));
    assert_eq!(ada.get(&skill).await.body, made.body);

    let changed = ada.put(&skill, json!({ "prompt": "Name the days.", "files": [] })).await;
    changed.is(StatusCode::OK);
    assert_eq!((&changed.body["prompt"], &changed.body["files"]), (&json!("Name the days."), &json!([])));
    assert_eq!(changed.body["description"], made.body["description"]);

    assert_eq!(names(&ada, "?q=поездки&scope=custom").await, ["journey"]);
    assert_eq!(ada.post(&format!("{skill}/toggle"), json!({ "enabled": false })).await.body["enabled"], false);
    assert_eq!(names(&ada, "?q=поездки&scope=custom").await, Vec::<Value>::new());
    let toggled = ada.send("POST", &format!("{skill}/toggle"), &[], Body::empty()).await;
    assert_eq!(toggled.is(StatusCode::OK).body["enabled"], true, "the other of what it was");

    ada.delete(&skill).await.is(StatusCode::NO_CONTENT);
    ada.get(&skill).await.is_problem(404);
    ada.delete(&skill).await.is_problem(404);
}

#[tokio::test]
async fn skills_are_listed_and_found_beside_those_of_the_product() {
    let world = World::new().await;
    let ada = world.ada();
    for name in ["b-skill", "a-skill"] {
        made(&ada, name).await;
    }
    let all = ada.get("/skills").await;
    assert_eq!(all.header("x-total-count"), "8");
    let first: Vec<_> = all.body.as_array().unwrap().iter().take(3).map(|skill| skill["name"].clone()).collect();
    assert_eq!(first, ["a-skill", "b-skill", "1c-query-helper"]);
    assert_eq!(names(&ada, "?limit=2&offset=1").await, ["b-skill", "1c-query-helper"]);
    assert_eq!(names(&ada, "?scope=system&limit=1&offset=5").await, ["weekly-sales-report"]);
    assert_eq!(names(&ada, "?scope=custom").await.len(), 2);
    let found = ada.get("/skills?q=отчёт+о+продажах+за+неделю").await;
    assert_eq!(found.body[0]["name"], "weekly-sales-report");
    let scores: Vec<f64> =
        found.body.as_array().unwrap().iter().map(|skill| skill["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|one, other| one >= other) && scores[0] > 0.9 && scores[0] <= 1.0, "{scores:?}");
    assert_eq!(names(&ada, "?q=!").await, Vec::<Value>::new());
    assert_eq!(names(&world.bob(), "?scope=custom").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_skill_travels_as_a_zip() {
    let world = World::new().await;
    let (ada, bob) = (world.ada(), world.bob());
    let sent = sends(&ada, pack(&folder("maps")).unwrap()).await;
    sent.is(StatusCode::CREATED);
    assert_eq!((&sent.body["name"], &sent.body["extra"]["license"]), (&json!("maps"), &json!("MIT")));
    let exported = ada.get(&format!("/skills/{}/export", sent.body["skill_id"].as_str().unwrap())).await;
    assert_eq!(exported.header("content-type"), "application/zip");
    assert_eq!(exported.header("content-disposition"), "attachment; filename=\"maps.zip\"");
    assert_eq!(unpack(&exported.bytes).unwrap(), folder("maps"), "byte for byte");
    sends_form(&bob, "file", &exported.bytes).await.is(StatusCode::CREATED);
    sends(&ada, exported.bytes.to_vec()).await.is_problem(409);
    let own = ada.get(&format!("{}/export", system("meeting-minutes"))).await;
    assert_eq!(unpack(&own.bytes).unwrap().text.name.as_str(), "meeting-minutes");
}

#[tokio::test]
async fn a_hostile_zip_is_refused_and_keeps_nothing() {
    let world = World::new().await;
    let ada = world.ada();
    let zip = pack(&folder("maps")).unwrap();
    let swapped = |from: &[u8], to: &[u8]| {
        let mut zip = zip.clone();
        let places: Vec<usize> = (0..=zip.len() - from.len()).filter(|at| zip[*at..].starts_with(from)).collect();
        assert!(!places.is_empty() && from.len() == to.len());
        for at in places {
            zip[at..at + to.len()].copy_from_slice(to);
        }
        zip
    };
    for zip in [swapped(b"maps/evil/file", b"maps/../../fil"), swapped(b"maps/evil/file", b"/etc/evil/file")] {
        let refused = sends(&ada, zip).await;
        assert!(refused.is_problem(422).body.to_string().contains("has the name"), "{:#}", refused.body);
    }
    sends(&ada, b"no zip".to_vec()).await.is_problem(422);
    sends(&ada, vec![0; 12 * 1024 * 1024]).await.is_problem(413);
    let zeros = SkillFile { path: SkillPath::parse("zeros").unwrap(), content: vec![0; 11 * 1024 * 1024] };
    let bomb = pack(&Folder { files: vec![zeros], ..folder("maps") }).unwrap();
    assert!(bomb.len() < 100_000);
    sends(&ada, bomb).await.is_problem(413);
    sends_form(&ada, "zip", &zip).await.is_problem(422);
    ada.send("POST", "/skills", &[("content-type", "multipart/form-data")], Body::from("x")).await.is_problem(400);
    ada.send("POST", "/skills", &[("content-type", "image/png")], Body::from("x")).await.is_problem(415);
    let large = json!({ "name": "a", "description": "d", "prompt": "p", "files": [{ "path": "a", "content": "x".repeat(1_100_000) }] });
    ada.post("/skills", large).await.is_problem(413);
    assert_eq!(names(&ada, "?scope=custom").await, Vec::<Value>::new());
    sends(&ada, zip).await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn the_rules_of_agentskills_are_told_member_by_member() {
    let world = World::new().await;
    let ada = world.ada();
    let wrong =
        json!({ "name": "My Skill", "description": " ", "prompt": " ", "files": [{ "path": "../a", "content": "" }] });
    let refused = ada.post("/skills", wrong).await;
    for field in ["name", "description", "prompt", "files.0.path"] {
        refused.is_problem(422).names(field);
    }
    for name in ["", "-a", "a-", "a--b", "навык", &"a".repeat(65)] {
        ada.post("/skills", report(name)).await.is_problem(422).names("name");
    }
    let twice = json!([{ "path": "A.md", "content": "" }, { "path": "a.md", "content": "" }]);
    let refused = ada.post("/skills", json!({ "name": "a", "description": "d", "prompt": "p", "files": twice })).await;
    refused.is_problem(422).names("files");
    assert_eq!(ada.post("/skills", report("meeting-minutes")).await.is_problem(409).body["error"], "name_taken");
}

#[tokio::test]
async fn a_system_skill_is_copied_and_never_changed() {
    let world = World::new().await;
    let ada = world.ada();
    let skill = system("contract-checklist");
    let read = ada.get(&skill).await;
    assert_eq!((&read.body["scope"], &read.body["created_by"]), (&json!("system"), &Value::Null));
    for refused in [
        ada.put(&skill, json!({ "prompt": "x" })).await,
        ada.delete(&skill).await,
        ada.post(&format!("{skill}/toggle"), json!({ "enabled": false })).await,
    ] {
        assert_eq!(refused.is_problem(403).body["error"], "system_skill_read_only");
    }
    let copied = ada.post(&format!("{skill}/copy"), json!({ "to_name": "our-contracts" })).await;
    copied.is(StatusCode::CREATED);
    assert_eq!((&copied.body["files"], &copied.body["prompt"]), (&read.body["files"], &read.body["prompt"]));
    let copy = format!("/skills/{}", copied.body["skill_id"].as_str().unwrap());
    ada.put(&copy, json!({ "prompt": "Ours." })).await.is(StatusCode::OK);
    let named = ada.send("POST", &format!("{skill}/copy"), &[], Body::empty()).await;
    assert_eq!(named.is(StatusCode::CREATED).body["name"], "contract-checklist-copy");
    ada.post(&format!("{skill}/copy"), json!({ "to_name": "our-contracts" })).await.is_problem(409);
    ada.post(&format!("{skill}/copy"), json!({ "to_name": "Ours" })).await.is_problem(422).names("to_name");
}

#[tokio::test]
async fn colleagues_read_a_skill_and_its_author_and_administrators_change_it() {
    let world = World::new().await;
    let author = world.person_with(0xA, 0xA17, &["agents:write", "runs:read"]);
    let colleague = world.person_with(0xA, 0xC01, &["agents:write", "runs:read"]);
    let reader = world.person_with(0xA, 0xC02, &["runs:read"]);
    let skill = format!("/skills/{}", made(&author, "ours").await);
    for person in [&colleague, &reader] {
        person.get(&skill).await.is(StatusCode::OK);
    }
    for refused in [
        colleague.put(&skill, json!({ "prompt": "x" })).await,
        colleague.delete(&skill).await,
        colleague.post(&format!("{skill}/toggle"), json!({})).await,
    ] {
        assert_eq!(refused.is_problem(403).body["error"], "other_users_skill");
    }
    reader.post("/skills", report("mine")).await.is_problem(403);
    colleague.post(&format!("{skill}/copy"), json!({ "to_name": "mine" })).await.is(StatusCode::CREATED);
    world.ada().put(&skill, json!({ "enabled": false })).await.is(StatusCode::OK);
    world.ada().delete(&skill).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_request_that_comes_again_makes_one_skill() {
    let world = World::new().await;
    let ada = world.ada();
    let zip = pack(&folder("maps")).unwrap();
    let headers = [("content-type", "application/zip"), ("idempotency-key", "k")];
    let first = ada.send("POST", "/skills", &headers, Body::from(zip.clone())).await;
    let again = ada.send("POST", "/skills", &headers, Body::from(zip)).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = pack(&folder("other")).unwrap();
    ada.send("POST", "/skills", &headers, Body::from(other)).await.is_problem(422);
}
