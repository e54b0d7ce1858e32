//! What reaches a run from outside while it is driven.

use tokio::sync::watch;

/// Later ones win over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signal {
    None,
    /// A user wants the run ended.
    Cancel,
    /// The run is not ours any more, or the process stops: write nothing, go.
    LetGo,
}

/// The sending side, kept by the worker.
#[derive(Debug, Clone)]
pub(crate) struct SignalSender(watch::Sender<Signal>);

/// The receiving side, kept by the run's driver; each signal is seen once.
#[derive(Debug)]
pub(crate) struct Signals {
    receiver: watch::Receiver<Signal>,
    seen: Signal,
}

/// Hears that the run is to be let go or ended, for those that wait for something else meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct LetGo(watch::Receiver<Signal>);

impl LetGo {
    /// Waits for [`Signal::LetGo`]. May be dropped at any time.
    pub(crate) async fn told(&mut self) {
        // An error says that the worker is gone, and with it the right to drive.
        let _ = self.0.wait_for(|signal| *signal == Signal::LetGo).await;
    }

    /// Waits for whatever comes first. May be dropped at any time.
    pub(crate) async fn any(&mut self) -> Signal {
        self.0.wait_for(|signal| *signal != Signal::None).await.map_or(Signal::LetGo, |signal| *signal)
    }
}

pub(crate) fn signals() -> (SignalSender, Signals) {
    let (sender, receiver) = watch::channel(Signal::None);
    (SignalSender(sender), Signals { receiver, seen: Signal::None })
}

impl SignalSender {
    pub(crate) fn send(&self, signal: Signal) {
        self.0.send_if_modified(|current| {
            let stronger = signal > *current;
            *current = signal.max(*current);
            stronger
        });
    }
}

impl Signals {
    pub(crate) fn let_go(&self) -> LetGo {
        LetGo(self.receiver.clone())
    }

    /// Waits for a signal that was not seen yet.
    pub(crate) async fn next(&mut self) -> Signal {
        let seen = self.seen;
        let signal = match self.receiver.wait_for(|signal| *signal > seen).await {
            Ok(signal) => *signal,
            // The worker is gone, and with it the right to drive.
            Err(_) => Signal::LetGo,
        };
        self.seen = signal;
        signal
    }
}
