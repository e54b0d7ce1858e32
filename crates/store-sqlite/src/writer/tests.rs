use std::sync::Arc;

use artel_domain::{Actor, Clock, SystemClock};
use artel_store::{AuditFilter, Identities, Operations};
use tokio::task::JoinSet;

use super::*;
use crate::{SqliteOptions, SqliteStore};

async fn store() -> Arc<SqliteStore> {
    let directory = tempfile::tempdir().unwrap().keep();
    Arc::new(SqliteStore::open(&SqliteOptions::new(directory.join("artel.db").to_str().unwrap())).await.unwrap())
}

fn entry(action: &'static str) -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action,
        entity_type: "thing",
        entity_id: String::new(),
        trace_id: String::new(),
        outcome: "ok".to_owned(),
        details: None,
        at: SystemClock.now(),
    }
}

/// What the writing task is asked to do to a tenant.
#[derive(Clone, Copy, PartialEq)]
enum Deed {
    Write,
    WriteThenFail,
    WriteThenPanic,
}

async fn commit(tx: &mut Tx, tenant: TenantId, deed: Deed) -> Outcome<()> {
    sqlx::query!("INSERT INTO tenants (id, created_at) VALUES (?1, 0)", tenant.0).execute(&mut tx.conn).await?;
    tx.audit(tenant, &entry("deed"));
    match deed {
        Deed::Write => Ok(()),
        Deed::WriteThenFail => Err(Failure(StoreError::Fenced)),
        Deed::WriteThenPanic => panic!("on purpose"),
    }
}

async fn ask(store: &SqliteStore, tenant: TenantId, deed: Deed) -> Result<(), StoreError> {
    store.write((tenant, deed), |(tenant, deed), tx| Box::pin(commit(tx, *tenant, *deed))).await
}

async fn is_written(store: &SqliteStore, tenant: TenantId) -> bool {
    let rows = store
        .list_audit(&artel_store::Viewer::service(tenant), AuditFilter { limit: 10, ..AuditFilter::default() })
        .await
        .unwrap();
    let listed = store.list_tenants().await.unwrap().contains(&tenant);
    assert_eq!(listed, rows.len() == 1, "a write and its audit row go together");
    listed
}

#[tokio::test]
async fn a_write_that_fails_or_panics_leaves_nothing_and_disturbs_nobody() {
    let store = store().await;
    let mut asked = JoinSet::new();
    for i in 0..60 {
        let (store, tenant) = (Arc::clone(&store), TenantId(SystemClock.uuid()));
        let deed = match i % 5 {
            0 => Deed::WriteThenFail,
            1 => Deed::WriteThenPanic,
            _ => Deed::Write,
        };
        asked.spawn(async move { (tenant, deed, ask(&store, tenant, deed).await) });
    }
    for (tenant, deed, answer) in asked.join_all().await {
        match deed {
            Deed::Write => assert!(answer.is_ok()),
            Deed::WriteThenFail => assert!(matches!(answer, Err(StoreError::Fenced))),
            Deed::WriteThenPanic => assert!(matches!(answer, Err(StoreError::Broken(_)))),
        }
        assert_eq!(is_written(&store, tenant).await, deed == Deed::Write);
    }
}

#[tokio::test]
async fn a_lone_write_that_fails_leaves_nothing() {
    let store = store().await;
    for deed in [Deed::WriteThenFail, Deed::WriteThenPanic] {
        let tenant = TenantId(SystemClock.uuid());
        assert!(ask(&store, tenant, deed).await.is_err());
        assert!(!is_written(&store, tenant).await);
    }
    let tenant = TenantId(SystemClock.uuid());
    ask(&store, tenant, Deed::Write).await.unwrap();
    assert!(is_written(&store, tenant).await, "the writer goes on");
}

#[tokio::test]
async fn what_a_caller_asked_for_before_it_left_is_done() {
    let store = store().await;
    let tenant = TenantId(SystemClock.uuid());
    let mut asked = Box::pin(ask(&store, tenant, Deed::Write));
    assert!(futures::poll!(&mut asked).is_pending());
    drop(asked);
    ask(&store, TenantId(SystemClock.uuid()), Deed::Write).await.unwrap();
    assert!(is_written(&store, tenant).await);
}

#[tokio::test]
async fn closing_finishes_what_is_queued() {
    let store = store().await;
    let mut asked = JoinSet::new();
    for _ in 0..50 {
        let store = Arc::clone(&store);
        asked.spawn(async move { ask(&store, TenantId(SystemClock.uuid()), Deed::Write).await });
    }
    tokio::task::yield_now().await;
    store.close().await;
    assert!(asked.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_writer_that_does_not_answer_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap().keep();
    let mut options = SqliteOptions::new(directory.join("artel.db").to_str().unwrap());
    options.acquire_timeout = Duration::from_millis(100);
    let store = SqliteStore::open(&options).await.unwrap();
    let tenant = TenantId(SystemClock.uuid());
    let slow = store.write(tenant, |tenant, tx| {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            commit(tx, *tenant, Deed::Write).await
        })
    });
    assert!(matches!(slow.await, Err(StoreError::Unavailable(_))));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(is_written(&store, tenant).await, "it is done all the same");
}
