//! Databases for tests, on the server that `ARTEL_TEST_POSTGRES_URL` names.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "these are tests")]

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use artel_store_postgres::{PostgresOptions, PostgresStore};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const URL: &str = "ARTEL_TEST_POSTGRES_URL";
const PREFIX: &str = "artel_test_";

/// The URL of a new, empty schema, which is all of the database that its connections see; `None` when there is no
/// server. In CI there must be one. (A database of its own would cost a checkpoint to remove.)
pub(crate) async fn database() -> Option<String> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var(URL) else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{URL} must be set in CI");
        eprintln!("skipped: {URL} is not set");
        return None;
    };
    let name = format!("{PREFIX}{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    drop_leftovers(&mut admin).await;
    // A name cannot be a parameter.
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&mut admin).await.unwrap();
    let joint = if server.contains('?') { '&' } else { '?' };
    Some(format!("{server}{joint}options=-c%20search_path%3D{name}"))
}

pub(crate) async fn store(url: &str) -> PostgresStore {
    PostgresStore::connect(&options(url)).await.unwrap()
}

pub(crate) fn options(url: &str) -> PostgresOptions {
    PostgresOptions {
        url: url.to_owned(),
        pool_size: 5,
        max_overflow: 5,
        pool_timeout_seconds: 10,
        pool_recycle_seconds: 300,
    }
}

/// A test cannot run anything after its end, so the next one removes what processes that are gone left behind.
async fn drop_leftovers(admin: &mut PgConnection) {
    let names: Vec<String> = sqlx::query_scalar!(
        "SELECT nspname::text AS \"name!\" FROM pg_namespace WHERE nspname LIKE 'artel\\_test\\_%'"
    )
    .fetch_all(&mut *admin)
    .await
    .unwrap();
    for name in names.into_iter().filter(|name| is_leftover(name)) {
        // Another test may be quicker.
        drop(sqlx::query(AssertSqlSafe(format!("DROP SCHEMA IF EXISTS {name} CASCADE"))).execute(&mut *admin).await);
    }
}

fn is_leftover(name: &str) -> bool {
    let pid = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
    pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists())
}
