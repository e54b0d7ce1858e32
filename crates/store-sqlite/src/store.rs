use std::time::Duration;

use artel_store::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlitePool};

use crate::error::Outcome;
use crate::options::SqliteOptions;
use crate::startup;
use crate::writer::{Intent, Writer};

/// Longer than any write of another process takes, so that two of them only wait for each other.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// More than there are statements, so that each is prepared once.
const STATEMENTS: usize = 256;

/// The store in one SQLite file.
pub struct SqliteStore {
    pub(crate) reads: SqlitePool,
    pub(crate) options: SqliteOptions,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file, making it (readable by its owner only) and its directory when absent, and brings its schema up
    /// to date. `Broken` when a newer version of Artel wrote it.
    pub async fn open(options: &SqliteOptions) -> Result<Self, StoreError> {
        Ok(Self::opened(options).await?)
    }

    /// Brings the schema up to date and does nothing else.
    pub async fn migrate(options: &SqliteOptions) -> Result<(), StoreError> {
        let _lock = startup::lock(&options.path).await?;
        let mut conn = writing(options).connect().await.map_err(crate::error::Failure::from)?;
        startup::migrate(&mut conn).await?;
        Ok(conn.close().await.map_err(crate::error::Failure::from)?)
    }

    async fn opened(options: &SqliteOptions) -> Outcome<Self> {
        let _lock = startup::lock(&options.path).await?;
        let mut conn = writing(options).connect().await?;
        startup::migrate(&mut conn).await?;
        let reads = SqlitePoolOptions::new()
            .max_connections(options.readers())
            .acquire_timeout(options.patience())
            // The file is here or nowhere: asking before each use would double the cost of a read.
            .test_before_acquire(false)
            .connect_with(reading(options))
            .await?;
        let writer = Writer::start(conn, writing(options), options.patience())?;
        Ok(Self { reads, options: options.clone(), writer })
    }

    /// Runs `intent` in the writer's next transaction and answers when that is durable.
    pub(crate) async fn write<I, O>(&self, input: I, intent: Intent<I, O>) -> Result<O, StoreError>
    where
        I: Send + Sync + 'static,
        O: Send + 'static,
    {
        Ok(self.writer.write(input, intent).await?)
    }

    pub(crate) async fn finish(&self) {
        self.writer.close().await;
        self.reads.close().await;
    }
}

fn common(options: &SqliteOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(&options.path)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS)
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

fn writing(options: &SqliteOptions) -> SqliteConnectOptions {
    common(options)
        .thread_name(|_| "sqlite-writer".to_owned())
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", "-16000")
        // A checkpoint stalls the writer for two fsyncs: fewer, bigger ones.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
}

fn reading(options: &SqliteOptions) -> SqliteConnectOptions {
    common(options).thread_name(|_| "sqlite-reader".to_owned()).read_only(true)
}
