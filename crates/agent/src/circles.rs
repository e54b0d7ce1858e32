//! Notices a model that makes the same calls again and again.

use std::collections::BTreeMap;

use artel_domain::event::PlannedCall;
use artel_domain::{Entry, Event, ToolOutcome};

/// How many of the run's latest steps made exactly the same calls, with the same arguments and the same results: 1 when the last step is
/// unlike the one before it, 0 when no step made calls yet.
///
/// A small model may repeat a call for ever because it does not read the result. Another result (a poll that moves on) starts the count anew.
pub fn repeated_steps(journal: &[Entry]) -> usize {
    let mut steps: BTreeMap<u32, Vec<(&PlannedCall, Option<&ToolOutcome>)>> = BTreeMap::new();
    for entry in journal {
        match &entry.event {
            Event::ToolPlanned(planned) => steps.entry(planned.step).or_default().push((planned, None)),
            Event::ToolFinished { call_id, outcome, .. } => {
                if let Some((_, result)) = steps.values_mut().flatten().find(|(planned, _)| planned.call_id == *call_id) {
                    *result = Some(outcome);
                }
            }
            _ => {}
        }
    }
    let Some((_, last)) = steps.last_key_value() else { return 0 };
    steps.values().rev().take_while(|step| same(step, last)).count()
}

fn same(a: &[(&PlannedCall, Option<&ToolOutcome>)], b: &[(&PlannedCall, Option<&ToolOutcome>)]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|((call, result), (other, other_result))| call.name == other.name && call.args == other.args && result == other_result)
}

#[cfg(test)]
mod tests;
