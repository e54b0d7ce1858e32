use std::sync::{Arc, Mutex};
use std::time::Duration;

use artel_domain::{Clock as _, SystemClock};
use artel_llm::{CallOutcome, CallRecord, ModelName, Operation};
use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::lane::{Lane, run};

fn call(deltas: u64) -> Arc<CallRecord> {
    let model = ModelName::new("demo", "echo");
    Arc::new(CallRecord {
        id: SystemClock.uuid(),
        operation: Operation::Chat,
        account: "acme".to_owned(),
        used_by: artel_llm::UsedBy::default(),
        requested: model.clone(),
        served: model,
        attempts: 1,
        fallbacks: 0,
        usage: None,
        is_estimated: false,
        cost_nanos: None,
        started_at: SystemClock.now(),
        latency: Duration::from_millis(5),
        time_to_first_token: None,
        outcome: CallOutcome::Ok,
        finish: None,
        deltas,
        streamed_bytes: 0,
        trace: None,
    })
}

#[tokio::test]
async fn whatever_was_sent_is_handed_over_in_order_before_the_end() {
    let (lane, queue) = Lane::new("store");
    let (stop, taken) = (CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
    let task = run(queue, stop.clone(), {
        let taken = taken.clone();
        move |batch| {
            taken.lock().unwrap().push(batch.iter().map(|call| call.deltas).collect::<Vec<_>>());
            async {}.boxed()
        }
    });
    for number in 0..1234 {
        lane.send(call(number)).unwrap();
    }
    stop.cancel();
    task.await;
    let batches = taken.lock().unwrap().clone();
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 234]);
    assert_eq!(batches.concat(), (0..1234).collect::<Vec<_>>());
}

#[tokio::test]
async fn calls_that_come_one_by_one_are_written_together_and_soon() {
    let (lane, queue) = Lane::new("store");
    let (written, mut batches) = tokio::sync::mpsc::unbounded_channel();
    let writing = run(queue, CancellationToken::new(), move |batch| {
        written.send(batch.len()).unwrap();
        async {}.boxed()
    });
    let sending = async {
        for number in 0..3 {
            lane.send(call(number)).unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::timeout(Duration::from_secs(2), batches.recv()).await.unwrap()
    };
    tokio::select! {
        () = writing => panic!("nobody told it to stop"),
        count = sending => assert_eq!(count, Some(3)),
    }
}

#[test]
fn a_lane_that_nobody_empties_drops_calls_and_says_so_once() {
    let (lane, mut queue) = Lane::new("store");
    let record = call(0);
    let refused: Vec<bool> =
        (0..20_000).filter_map(|_| lane.send(record.clone()).err()).map(|full| full.is_first).collect();
    assert_eq!(refused.len(), 20_000 - 16 * 1024);
    assert!(refused[0] && refused[1..].iter().all(|is_first| !is_first));
    queue.try_recv().unwrap();
    assert!(lane.send(record.clone()).is_ok());
    assert!(lane.send(record).unwrap_err().is_first, "it was not full in between");
}
