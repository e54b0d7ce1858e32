use std::sync::Arc;

use artel_domain::{Timestamp, Usage};

use super::world::uuid;
use crate::{LlmCall, LlmCallFilter, LlmCallGroup, LlmCallSum, Store};

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
        agent_id: None,
        user_id: None,
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

/// The sums as (key, calls, errors, tokens, cost), with ids in the form that people read.
async fn sums(store: &Arc<dyn Store>, group: LlmCallGroup, filter: LlmCallFilter) -> Vec<(Option<String>, [i64; 4])> {
    let sums = store.sum_llm_calls("a", group, filter).await.unwrap();
    let tokens = |sum: &LlmCallSum| sum.prompt_tokens + sum.completion_tokens;
    sums.into_iter().map(|sum| (sum.key.clone(), [sum.calls, sum.errors, tokens(&sum), sum.cost_nano_usd])).collect()
}

pub async fn sums_are_by_day_agent_model_or_user(store: Arc<dyn Store>) {
    const DAY: i64 = 86_400;
    let (agent, user, other) = (uuid(), uuid(), uuid());
    let by = |user_id, seconds, cost_nano_usd| LlmCall {
        agent_id: Some(agent),
        user_id: Some(user_id),
        cost_nano_usd: Some(cost_nano_usd),
        ..full("a", seconds)
    };
    let proxied = LlmCall { provider: "openai".to_owned(), user_id: Some(other), ..bare("a", DAY) };
    let unknown = LlmCall { provider: "openai".to_owned(), ..bare("a", DAY) };
    let foreign = full("b", 0);
    store
        .record_llm_calls(vec![by(user, 0, 5), by(user, DAY, 5), by(other, 0, 4), proxied, unknown, foreign])
        .await
        .unwrap();
    let key = |id: uuid::Uuid| Some(id.to_string());
    let word = |word: &str| Some(word.to_owned());
    let days = [(word("2026-01-02"), [2, 2, 240, 9]), (word("2026-01-03"), [3, 1, 120, 5])];
    assert_eq!(sums(&store, LlmCallGroup::Day, ALL).await, days);
    let agents = [(key(agent), [3, 3, 360, 14]), (None, [2, 0, 0, 0])];
    assert_eq!(sums(&store, LlmCallGroup::Agent, ALL).await, agents, "what the proxy's clients asked has no agent");
    let models = [(word("custom:местный:qwen:0.5b"), [3, 3, 360, 14]), (word("openai:qwen:0.5b"), [2, 0, 0, 0])];
    assert_eq!(sums(&store, LlmCallGroup::Model, ALL).await, models);
    let users = [(key(user), [2, 2, 240, 10]), (key(other), [2, 1, 120, 4]), (None, [1, 0, 0, 0])];
    assert_eq!(sums(&store, LlmCallGroup::User, ALL).await, users);
    let first = LlmCallFilter { since: Some(at(0)), until: Some(at(DAY)), limit: 1 };
    assert_eq!(sums(&store, LlmCallGroup::User, first).await, [(key(user), [1, 1, 120, 5])], "the dearest, of one day");
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
    assert!(store.sum_llm_calls("b", LlmCallGroup::User, ALL).await.unwrap().is_empty());
}
