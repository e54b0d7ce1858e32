//! Documents through the real binary, on both stores: uploaded, read by a process of their own, found, cited.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;
use std::time::Duration;

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BOB: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const CONTRACT: &str = "# Договор поставки\n\n## Оплата\n\nСрок оплаты счёта — 10 дней.\n\n## Сроки\n\nТовар \
    АБ-123/4 везут неделю.\n";

async fn start(database: Database, model: &ModelServer) -> Artel {
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .with("OPENAI_BASE_URL", model.url())
        .with("LEASE_SECONDS", "2")
        .with("JWT_SECRET", "one secret for all lives of this process");
    launch.start().await
}

async fn person(artel: &Artel, user: &str, scopes: &str) -> Client {
    let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", user, "--scopes", scopes]).await;
    Client::new(artel.url(), token.trim())
}

/// Uploads a file with these other members of the form; status and answer.
async fn sends(client: &Client, name: &str, content: &[u8], members: &[(&str, &str)]) -> (u16, Value) {
    let head = |name: &str, more: &str| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
    let file = head("file", &format!("; filename=\"{name}\""));
    let mut body = [file.as_bytes(), content, b"\r\n"].concat();
    for (name, value) in members {
        body.extend(format!("{}{value}\r\n", head(name, "")).into_bytes());
    }
    body.extend(b"--b--\r\n");
    let request = client.request("POST", "/v1/documents").header("content-type", "multipart/form-data; boundary=b");
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn uploads(client: &Client, name: &str, content: &[u8], members: &[(&str, &str)]) -> String {
    let (status, made) = sends(client, name, content, members).await;
    assert_eq!(status, 202, "{made:#}");
    made["document_id"].as_str().unwrap().to_owned()
}

/// The document when it is not being read any more.
async fn settled(client: &Client, document: &str) -> Value {
    for _ in 0..1200 {
        let (status, found) = client.get(&format!("/v1/documents/{document}")).await;
        assert_eq!(status, 200, "{found:#}");
        if found["state"] != "processing" {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the document {document} is not read");
}

async fn found(client: &Client, query: &str) -> Vec<Value> {
    let (status, answer) = client.post("/v1/documents/search", &json!({ "query": query })).await;
    assert_eq!(status, 200, "{answer:#}");
    answer["passages"].as_array().unwrap().clone()
}

async fn a_document_is_read_found_changed_and_deleted(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let ada = person(&artel, ADA, "runs:read,runs:write").await;
    let bob = person(&artel, BOB, "runs:read,runs:write").await;
    let document =
        uploads(&ada, "договор.md", CONTRACT.as_bytes(), &[("tags", "право, поставка"), ("readers", ADA)]).await;
    let read = settled(&ada, &document).await;
    assert_eq!(
        (&read["state"], &read["type"], &read["reason"]),
        (&json!("ready"), &json!("md"), &Value::Null),
        "{read:#}"
    );
    assert_eq!((&read["title"], &read["language"]), (&json!("договор.md"), &json!("ru")));
    assert_eq!(read["tags"], json!(["право", "поставка"]));
    assert_eq!(read["outline"], json!(["Договор поставки", "Оплата", "Сроки"]));

    let hit = found(&ada, "когда платить по счетам").await.remove(0);
    assert_eq!((&hit["document_id"], &hit["heading"]), (&json!(document), &json!("Договор поставки > Оплата")));
    assert_eq!((&hit["text"], &hit["found_by"]), (&json!("Срок оплаты счёта — 10 дней."), &json!(["words"])));
    assert_eq!(found(&ada, "аб123/4").await.len(), 1);
    let (_, passages) = ada.get(&format!("/v1/documents/{document}/passages?limit=1&offset=1")).await;
    assert_eq!(passages[0]["text"], "Товар АБ-123/4 везут неделю.");
    let content = ada.request("GET", &format!("/v1/documents/{document}/content")).send().await.unwrap();
    assert_eq!(content.bytes().await.unwrap(), CONTRACT.as_bytes());

    // Bob does not read it, and is not told of it by sending the same file.
    assert_eq!(found(&bob, "оплата").await, Vec::<Value>::new());
    assert_eq!(bob.get(&format!("/v1/documents/{document}")).await.0, 404);
    let own = uploads(&bob, "mine.md", CONTRACT.as_bytes(), &[("readers", BOB)]).await;
    assert_ne!(own, document);
    assert_eq!(uploads(&bob, "again.md", CONTRACT.as_bytes(), &[]).await, own, "the same file is the same document");

    let patch = json!({ "readers": "all", "title": "Поставка 2026" });
    let changed = ada.request("PATCH", &format!("/v1/documents/{document}")).json(&patch).send().await.unwrap();
    assert_eq!(changed.status(), 200);
    assert_eq!(bob.get(&format!("/v1/documents/{document}")).await.0, 200);
    let refused = bob.request("DELETE", &format!("/v1/documents/{document}")).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let gone = ada.request("DELETE", &format!("/v1/documents/{document}")).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert_eq!(ada.get(&format!("/v1/documents/{document}")).await.0, 404);
    assert_eq!(found(&ada, "оплата").await, Vec::<Value>::new());
}

async fn what_cannot_be_read_says_why(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let ada = person(&artel, ADA, "runs:read,runs:write").await;
    let zip = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    for (name, content, why) in [
        ("empty.txt", b" \n".as_slice(), "there is no text in the file"),
        ("a.docx", b"PK\x03\x04 cut off".as_slice(), "damaged"),
        ("a.zip", zip.as_slice(), ";"),
    ] {
        let document = uploads(&ada, name, content, &[]).await;
        let failed = settled(&ada, &document).await;
        assert_eq!(failed["state"], "failed", "{name}: {failed:#}");
        assert!(failed["reason"].as_str().unwrap().contains(why), "{name}: {failed:#}");
        let (status, answer) = ada.get(&format!("/v1/documents/{document}/passages")).await;
        assert_eq!((status, answer), (200, json!([])));
    }
    let wrong = [
        (vec![("title", "a\u{200b}b")], "title"),
        (vec![("tags", "a\u{7}")], "tags"),
        (vec![("readers", "everybody")], "readers"),
        (vec![("colour", "red")], "colour"),
    ];
    for (members, field) in wrong {
        let (status, answer) = sends(&ada, "a.txt", b"text", &members).await;
        assert_eq!((status, &answer["field_errors"][0]["field"]), (422, &json!(field)), "{answer:#}");
    }
}

/// A table that takes a while.
fn long() -> Vec<u8> {
    let rows = (0..20_000).map(|n| format!("{n},товар номер {n},склад {},{}\n", n % 7, n * 3));
    format!("номер,название,склад,цена\n{}", rows.collect::<String>()).into_bytes()
}

/// However often the process dies over a document, it is read once, and whole.
async fn a_document_survives_the_death_of_its_process(database: Database) {
    let model = ModelServer::obedient().await;
    let mut artel = start(database, &model).await;
    let ada = person(&artel, ADA, "runs:read,runs:write").await;
    let document = uploads(&ada, "long.csv", &long(), &[]).await;
    for pause in [30, 700, 1500] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        artel.kill().await;
        artel.restart().await;
    }
    let ada = ada.at(artel.url());
    let read = settled(&ada, &document).await;
    assert_eq!(read["state"], "ready", "{read:#}");
    let path = format!("/v1/documents/{document}/passages?limit=100&offset=");
    let (mut seen, mut rows) = (0, 0);
    loop {
        let (_, passages) = ada.get(&format!("{path}{seen}")).await;
        let passages = passages.as_array().unwrap().clone();
        if passages.is_empty() {
            break;
        }
        for passage in passages {
            assert_eq!(passage["ordinal"], seen);
            rows += passage["text"].as_str().unwrap().lines().filter(|line| !line.contains("название")).count();
            seen += 1;
        }
    }
    assert_eq!(rows, 20_000, "each row stands in one passage");
}

/// Processes that read documents for this server.
fn readers(server: &str) -> Vec<String> {
    let mut readers = Vec::new();
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| std::fs::read_to_string(process.path().join(name)).unwrap_or_default();
        let is_child = read("status").lines().any(|line| line == format!("PPid:\t{server}"));
        if is_child && read("cmdline").contains("read-document") {
            readers.push(process.file_name().to_string_lossy().into_owned());
        }
    }
    readers
}

/// A file over which its reader dies again and again has failed after a few attempts, and holds nothing up.
async fn a_document_that_kills_its_readers_fails(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let ada = person(&artel, ADA, "runs:read,runs:write").await;
    let server = pid_of(artel.url());
    let document = uploads(&ada, "long.csv", &long(), &[]).await;
    let mut killed = 0;
    let failed = loop {
        for reader in readers(&server) {
            let done = std::process::Command::new("kill").args(["-9", &reader]).status().unwrap();
            killed += i32::from(done.success());
        }
        let (_, found) = ada.get(&format!("/v1/documents/{document}")).await;
        if found["state"] != "processing" {
            break found;
        }
        assert!(killed < 200, "{found:#}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(failed["state"], "failed", "{failed:#}");
    assert!(failed["reason"].as_str().unwrap().starts_with("reading the file broke off 5 times; "), "{failed:#}");
    let other = uploads(&ada, "a.txt", "чай".as_bytes(), &[]).await;
    assert_eq!(settled(&ada, &other).await["state"], "ready");
    // The same file sent again is tried again.
    assert_eq!(uploads(&ada, "long.csv", &long(), &[]).await, document);
    assert_eq!(settled(&ada, &document).await["state"], "ready");
}

/// The process that listens at this address.
fn pid_of(url: &str) -> String {
    let port = url.rsplit(':').next().unwrap().trim_end_matches('/').parse::<u16>().unwrap();
    let wanted = format!(":{port:04X}");
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let listens = |line: &&str| line.split_whitespace().nth(1).is_some_and(|at| at.ends_with(&wanted));
    let line = sockets.lines().filter(listens).find(|line| line.split_whitespace().nth(3) == Some("0A")).unwrap();
    let socket = format!("socket:[{}]", line.split_whitespace().nth(9).unwrap());
    for process in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(files) = std::fs::read_dir(process.path().join("fd")) else { continue };
        for file in files.flatten() {
            if std::fs::read_link(file.path()).is_ok_and(|link| link == Path::new(&socket)) {
                return process.file_name().to_string_lossy().into_owned();
            }
        }
    }
    panic!("nobody listens at {url}");
}

/// What the tool answers an agent that is told to call it: JSON, or the text of an error.
async fn told(client: &Client, agent: &str, session: &str, args: &Value) -> Value {
    let message = format!("call documents {args}");
    let run = json!({ "agent_id": agent, "input_message": message, "session_id": session });
    let (status, run) = client.post("/v1/runs", &run).await;
    assert_eq!(status, 201, "{run:#}");
    let output = run["output_message"].as_str().unwrap_or_else(|| panic!("{run:#}"));
    let result = output.strip_prefix("I got ").unwrap_or(output);
    serde_json::from_str(result).unwrap_or_else(|_| json!(result))
}

/// An agent lists, attaches and searches documents that its user reads; what cannot be done is said with a code, a
/// reason and what to do. What is attached is searched by default, and stands in the prompt of later runs.
async fn agents_find_documents_by_their_tool(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let ada = person(&artel, ADA, "admin").await;
    let bob = person(&artel, BOB, "runs:read,runs:write").await;
    let tool = json!({ "name": "documents", "execution_type": "internal", "input_schema": { "type": "object" } });
    let agent = ada.agent("openai:gpt-4o-mini", &[tool]).await;
    let contract = uploads(&ada, "договор.md", CONTRACT.as_bytes(), &[("tags", "право")]).await;
    let rent = "# Аренда\n\nОплата аренды склада до пятого числа.\n".as_bytes();
    let rent = uploads(&ada, "аренда.md", rent, &[]).await;
    let secret = uploads(&bob, "secret.md", "# Тайна\n\nОплата тайная.\n".as_bytes(), &[("readers", BOB)]).await;
    let broken = uploads(&ada, "broken.docx", b"PK\x03\x04 cut off", &[]).await;
    for document in [&contract, &rent, &broken] {
        settled(&ada, document).await;
    }
    settled(&bob, &secret).await;
    let call = async |session: &str, args: Value| told(&ada, &agent, session, &args).await;

    let listed = call("a", json!({ "action": "list", "type": "md" })).await;
    assert_eq!(listed["total"], 2, "the secret is bob's: {listed:#}");
    let members: Vec<_> = listed["documents"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["document_id", "title", "type", "bytes", "pages", "uploaded_at", "tags"]);
    let listed = call("a", json!({ "action": "list", "tag": "право", "query": "договоры" })).await;
    assert_eq!(listed["documents"][0]["document_id"], json!(contract));

    let all = call("a", json!({ "action": "search", "query": "оплата" })).await;
    assert_eq!(all["passages"].as_array().unwrap().len(), 2, "{all:#}");
    let attached = call("a", json!({ "action": "attach", "document_ids": [contract] })).await;
    assert_eq!(attached["attached"][0]["outline"], json!(["Договор поставки", "Оплата", "Сроки"]), "{attached:#}");
    let within = call("a", json!({ "action": "search", "query": "оплата" })).await;
    assert_eq!(within["passages"].as_array().unwrap().len(), 1, "{within:#}");
    assert_eq!(within["passages"][0]["heading"], "Договор поставки > Оплата");
    let elsewhere = call("b", json!({ "action": "search", "query": "оплата" })).await;
    assert_eq!(elsewhere["passages"].as_array().unwrap().len(), 2, "an attachment is its session's");
    let named = call("a", json!({ "action": "search", "query": "оплата", "document_ids": [rent], "top_k": 1 })).await;
    assert_eq!(named["passages"][0]["document_id"], json!(rent));

    let prompts: Vec<String> =
        model.requests().iter().map(|asked| asked["messages"][0]["content"].to_string()).collect();
    let tells = prompts.iter().filter(|prompt| prompt.contains(&format!("договор.md (document_id {contract}, md)")));
    assert!(tells.count() >= 2, "the runs after the attachment: {prompts:#?}");
    assert!(!prompts[0].contains("attached to this session"), "{}", prompts[0]);

    let absent = "00000000-0000-7000-8000-000000000009";
    let bad = [
        (
            json!({ "action": "list", "type": "exe" }),
            "invalid_argument: there is no type exe; give one of pdf, docx, xlsx",
        ),
        (
            json!({ "action": "list", "uploaded_after": "yesterday" }),
            "invalid_argument: uploaded_after is no time; give an ISO 8601 time such as 2026-05-03T12:00:00Z",
        ),
        (
            json!({ "action": "list", "query": "?!" }),
            "invalid_argument: query has no word; give words, or leave query out",
        ),
        (json!({ "action": "attach" }), "invalid_argument: document_ids is missing; give 1 to 20 ids of documents"),
        (
            json!({ "action": "attach", "document_ids": ["x"] }),
            "invalid_argument: x is no id of a document; give ids that list shows",
        ),
        (
            json!({ "action": "attach", "document_ids": [absent] }),
            "not_found: there is no document 00000000-0000-7000-8000-000000000009 that this user may read; list the documents",
        ),
        (json!({ "action": "attach", "document_ids": [secret] }), "not_found: there is no document"),
        (json!({ "action": "attach", "document_ids": [broken] }), "could not be read (the file is damaged"),
        (json!({ "action": "search" }), "invalid_argument: query is missing; give the words to look for"),
        (
            json!({ "action": "search", "query": "?!" }),
            "invalid_argument: query has no word; give words, as a question",
        ),
        (
            json!({ "action": "search", "query": "чай", "document_ids": [secret] }),
            "that this user may read; list the documents",
        ),
        (json!({ "action": "search", "query": "чай", "top_k": 21 }), "top_k"),
        (json!({ "action": "forget" }), "search"),
    ];
    for (args, why) in bad {
        let answer = call("a", args.clone()).await.to_string();
        assert!(answer.contains(why), "{args}: {answer}");
    }
}

on_both_stores! {
    a_document_is_read_found_changed_and_deleted as a_document_is_read_on_sqlite, a_document_is_read_on_postgres;
    what_cannot_be_read_says_why as what_cannot_be_read_says_why_on_sqlite, what_cannot_be_read_says_why_on_postgres;
    a_document_survives_the_death_of_its_process as a_document_survives_on_sqlite, a_document_survives_on_postgres;
    a_document_that_kills_its_readers_fails as a_killing_document_fails_on_sqlite, a_killing_document_fails_on_postgres;
    agents_find_documents_by_their_tool as agents_find_documents_on_sqlite, agents_find_documents_on_postgres;
}
