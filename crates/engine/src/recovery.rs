//! How a worker takes a claimed run over: what it does first, and what becomes of a run that it cannot drive.
//!
//! A run cannot be driven when its journal holds an entry that must be understood and cannot be read, or when it cannot
//! be loaded at all. Such a run is still ended, from its row alone, when it was cancelled or crashed too often.

use std::sync::Arc;
use std::time::Duration;

use artel_agent::{Effect, Turn};
use artel_domain::event::Optional;
use artel_domain::{Approval, ApprovalId, CallState, Entry, Event, JOURNAL_LEVEL, Run, RunFailure};
use artel_store::{Blocked, Claim, Step, StoreError, TurnRecord, Viewer};

use crate::outside::Outside;
use crate::projection::project;
use crate::scribe::{Scribe, Stop, fence};
use crate::signals::LetGo;
use crate::store_away::ask_until_answered;
use crate::{Deps, team};

/// Journal entries of earlier runs that are read for the context.
const DIALOGUE_LIMIT: u32 = 400;
/// Workers that may die over one run without progress between.
const MOST_CRASHES: i64 = 5;
/// Newest entries that are looked at for an answer that was under way, where the journal as a whole cannot be read.
const LOOK_BACK: u32 = 20;
/// How long workers of this version leave a run alone whose journal they cannot read.
const PAUSE: Duration = Duration::from_mins(5);

/// Loads what the run is driven with; `None` when it cannot be driven and was handed back or ended.
pub(crate) async fn load(deps: &Arc<Deps>, claim: &Claim, mut let_go: LetGo) -> Result<Option<TurnRecord>, Stop> {
    let run = &claim.run;
    if run.crash_count > MOST_CRASHES + 1 {
        // The worker that was to end the run died over it too.
        return end(deps, claim, let_go).await;
    }
    let fence = fence(claim);
    let ask = || deps.store.load_turn(&fence, DIALOGUE_LIMIT);
    let loaded = tokio::select! {
        () = let_go.told() => return Err(Stop::LetGo),
        loaded = ask_until_answered(run.id, "the run cannot be loaded now", ask) => loaded,
    };
    match loaded {
        Ok(record) => match record.journal.iter().find(|entry| entry.event.must_be_understood()) {
            None => Ok(Some(record)),
            Some(_) if must_end(run).is_some() => end(deps, claim, let_go).await,
            Some(entry) => hand_back(deps, claim, entry).await,
        },
        Err(StoreError::Broken(error)) if must_end(run).is_some() => {
            tracing::error!(error = &*error, "the run cannot be loaded");
            end(deps, claim, let_go).await
        }
        Err(StoreError::Fenced) => Err(Stop::LetGo),
        Err(error) => Err(error.into()),
    }
}

/// Code and message of a run that is not to go on.
pub(crate) fn must_end(run: &Run) -> Option<(RunFailure, String)> {
    if run.cancel_requested {
        return Some((RunFailure::Cancelled, "cancelled".to_owned()));
    }
    let message = || {
        format!(
            "{} workers in turn stopped or lost their lease while they worked on this run, without any progress between",
            run.crash_count
        )
    };
    (run.crash_count > MOST_CRASHES).then(|| (RunFailure::CrashedRepeatedly, message()))
}

/// Ends the run by what its row says: neither agent nor calls are looked at, and of the journal only its end.
async fn end(deps: &Arc<Deps>, claim: &Claim, let_go: LetGo) -> Result<Option<TurnRecord>, Stop> {
    let Some((code, message)) = must_end(&claim.run) else { return Ok(None) };
    tracing::warn!(%code, "the run is ended from its row alone, because it cannot be driven");
    // No entry that a reader has seen has the number before the claim's first, unless it is the newest of all.
    let mut scribe = Scribe::new(deps.clone(), claim, let_go, claim.first_seq - 1);
    let void = unfinished_answer(deps, &claim.run).await.map(|step| Event::MessageReset { step });
    let failed = Event::RunFailed { code, message, usage: claim.run.usage };
    let entries: Vec<Entry> = void.into_iter().chain([failed]).map(|event| scribe.entry(event)).collect();
    let mut step = Step::default();
    for entry in &entries {
        project(&claim.run, entry, None, &mut step);
    }
    step.close_calls = Some("the run was ended before the call had a result".to_owned());
    scribe.commit(&claim.run, entries, step).await?;
    Ok(None)
}

