//! The answer that a model is giving, piece by piece.

use artel_llm::Delta;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::frames::Frames;

const DELTA_QUEUE: usize = 64;

/// Empty while no model is asked.
#[derive(Default)]
pub(super) struct AnswerStream {
    deltas: Option<Receiver<Delta>>,
    frames: Frames,
    has_begun: bool,
}

impl AnswerStream {
    /// A model is asked; it writes to the sender.
    pub(super) fn open(&mut self) -> Sender<Delta> {
        let (sender, receiver) = mpsc::channel(DELTA_QUEUE);
        *self = Self { deltas: Some(receiver), ..Self::default() };
        sender
    }

    /// Nothing more of this answer is read.
    pub(super) fn close(&mut self) {
        self.deltas = None;
    }

    /// The model began to answer since the last call of [`open`](Self::open).
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// The next frame to send, when it is due. Pending while nothing comes. May be dropped at any time.
    pub(super) async fn frame(&mut self) -> Option<String> {
        tokio::select! {
            biased;
            Some(text) = next_text(&mut self.deltas) => {
                self.has_begun = true;
                self.frames.push(&text)
            }
            () = self.frames.due() => self.frames.take(),
        }
    }

    /// What is still queued, in frames, after the model has answered.
    pub(super) async fn rest(&mut self) -> Vec<String> {
        let mut frames = Vec::new();
        while let Some(text) = next_text(&mut self.deltas).await {
            frames.extend(self.frames.push(&text));
        }
        frames.extend(self.frames.take());
        frames
    }
}

/// The next piece of what the model says to the user; `None` when the stream is over or there is none. May be dropped
/// at any time.
async fn next_text(deltas: &mut Option<Receiver<Delta>>) -> Option<String> {
    loop {
        match deltas.as_mut()?.recv().await {
            Some(Delta::Text(text) | Delta::Refusal(text)) => return Some(text),
            // Calls are journalled when they are complete; reasoning is not the answer; nor is who answers.
            Some(
                Delta::Opened(_) | Delta::Reasoning(_) | Delta::Call { .. } | Delta::Arguments { .. } | Delta::Rest(_),
            ) => {}
            None => {
                *deltas = None;
                return None;
            }
        }
    }
}
