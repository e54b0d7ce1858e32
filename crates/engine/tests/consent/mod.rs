//! Tools that want a human's word: held until it is given, and then made as the account that was shown.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use artel_domain::event::Verdict;
use artel_domain::{ApprovalState, CallState, Decision, Phase};
use artel_engine::{AllowAll, Policy, ProposedCall};
use artel_testkit::{Database, on_both_stores};
use artel_tools::{CallContext, Descriptor, MadeAs, Tool, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::bench::{AskAlways, Bench};

const INPUT: &str = "Echo the word hello using the tool";

/// Stands in for the built-in `echo`: it answers with the account that a human was shown.
struct Asking {
    descriptor: Descriptor,
    /// The store is away for so many questions.
    away: AtomicU32,
    /// Whether it asks by itself.
    needs_consent: bool,
    /// As whom it acts now; nobody that the agent may be when empty.
    account: Arc<Mutex<Option<Value>>>,
}

fn asking(away: u32) -> Arc<dyn Tool> {
    acting(away, true, &Arc::new(Mutex::new(Some(json!("Ada")))))
}

fn acting(away: u32, needs_consent: bool, account: &Arc<Mutex<Option<Value>>>) -> Arc<dyn Tool> {
    let descriptor = Descriptor::new("echo", "Echoes input back", json!({"type": "object"}));
    Arc::new(Asking { descriptor, away: AtomicU32::new(away), needs_consent, account: account.clone() })
}

#[async_trait]
impl Tool for Asking {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn made_as(&self, _: &CallContext, args: Value) -> Result<Option<MadeAs>, ToolError> {
        if self.away.load(Ordering::SeqCst) > 0 {
            self.away.fetch_sub(1, Ordering::SeqCst);
            return Err(ToolError::NotNow("the database is not available".into()));
        }
        let Some(account) = self.account.lock().unwrap().clone() else { return Err("forbidden: no account".into()) };
        let words = format!("{} is to say {}", account.as_str().unwrap_or("the account"), args["text"]);
        Ok(Some(MadeAs { words, account, needs_consent: self.needs_consent }))
    }

    async fn call(&self, context: &CallContext, args: Value) -> Result<ToolOutput, ToolError> {
        let account = context.approved.as_ref().and_then(|approved| approved.account.clone());
        Ok(json!({ "account": account, "text": args["text"] }).into())
    }
}

struct Forbids;

impl Policy for Forbids {
    fn verdict(&self, _: &ProposedCall<'_>) -> Verdict {
        Verdict::Refuse { reason: "no rule allows it".into() }
    }
}

async fn a_tool_that_asks_is_held_also_when_the_store_was_away_and_is_told_whom_the_human_was_shown(
    database: Database,
) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker_with(AllowAll, |tools| tools.with(asking(2)));
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let approval = bench.approvals(run).await.remove(0);
    assert_eq!(approval.reason, r#"Ada is to say "hello""#);
    assert_eq!(approval.target.as_ref().and_then(|target| target.account()), Some(&json!("Ada")));
    bench.decide(&approval, Decision::Edit, Some(json!({ "text": "edited" }))).await.unwrap();
    assert_eq!(bench.until(run, |run| run.phase.is_end()).await.phase, Phase::Succeeded);
    let calls = bench.calls(run).await;
    assert_eq!((calls.len(), &calls[0].result), (1, &Some(json!({ "account": "Ada", "text": "edited" }))));
    assert_eq!(bench.approvals(run).await.len(), 1, "nothing is asked twice");
}

async fn a_rule_has_the_first_word_before_a_tool_that_asks(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker_with(AskAlways, |tools| tools.with(asking(0)));
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let approval = bench.approvals(run).await.remove(0);
    assert_eq!(approval.reason, r#"this test asks always; Ada is to say "hello""#);
    bench.decide(&approval, Decision::Reject, None).await.unwrap();
    bench.until(run, |run| run.phase.is_end()).await;
}

async fn a_tool_that_asks_is_not_asked_when_a_rule_forbids_its_call(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker_with(Forbids, |tools| tools.with(asking(u32::MAX)));
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase.is_end()).await;
    let call = bench.calls(run).await.remove(0);
    assert_eq!((call.state, bench.approvals(run).await.len()), (CallState::Failed, 0), "{call:?}");
}

async fn a_rule_that_asks_shows_and_pins_the_account_of_a_tool_that_would_not_ask(database: Database) {
    let bench = Bench::new(database).await;
    let account = Arc::new(Mutex::new(Some(json!({ "id": 1, "base_urls": ["https://bank.example/sandbox"] }))));
    let _worker = bench.worker_with(AskAlways, |tools| tools.with(acting(0, false, &account)));
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let shown = bench.approvals(run).await.remove(0);
    assert_eq!(shown.reason, r#"this test asks always; the account is to say "hello""#);
    assert_eq!(shown.target.as_ref().and_then(|target| target.account()), account.lock().unwrap().as_ref());

    let now = json!({ "id": 1, "base_urls": ["https://bank.example/live"] });
    *account.lock().unwrap() = Some(now.clone());
    bench.decide(&shown, Decision::Approve, None).await.unwrap();
    let approvals = bench.until_approvals(run, 2).await;
    bench.until(run, |run| run.phase == Phase::Waiting).await;
    let (old, new) = (&approvals[0], &approvals[1]);
    assert_eq!(
        (old.state, new.target.as_ref().and_then(|target| target.account())),
        (ApprovalState::Cancelled, Some(&now))
    );
    let changed: Vec<&str> = new.changed.iter().map(|change| change.member.as_str()).collect();
    assert_eq!(changed, ["account.base_urls"]);
    assert!(new.reason.contains("sandbox\"] → [\"https://bank.example/live"), "{}", new.reason);

    bench.decide(new, Decision::Approve, None).await.unwrap();
    bench.until(run, |run| run.phase.is_end()).await;
    let calls = bench.calls(run).await;
    assert_eq!((calls.len(), &calls[0].result), (1, &Some(json!({ "account": now, "text": "hello" }))));
}

async fn nobody_is_asked_about_a_call_that_its_tool_would_refuse(database: Database) {
    let bench = Bench::new(database).await;
    let _worker = bench.worker_with(AskAlways, |tools| tools.with(acting(0, false, &Arc::default())));
    let run = bench.start_run(INPUT).await;
    bench.until(run, |run| run.phase.is_end()).await;
    let call = bench.calls(run).await.remove(0);
    assert_eq!((call.state, bench.approvals(run).await.len()), (CallState::Failed, 0), "{call:?}");
    assert_eq!(call.error.as_deref(), Some("forbidden: no account"));
}

on_both_stores! {
    a_rule_that_asks_shows_and_pins_the_account_of_a_tool_that_would_not_ask as
        a_rule_that_asks_shows_and_pins_the_account_of_a_tool_that_would_not_ask_on_sqlite,
        a_rule_that_asks_shows_and_pins_the_account_of_a_tool_that_would_not_ask_on_postgres;
    nobody_is_asked_about_a_call_that_its_tool_would_refuse as
        nobody_is_asked_about_a_call_that_its_tool_would_refuse_on_sqlite,
        nobody_is_asked_about_a_call_that_its_tool_would_refuse_on_postgres;
    a_tool_that_asks_is_held_also_when_the_store_was_away_and_is_told_whom_the_human_was_shown as
        a_tool_that_asks_is_held_also_when_the_store_was_away_and_is_told_whom_the_human_was_shown_on_sqlite,
        a_tool_that_asks_is_held_also_when_the_store_was_away_and_is_told_whom_the_human_was_shown_on_postgres;
    a_rule_has_the_first_word_before_a_tool_that_asks as
        a_rule_has_the_first_word_before_a_tool_that_asks_on_sqlite,
        a_rule_has_the_first_word_before_a_tool_that_asks_on_postgres;
    a_tool_that_asks_is_not_asked_when_a_rule_forbids_its_call as
        a_tool_that_asks_is_not_asked_when_a_rule_forbids_its_call_on_sqlite,
        a_tool_that_asks_is_not_asked_when_a_rule_forbids_its_call_on_postgres;
}
