//! The store: its pool, its lanes of shared transactions, its tables.

use artel_store::{Result, StoreError};
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgPool};

use crate::admission::AdmitRuns;
use crate::audit::RecordAudit;
use crate::batch::Lanes;
use crate::error::store_error;
use crate::options::{PostgresOptions, connect_options, pool_options, postgres_url};

/// How long one more try may take that is only made to learn the cause.
const PATIENCE_FOR_A_CAUSE: std::time::Duration = std::time::Duration::from_secs(3);

/// The store on PostgreSQL.
#[derive(Debug)]
pub struct PostgresStore {
    pub(crate) pool: PgPool,
    pub(crate) options: PostgresOptions,
    pub(crate) admissions: Lanes<AdmitRuns>,
    pub(crate) audit: Lanes<RecordAudit>,
}

impl PostgresStore {
    /// Opens the pool and brings the tables up to this binary's version, under the database's migration lock.
    pub async fn connect(options: &PostgresOptions) -> Result<Self> {
        let url = postgres_url(&options.url);
        let connect = connect_options(&url).map_err(store_error)?;
        let pool = match pool_options(options).connect_with(connect.clone()).await {
            Ok(pool) => pool,
            Err(error) => return Err(unreachable(&connect, error).await),
        };
        sqlx::migrate!().run(&pool).await.map_err(migration_error)?;
        Ok(Self {
            admissions: Lanes::new(AdmitRuns(pool.clone())),
            audit: Lanes::new(RecordAudit(pool.clone())),
            options: options.clone(),
            pool,
        })
    }
}

/// Names the server that refused us, and why. A pool that gave up waiting knows neither.
async fn unreachable(connect: &PgConnectOptions, given_up: sqlx::Error) -> StoreError {
    let cause = match tokio::time::timeout(PATIENCE_FOR_A_CAUSE, connect.connect()).await {
        Ok(Err(cause)) => cause,
        Ok(Ok(_)) | Err(_) => given_up,
    };
    let cause = match cause {
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    };
    let (host, port) = (connect.get_host(), connect.get_port());
    StoreError::Unavailable(format!("PostgreSQL at {host}:{port}: {cause}").into())
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => store_error(error),
        MigrateError::VersionMissing(version) => StoreError::Broken(
            format!("its schema (migration {version}) is newer than this binary: start a newer one").into(),
        ),
        MigrateError::VersionMismatch(version) => {
            StoreError::Broken(format!("its migration {version} is not the one of this binary").into())
        }
        other => StoreError::Broken(Box::new(other)),
    }
}
