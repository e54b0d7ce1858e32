use std::sync::Arc;

use artel_domain::Clock;
use artel_store::FileStore;

use crate::place::Place;

/// What files stand on: rows, bytes and time.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) rows: Arc<dyn FileStore>,
    pub(crate) place: Place,
    pub(crate) clock: Arc<dyn Clock>,
    /// The most bytes of one tenant's files; `None`: any number.
    pub(crate) most_of_tenant: Option<u64>,
}
