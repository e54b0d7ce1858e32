//! How often a stream is written. A read and a write cost more than all other work on a delta. When many streams are
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

/// The write interval per open stream. With it, reading and writing keep one core about a quarter busy.
const INTERVAL_PER_STREAM: Duration = Duration::from_micros(150);
/// Shorter intervals save nothing.
const MIN_INTERVAL: Duration = Duration::from_millis(5);
/// People would notice longer intervals.
const MAX_INTERVAL: Duration = Duration::from_millis(100);
/// The longest time for which deltas are collected. On a busy machine there are always more deltas.
const MAX_COLLECTING: Duration = Duration::from_millis(50);

/// The open streams of a surface. Their number decides the write interval of each.
#[derive(Debug, Clone)]
pub(crate) struct Streams(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    open: AtomicU32,
    cores: u32,
}

/// The timing of one open stream. Its first delta never waits, and neither does a delta that comes long after the last
/// write.
#[derive(Debug)]
pub(super) struct WriteTimer {
    streams: Streams,
    last: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    collecting_since: Option<Instant>,
    /// Set when all other tasks have run since the last delta came.
    others_ran: Option<Arc<Signal>>,
}

impl Streams {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self(Arc::new(Shared { open: AtomicU32::new(0), cores: cores.try_into().unwrap_or(u32::MAX) }))
    }

    pub(super) fn open(&self) -> WriteTimer {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        WriteTimer { streams: self.clone(), last: None, timer: None, collecting_since: None, others_ran: None }
    }

    /// The time between two writes of one stream.
    fn interval(&self) -> Duration {
        let interval = INTERVAL_PER_STREAM.saturating_mul(self.0.open.load(Ordering::Relaxed)) / self.0.cores;
        if interval < MIN_INTERVAL { Duration::ZERO } else { interval.min(MAX_INTERVAL) }
    }
}

impl WriteTimer {
    /// Ready when the stream may be read. The caller calls [`WriteTimer::wrote`] after the write.
    pub(super) fn poll_may_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(last) = self.last else { return Poll::Ready(()) };
        let turn = last + self.streams.interval();
        if turn <= Instant::now() {
            return Poll::Ready(());
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(turn)));
        if timer.deadline() <= last {
            timer.as_mut().reset(turn);
        }
        timer.as_mut().poll(cx)
    }

    /// Whether more deltas are to be collected for this write. The first delta never waits for others.
    pub(super) fn collects_more(&self) -> bool {
        let may_go_on = self.collecting_since.is_none_or(|since| since.elapsed() < MAX_COLLECTING);
        self.last.is_some() && may_go_on && !self.streams.interval().is_zero()
    }

    pub(super) fn received_more(&mut self) {
        self.collecting_since.get_or_insert_with(Instant::now);
        self.others_ran = None;
    }

    /// Polled when no more deltas are there. Ready when all other tasks have run and no delta has come. A connection
    /// delivers one piece at a time and must run between two of them. A body may be polled twice in one run of its
    /// task, so a second poll alone does not show that other tasks have run.
    pub(super) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(others_ran) = &self.others_ran {
            return others_ran.poll_take(cx);
        }
        let others_ran = Arc::new(Signal::default());
        let waker = Waker::from(others_ran.clone());
        let _ = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
        self.others_ran.insert(others_ran).poll_take(cx)
    }

    pub(super) fn wrote(&mut self) {
        self.last = Some(Instant::now());
        self.collecting_since = None;
        self.others_ran = None;
    }
}

impl Drop for WriteTimer {
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
        let _others: Vec<WriteTimer> = (1..count).map(|_| streams.open()).collect();
        let (mut write_timer, mut waits) = (streams.open(), Vec::new());
        for _ in 0..writes {
            let begun = Instant::now();
            poll_fn(|cx| write_timer.poll_may_read(cx)).await;
            write_timer.wrote();
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
    async fn no_wait_is_longer_than_people_notice() {
        assert_eq!(waits(20_000, 1, 3).await, [0, 100, 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_delta_long_after_the_last_write_is_written_at_once() {
        let streams = streams(1);
        let _others: Vec<WriteTimer> = (0..1000).map(|_| streams.open()).collect();
        let mut write_timer = streams.open();
        write_timer.wrote();
        tokio::time::advance(Duration::from_millis(110)).await;
        assert!(poll_fn(|cx| Poll::Ready(write_timer.poll_may_read(cx))).await.is_ready());
    }

    #[tokio::test]
    async fn more_deltas_are_awaited_until_all_other_tasks_have_run() {
        let mut write_timer = streams(1).open();
        let mut turns = 0;
        poll_fn(|cx| {
            turns += 1;
            let answer = write_timer.poll_idle(cx);
            assert!(
                answer.is_ready() || write_timer.poll_idle(cx).is_pending(),
                "to be asked again in the same turn says nothing"
            );
            answer
        })
        .await;
        assert_eq!(turns, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn collected_deltas_are_written_in_time_even_when_more_keep_coming() {
        let streams = streams(1);
        let _others: Vec<WriteTimer> = (0..1000).map(|_| streams.open()).collect();
        let mut write_timer = streams.open();
        assert!(!write_timer.collects_more(), "the first delta");
        for _ in 0..2 {
            write_timer.wrote();
            let begun = Instant::now();
            while write_timer.collects_more() {
                write_timer.received_more();
                tokio::time::advance(Duration::from_millis(4)).await;
            }
            assert_eq!(begun.elapsed(), Duration::from_millis(52));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_ends_shortens_the_interval_of_the_others() {
        let streams = streams(1);
        let others: Vec<WriteTimer> = (0..1000).map(|_| streams.open()).collect();
        assert!(streams.interval() > Duration::ZERO);
        drop(others);
        assert_eq!(streams.interval(), Duration::ZERO);
    }
}
