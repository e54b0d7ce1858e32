//! No statement may read a whole table: the cost of a claim or a commit must not grow with the history.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection};

use crate::support::open;

/// Tables and aliases that may be read from end to end: results of the statement itself, and what is small or meant to
/// be listed.
const MAY_BE_SCANNED: [&str; 22] = [
    "following",
    "json_each",
    "tenants",
    "signing_keys",
    "leased",
    "picked",
    "runnable",
    "sleeping",
    "t",
    "l",
    "u",
    "CONSTANT",
    "passed_over",
    "agents",
    // What is still to be told: it goes as it comes.
    "notices",
    "n",
    // The rows that recursive queries found in their step before.
    "a",
    "b",
    "above",
    "below",
    "f",
    "family",
];

/// Partial indexes, which hold a part of their tables: open runs, files that are not stored, files of sessions, webhook
/// endpoints that are switched on, executions that are not counted yet. And that of a queue, which is read as it comes.
const PARTIAL: [&str; 7] = [
    "INDEX runs_",
    "INDEX artifacts_to_sweep",
    "INDEX artifacts_of_ended",
    "INDEX webhook_endpoints_enabled",
    "INDEX task_executions_over",
    "INDEX task_starts_oldest",
    "INDEX memory_versions_of_user",
];

/// The statements of this crate, as `.sqlx` keeps them.
fn statements() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let files = std::fs::read_dir(directory).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let queries = files
        .map(|text| serde_json::from_slice::<serde_json::Value>(&text).unwrap()["query"].as_str().unwrap().to_owned());
    // Some are two or three statements in one trip.
    queries
        .flat_map(|query| query.split(';').map(|statement| statement.trim().to_owned()).collect::<Vec<_>>())
        .collect()
}

async fn plan(conn: &mut SqliteConnection, statement: &str) -> Vec<String> {
    // At run time, because the plan is asked for every statement there is.
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))).fetch_all(conn).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// `SCAN runs USING INDEX runs_leased` reads a partial index, which holds open runs only; those of artifacts are read
/// by the sweep alone.
fn reads_a_whole_table(step: &str) -> bool {
    let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
    // What a subquery found is a result of the statement; what the subquery reads is a step of its own.
    let is_result = |name: &str| MAY_BE_SCANNED.contains(&name) || name.starts_with("(subquery-");
    // A virtual table here is `json_each` over one value.
    let unbounded = scanned.is_some_and(|name| {
        !is_result(name) && !PARTIAL.iter().any(|index| step.contains(index)) && !step.contains("VIRTUAL TABLE")
    });
    unbounded || (step.contains("AUTOMATIC") && !step.starts_with("SEARCH u "))
}

#[tokio::test]
async fn no_statement_reads_a_whole_table() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    let _store = open(path.to_str().unwrap()).await;
    let mut conn = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    let statements = statements();
    assert!(statements.len() > 50, "only {} statements", statements.len());
    for statement in statements.iter().filter(|text| !text.contains("INTENT") && text.split(' ').count() > 2) {
        for step in plan(&mut conn, statement).await {
            assert!(!reads_a_whole_table(&step), "'{step}' in\n{statement}");
        }
    }
}

/// What one service sent is found by its own index, in order: however much others sent, nothing of it is read.
#[tokio::test]
async fn events_by_service_are_read_by_the_index_of_the_service() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    let _store = open(path.to_str().unwrap()).await;
    let mut conn = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    let by_service = |text: &String| {
        text.starts_with("SELECT id") && text.contains("FROM inbound_events") && text.contains("service = ?")
    };
    let statements: Vec<String> = statements().into_iter().filter(by_service).collect();
    assert_eq!(statements.len(), 1, "{statements:#?}");
    let plan = plan(&mut conn, &statements[0]).await;
    assert_eq!(
        plan,
        ["SEARCH inbound_events USING INDEX inbound_events_by_service (tenant_id=? AND service=? AND id<?)"],
        "neither a scan nor a sort"
    );
}
