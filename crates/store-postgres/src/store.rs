//! The store: its pool, its lanes of shared transactions, its tables.

use artel_store::{Result, StoreError};
use sqlx::PgPool;
use sqlx::migrate::MigrateError;

use crate::admission::AdmitRuns;
use crate::audit::RecordAudit;
use crate::batch::Lanes;
use crate::error::store_error;
use crate::options::{PostgresOptions, connect_options, pool_options, postgres_url};

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
        let pool = pool_options(options).connect_with(connect).await.map_err(store_error)?;
        sqlx::migrate!().run(&pool).await.map_err(migration_error)?;
        Ok(Self {
            admissions: Lanes::new(AdmitRuns(pool.clone())),
            audit: Lanes::new(RecordAudit(pool.clone())),
            options: options.clone(),
            pool,
        })
    }
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
