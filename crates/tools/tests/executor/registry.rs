//! What the registry does for every tool: the checks, the deadline, and who hears of a failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use artel_domain::{
    ArtifactId, EffectClass, ExecutionType, PermissionScope, Spend, ToolOutcome, ToolRef, WorkspacePath,
};
use artel_tools::{
    ArtifactKeeper, BoundTool, Budget, CallContext, CallEnd, Descriptor, Fuel, Registry, Tool, ToolArtifact, ToolError,
    ToolOutput, Unavailable,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::Bench;

/// Does what its arguments say, and tells the test what became of its calls.
struct Obedient {
    descriptor: Descriptor,
    calls: Arc<AtomicUsize>,
    cancel: Arc<std::sync::Mutex<Option<CancellationToken>>>,
    missing: bool,
}

impl Obedient {
    fn new() -> Self {
        let descriptor = Descriptor::new("obedient", "Does as it is told.", json!({"type": "object"}));
        Self { descriptor, calls: Arc::default(), cancel: Arc::default(), missing: false }
    }
}

#[async_trait]
impl Tool for Obedient {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn available(&self) -> Result<(), Unavailable> {
        let unavailable =
            || Unavailable { reason: "there is no browser".into(), how_to: "install one and set BROWSER".into() };
        if self.missing { Err(unavailable()) } else { Ok(()) }
    }

    async fn call(&self, context: &CallContext, args: Value) -> Result<ToolOutput, ToolError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        *self.cancel.lock().unwrap() = Some(context.cancel.clone());
        context.record.note(|exchange| exchange.attempts = 1);
        match args["do"].as_str().unwrap_or_default() {
            "sleep" => {
                tokio::time::sleep(Duration::from_mins(1)).await;
                Ok(json!(null).into())
            }
            "abort" => Err(ToolError::Abort { code: "no_disk", message: "the disk is full".into() }),
            "panic" => {
                let work = |_: &Fuel| -> Result<Value, String> { panic!("this is the test's") };
                Ok(context.off_thread(work).await?.into())
            }
            "spend" => {
                let budget = context.budget.as_ref().ok_or("no budget applies")?;
                budget.spend(Spend { tokens: 7, nano_usd: 0 }).await?;
                Ok(json!("spent").into())
            }
            "talk" => Ok(json!({"text": "x".repeat(100_000)}).into()),
            _ => Ok(json!({"in_run": context.run.is_some()}).into()),
        }
    }
}

/// A registry with the tool, and a row of a tenant that names it.
fn bench_with(tool: Obedient, timeout_ms: u64, effect: EffectClass) -> (Bench, Registry) {
    let bench = Bench::at("obedient").with(|bench| {
        bench.tool.execution_type = ExecutionType::Internal;
        bench.tool.effect = effect;
        bench.binding.timeout_ms = timeout_ms;
        bench.args = json!({});
    });
    let tools = bench.tools().with(Arc::new(tool));
    (bench, tools)
}

