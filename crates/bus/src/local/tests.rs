use std::sync::Mutex;
use std::time::Duration;

use artel_domain::{Entry, Event, Timestamp};
use tokio::time::timeout;

use super::*;
use crate::Followed;

fn tenant(n: u128) -> TenantId {
    TenantId(uuid::Uuid::from_u128(n))
}

fn session(name: &str) -> SessionId {
    SessionId(name.to_owned())
}

fn frame(of: u128, session_name: &str, seq: i64) -> Arc<Frame> {
    let event = Event::Delta { step: 1, text: format!("{seq}") };
    let entry = Entry { seq, run_id: RunId(uuid::Uuid::nil()), at: Timestamp::UNIX_EPOCH, event };
    Arc::new(Frame {
        tenant_id: tenant(of),
        session_id: session(session_name),
        prev: seq - 1,
        entry: Arc::new(entry),
        stored: false,
    })
}

async fn seq(follower: &mut Follower) -> i64 {
    match timeout(Duration::from_secs(5), follower.next()).await.unwrap() {
        Followed::Frame(frame) => frame.entry.seq,
        Followed::Lagged => -1,
        Followed::Closed => -2,
    }
}

#[tokio::test]
async fn every_follower_gets_the_frames_of_its_session_in_order_and_no_others() {
    let bus = LocalBus::new();
    let (mut ada, mut bob) = (bus.follow(tenant(1), &session("s")), bus.follow(tenant(1), &session("s")));
    let mut other_tenant = bus.follow(tenant(2), &session("s"));
    for n in 1..=3 {
        bus.publish(frame(1, "s", n));
        bus.publish(frame(1, "another", 100 + n));
    }
    bus.publish(frame(2, "s", 7));
    for follower in [&mut ada, &mut bob] {
        assert_eq!([seq(follower).await, seq(follower).await, seq(follower).await], [1, 2, 3]);
    }
    assert_eq!(seq(&mut other_tenant).await, 7);
}

#[tokio::test]
async fn a_follower_that_falls_behind_gets_lagged_and_then_the_remaining_frames() {
    let bus = LocalBus::new();
    let mut slow = bus.follow(tenant(1), &session("s"));
    for n in 1..=200 {
        bus.publish(frame(1, "s", n));
    }
    assert_eq!(seq(&mut slow).await, -1);
    for n in 200 - 64 + 1..=200 {
        assert_eq!(seq(&mut slow).await, n);
    }
    bus.reread(tenant(1), &session("s"));
    assert_eq!(seq(&mut slow).await, -1, "asked to read again, it hears the same");
}

#[tokio::test]
async fn a_session_without_followers_has_no_topic() {
    let bus = Arc::new(LocalBus::new());
    let mut readers = Vec::new();
    for n in 0..2000 {
        let bus = Arc::clone(&bus);
        readers.push(async move {
            let session = session(&format!("s{}", n % 50));
            let mut follower = bus.follow(tenant(n % 7), &session);
            bus.publish(frame(n % 7, &session.0, 1));
            seq(&mut follower).await
        });
    }
    futures::future::join_all(readers).await;
    assert_eq!(bus.followed(), []);
    assert!(bus.topics.list().is_empty());
}

#[tokio::test]
async fn followers_end_when_the_bus_is_gone() {
    let bus = LocalBus::new();
    let mut follower = bus.follow(tenant(1), &session("s"));
    let mut cancellations = bus.cancellations();
    bus.publish(frame(1, "s", 1));
    drop(bus);
    assert_eq!([seq(&mut follower).await, seq(&mut follower).await], [1, -2]);
    assert_eq!(cancellations.next().await, None);
}

#[tokio::test]
async fn wake_ups_before_the_wait_are_not_lost_and_count_as_one() {
    let bus = LocalBus::new();
    bus.wake_workers();
    bus.wake_workers();
    timeout(Duration::from_secs(5), bus.wait_for_work()).await.unwrap();
    assert!(timeout(Duration::from_millis(50), bus.wait_for_work()).await.is_err());
}

#[tokio::test]
async fn a_wake_up_reaches_a_worker_that_waits() {
    let bus = LocalBus::new();
    let ((), ()) = tokio::join!(bus.wait_for_work(), async {
        tokio::task::yield_now().await;
        bus.wake_workers();
    });
}

#[tokio::test]
async fn a_hint_to_cancel_reaches_every_worker_and_too_many_hints_do_not_end_the_stream() {
    let bus = LocalBus::new();
    let (mut one, mut two) = (bus.cancellations(), bus.cancellations());
    let run = |n: u128| RunId(uuid::Uuid::from_u128(n));
    bus.cancel_run(run(1));
    assert_eq!((one.next().await, two.next().await), (Some(run(1)), Some(run(1))));
    for n in 0..10_000 {
        bus.cancel_run(run(n));
    }
    assert!(one.next().await.is_some());
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl TopicObserver for Notes {
    fn opened(&self, _: TenantId, session: &SessionId) {
        self.0.lock().unwrap().push(format!("+{session}"));
    }
    fn closed(&self, _: TenantId, session: &SessionId) {
        self.0.lock().unwrap().push(format!("-{session}"));
    }
}

#[tokio::test]
async fn the_observer_is_called_for_the_first_and_the_last_follower() {
    let notes = Arc::new(Notes::default());
    let bus = LocalBus::observed(Arc::clone(&notes) as Arc<dyn TopicObserver>);
    let one = bus.follow(tenant(1), &session("a"));
    let two = bus.follow(tenant(1), &session("a"));
    let other = bus.follow(tenant(1), &session("b"));
    drop(one);
    drop(two);
    drop(bus.follow(tenant(1), &session("a")));
    drop(other);
    assert_eq!(*notes.0.lock().unwrap(), ["+a", "+b", "-a", "+a", "-a", "-b"]);
}
