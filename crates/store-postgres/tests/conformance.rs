//! Every promise of the store traits, each on a database of its own.

mod scratch;

use std::sync::Arc;

use artel_store::Store;

async fn make_store() -> Option<Arc<dyn Store>> {
    let url = scratch::database().await?;
    Some(Arc::new(scratch::store(&url).await))
}

artel_store::conformance_tests!(make_store);
