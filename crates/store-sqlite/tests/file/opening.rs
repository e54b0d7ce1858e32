//! The file: how it is made, and when it is refused.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::support::{Tenant, open};
use artel_domain::{Clock, Event, SystemClock};
use artel_store::{Identities, Operations, Runs, StoreError};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn raw(path: &Path) -> sqlx::SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

#[tokio::test]
async fn only_its_owner_can_read_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/artel.db");
    let store = open(path.to_str().unwrap()).await;
    Tenant::fresh(&store).await;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    open(path.to_str().unwrap()).await.close().await;
    // At run time, because the table is sqlx's own and not in the schema that the macros see.
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)",
    )
    .execute(&mut raw(&path).await)
    .await
    .unwrap();
    let Err(StoreError::Broken(refusal)) = SqliteStore::open(&SqliteOptions::new(path.to_str().unwrap())).await else {
        panic!("it was opened");
    };
    let refusal = refusal.to_string();
    assert!(refusal.contains("newer version") && refusal.contains("9999"), "{refusal}");
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    let path = path.to_str().unwrap();
    SqliteStore::migrate(&SqliteOptions::new(path)).await.unwrap();
    let store = open(path).await;
    let tenant = Tenant::fresh(&store).await;
    let run = tenant.starts_run(&store).await;
    store.close().await;
    let refused = store.record_audit(tenant.id, tenant.audit("late")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "a closed store says so: {refused:?}");

    let store = open(&format!("sqlite://{path}")).await;
    assert!(store.find_run(&tenant.viewer(), run).await.unwrap().is_some());
    // The connection of the question before goes back to its pool in a task of its own.
    let at_rest = async {
        loop {
            let health = store.health().await.unwrap();
            if health.counted_connections <= 1 {
                return health;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let health = tokio::time::timeout(Duration::from_secs(5), at_rest).await;
    let health = health.unwrap_or_else(|_| panic!("nothing but a question is at work"));
    assert!(health.total_connections >= 2 && health.total_connections <= health.max_connections, "{health:?}");
    assert_eq!((health.pool_size, health.max_overflow, store.kind()), (5, 10, "sqlite"));
}

#[tokio::test]
async fn a_journal_entry_of_a_newer_version_is_read_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("artel.db");
    let store = open(path.to_str().unwrap()).await;
    let tenant = Tenant::fresh(&store).await;
    let run = tenant.starts_run(&store).await;
    let session = run.to_string();
    sqlx::query!(
        r#"INSERT INTO journal (tenant_id, session_id, seq, run_id, kind, payload, epoch, created_at)
           VALUES (?1, ?2, 7, ?3, 'telepathy', '{"kind":"telepathy"}', 1, 0)"#,
        tenant.id.0,
        session,
        run.0
    )
    .execute(&mut raw(&path).await)
    .await
    .unwrap();
    let entries = store.run_entries(&tenant.viewer(), run, 0, 10).await.unwrap();
    assert_eq!((entries.len(), entries[0].seq), (1, 7));
    let expected = Event::Other { kind: "telepathy".to_owned(), payload: r#"{"kind":"telepathy"}"#.to_owned() };
    assert_eq!(entries[0].event, expected);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_unavailable() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    std::fs::write(&file, SystemClock.uuid().to_string()).unwrap();
    let refused = SqliteStore::open(&SqliteOptions::new(file.join("artel.db").to_str().unwrap())).await;
    assert!(matches!(refused.map(|_| ()), Err(StoreError::Unavailable(_))));
}