/// The step whose answer was under way, by the newest entries that can be read. Readers may have seen pieces of it that
/// are not stored. `None` also when the journal is damaged.
async fn unfinished_answer(deps: &Deps, run: &Run) -> Option<u32> {
    let viewer = Viewer::service(run.tenant_id);
    let ask = || deps.store.session_entries(&viewer, &run.session_id, 0, LOOK_BACK);
    let newest = ask_until_answered(run.id, "the end of the journal cannot be read now", ask).await;
    let newest = newest.inspect_err(|error| tracing::warn!(%error, "the end of the journal cannot be read")).ok()?;
    let own = newest.iter().rev().take_while(|entry| entry.run_id == run.id);
    let is_passed_over =
        |event: &Event| matches!(event, Event::Other { .. } | Event::ContextSummarised { .. } | Event::CancelRequested);
    match own.map(|entry| &entry.event).find(|event| !is_passed_over(event))? {
        Event::ModelRequested { step } | Event::MessageReset { step } => Some(*step),
        _ => None,
    }
}

async fn hand_back(deps: &Deps, claim: &Claim, entry: &Entry) -> Result<Option<TurnRecord>, Stop> {
    let kind = entry.event.kind();
    tracing::warn!(
        seq = entry.seq,
        kind,
        level = JOURNAL_LEVEL,
        "the run is handed back: this version cannot read an entry of its journal"
    );
    metrics::counter!("artel_runs_handed_back_total").increment(1);
    let reason = format!(
        "entry {} of the run's journal is a '{kind}' that this version of the server cannot read; a newer one can",
        entry.seq
    );
    let blocked =
        Blocked { level: JOURNAL_LEVEL, pause: PAUSE, reason, next_seq: claim.first_seq, at: deps.clock.now() };
    let fence = fence(claim);
    let ask = || deps.store.hand_back(&fence, blocked.clone());
    match ask_until_answered(claim.run.id, "the run cannot be handed back now", ask).await {
        Ok(()) => Ok(None),
        Err(StoreError::Fenced) => Err(Stop::LetGo),
        Err(error) => Err(error.into()),
    }
}

/// What a worker that takes a run over does first.
pub(crate) fn opening(deps: &Deps, claim: &Claim, turn: &Turn, record: &TurnRecord, outside: &Outside) -> Vec<Effect> {
    let run = &claim.run;
    let mut effects = Vec::new();
    if turn.is_new() {
        effects.push(Effect::Record(Event::RunStarted {
            agent_id: run.agent_id,
            agent_version: run.agent_version.unwrap_or_default(),
            trace_id: run.trace_id.clone(),
            input: run.input_message.clone(),
            team: team::start(run, &record.agent, record.session.as_ref(), &deps.config.team),
        }));
    }
    if let Some((code, message)) = must_end(run) {
        effects.extend(turn.void_answer().map(Effect::Record));
        let is_cancelled = run.cancel_requested && !turn.is_new();
        let end = if is_cancelled { Event::CancelRequested } else { turn.failure(code, message) };
        effects.push(Effect::Record(end));
    } else {
        effects.extend(decisions(turn, record, outside));
        effects.extend(asked_below(record));
        effects.extend(turn.outstanding());
    }
    effects
}

/// Questions of the runs below this one that its journal does not know yet.
fn asked_below(record: &TurnRecord) -> impl Iterator<Item = Effect> {
    let is_known = |asked: ApprovalId| {
        let tells = |event: &Event| matches!(event, Event::SubagentAsks { approval_id, .. } if *approval_id == asked);
        record.journal.iter().any(|entry| tells(&entry.event))
    };
    record.child_approvals.iter().filter(move |approval| !is_known(approval.id)).map(|approval| {
        Effect::Record(Event::SubagentAsks {
            run_id: approval.run_id,
            approval_id: approval.id,
            name: approval.name.clone(),
            args: approval.args.clone(),
            reason: approval.reason.clone(),
            optional: Optional,
        })
    })
}

/// Decisions of humans that the journal does not know yet.
fn decisions(turn: &Turn, record: &TurnRecord, outside: &Outside) -> Vec<Effect> {
    let waiting = |approval: &&Approval| {
        let call = turn.call(approval.call_id);
        call.is_some_and(|call| call.state == CallState::AwaitingApproval && call.approval == Some(approval.id))
    };
    let decided = record.approvals.iter().filter(waiting).filter_map(|approval| {
        Some(Event::ApprovalDecided {
            approval_id: approval.id,
            call_id: approval.call_id,
            decision: approval.decision?,
            args: approval.decided_args.clone(),
            feedback: approval.feedback.clone(),
            decided_by: approval.decided_by,
            answered: outside.has_answer(approval.call_id),
        })
    });
    decided.map(Effect::Record).collect()
}
