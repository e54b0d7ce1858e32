//! A waker that remembers that it was woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake};

use futures::task::AtomicWaker;

/// Set by waking it, taken by one reader.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    is_given: AtomicBool,
    reader: AtomicWaker,
}

impl Signal {
    /// A signal that is set.
    pub(crate) fn given() -> Self {
        Self { is_given: AtomicBool::new(true), reader: AtomicWaker::new() }
    }

    /// Takes it, or wakes `cx` when it is set.
    pub(crate) fn poll_take(&self, cx: &Context<'_>) -> Poll<()> {
        // Before the look, so that nothing is missed between the two.
        self.reader.register(cx.waker());
        if self.is_given.swap(false, Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_given.store(true, Ordering::Release);
        self.reader.wake();
    }
}
