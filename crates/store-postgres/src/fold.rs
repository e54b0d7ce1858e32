//! Folding the deltas of runs that ended a while ago: what clients followed frame by frame becomes one frame per step.

use std::collections::BTreeMap;

use artel_domain::{Event, Timestamp};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::values::{json, micros, parsed};

/// One frame of a run, as stored.
struct Frame {
    run_id: Uuid,
    seq: i64,
    event: Event,
}

/// What becomes of the deltas.
#[derive(Debug, Default, PartialEq)]
struct Folded {
    removed: Vec<(Uuid, i64)>,
    kept: Vec<(Uuid, i64, Event)>,
}

pub(crate) async fn fold(pool: &PgPool, ended_before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let mut tx = pool.begin().await?;
    let runs = due(&mut tx, ended_before, limit).await?;
    if runs.is_empty() {
        return Ok(0);
    }
    let folded = fold_frames(frames(&mut tx, &runs).await?);
    let removed = remove(&mut tx, &folded.removed).await?;
    replace(&mut tx, &folded.kept).await?;
    sqlx::query!("UPDATE runs SET folded = true WHERE id = ANY ($1)", &runs).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(removed)
}

async fn due(tx: &mut PgConnection, ended_before: Timestamp, limit: u32) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "SELECT id FROM runs WHERE finished_at IS NOT NULL AND NOT folded AND finished_at < $1
         ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED",
        micros(ended_before),
        i64::from(limit),
    )
    .fetch_all(tx)
    .await
}

async fn frames(tx: &mut PgConnection, runs: &[Uuid]) -> sqlx::Result<Vec<Frame>> {
    let rows = sqlx::query!(
        "SELECT run_id, seq, payload FROM journal WHERE run_id = ANY ($1) AND kind IN ('delta', 'message_reset') ORDER BY run_id, seq",
        runs,
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(|row| Ok(Frame { run_id: row.run_id, seq: row.seq, event: parsed(&row.payload)? })).collect()
}

/// One delta per step, at the number of the step's last one. What came before a reset is void: it only gives way.
fn fold_frames(frames: Vec<Frame>) -> Folded {
    let mut folded = Folded::default();
    let mut steps: BTreeMap<(Uuid, u32), (i64, String, bool)> = BTreeMap::new();
    for frame in frames {
        match frame.event {
            Event::Delta { step, text } => match steps.get_mut(&(frame.run_id, step)) {
                None => {
                    steps.insert((frame.run_id, step), (frame.seq, text, false));
                }
                Some((last, whole, void)) => {
                    folded.removed.push((frame.run_id, *last));
                    if std::mem::take(void) {
                        whole.clear();
                    }
                    whole.push_str(&text);
                    *last = frame.seq;
                }
            },
            Event::MessageReset { step } => {
                if let Some((_, _, void)) = steps.get_mut(&(frame.run_id, step)) {
                    *void = true;
                }
            }
            _ => {}
        }
    }
    folded.kept = steps.into_iter().map(|((run, step), (seq, text, _))| (run, seq, Event::Delta { step, text })).collect();
    folded
}

async fn remove(tx: &mut PgConnection, frames: &[(Uuid, i64)]) -> sqlx::Result<u64> {
    let (runs, seqs): (Vec<Uuid>, Vec<i64>) = frames.iter().copied().unzip();
    let removed = sqlx::query!(
        "DELETE FROM journal j USING unnest($1::uuid[], $2::bigint[]) AS f (run_id, seq) WHERE j.run_id = f.run_id AND j.seq = f.seq",
        &runs,
        &seqs,
    )
    .execute(tx)
    .await?;
    Ok(removed.rows_affected())
}

async fn replace(tx: &mut PgConnection, frames: &[(Uuid, i64, Event)]) -> sqlx::Result<()> {
    let runs: Vec<Uuid> = frames.iter().map(|(run, ..)| *run).collect();
    let seqs: Vec<i64> = frames.iter().map(|(_, seq, _)| *seq).collect();
    let payloads = frames.iter().map(|(.., event)| json(event)).collect::<sqlx::Result<Vec<_>>>()?;
    sqlx::query!(
        "UPDATE journal j SET payload = f.payload
         FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS f (run_id, seq, payload)
         WHERE j.run_id = f.run_id AND j.seq = f.seq AND j.payload <> f.payload",
        &runs,
        &seqs,
        &payloads,
    )
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(seq: i64, step: u32, text: &str) -> Frame {
        Frame { run_id: Uuid::nil(), seq, event: Event::Delta { step, text: text.to_owned() } }
    }

    fn kept(frames: Vec<Frame>) -> Vec<(i64, Event)> {
        fold_frames(frames).kept.into_iter().map(|(_, seq, event)| (seq, event)).collect()
    }

    #[test]
    fn a_step_keeps_its_text_at_its_last_number() {
        let frames = vec![delta(1, 1, "hel"), delta(2, 1, "lo"), delta(4, 2, "bye")];
        let text = |step, text: &str| Event::Delta { step, text: text.to_owned() };
        assert_eq!(kept(frames), [(2, text(1, "hello")), (4, text(2, "bye"))]);
    }

    #[test]
    fn what_was_streamed_before_a_reset_is_not_kept() {
        let reset = Frame { run_id: Uuid::nil(), seq: 2, event: Event::MessageReset { step: 1 } };
        assert_eq!(
            kept(vec![delta(1, 1, "wrong"), reset, delta(3, 1, "right")]),
            [(3, Event::Delta { step: 1, text: "right".to_owned() })]
        );
    }
}
