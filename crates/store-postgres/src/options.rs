//! Where the database is, and how its connections are set up.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

/// A connection that slept longer than this is asked whether it still lives before it is given out; a busy one is not.
const TRUSTED_IDLE: Duration = Duration::from_millis(500);
/// Every statement of this crate fits.
const PREPARED_STATEMENTS: usize = 256;

/// What was acknowledged is on disk, whatever the server's or the role's default is. Statements this short never gain
/// from being compiled. And each is planned once, for any tenant: planned for one tenant that the statistics do not
/// know yet (a new one, with its first thousand runs), it would go over all rows of that tenant.
const SESSION: [(&str, &str); 3] =
    [("synchronous_commit", "on"), ("jit", "off"), ("plan_cache_mode", "force_generic_plan")];

/// Where the database is and how many connections it may take.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://`, `postgresql://` or `postgresql+asyncpg://`.
    pub url: String,
    pub pool_size: u32,
    /// Connections beyond `pool_size` while there is a rush.
    pub max_overflow: u32,
    /// How long a caller waits for a connection.
    pub pool_timeout_seconds: u64,
    /// Age at which a connection is replaced.
    pub pool_recycle_seconds: u64,
}

pub(crate) fn connect_options(url: &str) -> sqlx::Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(url)?
        .application_name("artel")
        .statement_cache_capacity(PREPARED_STATEMENTS)
        .options(SESSION)
        .disable_statement_logging())
}

pub(crate) fn pool_options(options: &PostgresOptions) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections((options.pool_size + options.max_overflow).max(1))
        .acquire_timeout(Duration::from_secs(options.pool_timeout_seconds))
        .max_lifetime(Duration::from_secs(options.pool_recycle_seconds))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move { Ok(meta.idle_for < TRUSTED_IDLE || connection.ping().await.is_ok()) })
        })
}

/// The URL without the driver that SQLAlchemy puts into the scheme, and with its `ssl=` under the name that libpq gives
/// it.
pub(crate) fn postgres_url(url: &str) -> Cow<'_, str> {
    let Some(rest) = url.strip_prefix("postgresql+asyncpg://") else { return Cow::Borrowed(url) };
    Cow::Owned(format!("postgresql://{}", rest.replace("?ssl=", "?sslmode=").replace("&ssl=", "&sslmode=")))
}

#[cfg(test)]
mod tests {
    use super::postgres_url;

    #[test]
    fn an_url_written_for_asyncpg_is_understood() {
        assert_eq!(
            postgres_url("postgresql+asyncpg://a:b@h:1/d?ssl=require"),
            "postgresql://a:b@h:1/d?sslmode=require"
        );
        assert_eq!(postgres_url("postgres://h/d?sslmode=disable"), "postgres://h/d?sslmode=disable");
    }
}
