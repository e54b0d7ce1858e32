//! Results that are kept: which calls they answer, and which they never do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_domain::{AuthType, EffectClass, PermissionScope, RateLimit, TenantId, UserId};
use artel_tools::{Approved, KeptResults, Registry};
use async_trait::async_trait;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Bench, Receiver, answer, failed, output};

/// What was kept, with its time, for ever.
#[derive(Default)]
struct Drawer(Mutex<BTreeMap<String, (Vec<u8>, Duration)>>);

impl Drawer {
    fn times(&self) -> Vec<Duration> {
        self.0.lock().unwrap().values().map(|(_, ttl)| *ttl).collect()
    }
}

#[async_trait]
impl KeptResults for Drawer {
    async fn find(&self, key: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().get(key).map(|(text, _)| text.clone())
    }

    async fn keep(&self, key: &str, text: Vec<u8>, ttl: Duration) {
        self.0.lock().unwrap().insert(key.to_owned(), (text, ttl));
    }
}

/// A tool that reads, and whose author wants its results kept for a minute.
fn reading(receiver: &Receiver) -> Bench {
    Bench::to(receiver, "/weather").with(|bench| {
        bench.tool.effect = EffectClass::ReadOnly;
        bench.tool.cache_ttl_seconds = Some(60);
        bench.args = json!({ "city": "Moscow", "days": 2 });
    })
}

fn remembering(bench: &Bench) -> (Registry, Arc<Drawer>) {
    let drawer = Arc::new(Drawer::default());
    (bench.tools().remembering(drawer.clone()), drawer)
}

#[tokio::test]
async fn the_same_call_is_answered_without_a_request_and_says_how_old_the_answer_is() {
    let receiver = Receiver::echoing().await;
    let bench = reading(&receiver);
    let (tools, drawer) = remembering(&bench);
    let first = bench.call(&tools).await;
    assert_eq!((first.attempts, first.cached_age_seconds), (1, None));
    let reordered = bench.with(|bench| bench.args = json!({ "days": 2, "city": "Moscow" }));
    let second = reordered.call(&tools).await;
    assert_eq!(output(&second), output(&first));
    assert_eq!((second.attempts, second.status_code), (0, None), "nothing was sent");
    assert!(second.request.is_none() && second.cached_age_seconds.is_some_and(|age| age <= 5), "{second:?}");
    assert_eq!((receiver.seen().len(), drawer.times()), (1, vec![Duration::from_mins(1)]));
}

#[tokio::test]
async fn whatever_decides_what_is_sent_and_as_whom_makes_another_call() {
    let receiver = Receiver::echoing().await;
    let changes: [fn(&mut Bench); 7] = [
        |bench| bench.tool.tenant_id = TenantId(Uuid::from_u128(77)),
        |bench| bench.user = UserId(Uuid::from_u128(78)),
        |bench| bench.tool.version = 2,
        |bench| bench.args = json!({ "city": "Omsk", "days": 2 }),
        |bench| bench.args = json!({ "city": "Moscow", "days": "2" }),
        |bench| drop(bench.secrets.0.lock().unwrap().insert("S".into(), "rotated".into())),
        |bench| bench.binding.allowed_domains = vec!["127.0.0.1".into()],
    ];
    let bench = || reading(&receiver).secret(AuthType::BearerToken, "s3cret");
    for (number, change) in changes.into_iter().enumerate() {
        let (before, after) = (bench(), bench().with(change));
        let drawer = Arc::new(Drawer::default());
        let sent = receiver.seen().len();
        output(&before.call(&before.tools().remembering(drawer.clone())).await);
        output(&after.call(&after.tools().remembering(drawer.clone())).await);
        assert_eq!(receiver.seen().len() - sent, 2, "change {number}");
    }
}

#[tokio::test]
async fn only_what_reads_and_was_asked_for_is_kept() {
    let receiver = Receiver::echoing().await;
    let changes: [fn(&mut Bench); 4] = [
        |bench| bench.tool.cache_ttl_seconds = None,
        |bench| bench.tool.effect = EffectClass::Idempotent,
        |bench| bench.binding.permission_scope = PermissionScope::Write,
        |bench| bench.approved = Some(Approved { account: None }),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let bench = reading(&receiver).with(change).with(|bench| bench.may_write = true);
        let (tools, _) = remembering(&bench);
        let sent = receiver.seen().len();
        for _ in 0..2 {
            assert_eq!(bench.call(&tools).await.cached_age_seconds, None);
        }
        assert_eq!(receiver.seen().len() - sent, 2, "change {number}: each call is made");
    }
}

#[tokio::test]
async fn nothing_but_a_whole_success_of_a_moderate_size_is_kept() {
    let refused = Receiver::start(|_, _| async { answer(404, &json!({ "error": "no such city" })) }).await;
    let bench = reading(&refused);
    let (tools, drawer) = remembering(&bench);
    for _ in 0..2 {
        failed(&bench.call(&tools).await);
    }
    assert_eq!((refused.seen().len(), drawer.times()), (2, vec![]));

    let large = Receiver::start(|_, _| async { answer(200, &Value::String("x".repeat(70_000))) }).await;
    let bench = reading(&large);
    let (tools, drawer) = remembering(&bench);
    output(&bench.call(&tools).await);
    assert_eq!(drawer.times(), [], "more than 64 KiB");

    let cut = reading(&large).with(|bench| bench.config.response_cap = 1000);
    let (tools, drawer) = remembering(&cut);
    assert!(cut.call(&tools).await.truncated);
    assert_eq!(drawer.times(), [], "a part of an answer");
}

#[tokio::test]
async fn an_answer_that_is_kept_is_checked_like_a_call_and_not_counted_as_one() {
    let receiver = Receiver::echoing().await;
    let bench = reading(&receiver)
        .with(|bench| bench.binding.rate_limit = "1/minute".parse::<RateLimit>().ok())
        .with(|bench| bench.tool.input_schema = json!({ "type": "object", "required": ["city"] }));
    let (tools, _) = remembering(&bench);
    for _ in 0..3 {
        output(&bench.call(&tools).await);
    }
    assert_eq!(receiver.seen().len(), 1);
    let other = bench.with(|bench| bench.args = json!({ "city": "Omsk" }));
    assert!(failed(&other.call(&tools).await).contains("at a rate of"), "calls that are made are counted");
    let unfit = other.with(|bench| bench.args = json!({}));
    failed(&unfit.call(&tools).await);
}

#[tokio::test]
async fn what_cannot_be_read_or_is_too_old_is_no_answer() {
    let receiver = Receiver::echoing().await;
    let bench = reading(&receiver);
    let (tools, drawer) = remembering(&bench);
    output(&bench.call(&tools).await);
    for text in [&b"not JSON"[..], br#"{"at":1000,"output":"old"}"#, br#"{"at":99999999999,"output":"of tomorrow"}"#] {
        drawer.0.lock().unwrap().values_mut().for_each(|kept| kept.0 = text.to_vec());
        let sent = receiver.seen().len();
        assert_eq!(output(&bench.call(&tools).await)["got"]["city"], "Moscow");
        assert_eq!(receiver.seen().len() - sent, 1);
    }
}
