//! The counts of a call, and the channel for its answer.

use std::time::Duration;

use artel_domain::Usage;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;
use uuid::Uuid;

use crate::estimate;
use crate::{Delta, ModelName, Opening, RateLimits, Request};

/// The counts so far.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    /// Requests sent, over all models.
    pub(crate) attempts: u32,
    /// The time that this process waited for providers, and between attempts.
    pub(crate) upstream: Duration,
    pub(crate) limits: RateLimits,
    pub(crate) first_delta: Option<Instant>,
    pub(crate) deltas: u64,
    pub(crate) bytes: u64,
    /// The usage that the provider reported before the end of its answer.
    pub(crate) usage: Option<Usage>,
    characters: usize,
    /// A part of the answer was sent to the caller. Another attempt would repeat it.
    pub(crate) sent_any: bool,
}

impl Stats {
    /// Begins an attempt. Counts of an earlier attempt are dropped, because nothing of it was sent.
    pub(crate) fn begin_attempt(&mut self) {
        let (attempts, upstream) = (self.attempts + 1, self.upstream);
        *self = Self { attempts, upstream, ..Self::default() };
    }

    /// The usage and whether a part of it is estimated. Where the provider reported nothing, tokens are estimated from
    /// the length of the texts.
    pub(crate) fn usage(&self, reported: Option<Usage>, request: &Request) -> (Option<Usage>, bool) {
        if reported.is_some() || self.attempts == 0 {
            return (reported, false);
        }
        let so_far = self.usage.unwrap_or_default();
        let prompt_tokens =
            if so_far.prompt_tokens > 0 { so_far.prompt_tokens } else { estimate::prompt_tokens(request) };
        let completion_tokens = so_far.completion_tokens.max(estimate::tokens(self.characters));
        (Some(Usage { prompt_tokens, completion_tokens, ..so_far }), true)
    }

    fn count(&mut self, delta: &Delta) {
        let text = delta.text();
        if self.first_delta.is_none() {
            self.first_delta = Some(Instant::now());
        }
        self.deltas += 1;
        self.bytes += text.len() as u64;
        self.characters += text.chars().count();
    }
}

/// The channel for an answer.
pub(crate) struct DeltaSink<'a> {
    pub(crate) on_delta: &'a Sender<Delta>,
    pub(crate) call_id: Uuid,
    /// The model that answers.
    pub(crate) model: &'a ModelName,
    pub(crate) fallbacks: u32,
    pub(crate) stats: &'a mut Stats,
}

impl DeltaSink<'_> {
    pub(crate) async fn send(&mut self, delta: Delta) {
        self.stats.count(&delta);
        // The receiver is gone. The answer is still wanted, and the receiver has seen no part of it.
        if self.on_delta.is_closed() {
            return;
        }
        if !self.stats.sent_any && self.on_delta.send(Delta::Opened(Box::new(self.opening()))).await.is_err() {
            return;
        }
        self.stats.sent_any = true;
        let _ = self.on_delta.send(delta).await;
    }

    fn opening(&self) -> Opening {
        Opening {
            call_id: self.call_id,
            model: self.model.clone(),
            attempts: self.stats.attempts,
            fallbacks: self.fallbacks,
            limits: self.stats.limits,
            upstream: self.stats.upstream,
        }
    }
}
