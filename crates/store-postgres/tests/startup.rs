//! What happens before the first query: URLs, migrations, versions.

mod scratch;

use std::sync::Arc;

use artel_store::conformance::world::World;
use artel_store::{Operations, Store, StoreError};
use artel_store_postgres::{PostgresOptions, PostgresStore};
use sqlx::{Connection, PgConnection};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_may_start_on_an_empty_database_at_once() {
    let Some(url) = scratch::database().await else { return };
    let starts: JoinSet<_> = (0..4).map(|_| url.clone()).map(|url| async move { scratch::store(&url).await }).collect();
    for store in starts.join_all().await {
        store.close().await;
    }
}

#[tokio::test]
async fn a_database_newer_than_the_binary_is_refused_by_name() {
    let Some(url) = scratch::database().await else { return };
    scratch::store(&url).await.close().await;
    let mut admin = PgConnection::connect(&url).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, ''::bytea, 0)",
    )
    .execute(&mut admin)
    .await
    .unwrap();
    let refused = PostgresStore::connect(&scratch::options(&url)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Broken(_)));
    assert!(refused.to_string().contains("migration 9999) is newer than this binary"), "{refused}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_available() {
    let options =
        PostgresOptions { pool_timeout_seconds: 1, ..scratch::options("postgres://artel@127.0.0.1:1/nothing") };
    assert!(matches!(PostgresStore::connect(&options).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn an_asyncpg_url_opens_the_same_database() {
    let Some(url) = scratch::database().await else { return };
    let rest = url.split_once("://").unwrap().1;
    let store = scratch::store(&format!("postgresql+asyncpg://{rest}")).await;
    let health = store.health().await.unwrap();
    assert!(health.total_connections >= 1 && health.max_connections > health.total_connections, "{health:?}");
    assert_eq!((health.pool_size, health.max_overflow), (5, 5));
    assert!(health.latency_ms > 0.0);
    store.close().await;
    assert!(matches!(store.health().await, Err(StoreError::Unavailable(_))), "closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_that_postgresql_cannot_keep_does_not_fail_a_request() {
    let Some(url) = scratch::database().await else { return };
    let store: Arc<dyn Store> = Arc::new(scratch::store(&url).await);
    let ada = World::new(&store).await;
    let agent = ada.creates_agent("nul \0 inside").await;
    assert_eq!(agent.name, "nul \u{fffd} inside");
    ada.starts("session \0").await;
    assert!(
        store.find_session(&ada.viewer(), &artel_domain::SessionId("session \0".to_owned())).await.unwrap().is_some()
    );
}
