//! The store and the bus that the configuration names.

use std::sync::Arc;

use anyhow::Context as _;
use artel_bus::{Bus, LocalBus};
use artel_bus_redis::RedisBus;
use artel_domain::{Clock, SystemClock};
use artel_store::Store;
use artel_store_postgres::{PostgresOptions, PostgresStore};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use secrecy::ExposeSecret as _;

use crate::config::{Config, Database};
use crate::database_clock::DatabaseClock;

/// Each open SQLite connection has its own page cache, and readers rarely wait for each other.
const SQLITE_READERS: u32 = 8;

/// Opens the store and brings its tables up to date.
pub(crate) async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match &config.database {
        Database::Sqlite(path) => {
            let options = SqliteOptions {
                path: path.clone(),
                pool_size: config.db_pool_size.min(SQLITE_READERS),
                max_overflow: 0,
                acquire_timeout: config.db_pool_timeout,
            };
            Arc::new(
                SqliteStore::open(&options)
                    .await
                    .with_context(|| format!("the database {} cannot be opened", path.display()))?,
            )
        }
        Database::Postgres(url) => {
            let options = PostgresOptions {
                url: url.expose_secret().to_owned(),
                pool_size: config.db_pool_size,
                max_overflow: config.db_max_overflow,
                pool_timeout_seconds: config.db_pool_timeout.as_secs(),
                pool_recycle_seconds: config.db_pool_recycle.as_secs(),
            };
            Arc::new(PostgresStore::connect(&options).await.context("the database of DATABASE_URL cannot be opened")?)
        }
    })
}

/// The clock of all processes that use the store. A file's users have one machine, and its clock.
pub(crate) async fn open_clock(config: &Config, store: &Arc<dyn Store>) -> anyhow::Result<Arc<dyn Clock>> {
    Ok(match &config.database {
        Database::Sqlite(_) => Arc::new(SystemClock),
        Database::Postgres(_) => {
            Arc::new(DatabaseClock::start(store.clone()).await.context("the database's clock cannot be read")?)
        }
    })
}

pub(super) async fn open_bus(config: &Config, clock: &dyn Clock) -> anyhow::Result<Arc<dyn Bus>> {
    Ok(match &config.redis_url {
        Some(url) => Arc::new(RedisBus::connect(url.expose_secret(), clock).await.context("REDIS_URL")?),
        None => Arc::new(LocalBus::new()),
    })
}
