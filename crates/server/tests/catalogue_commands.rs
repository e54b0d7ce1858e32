//! `artel connectors …` and `artel tools list` as an operator types them: what they print, where, and how they end.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;
use std::process::Stdio;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::process::Command;

const ARTEL: &str = env!("CARGO_BIN_EXE_artel");
const SECRET: &str = "canary-Hd73Kq-0123456789";

/// A connector whose address is in the credential, so that it may be a server of the test.
const SHOP: &str = "\
key: shop
title: {ru: Лавка, en: The shop}
description: {ru: Заказы., en: Orders.}
hosts: {main: '{base_url}'}
credential:
  base_url: {title: {ru: Адрес, en: Address}, secret: false, format: url, plain_http: true, required: true}
  token: {title: {ru: Токен, en: Token}, required: true}
auth:
  - key: token
    needs: [token]
    send: [{header: {name: Authorization, value: 'Bearer {token}'}}]
modules:
  - key: people
    title: {ru: Люди, en: People}
    operations:
      - key: me
        summary: {ru: Кто вошёл, en: Who is signed in}
        method: GET
        path: /me
        access: read
        reply: {as: json}
        examples: [{params: {}, reply: {login: ada}}]
probe: {operation: me, account: /login}
";

struct Said {
    code: i32,
    out: String,
    errors: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// A directory with the shop among the operator's connectors.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("connectors")).unwrap();
    std::fs::write(directory.path().join("connectors/shop.yaml"), SHOP).unwrap();
    directory
}

/// Without the settings of the shell, and without a database: these commands need none.
async fn artel(directory: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(ARTEL);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(directory);
    command.env("CONNECTORS_DIR", "connectors").env("TOOL_ALLOW_PRIVATE_HOSTS", "127.0.0.1");
    command.env("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing");
    let output = command.args(arguments).stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), errors: text(output.stderr) }
}

/// What the shop says at `/me`.
async fn shop(status: StatusCode, answer: Value) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers = async move |request: Request| {
        let is_signed =
            request.headers().get("authorization").is_some_and(|given| given == &format!("Bearer {SECRET}"));
        let is_asked = request.uri().path() == "/me" && is_signed;
        (if is_asked { status } else { StatusCode::BAD_REQUEST }, axum::Json(answer.clone()))
    };
    artel_testkit::beside(async move { axum::serve(listener, Router::new().fallback(answers)).await.unwrap() });
    url
}

/// Tries the shop at this address.
async fn tried(directory: &Path, url: &str) -> Said {
    let secret = json!({ "base_url": url, "token": SECRET }).to_string();
    std::fs::write(directory.join("secret.json"), secret).unwrap();
    let said = artel(directory, &["connectors", "test", "shop", "--secret-file", "secret.json"]).await;
    assert!(!said.out.contains(SECRET) && !said.errors.contains(SECRET), "{}{}", said.out, said.errors);
    said
}

#[tokio::test]
async fn connectors_are_listed_for_people_and_for_programs_with_those_of_the_operator() {
    let directory = directory();
    let listed = artel(directory.path(), &["connectors", "list"]).await;
    assert_eq!((listed.code, listed.errors.as_str()), (0, ""));
    let lines: Vec<Vec<&str>> = listed.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["KEY", "KIND", "SIGN-IN", "OPERATIONS", "TITLE"]);
    assert_eq!(lines.len(), 14, "{}", listed.out);
    assert!(lines.contains(&vec!["shop", "operator", "token", "1", "The", "shop"]), "{}", listed.out);

    let for_programs = artel(directory.path(), &["connectors", "list", "--json"]).await;
    let rows = for_programs.json();
    let keys: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!(keys, lines[1..].iter().map(|line| line[0]).collect::<Vec<_>>(), "both say the same");
    let shop = rows.as_array().unwrap().iter().find(|row| row["key"] == "shop").unwrap();
    let title = json!({ "ru": "Лавка", "en": "The shop" });
    let wanted = json!({ "key": "shop", "kind": "operator", "title": title, "ways": ["token"], "operations": 1 });
    assert_eq!(*shop, wanted);
}

