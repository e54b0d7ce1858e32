//! The cost of calls.

use artel_domain::{NanoUsd, Usage};

use crate::{ModelName, Models};

impl Models {
    /// The highest possible cost of a call with these token counts, in billionths of a US dollar: over all models of
    /// its route, and with the prompt written to a cache. `None` when one of the prices is unknown.
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
