//! The promises of `artel-store`, on SQLite.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use artel_store::Store;
use artel_store_sqlite::{SqliteOptions, SqliteStore};

artel_store::conformance_tests!(make_store);

/// An empty database of its own; the directory is left to the system's temporary files.
async fn make_store() -> Arc<dyn Store> {
    let directory = tempfile::tempdir().unwrap().keep();
    let options = SqliteOptions::new(directory.join("artel.db").to_str().unwrap());
    Arc::new(SqliteStore::open(&options).await.unwrap())
}
