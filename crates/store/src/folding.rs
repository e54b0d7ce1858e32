//! What is left of a finished run's deltas, so that both stores fold alike.

use artel_domain::{Entry, Event};

/// What to do to a run's journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Folding {
    /// Entries to be put in place of those with the same number.
    pub replace: Vec<Entry>,
    /// Numbers of the entries that go.
    pub remove: Vec<i64>,
}

/// One delta per step, at the number of the step's last one, with all the text of the step since its last reset: what a
/// reset made void goes. `entries` are the run's deltas and resets, oldest first.
pub fn fold(entries: Vec<Entry>) -> Folding {
    let mut folding = Folding::default();
    let mut open: Vec<(u32, Entry, String)> = Vec::new();
    for entry in entries {
        match &entry.event {
            Event::Delta { step, text } => {
                if let Some((_, last, whole)) = open.iter_mut().find(|(of, ..)| of == step) {
                    whole.push_str(text);
                    folding.remove.push(last.seq);
                    *last = entry;
                } else {
                    open.push((*step, entry.clone(), text.clone()));
                }
            }
            Event::MessageReset { step } => {
                folding.remove.extend(open.extract_if(.., |(of, ..)| of == step).map(|(_, void, _)| void.seq));
            }
            _ => {}
        }
    }
    for (step, mut last, whole) in open {
        let folded = Event::Delta { step, text: whole };
        if last.event != folded {
            last.event = folded;
            folding.replace.push(last);
        }
    }
    folding
}

#[cfg(test)]
mod tests {
    use artel_domain::{RunId, Timestamp};

    use super::*;

    fn at(seq: i64, event: Event) -> Entry {
        Entry { seq, run_id: RunId(uuid::Uuid::nil()), at: Timestamp::UNIX_EPOCH, event }
    }

    fn delta(seq: i64, step: u32, text: &str) -> Entry {
        at(seq, Event::Delta { step, text: text.to_owned() })
    }

    #[test]
    fn each_step_keeps_its_text_at_its_last_number() {
        let folding =
            fold(vec![delta(2, 1, "a"), delta(3, 1, "b"), delta(7, 2, "c"), delta(8, 2, "d"), delta(9, 2, "e")]);
        assert_eq!(folding.replace, [delta(3, 1, "ab"), delta(9, 2, "cde")]);
        assert_eq!(folding.remove, [2, 7, 8]);
    }

    #[test]
    fn a_lone_delta_is_left_alone() {
        assert_eq!(fold(vec![delta(2, 1, "a")]), Folding::default());
    }

    #[test]
    fn what_a_reset_made_void_goes() {
        let folding = fold(vec![
            delta(2, 1, "x"),
            delta(3, 1, "y"),
            at(20, Event::MessageReset { step: 1 }),
            delta(21, 1, "a"),
            delta(22, 1, "b"),
        ]);
        assert_eq!(folding.replace, [delta(22, 1, "ab")]);
        assert_eq!(folding.remove, [2, 3, 21]);
    }
}
