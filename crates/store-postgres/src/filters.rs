//! Reading lists by filters.

use sqlx::{PgPool, PgTransaction};

use crate::begun::begin_with;

/// For lists with filters that may be absent: these are planned for the filters at hand. Ends with the transaction,
/// which only reads.
const FILTERED: &str = "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan";

/// A transaction for reading a list by filters; dropping it ends it.
pub(crate) async fn filtered(pool: &PgPool) -> sqlx::Result<PgTransaction<'static>> {
    begin_with(pool, FILTERED).await
}
