//! Counters and durations, taken from what the journal says. Names end in their unit; nothing here names a tenant.

use artel_domain::{Entry, Event, Run};
use metrics::{counter, histogram};

/// Counts a committed entry.
pub(crate) fn count(run: &Run, entry: &Entry) {
    match &entry.event {
        Event::ModelAnswered { usage, .. } => {
            counter!("artel_model_answers_total").increment(1);
            if let Some(usage) = usage {
                counter!("artel_model_tokens_total", "kind" => "prompt").increment(usage.prompt_tokens.max(0) as u64);
                counter!("artel_model_tokens_total", "kind" => "completion")
                    .increment(usage.completion_tokens.max(0) as u64);
            }
        }
        Event::MessageReset { .. } => counter!("artel_answers_started_again_total").increment(1),
        Event::ToolFinished { outcome, duration_ms, .. } => {
            counter!("artel_tool_calls_total", "status" => outcome.state().as_str()).increment(1);
            histogram!("artel_tool_call_seconds").record(*duration_ms as f64 / 1000.0);
        }
        Event::RunSucceeded { .. } => ended(run, entry, "succeeded".to_owned()),
        Event::RunFailed { code, .. } => ended(run, entry, code.to_string()),
        _ => {}
    }
}

fn ended(run: &Run, entry: &Entry, outcome: String) {
    let took = entry.at.as_microsecond() - run.created_at.as_microsecond();
    tracing::info!(
        run_id = %run.id, agent_id = %run.agent_id, trace_id = %run.trace_id, outcome, duration_ms = took / 1000,
        "a run ended"
    );
    counter!("artel_runs_ended_total", "outcome" => outcome).increment(1);
    histogram!("artel_run_seconds").record(took as f64 / 1_000_000.0);
}
