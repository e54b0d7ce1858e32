use std::sync::Arc;
use std::time::Duration;

use super::world::now;
use crate::Store;

/// Of the coarser of the two clocks.
const GRAIN: Duration = Duration::from_millis(1);

/// The database of a test is on the machine of the test, so both clocks are one.
pub async fn the_databases_clock_is_read_between_the_question_and_the_answer(store: Arc<dyn Store>) {
    let before = now();
    let reading = store.read_clock().await.unwrap();
    let after = now();
    assert!(before - GRAIN <= reading.time && reading.time <= after + GRAIN, "{before} {reading:?} {after}");
    assert!(reading.asked <= reading.answered);
}
