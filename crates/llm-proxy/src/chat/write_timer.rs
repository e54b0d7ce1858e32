//! How often a stream is written. A read and a write cost more than all other work on a delta. Where many streams are
//! open, each collects a few deltas for one write, so that new streams do not wait behind single words of old ones.

use std::num::NonZero;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::signal::Signal;

/// One turn of each stream in this time per open stream keeps a core about a quarter busy with reading and writing.
const EACH: Duration = Duration::from_micros(150);
/// Shorter waits save nothing.
const SHORTEST: Duration = Duration::from_millis(5);
/// People would see longer ones.
const LONGEST: Duration = Duration::from_millis(100);
/// Deltas are collected for at most this time. On a busy machine there are always more.
const MOST_GATHERING: Duration = Duration::from_millis(50);

/// The open streams of a surface, which decide the pace of each.
#[derive(Debug, Clone)]
pub(crate) struct Streams(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    open: AtomicU32,
    cores: u32,
}

/// One open stream. Its first delta never waits, nor one that comes a while after the last.
#[derive(Debug)]
pub(super) struct Pace {
    streams: Streams,
    last: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
    gathering_since: Option<Instant>,
    /// Set when other tasks have run since the last delta came.
    bell: Option<Arc<Signal>>,
}

impl Streams {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self(Arc::new(Shared { open: AtomicU32::new(0), cores: cores.try_into().unwrap_or(u32::MAX) }))
    }

    pub(super) fn open(&self) -> Pace {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        Pace { streams: self.clone(), last: None, alarm: None, gathering_since: None, bell: None }
    }

    /// From one turn of a stream to its next.
    fn gap(&self) -> Duration {
        let gap = EACH.saturating_mul(self.0.open.load(Ordering::Relaxed)) / self.0.cores;
        if gap < SHORTEST { Duration::ZERO } else { gap.min(LONGEST) }
    }
}

impl Pace {
    /// Ready when the stream may be read; to be followed by [`Pace::wrote`].
    pub(super) fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(last) = self.last else { return Poll::Ready(()) };
        let turn = last + self.streams.gap();
        if turn <= Instant::now() {
            return Poll::Ready(());
        }
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(turn)));
        if alarm.deadline() <= last {
            alarm.as_mut().reset(turn);
        }
        alarm.as_mut().poll(cx)
    }

    /// Whether more than one delta is to be collected for a write. The first never waits for others.
    pub(super) fn gathers(&self) -> bool {
        let may_go_on = self.gathering_since.is_none_or(|since| since.elapsed() < MOST_GATHERING);
        self.last.is_some() && may_go_on && !self.streams.gap().is_zero()
    }

    pub(super) fn more_came(&mut self) {
        self.gathering_since.get_or_insert_with(Instant::now);
        self.bell = None;
    }

    /// Polled when no more deltas are there: ready when all other tasks have run and there are still none. A connection
    /// delivers one piece at a time and must run between two of them. A body may be polled twice in one run of its
    /// task, so a second poll proves nothing.
    pub(super) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(bell) = &self.bell {
            return bell.poll_take(cx);
        }
        let bell = Arc::new(Signal::default());
        let waker = Waker::from(bell.clone());
        let _ = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
        self.bell.insert(bell).poll_take(cx)
    }

    pub(super) fn wrote(&mut self) {
        self.last = Some(Instant::now());
        self.gathering_since = None;
        self.bell = None;
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.streams.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn streams(cores: u32) -> Streams {
        Streams(Arc::new(Shared { open: AtomicU32::new(0), cores }))
    }

    /// How long a stream among `count` waits before each of `writes` writes, in milliseconds.
    async fn waits(count: usize, cores: u32, writes: usize) -> Vec<u128> {
        let streams = streams(cores);
        let _others: Vec<Pace> = (1..count).map(|_| streams.open()).collect();
        let (mut pace, mut waits) = (streams.open(), Vec::new());
        for _ in 0..writes {
            let begun = Instant::now();
            poll_fn(|cx| pace.poll_turn(cx)).await;
            pace.wrote();
            waits.push(begun.elapsed().as_millis());
        }
        waits
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_among_few_never_waits() {
        assert_eq!(waits(30, 1, 3).await, [0, 0, 0]);
        assert_eq!(waits(250, 8, 3).await, [0, 0, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_among_many_waits_before_each_write_but_the_first() {
        assert_eq!(waits(400, 1, 4).await, [0, 60, 60, 60]);
        assert_eq!(waits(400, 2, 3).await, [0, 30, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_wait_is_one_that_a_reader_sees() {
        assert_eq!(waits(20_000, 1, 3).await, [0, 100, 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_a_while_after_the_last_write_goes_at_once() {
        let streams = streams(1);
        let _others: Vec<Pace> = (0..1000).map(|_| streams.open()).collect();
        let mut pace = streams.open();
        pace.wrote();
        tokio::time::advance(Duration::from_millis(110)).await;
        assert!(poll_fn(|cx| Poll::Ready(pace.poll_turn(cx))).await.is_ready());
    }

    #[tokio::test]
    async fn company_is_waited_for_until_the_other_tasks_had_their_turn() {
        let mut pace = streams(1).open();
        let mut turns = 0;
        poll_fn(|cx| {
            turns += 1;
            let answer = pace.poll_idle(cx);
            assert!(
                answer.is_ready() || pace.poll_idle(cx).is_pending(),
                "to be asked again in the same turn says nothing"
            );
            answer
        })
        .await;
        assert_eq!(turns, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_gathered_is_written_in_time_however_much_more_comes() {
        let streams = streams(1);
        let _others: Vec<Pace> = (0..1000).map(|_| streams.open()).collect();
        let mut pace = streams.open();
        assert!(!pace.gathers(), "the first delta");
        for _ in 0..2 {
            pace.wrote();
            let begun = Instant::now();
            while pace.gathers() {
                pace.more_came();
                tokio::time::advance(Duration::from_millis(4)).await;
            }
            assert_eq!(begun.elapsed(), Duration::from_millis(52));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_ends_makes_room_for_the_others() {
        let streams = streams(1);
        let others: Vec<Pace> = (0..1000).map(|_| streams.open()).collect();
        assert!(streams.gap() > Duration::ZERO);
        drop(others);
        assert_eq!(streams.gap(), Duration::ZERO);
    }
}
