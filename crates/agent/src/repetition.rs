//! Detects a model that makes the same calls again and again.

use artel_domain::{Entry, ToolOutcome};

use crate::transcript::{Answer, Call, Transcript};

/// The number of latest steps of the run with exactly the same calls, arguments and results: 1 when the last step
/// differs from the one before it, 0 when no step made calls.
/// A small model may repeat a call for ever because it does not read the result. A different result, for example of a
/// poll, restarts the count.
pub fn repeated_steps(journal: &[Entry]) -> usize {
    let transcript = Transcript::of(journal);
    let Some(last) = transcript.steps().next_back() else { return 0 };
    transcript.steps().rev().take_while(|step| same(step, last)).count()
}

fn same(a: &Answer<'_>, b: &Answer<'_>) -> bool {
    a.calls.len() == b.calls.len()
        && a.calls.iter().zip(&b.calls).all(|(call, other)| {
            call.planned.name == other.planned.name
                && call.planned.args == other.planned.args
                && outcome(call) == outcome(other)
        })
}

fn outcome<'a>(call: &Call<'a>) -> Option<&'a ToolOutcome> {
    call.result.map(|result| result.outcome)
}

#[cfg(test)]
mod tests;
