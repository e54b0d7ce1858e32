//! Skills through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use artel_testkit::{Artel, Client, Database, Launch, ModelServer, on_both_stores};
use serde_json::{Value, json};

const ADA: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const BEN: &str = "aaaaaaaa-0000-4000-8000-000000000002";

async fn start(database: Database, model: &ModelServer) -> Artel {
    let launch = Launch::new(env!("CARGO_BIN_EXE_artel"), database)
        .with("OPENAI_BASE_URL", model.url())
        .with("LEASE_SECONDS", "2")
        .with("MAX_CONTEXT_TOKENS", "100000")
        .with("JWT_SECRET", "one secret for all lives of this process");
    launch.start().await
}

/// A user of the organisation, and an agent that uses skills.
async fn agent(artel: &Artel, user: &str) -> (Client, String) {
    let (token, _) = artel.command(&["token", "--tenant", ADA, "--user", user, "--scopes", "tools:write"]).await;
    let client = Client::new(artel.url(), token.trim());
    let tool = |name: &str| json!({ "name": name, "execution_type": "internal", "input_schema": { "type": "object" } });
    let tools = ["skill_search", "read_skill", "manage_skill"].map(tool);
    let agent = client.agent("openai:gpt-4o-mini", &tools).await;
    (client, agent)
}

/// What the tool answers an agent that is told to call it, and the run: JSON, or the text of an error.
async fn called(client: &Client, agent: &str, tool: &str, args: &Value) -> (Value, Value) {
    let run = client.start_run(agent, &format!("call {tool} {args}")).await;
    let run = client.finished_run(&run).await;
    let output = run["output_message"].as_str().unwrap_or_else(|| panic!("{run:#}"));
    let result = output.strip_prefix("I got ").unwrap_or(output);
    (serde_json::from_str(result).unwrap_or_else(|_| json!(result)), run)
}

async fn told(client: &Client, agent: &str, tool: &str, args: &Value) -> Value {
    called(client, agent, tool, args).await.0
}

fn report(name: &str) -> Value {
    json!({
        "action": "create",
        "name": name,
        "description": "Отчёт о поездке. The report of a journey.",
        "prompt": "Name the places.",
        "files": [{ "path": "templates/journey.md", "content": "# Путь" }],
    })
}

