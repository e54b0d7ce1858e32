use artel_domain::Timestamp;
use artel_store::{LlmCall, LlmCallFilter, LlmCallGroup, LlmCallSum, LlmCalls, Result};
use async_trait::async_trait;

use crate::llm_calls;
use crate::store::SqliteStore;

#[async_trait]
impl LlmCalls for SqliteStore {
    async fn record_llm_calls(&self, calls: Vec<LlmCall>) -> Result<()> {
        if calls.is_empty() {
            return Ok(());
        }
        self.write(calls, |calls, tx| Box::pin(llm_calls::record(tx, calls))).await
    }

    async fn list_llm_calls(&self, account: &str, filter: LlmCallFilter) -> Result<Vec<LlmCall>> {
        Ok(llm_calls::list(&self.reads, account, filter).await?)
    }

    async fn sum_llm_calls(
        &self,
        account: &str,
        group: LlmCallGroup,
        filter: LlmCallFilter,
    ) -> Result<Vec<LlmCallSum>> {
        Ok(llm_calls::sum(&self.reads, account, group, filter).await?)
    }

    async fn forget_llm_calls(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write((before, limit), |(before, limit), tx| Box::pin(llm_calls::forget(tx, *before, *limit))).await
    }
}
