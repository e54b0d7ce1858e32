//! Large replies: nobody else waits for their reading, and what a call holds has an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use artel_connector_engine::{ExecuteError, PageBounds};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::service::{Service, raw};

async fn http() -> Service {
    Service::start("http", &["own.example"], json!({"base_url": "http://own.example", "bearer": "t0ken-1"})).await
}

async fn one_c() -> Service {
    let credential = json!({"base": "http://server.example/base", "username": "ada", "password": "pass-word"});
    Service::start("one_c_odata", &["server.example"], credential).await
}

fn get() -> Value {
    json!({"method": "GET", "path": "/"})
}

/// Notes the longest time that this thread's tasks had to wait for it.
async fn watches(longest: Arc<AtomicU64>) {
    loop {
        let before = Instant::now();
        tokio::time::sleep(Duration::from_millis(2)).await;
        longest.fetch_max(before.elapsed().as_micros() as u64, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_large_reply_holds_up_nobody_who_shares_the_thread() {
    let body = format!("[{}0]", "\"t0ken-1 and what comes with it\",".repeat(300_000)).into_bytes();
    let alone = Instant::now();
    drop(artel_connectors::reply::json(&body));
    let (alone, longest) = (alone.elapsed(), Arc::new(AtomicU64::new(0)));
    let service = http().await;
    service.answers([raw(200, &[("content-type", "application/json")], &body)]);
    let mut tasks = JoinSet::new();
    tasks.spawn(watches(Arc::clone(&longest)));
    let data = service.call("request", &get()).await.unwrap().data;
    let waited = Duration::from_micros(longest.load(Ordering::Relaxed));
    assert_eq!((data.as_array().unwrap().len(), &data[0]), (300_001, &json!("*** and what comes with it")));
    assert!(waited < alone / 2, "others waited {waited:?}, and the reading takes {alone:?}");
}

#[tokio::test]
async fn pages_end_at_a_size_with_the_place_to_go_on_from() {
    let service = one_c().await;
    let item = json!({ "text": "x".repeat(3 * 1024 * 1024) });
    let page = json!({ "value": [item, item] }).to_string();
    service.answers((0..4).map(|_| raw(200, &[("content-type", "application/json")], page.as_bytes())));
    let bounds = PageBounds { max_pages: 4, max_items: 100 };
    let params = json!({"entity": "Catalog_X", "top": 2});
    let outcome = service.call_with("query", &params, Some(bounds), Duration::from_mins(1)).await.unwrap();
    assert_eq!((outcome.pages, outcome.data.as_array().unwrap().len(), outcome.is_full), (2, 4, true));
    assert_eq!(outcome.next.unwrap()["skip"], json!(4));
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn an_answer_of_very_many_values_is_refused() {
    let service = http().await;
    let body = format!("[{}0]", "0,".repeat(600_000));
    service.answers([raw(200, &[], body.as_bytes())]);
    let told = service.call("request", &get()).await.unwrap_err();
    assert!(matches!(&told, ExecuteError::Refused(failure) if failure.message.contains("ask for less")), "{told:?}");
}
