//! The auth service as its clients see it: the real binary, driven over HTTP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Each of these tests on SQLite and on PostgreSQL, as `name::on_sqlite` and `name::on_postgres`. Those that are about
/// no table stay on SQLite.
macro_rules! on_both_databases {
    ($($test:ident),* $(,)?) => {
        $(
            mod $test {
                use artel_testkit::Database;

                #[tokio::test]
                async fn on_sqlite() {
                    super::$test(Database::Sqlite).await;
                }

                #[tokio::test]
                async fn on_postgres() {
                    let Some(database) = Database::postgres().await else { return };
                    super::$test(database).await;
                }
            }
        )*
    };
}

mod attacks;
mod clients;
mod commands;
mod elsewhere;
mod gateway;
mod keys;
mod limits;
mod login_page;
mod people;
mod secrets;
mod services;
mod tokens;
mod world;
