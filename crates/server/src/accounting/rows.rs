//! A call as the store keeps it.

use std::time::Duration;

use artel_llm::CallRecord;
use artel_store::LlmCall;

pub(super) fn row(call: &CallRecord) -> LlmCall {
    LlmCall {
        id: call.id,
        account: call.account.clone(),
        agent_id: call.used_by.agent_id,
        user_id: call.used_by.user_id,
        requested_model: call.requested.to_string(),
        provider: call.served.provider().to_owned(),
        model: call.served.model().to_owned(),
        outcome: call.outcome.word().to_owned(),
        error_code: call.outcome.error_code().map(str::to_owned),
        attempts: call.attempts.into(),
        fallbacks: call.fallbacks.into(),
        usage: call.usage,
        is_estimated: call.is_estimated,
        cost_nano_usd: call.cost_nanos,
        started_at: call.started_at,
        latency_micros: micros(call.latency),
        first_token_micros: call.time_to_first_token.map(micros),
        deltas: whole(call.deltas),
        streamed_bytes: whole(call.streamed_bytes),
        trace_id: call.trace.map(|trace| trace.trace_id.to_string()),
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
