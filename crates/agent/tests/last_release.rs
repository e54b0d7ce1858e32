//! Journals that the last release recorded, read by this version: each run is in the same phase.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};

use artel_agent::{Dialogue, Effect, Limits, Transcript, Turn};
use artel_domain::{Entry, Event, Message, Phase, RunId};

/// Finished, failed, cancelled, superseded, waiting and interrupted runs of plain agents and of the specialists,
/// without deltas.
fn recorded() -> BTreeMap<RunId, Vec<Entry>> {
    let mut runs: BTreeMap<RunId, Vec<Entry>> = BTreeMap::new();
    for line in include_str!("recorded/journal.jsonl").lines() {
        let entry: Entry = serde_json::from_str(line).unwrap();
        assert!(!matches!(entry.event, Event::Other { .. }), "{line}");
        runs.entry(entry.run_id).or_default().push(entry);
    }
    runs
}

/// The phase in which the last release left each run.
fn phases() -> HashMap<RunId, Phase> {
    serde_json::from_str::<HashMap<String, Phase>>(include_str!("recorded/phases.json"))
        .unwrap()
        .into_iter()
        .map(|(run, phase)| (run.parse().unwrap(), phase))
        .collect()
}

#[test]
fn a_recorded_run_is_in_the_recorded_phase() {
    let runs = recorded();
    assert_eq!(runs.len(), 18);
    for (run, phase) in phases() {
        let turn = Turn::replay(Limits::default(), runs[&run].iter().map(|entry| &entry.event));
        assert_eq!(turn.is_over(), phase.is_end(), "{run}");
        assert_eq!(turn.is_waiting(), phase.status() == Phase::Running.status() && phase != Phase::Running, "{run}");
        let left = turn.outstanding();
        match phase {
            Phase::Running => {
                assert!(matches!(left[..], [Effect::Record(Event::MessageReset { step: 1 })]), "{left:?}");
            }
            phase if phase.is_end() => assert_eq!(left, []),
            _ => assert!(left.iter().all(|effect| matches!(effect, Effect::Act(_))), "nobody is asked twice: {left:?}"),
        }
    }
}

#[test]
fn recorded_dialogues_pair_every_call_with_one_result() {
    for (run, entries) in recorded() {
        let transcript = Transcript::of(&entries);
        let planned = entries.iter().filter(|entry| matches!(entry.event, Event::ToolPlanned(_))).count();
        assert_eq!(transcript.steps().map(|answer| answer.calls.len()).sum::<usize>(), planned);
        let dialogue = Dialogue::fold(&entries, run);
        let messages: Vec<&Message> = dialogue.blocks.iter().flat_map(|block| &block.messages).collect();
        let results = messages.iter().filter(|message| matches!(message, Message::Tool { .. })).count();
        assert_eq!(results, planned, "{run}");
    }
}