fn failed(end: CallEnd) -> String {
    match end {
        CallEnd::Finished(ToolOutcome::Failed { error }) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_that_misses_its_deadline_is_given_up_and_what_it_did_so_far_is_reported() {
    for (effect, is_unknown) in [(EffectClass::ReadOnly, false), (EffectClass::AtMostOnce, true)] {
        let tool = Obedient::new();
        let cancel = tool.cancel.clone();
        let (bench, tools) = bench_with(tool, 50, effect);
        let bench = bench.with(|bench| bench.args = json!({"do": "sleep"}));
        let report = bench.report(&tools).await;
        let CallEnd::Finished(outcome) = report.end else { panic!() };
        assert!(outcome.error().unwrap().contains("within 50 ms"), "{outcome:?}");
        assert_eq!(matches!(outcome, ToolOutcome::Unknown { .. }), is_unknown, "{effect:?}");
        assert_eq!(report.exchange.attempts, 1);
        assert!(cancel.lock().unwrap().as_ref().unwrap().is_cancelled(), "work outside of the call is told");
    }
}

#[tokio::test]
async fn dropping_a_call_cancels_what_it_started_elsewhere() {
    let tool = Obedient::new();
    let cancel = tool.cancel.clone();
    let (bench, tools) = bench_with(tool, 60_000, EffectClass::ReadOnly);
    let bench = bench.with(|bench| bench.args = json!({"do": "sleep"}));
    assert!(tokio::time::timeout(Duration::from_millis(50), bench.report(&tools)).await.is_err());
    assert!(cancel.lock().unwrap().as_ref().unwrap().is_cancelled());
}

#[tokio::test]
async fn a_tool_may_end_the_run_and_a_panic_of_its_work_may_not() {
    let (bench, tools) = bench_with(Obedient::new(), 0, EffectClass::ReadOnly);
    let bench = bench.with(|bench| bench.args = json!({"do": "abort"}));
    assert_eq!(
        bench.report(&tools).await.end,
        CallEnd::Aborted { code: "no_disk", message: "the disk is full".into() }
    );
    let bench = bench.with(|bench| bench.args = json!({"do": "panic"}));
    assert!(failed(bench.report(&tools).await.end).contains("broke off"));
}

#[tokio::test]
async fn a_tool_whose_engine_is_missing_is_not_called_and_says_what_the_operator_can_do() {
    let tool = Obedient { missing: true, ..Obedient::new() };
    let calls = tool.calls.clone();
    let (bench, tools) = bench_with(tool, 0, EffectClass::ReadOnly);
    assert!(bench.bound(&tools).available().is_err(), "models are not offered it");
    let error = failed(bench.report(&tools).await.end);
    assert!(error.contains("there is no browser") && error.contains("install one"), "{error}");
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_call_is_held_to_schema_and_permission_in_the_same_words_when_it_is_planned_and_when_it_is_made() {
    let (bench, tools) = bench_with(Obedient::new(), 0, EffectClass::ReadOnly);
    let bench = bench.with(|bench| bench.binding.permission_scope = PermissionScope::Write);
    let fuel = Fuel::steps(1_000_000, Duration::from_secs(1));
    let planned = |tool: &BoundTool, args: &Value| tool.check(args, false, &fuel).unwrap_err();
    let made = failed(bench.report(&tools).await.end);
    assert!(made.contains("tools:write"), "{made}");
    assert_eq!(planned(&bench.bound(&tools), &bench.args), made);
    let bench = bench.with(|bench| bench.tool.input_schema = json!({"type": "object", "required": ["city"]}));
    let made = failed(bench.report(&tools).await.end);
    assert!(made.contains("city") && made.matches("do not fit").count() == 1, "{made}");
    assert_eq!(planned(&bench.bound(&tools), &bench.args), made);
}

/// Keeps files in memory, or fails to.
struct Keeper(Option<Arc<std::sync::Mutex<Vec<ToolArtifact>>>>);

#[async_trait]
impl ArtifactKeeper for Keeper {
    async fn keep(&self, context: &CallContext, artifact: ToolArtifact) -> Result<ArtifactId, ToolError> {
        let kept = self.0.as_ref().ok_or("failed: no disk")?;
        let id = ArtifactId::of_call(context.call_id, artifact.ordinal);
        kept.lock().unwrap().push(artifact);
        Ok(id)
    }

    async fn workspace_file(&self, _: &CallContext, _: &WorkspacePath) -> Result<Option<ArtifactId>, ToolError> {
        Ok(None)
    }
}

#[tokio::test]
async fn of_an_answer_that_is_too_large_the_model_gets_the_beginning_and_the_whole_is_kept() {
    let (bench, tools) = bench_with(Obedient::new(), 0, EffectClass::ReadOnly);
    let bench = bench.with(|bench| bench.args = json!({"do": "talk"}));
    let kept = Arc::new(std::sync::Mutex::new(Vec::new()));
    let tools = tools.keeping(Arc::new(Keeper(Some(kept.clone()))));
    let CallEnd::Finished(ToolOutcome::Succeeded { output }) = bench.report(&tools).await.end else { panic!() };
    assert!(output.to_string().len() <= 32 * 1024 && output["text"].as_str().unwrap().ends_with("x…"), "{output}");
    assert_eq!((&output["truncated"], output["artifact_id"].is_string()), (&json!(true), true));
    let whole = kept.lock().unwrap().pop().unwrap();
    assert_eq!((whole.kind, whole.is_ephemeral), ("tool_result", true));
    assert_eq!(serde_json::from_slice::<Value>(&whole.bytes).unwrap()["text"], "x".repeat(100_000));
}

#[tokio::test]
async fn an_answer_whose_rest_cannot_be_kept_says_so() {
    let (bench, tools) = bench_with(Obedient::new(), 0, EffectClass::ReadOnly);
    let bench = bench.with(|bench| bench.args = json!({"do": "talk"}));
    let tools = tools.keeping(Arc::new(Keeper(None)));
    let CallEnd::Finished(ToolOutcome::Succeeded { output }) = bench.report(&tools).await.end else { panic!() };
    assert!(output.get("artifact_id").is_none(), "{output}");
    assert!(output["truncated_note"].as_str().unwrap().contains("could not be kept"));
}

struct Empty;

#[async_trait]
impl Budget for Empty {
    async fn spend(&self, amount: Spend) -> Result<(), String> {
        Err(format!("no room for {} tokens", amount.tokens))
    }
}

#[tokio::test]
async fn a_tool_is_told_by_the_budget_of_its_run_what_it_may_not_spend() {
    let (bench, tools) = bench_with(Obedient::new(), 0, EffectClass::ReadOnly);
    let bench = bench.with(|bench| bench.args = json!({"do": "spend"}));
    assert_eq!(failed(bench.report(&tools).await.end), "no budget applies");
    let bench = bench.with(|bench| bench.budget = Some(Arc::new(Empty)));
    assert_eq!(failed(bench.report(&tools).await.end), "no room for 7 tokens");
}

#[tokio::test]
async fn a_row_lends_a_built_in_tool_its_name_texts_schema_and_effect() {
    let (bench, tools) = bench_with(Obedient::new(), 0, EffectClass::Idempotent);
    let bound = bench.bound(&tools);
    let descriptor = bound.descriptor();
    assert_eq!((descriptor.name.as_str(), descriptor.effect), ("probe", EffectClass::Idempotent));
    assert_eq!(bound.effect(&json!({})), EffectClass::Idempotent);
    assert_eq!(
        bench.report(&tools).await.end,
        CallEnd::Finished(ToolOutcome::Succeeded { output: json!({"in_run": true}) })
    );
    assert_eq!(tools.test(bench.test_call()).await.transformed_body, Some(json!({"in_run": false})));
}

#[tokio::test]
async fn a_reference_finds_a_built_in_tool_by_name_and_leaves_others_tools_alone() {
    let (bench, tools) = bench_with(Obedient::new(), 0, EffectClass::ReadOnly);
    let built_in = tools.resolve(&ToolRef::builtin("obedient"), None).unwrap();
    assert_eq!(built_in.descriptor().name, "obedient");
    assert!(tools.builtin_names().contains(&"obedient"));
    for other in [ToolRef::builtin("rm"), ToolRef::client("obedient"), ToolRef::Row { id: bench.tool.id, version: 1 }] {
        assert!(tools.resolve(&other, None).is_none(), "{other:?}");
    }
}