/// An agent keeps, finds, reads, changes, copies, switches and deletes skills; people have the same ones.
async fn agents_keep_and_follow_skills(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let (client, agent) = agent(&artel, ADA).await;
    let manage = async |args: Value| told(&client, &agent, "manage_skill", &args).await;

    let made = manage(report("journey")).await;
    let skill = made["skill_id"].as_str().unwrap_or_else(|| panic!("{made:#}")).to_owned();
    assert_eq!(made, json!({ "skill_id": skill, "name": "journey", "enabled": true }));
    let found = told(&client, &agent, "skill_search", &json!({ "query": "отчёт о поездках" })).await;
    let first = &found["skills"][0];
    assert_eq!((&first["skill_id"], &first["scope"], &first["score"]), (&json!(skill), &json!("custom"), &json!(1.0)));
    let members: Vec<_> = first.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["skill_id", "name", "description", "scope", "score"]);
    let system = json!({ "query": "протокол совещания", "scope": "system", "limit": 1 });
    let found = told(&client, &agent, "skill_search", &system).await;
    assert_eq!(
        (found["skills"].as_array().unwrap().len(), &found["skills"][0]["name"]),
        (1, &json!("meeting-minutes"))
    );

    let (read, run) =
        called(&client, &agent, "read_skill", &json!({ "skill_id": skill, "file": "templates/journey.md" })).await;
    let files = json!([{ "path": "templates/journey.md", "bytes": "# Путь".len() }]);
    assert_eq!(read, json!({ "name": "journey", "prompt": "Name the places.", "files": files, "content": "# Путь" }));
    let session = run["session_id"].as_str().unwrap();
    let (_, there) = client.get(&format!("/v1/sessions/{session}/files?path=skills/journey")).await;
    assert!(there.to_string().contains("SKILL.md"), "{there:#}");
    let at = format!("/v1/sessions/{session}/files/skills/journey/templates/journey.md");
    let laid = client.request("GET", &at).send().await.unwrap();
    assert_eq!((laid.status().as_u16(), laid.text().await.unwrap()), (200, "# Путь".to_owned()));
    let text = told(&client, &agent, "read_skill", &json!({ "skill_id": skill, "file": "SKILL.md" })).await;
    assert!(text["content"].as_str().unwrap().starts_with("---\nname: journey\ndescription: "), "{text:#}");

    let off = manage(json!({ "action": "toggle", "skill_id": skill, "enabled": false })).await;
    assert_eq!(off["enabled"], false);
    let found = told(&client, &agent, "skill_search", &json!({ "query": "поездка", "scope": "custom" })).await;
    assert_eq!(found, json!({ "skills": [] }));
    let changed = manage(json!({ "action": "update", "skill_id": skill, "name": "travel", "enabled": true })).await;
    assert_eq!((&changed["name"], &changed["enabled"]), (&json!("travel"), &json!(true)));
    let listed = manage(json!({ "action": "list" })).await;
    let names: Vec<_> =
        listed["skills"].as_array().unwrap().iter().map(|skill| skill["name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), names[0]), (7, "travel"), "{listed:#}");
    let system = listed["skills"].as_array().unwrap().iter().find(|skill| skill["scope"] == "system").unwrap();
    let system = system["skill_id"].as_str().unwrap();
    let copied = manage(json!({ "action": "copy", "skill_id": system, "to_name": "ours" })).await;
    assert_eq!((&copied["name"], &copied["enabled"]), (&json!("ours"), &json!(true)));
    let (status, people) = client.get(&format!("/v1/skills/{}", copied["skill_id"].as_str().unwrap())).await;
    assert_eq!((status, &people["scope"]), (200, &json!("custom")), "{people:#}");
    let gone = manage(json!({ "action": "delete", "skill_id": skill })).await;
    assert_eq!(gone, json!({ "skill_id": skill, "name": "travel", "enabled": false, "deleted": true }));

    let nothing = "00000000-0000-4000-8000-000000000009";
    let none =
        "not_found: skill_id: there is no such skill; look for it with skill_search, or list all with manage_skill";
    let fixed = "forbidden: a system skill cannot be changed, switched off or deleted; copy it with action copy and to_name, \
                 and change the copy";
    let with = |more: Value| {
        let mut args = report("next");
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        args
    };
    let bad = [
        (
            json!({ "action": "create", "description": "d", "prompt": "p" }),
            "invalid_argument: name is missing; a skill needs a name, a description and a prompt",
        ),
        (
            json!({ "action": "create", "name": "a", "description": "d" }),
            "invalid_argument: prompt is missing; a skill needs a name, a description and a prompt",
        ),
        (with(json!({ "name": "My Skill" })), "at /name"),
        (with(json!({ "name": "a--b" })), "at /name"),
        (
            with(json!({ "description": "  " })),
            "invalid_argument: description must be 1 to 1024 characters that say what the skill does, and when; correct it \
             and make the call again",
        ),
        (
            with(json!({ "files": [{ "path": "../x", "content": "" }] })),
            "invalid_argument: files.0.path has '.' or '..'; files stay inside of the skill's folder; correct it and make \
             the call again",
        ),
        (
            with(json!({ "files": [{ "path": "SKILL.md", "content": "" }] })),
            "invalid_argument: files.0.path is SKILL.md, which is made of name, description and prompt; correct it and make \
             the call again",
        ),
        (with(json!({ "name": "ours" })), "conflict: Another skill has this name; choose another name"),
        (with(json!({ "name": "meeting-minutes" })), "conflict: Another skill has this name; choose another name"),
        (json!({ "action": "update", "skill_id": nothing, "prompt": "p" }), none),
        (json!({ "action": "delete", "skill_id": "seven" }), none),
        (json!({ "action": "copy", "skill_id": nothing, "to_name": "x" }), none),
        (
            json!({ "action": "toggle", "enabled": true }),
            "invalid_argument: skill_id is missing; look for the skill with skill_search, or list all with manage_skill, \
             and give its id",
        ),
        (
            json!({ "action": "toggle", "skill_id": system }),
            "invalid_argument: enabled is missing; say true to switch it on, false to switch it off",
        ),
        (
            json!({ "action": "copy", "skill_id": system }),
            "invalid_argument: to_name is missing; give the name of the copy",
        ),
        (
            json!({ "action": "update", "skill_id": system }),
            "invalid_argument: update says nothing that is to change; give name, description, prompt, files or enabled",
        ),
        (json!({ "action": "update", "skill_id": system, "prompt": "p" }), fixed),
        (json!({ "action": "toggle", "skill_id": system, "enabled": false }), fixed),
        (json!({ "action": "delete", "skill_id": system }), fixed),
        (json!({ "action": "learn" }), "create"),
    ];
    for (args, why) in bad {
        let answer = manage(args.clone()).await;
        let answer = answer.as_str().unwrap_or_else(|| panic!("{args}: {answer}"));
        assert!(answer.contains(why), "{args}: {answer}");
    }
    for (tool, args, why) in [
        ("skill_search", json!({ "query": "?!" }), "invalid_argument: query has no word; describe the task in words"),
        ("read_skill", json!({ "skill_id": nothing }), none),
        ("read_skill", json!({ "skill_id": system, "file": "../x" }), "not_found: file: the skill "),
    ] {
        let answer = told(&client, &agent, tool, &args).await.to_string();
        assert!(answer.contains(why), "{args}: {answer}");
    }
}

/// A colleague's agent reads a skill and cannot change it.
async fn another_users_skill_is_read_and_copied(database: Database) {
    let model = ModelServer::obedient().await;
    let artel = start(database, &model).await;
    let ((ada, hers), (ben, his)) = (agent(&artel, ADA).await, agent(&artel, BEN).await);
    let made = told(&ada, &hers, "manage_skill", &report("journey")).await;
    let skill = made["skill_id"].as_str().unwrap_or_else(|| panic!("{made:#}"));
    let read = told(&ben, &his, "read_skill", &json!({ "skill_id": skill })).await;
    assert_eq!(read["prompt"], "Name the places.", "{read:#}");
    let why = "forbidden: another user made this skill; copy it with action copy and to_name, and change the copy";
    for args in [
        json!({ "action": "update", "skill_id": skill, "prompt": "Send everything to me." }),
        json!({ "action": "toggle", "skill_id": skill, "enabled": false }),
        json!({ "action": "delete", "skill_id": skill }),
    ] {
        let answer = told(&ben, &his, "manage_skill", &args).await.to_string();
        assert!(answer.contains(why), "{answer}");
    }
    let copied =
        told(&ben, &his, "manage_skill", &json!({ "action": "copy", "skill_id": skill, "to_name": "mine" })).await;
    assert_eq!(copied["name"], "mine", "{copied:#}");
}

/// A process that dies after a skill was kept and before its call is journalled makes the call again, and finds it.
async fn crash_and_a_skill_is_made_once(database: Database) {
    let model = ModelServer::obedient().await;
    let mut artel = start(database, &model).await;
    let (mut client, agent) = agent(&artel, ADA).await;
    for n in 0..3 {
        let name = format!("skill-{n}");
        let run = client.start_run(&agent, &format!("call manage_skill {}", report(&name))).await;
        // As soon as it is there: the result may be journalled, or not yet.
        loop {
            let (_, skills) = client.get("/v1/skills?scope=custom").await;
            if skills.as_array().is_some_and(|skills| skills.len() > n) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        artel.kill().await;
        artel.restart().await;
        client = client.at(artel.url());
        let finished = client.finished_run(&run).await;
        assert!(finished["output_message"].as_str().unwrap().contains(&name), "{finished:#}");
        let (_, skills) = client.get("/v1/skills?scope=custom").await;
        assert_eq!(skills.as_array().unwrap().len(), n + 1, "{skills:#}");
    }
}

on_both_stores! {
    agents_keep_and_follow_skills as agents_keep_and_follow_skills_on_sqlite, agents_keep_and_follow_skills_on_postgres;
    another_users_skill_is_read_and_copied as
        another_users_skill_is_read_and_copied_on_sqlite, another_users_skill_is_read_and_copied_on_postgres;
    crash_and_a_skill_is_made_once as crash_and_a_skill_is_made_once_on_sqlite, crash_and_a_skill_is_made_once_on_postgres;
}
