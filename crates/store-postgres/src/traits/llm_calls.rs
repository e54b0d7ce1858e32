use artel_domain::Timestamp;
use artel_store::{LlmCall, LlmCallFilter, LlmCallGroup, LlmCallSum, LlmCalls, Result};
use async_trait::async_trait;

use crate::error::{retrying, sweeping_again, within};
use crate::llm_calls;
use crate::store::PostgresStore;
use crate::values::text;

#[async_trait]
impl LlmCalls for PostgresStore {
    async fn record_llm_calls(&self, calls: Vec<LlmCall>) -> Result<()> {
        retrying(|| llm_calls::record(&self.pool, &calls)).await
    }

    async fn list_llm_calls(&self, account: &str, filter: LlmCallFilter) -> Result<Vec<LlmCall>> {
        let rows = within(llm_calls::list(&self.pool, &text(account), filter)).await?;
        Ok(rows.into_iter().map(LlmCall::from).collect())
    }

    async fn sum_llm_calls(
        &self,
        account: &str,
        group: LlmCallGroup,
        filter: LlmCallFilter,
    ) -> Result<Vec<LlmCallSum>> {
        within(llm_calls::sum(&self.pool, &text(account), group, filter)).await
    }

    async fn forget_llm_calls(&self, before: Timestamp, limit: u32) -> Result<u64> {
        sweeping_again(|| llm_calls::forget(&self.pool, before, limit)).await
    }
}
