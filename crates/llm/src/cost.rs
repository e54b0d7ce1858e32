//! What calls cost.

use artel_domain::{NanoUsd, Usage};

use crate::{ModelName, Models};

impl Models {
    /// The most that a call of so many tokens can cost, whichever model of its route answers in the end, and however much of its prompt is
    /// read from a cache or written to one. `None` when one of their prices is not known.
    pub fn most_cost(&self, model: &ModelName, usage: &Usage) -> Option<NanoUsd> {
        let plain = Usage { cached_tokens: 0, cache_write_tokens: 0, ..*usage };
        let written = Usage { cache_write_tokens: usage.prompt_tokens, ..plain };
        let cost = |model| {
            let [plain, written] = [plain, written].map(|usage| self.catalog().cost_nanodollars(model, &usage));
            Some(plain?.max(written?))
        };
        self.chain(model).map(cost).try_fold(0, |most, cost| Some(most.max(cost?)))
    }
}
