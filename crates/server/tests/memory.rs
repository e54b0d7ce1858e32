//! Memory through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const HEAD: &str = "---\ntitle: Style of letters\nsource: the user, in chat\n---\n";

async fn start(database: Database, model: &ModelServer) -> Artel {
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .with("OPENAI_BASE_URL", model.url())
        .with("LEASE_SECONDS", "2")
        // For a text that is longer than a memory takes.
        .with("MAX_CONTEXT_TOKENS", "100000")
        .with("JWT_SECRET", "one secret for all lives of this process");
    launch.start().await
}

/// The client and an agent that remembers.
async fn agent(artel: &Artel) -> (Client, String) {
    let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", ADA, "--scopes", "admin"]).await;
    let client = Client::new(artel.url(), token.trim());
    let tool = |name: &str| json!({ "name": name, "execution_type": "internal", "input_schema": { "type": "object" } });
    let agent = client.agent("openai:gpt-4o-mini", &[tool("manage_memory"), tool("read_memory")]).await;
    (client, agent)
}

/// What the tool answers an agent that is told to call it: JSON, or the text of an error.
async fn told(client: &Client, agent: &str, tool: &str, args: &Value) -> Value {
    let run = client.start_run(agent, &format!("call {tool} {args}")).await;
    let run = client.finished_run(&run).await;
    let output = run["output_message"].as_str().unwrap_or_else(|| panic!("{run:#}"));
    let result = output.strip_prefix("I got ").unwrap_or(output);
    serde_json::from_str(result).unwrap_or_else(|_| json!(result))
}

