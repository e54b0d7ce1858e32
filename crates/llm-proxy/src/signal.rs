//! A waker that records that it was woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake};

use futures::task::AtomicWaker;

/// A flag that is set by a wake and taken by one reader.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    is_given: AtomicBool,
    reader: AtomicWaker,
}

impl Signal {
    /// A signal that is already set.
    pub(crate) fn new_set() -> Self {
        Self { is_given: AtomicBool::new(true), reader: AtomicWaker::new() }
    }

    /// Takes the flag. When it is not set, `cx` is woken as soon as it is.
    pub(crate) fn poll_take(&self, cx: &Context<'_>) -> Poll<()> {
        // Registered before the flag is read, so that no wake between the two is missed.
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