#[tokio::test]
async fn a_file_that_is_not_good_is_named_with_its_line_and_leaves_the_others() {
    let directory = directory();
    let path = directory.path();
    let good = artel(path, &["connectors", "check", "connectors/shop.yaml"]).await;
    assert_eq!((good.code, good.errors.as_str()), (0, ""));
    assert_eq!(good.out, "connectors/shop.yaml: the connector shop is good, with 1 operations\n");

    std::fs::write(path.join("connectors/bad.yaml"), SHOP.replace("operation: me", "operation: nothing")).unwrap();
    let bad = artel(path, &["connectors", "check", "connectors/bad.yaml"]).await;
    assert_eq!((bad.code, bad.out.as_str()), (1, ""));
    assert!(bad.errors.starts_with("connectors/bad.yaml:") && bad.errors.contains("nothing"), "{}", bad.errors);

    let listed = artel(path, &["connectors", "list"]).await;
    assert_eq!(listed.code, 0);
    assert!(listed.errors.starts_with("left out: ") && listed.errors.contains("bad.yaml"), "{}", listed.errors);
    assert!(listed.out.contains("The shop"), "{}", listed.out);

    let absent = artel(path, &["connectors", "check", "absent.yaml"]).await;
    assert_eq!((absent.code, absent.out.as_str()), (1, ""));
    assert!(absent.errors.starts_with("artel: absent.yaml cannot be read: "), "{}", absent.errors);
}

#[tokio::test]
async fn a_credential_is_tried_and_what_came_of_it_is_told() {
    let directory = directory();
    let good = tried(directory.path(), &shop(StatusCode::OK, json!({ "login": "ada" })).await).await;
    assert_eq!((good.code, good.errors.as_str()), (0, ""), "{}", good.out);
    let told = good.json();
    assert_eq!((&told["ok"], &told["status"], &told["account"]), (&json!(true), &json!(200), &json!("ada")));

    let refused = tried(directory.path(), &shop(StatusCode::UNAUTHORIZED, json!({ "error": "no" })).await).await;
    assert_eq!(refused.code, 1);
    assert_eq!((&refused.json()["ok"], &refused.json()["status"]), (&json!(false), &json!(401)), "{}", refused.out);
}

#[tokio::test]
async fn a_service_that_is_away_or_not_allowed_is_told_and_the_command_ends_with_1() {
    let directory = directory();
    // Nobody listens at the port of a listener that is gone.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (url, says) in [(format!("http://{gone}"), "connect"), ("http://10.255.255.1".to_owned(), "10.255.255.1")] {
        let away = tried(directory.path(), &url).await;
        assert_eq!(away.code, 1, "{}", away.out);
        let told = away.json();
        assert_eq!((&told["ok"], &told["status"]), (&json!(false), &Value::Null), "{told:#}");
        assert!(told["message"].as_str().unwrap().contains(says), "{told:#}");
    }
}

#[tokio::test]
async fn a_name_that_there_is_not_and_a_secret_that_is_none_are_said() {
    let directory = directory();
    std::fs::write(directory.path().join("secret.json"), format!("{{\"token\": {SECRET}}}")).unwrap();
    for (arguments, says) in [
        (
            &["connectors", "test", "absent", "--secret-file", "secret.json"][..],
            "artel: there is no connector absent; `artel connectors list` shows those there are\n",
        ),
        (
            &["connectors", "show", "absent"],
            "artel: there is no connector absent; `artel connectors list` shows those there are\n",
        ),
        (
            &["connectors", "test", "shop", "--secret-file", "secret.json"],
            "artel: secret.json is not a JSON object such as {\"token\": \"…\"}\n",
        ),
    ] {
        let said = artel(directory.path(), arguments).await;
        assert_eq!((said.code, said.out.as_str(), said.errors.as_str()), (1, "", says), "{arguments:?}");
    }
    // What a command is not is a fault of usage.
    assert_eq!(artel(directory.path(), &["connectors", "test", "shop"]).await.code, 2);
}

#[tokio::test]
async fn tools_are_listed_with_what_is_missing_and_how_to_have_it() {
    let directory = directory();
    let listed = artel(directory.path(), &["tools", "list"]).await;
    assert_eq!((listed.code, listed.errors.as_str()), (0, ""));
    assert!(listed.out.starts_with("TOOL "), "{}", listed.out);
    let line = listed.out.lines().find(|line| line.starts_with("web_search ")).unwrap();
    assert!(line.contains(" no ") && line.contains("SEARXNG_URL"), "{line}");

    let rows = artel(directory.path(), &["tools", "list", "--json"]).await.json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), listed.out.lines().count() - 1, "both have all tools");
    let search = rows.iter().find(|row| row["name"] == "web_search").unwrap();
    assert_eq!(search["available"], false);
    assert!(search["unavailable"]["how_to"].as_str().unwrap().contains("SEARXNG_URL"), "{search:#}");
    assert!(rows.iter().any(|row| row["name"] == "connector_execute" && row["available"] == true));
}
