//! How the runs of several tenants share the slots of a worker.

use std::future::pending;
use std::sync::Arc;

use artel_domain::Phase;
use artel_engine::{AllowAll, EngineConfig};
use artel_testkit::{Database, on_both_stores};
use artel_tools::{CallContext, Descriptor, Tool, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::bench::Bench;

/// Stands in for the built-in `echo`: its calls never end.
struct Holds {
    descriptor: Descriptor,
}

#[async_trait]
impl Tool for Holds {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn call(&self, _: &CallContext, _: Value) -> Result<ToolOutput, ToolError> {
        pending().await
    }
}

async fn a_tenant_whose_runs_take_long_leaves_room_for_another(database: Database) {
    let bench = Bench::new(database).await;
    bench.allow_time(30_000).await;
    let other = bench.neighbour().await;
    let descriptor = Descriptor::new("echo", "Echoes input back", json!({"type": "object"}));
    let config = EngineConfig { max_active: 4, ..EngineConfig::new("worker") };
    let worker = bench.worker_of(config, AllowAll, |tools| tools.with(Arc::new(Holds { descriptor })));
    let mut runs = Vec::new();
    for _ in 0..8 {
        runs.push(bench.start_run("Echo the word hello using the tool").await);
    }
    for run in &runs[..3] {
        bench.until(*run, |run| run.phase == Phase::Running).await;
    }
    let quick = other.start_run("hello").await;
    assert_eq!(other.until(quick, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    assert_eq!(worker.active(), 3, "the fourth slot is free again");
    for run in &runs[3..] {
        assert_eq!(bench.run(*run).await.phase, Phase::Queued);
    }
}

on_both_stores! {
    a_tenant_whose_runs_take_long_leaves_room_for_another as
        a_tenant_whose_runs_take_long_leaves_room_for_another_on_sqlite,
        a_tenant_whose_runs_take_long_leaves_room_for_another_on_postgres;
}