/// An agent writes, finds, reads, moves and deletes what it is to remember; what cannot be done is said with a code, a
/// reason and what to do.
async fn agents_remember_by_their_tools(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let (client, agent) = agent(&artel).await;
    let manage = async |args: Value| told(&client, &agent, "manage_memory", &args).await;
    let read = async |args: Value| told(&client, &agent, "read_memory", &args).await;

    let style = format!("{HEAD}Коротко, без приветствий.");
    let made = manage(json!({ "action": "write", "path": "preferences/style.md", "content": style })).await;
    assert_eq!(made, json!({ "path": "preferences/style.md", "version": 1 }));
    let note = "---\ntitle: Поставщик\nsource: письмо\n---\nАртикул АБ-123/4, счёт до пятницы.";
    manage(json!({ "action": "write", "path": "notes.md", "content": note, "expected_version": 0 })).await;
    let listed = read(json!({ "action": "list" })).await;
    assert_eq!(
        (&listed["files"][0]["path"], &listed["files"][1]["title"]),
        (&json!("notes.md"), &json!("Style of letters")),
        "{listed:#}"
    );
    let members: Vec<_> = listed["files"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["path", "title", "source", "updated_at", "bytes"]);
    let found = read(json!({ "action": "list", "query": "счета по аб123/4" })).await;
    assert_eq!((found["files"].as_array().unwrap().len(), &found["files"][0]["path"]), (1, &json!("notes.md")));
    assert_eq!(read(json!({ "action": "list", "prefix": "pref" })).await["files"].as_array().unwrap().len(), 1);

    let one = read(json!({ "action": "read", "path": "preferences/style.md" })).await;
    assert_eq!(
        (&one["content"], &one["version"], &one["source"]),
        (&json!(style), &json!(1), &json!("the user, in chat"))
    );
    let many = read(json!({ "action": "read_many", "paths": ["notes.md", "none.md", "../x"] })).await;
    assert_eq!(many["files"][0]["content"], note);
    assert_eq!(
        many["files"][1],
        json!({ "path": "none.md",
        "error": "not_found: there is no file none.md in the memory; list the files with read_memory" })
    );
    assert!(
        many["files"][2]["error"].as_str().unwrap().starts_with("invalid_argument: path has '.' or '..'"),
        "{many:#}"
    );

    let moved = manage(json!({ "action": "move", "path": "notes.md", "to": "archive/notes.md" })).await;
    assert_eq!(moved, json!({ "path": "archive/notes.md", "version": 1 }));
    let gone = manage(json!({ "action": "delete", "path": "archive/notes.md", "expected_version": 1 })).await;
    assert_eq!(gone, json!({ "path": "archive/notes.md", "version": 2 }));
    // People have the same files.
    let (status, versions) = client.get("/v1/memory/preferences/style.md/versions").await;
    assert_eq!((status, &versions[0]["version"]), (200, &json!(1)), "{versions:#}");

    let bad = [
        (json!({ "action": "write", "path": "a.md" }), "invalid_argument: content is missing; give the whole new text"),
        (
            json!({ "action": "write", "path": "a.md", "content": "x" }),
            "invalid_argument: content must begin with front matter; a correct beginning is:\n---\ntitle: Style of letters\nsource: the user, in chat\n---\n",
        ),
        (
            json!({ "action": "write", "path": "a.md", "content": "---\ntitle: x\n---\n" }),
            "invalid_argument: content must begin with front matter that is YAML and holds title and source as texts; a correct",
        ),
        (json!({ "action": "write", "path": "/a.md", "content": style }), "invalid_argument: path begins with a slash"),
        (
            json!({ "action": "write", "path": "a.md", "content": format!("{HEAD}{}", "ж".repeat(33_000)) }),
            "too_large: The file would have 66058 bytes; a file of memory has at most 65536",
        ),
        (
            json!({ "action": "write", "path": "preferences/style.md", "content": style, "expected_version": 7 }),
            "conflict: preferences/style.md has version 1 now, not 7; read the file again, merge",
        ),
        (
            json!({ "action": "write", "path": "preferences/style.md", "content": style, "expected_version": 0 }),
            "conflict: There is a file preferences/style.md already, of version 1",
        ),
        (
            json!({ "action": "delete", "path": "a.md", "expected_version": 2 }),
            "conflict: There is no file a.md now, so it has not version 2",
        ),
        (
            json!({ "action": "delete", "path": "a.md" }),
            "not_found: there is no file a.md in the memory; list the files with read_memory",
        ),
        (json!({ "action": "move", "path": "a.md", "to": "b.md" }), "not_found: there is no file a.md"),
        (json!({ "action": "move", "path": "preferences/style.md" }), "invalid_argument: to is missing"),
        (
            json!({ "action": "move", "path": "preferences/style.md", "to": "a/../b" }),
            "invalid_argument: to has '.' or '..'",
        ),
        (
            json!({ "action": "move", "path": "preferences/style.md", "to": "preferences/style.md" }),
            "conflict: There is a file preferences/style.md already; choose another path",
        ),
        (json!({ "action": "forget", "path": "a.md" }), "write"),
    ];
    for (args, why) in bad {
        let answer = manage(args.clone()).await;
        let answer = answer.as_str().unwrap_or_else(|| panic!("{args}: {answer}"));
        assert!(answer.contains(why), "{args}: {answer}");
    }
    let bad = [
        (json!({ "action": "read" }), "invalid_argument: path is missing"),
        (json!({ "action": "read", "path": "a.md" }), "not_found: there is no file a.md"),
        (json!({ "action": "read_many" }), "invalid_argument: paths is missing"),
        (json!({ "action": "list", "query": "?!" }), "invalid_argument: query has no word"),
    ];
    for (args, why) in bad {
        let answer = read(args.clone()).await.to_string();
        assert!(answer.contains(why), "{args}: {answer}");
    }
}

/// A process that dies after a write and before its result is journalled makes the call again, and finds what it made.
async fn crash_and_a_write_is_made_once(database: Database) {
    let model = ModelServer::obedient().await;
    let mut artel = start(database, &model).await;
    let (client, agent) = agent(&artel).await;
    let mut client = client;
    for n in 0..6 {
        let path = format!("n{n}.md");
        let args = json!({ "action": "write", "path": path, "content": format!("{HEAD}{n}") });
        let input = format!("call manage_memory {args}");
        let run = client.start_run(&agent, &input).await;
        // As soon as the file is there: the result may be journalled, or not yet.
        loop {
            let (status, _) = client.get(&format!("/v1/memory/{path}/versions")).await;
            if status == 200 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        artel.kill().await;
        artel.restart().await;
        client = client.at(artel.url());
        let finished = client.finished_run(&run).await;
        assert_eq!(finished["status"], "succeeded", "{finished:#}");
        assert!(finished["output_message"].as_str().unwrap().contains(r#""version":1"#), "{finished:#}");
        let (_, versions) = client.get(&format!("/v1/memory/{path}/versions")).await;
        assert_eq!(versions.as_array().unwrap().len(), 1, "{versions:#}");
    }
}

on_both_stores! {
    agents_remember_by_their_tools as agents_remember_by_their_tools_on_sqlite, agents_remember_by_their_tools_on_postgres;
    crash_and_a_write_is_made_once as crash_and_a_write_is_made_once_on_sqlite, crash_and_a_write_is_made_once_on_postgres;
}
