use std::sync::Arc;

use artel_domain::{Timestamp, Usage};

use super::world::uuid;
use crate::{LlmCall, LlmCallFilter, LlmCallSum, Store};

const ALL: LlmCallFilter = LlmCallFilter { since: None, until: None, limit: 100 };

fn at(seconds: i64) -> Timestamp {
    artel_domain::clock::micros(1_767_323_045_000_001 + seconds * 1_000_000)
}

/// With everything that may be absent.
fn full(account: &str, seconds: i64) -> LlmCall {
    let usage = Usage {
        prompt_tokens: 100,
        completion_tokens: 20,
        cached_tokens: 30,
        reasoning_tokens: 5,
        cache_write_tokens: 7,
    };
    LlmCall {
        id: uuid(),
        account: account.to_owned(),
        requested_model: "route:fast".to_owned(),
        provider: "custom:местный".to_owned(),
        model: "qwen:0.5b".to_owned(),
        outcome: "error".to_owned(),
        error_code: Some("model_timeout".to_owned()),
        attempts: 3,
        fallbacks: 1,
        usage: Some(usage),
        is_estimated: true,
        cost_nano_usd: Some(i64::MAX / 4),
        started_at: at(seconds),
        latency_micros: 1_234_567,
        first_token_micros: Some(89_000),
        deltas: 12,
        streamed_bytes: 3456,
        trace_id: Some("4bf92f35-77b3-4da6-a3ce-929d0e0e4736".to_owned()),
    }
}

/// With nothing that may be absent.
fn bare(account: &str, seconds: i64) -> LlmCall {
    LlmCall {
        outcome: "ok".to_owned(),
        error_code: None,
        usage: None,
        is_estimated: false,
        cost_nano_usd: None,
        first_token_micros: None,
        trace_id: None,
        ..full(account, seconds)
    }
}

pub async fn a_call_is_found_as_it_was_recorded_newest_first(store: Arc<dyn Store>) {
    let calls = [bare("a", 2), full("a", 1), full("a", 0)];
    store.record_llm_calls(vec![calls[2].clone(), calls[0].clone(), calls[1].clone()]).await.unwrap();
    assert_eq!(store.list_llm_calls("a", ALL).await.unwrap(), calls);
    assert_eq!(store.list_llm_calls("a", LlmCallFilter { limit: 1, ..ALL }).await.unwrap(), calls[..1]);
    let middle = LlmCallFilter { since: Some(at(1)), until: Some(at(2)), ..ALL };
    assert_eq!(store.list_llm_calls("a", middle).await.unwrap(), calls[1..2]);
}

pub async fn a_batch_may_be_recorded_again(store: Arc<dyn Store>) {
    let (first, second) = (full("a", 0), bare("a", 1));
    store.record_llm_calls(vec![first.clone()]).await.unwrap();
    store.record_llm_calls(vec![LlmCall { attempts: 99, ..first.clone() }, second.clone()]).await.unwrap();
    store.record_llm_calls(Vec::new()).await.unwrap();
    assert_eq!(store.list_llm_calls("a", ALL).await.unwrap(), [second, first]);
}

pub async fn a_large_batch_is_recorded_whole(store: Arc<dyn Store>) {
    store.record_llm_calls((0..1000).map(|seconds| full("a", seconds)).collect()).await.unwrap();
    let listed = store.list_llm_calls("a", LlmCallFilter { limit: 2000, ..ALL }).await.unwrap();
    assert_eq!(listed.len(), 1000);
}

pub async fn sums_are_by_provider_and_model(store: Arc<dyn Store>) {
    let cheap = |seconds| LlmCall { cost_nano_usd: Some(5), ..full("a", seconds) };
    let other = LlmCall { provider: "openai".to_owned(), ..bare("a", 3) };
    store.record_llm_calls(vec![cheap(0), cheap(1), bare("a", 2), other, full("b", 0)]).await.unwrap();
    let sum = |provider: &str, calls, errors, prompt_tokens, completion_tokens, cost_nano_usd| LlmCallSum {
        provider: provider.to_owned(),
        model: "qwen:0.5b".to_owned(),
        calls,
        errors,
        prompt_tokens,
        completion_tokens,
        cost_nano_usd,
    };
    let sums = store.sum_llm_calls("a", ALL).await.unwrap();
    assert_eq!(sums, [sum("custom:местный", 3, 2, 200, 40, 10), sum("openai", 1, 0, 0, 0, 0)]);
    let later = LlmCallFilter { since: Some(at(1)), until: Some(at(2)), limit: 0 };
    assert_eq!(store.sum_llm_calls("a", later).await.unwrap(), [sum("custom:местный", 1, 1, 100, 20, 5)]);
}

pub async fn the_oldest_calls_are_forgotten_a_few_at_a_time(store: Arc<dyn Store>) {
    let calls: Vec<_> =
        [("a", 5), ("b", 4), ("a", 3), ("b", 2), ("a", 1)].map(|(account, seconds)| bare(account, seconds)).into();
    store.record_llm_calls(calls.clone()).await.unwrap();
    let of = async |account: &str| store.list_llm_calls(account, ALL).await.unwrap();
    assert_eq!(store.forget_llm_calls(at(1), 10).await.unwrap(), 0, "one that began then is not older");
    assert_eq!(store.forget_llm_calls(at(4), 2).await.unwrap(), 2);
    assert_eq!((of("a").await, of("b").await), (vec![calls[0].clone(), calls[2].clone()], vec![calls[1].clone()]));
    assert_eq!(store.forget_llm_calls(at(4), 2).await.unwrap(), 1);
    assert_eq!(store.forget_llm_calls(at(4), 2).await.unwrap(), 0);
    assert_eq!((of("a").await.len(), of("b").await.len()), (1, 1));
}

pub async fn accounts_do_not_mix(store: Arc<dyn Store>) {
    store.record_llm_calls(vec![full("a", 0)]).await.unwrap();
    assert!(store.list_llm_calls("b", ALL).await.unwrap().is_empty());
    assert!(store.sum_llm_calls("", ALL).await.unwrap().is_empty());
}
