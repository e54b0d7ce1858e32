use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use uuid::Uuid;

/// A database for one test.
#[derive(Debug)]
pub enum Database {
    /// A file in the process's data directory.
    Sqlite,
    /// A new database on the server of `ARTEL_TEST_POSTGRES_URL`. It is dropped with this value.
    Postgres { url: String, admin_url: String, name: String },
}

impl Database {
    /// A new PostgreSQL database, and the Redis URL if there is one. `None` when the machine has no test server: the
    /// reason is printed, and in CI that is a failure.
    pub async fn postgres() -> Option<Self> {
        let Ok(admin_url) = std::env::var("ARTEL_TEST_POSTGRES_URL") else {
            assert!(std::env::var_os("CI").is_none(), "ARTEL_TEST_POSTGRES_URL is not set; ./scripts/test sets it");
            println!("skipped: ARTEL_TEST_POSTGRES_URL is not set; ./scripts/test starts a server and sets it");
            return None;
        };
        Some(Self::on_postgres(&admin_url).await)
    }

    /// A new database on this server.
    pub(crate) async fn on_postgres(admin_url: &str) -> Self {
        let admin_url = admin_url.to_owned();
        let name = format!("artel_{}", Uuid::now_v7().simple());
        let mut admin = PgConnection::connect(&admin_url).await.expect("the PostgreSQL test server");
        admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a fresh database");
        let (base, query) = admin_url
            .split_once('?')
            .map_or((admin_url.as_str(), String::new()), |(base, query)| (base, format!("?{query}")));
        let server = base.rsplit_once('/').map_or(base, |(server, _)| server);
        let url = format!("{server}/{name}{query}");
        Self::Postgres { url, admin_url, name }
    }

    /// Runs this SQL text of many statements in the database of a process that has not started yet. `data` is its data
    /// directory.
    pub(crate) async fn restore(&self, data: &Path, sql: &str) {
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite => {
                std::fs::create_dir_all(data).expect("the data directory");
                let file = SqliteConnectOptions::new().filename(data.join("artel.db")).create_if_missing(true);
                let mut database = SqliteConnection::connect_with(&file).await.expect("a database file");
                sql.execute(&mut database).await.expect("the recorded database");
                database.close().await.expect("a closed file");
            }
            Self::Postgres { url, .. } => {
                let mut database = PgConnection::connect(url).await.expect("the fresh database");
                sql.execute(&mut database).await.expect("the recorded database");
            }
        }
    }

    /// The first column of the rows of a statement. `data` is the data directory of the process that uses the database.
    pub(crate) async fn texts(&self, data: &Path, statement: &str) -> Vec<String> {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        match self {
            Self::Sqlite => {
                let file = SqliteConnectOptions::new().filename(data.join("artel.db"));
                let mut database = SqliteConnection::connect_with(&file).await.expect("the database file");
                sqlx::query_scalar(statement).fetch_all(&mut database).await.expect("rows of texts")
            }
            Self::Postgres { url, .. } => {
                let mut database = PgConnection::connect(url).await.expect("the database");
                sqlx::query_scalar(statement).fetch_all(&mut database).await.expect("rows of texts")
            }
        }
    }

    /// The same database by way of a proxy that can disturb the talk with it; `None` for SQLite, which talks to nobody.
    pub async fn disturbed(self) -> (Self, Option<crate::DatabaseProxy>) {
        match &self {
            Self::Sqlite => (self, None),
            Self::Postgres { url, .. } => {
                let proxy = crate::DatabaseProxy::start(url).await;
                let through = proxy.url().to_owned();
                (self.at(through), Some(proxy))
            }
        }
    }

    fn at(mut self, through: String) -> Self {
        if let Self::Postgres { url, .. } = &mut self {
            *url = through;
        }
        self
    }

    /// The environment variables that make Artel use it.
    pub fn environment(&self) -> Vec<(String, String)> {
        match self {
            Self::Sqlite => Vec::new(),
            Self::Postgres { url, .. } => {
                let redis = std::env::var("ARTEL_TEST_REDIS_URL").ok().map(|url| ("REDIS_URL".to_owned(), url));
                std::iter::once(("DATABASE_URL".to_owned(), url.clone())).chain(redis).collect()
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self::Postgres { admin_url, name, .. } = self else { return };
        let (admin_url, name) = (admin_url.clone(), name.clone());
        // A new runtime, because the current one may be shutting down.
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                if let Ok(mut admin) = PgConnection::connect(&admin_url).await {
                    let _ = admin
                        .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
                        .await;
                }
            });
        })
        .join();
    }
}

/// Defines two tests of one function that takes a [`Database`]: `promise as on_sqlite, on_postgres;` for each.
#[macro_export]
macro_rules! on_both_stores {
    ($($promise:ident as $sqlite:ident, $postgres:ident;)*) => {$(
        #[tokio::test]
        async fn $sqlite() {
            $promise($crate::Database::Sqlite).await;
        }

        #[tokio::test]
        async fn $postgres() {
            let Some(database) = $crate::Database::postgres().await else { return };
            $promise(database).await;
        }
    )*};
}
