//! What calls cost.

use artel_domain::{NanoUsd, Usage};

use crate::{ModelName, Models};

impl Models {
    /// What a call cost; `None` when the model's price is not known.
    pub fn cost(&self, model: &ModelName, usage: &Usage) -> Option<NanoUsd> {
        self.catalog().cost_nanodollars(model, usage)
    }

    /// The most that a call of so many tokens can cost, however much of its prompt is read from a cache or written to one.
    pub fn most_cost(&self, model: &ModelName, usage: &Usage) -> Option<NanoUsd> {
        let written = Usage { cached_tokens: 0, cache_write_tokens: usage.prompt_tokens, ..*usage };
        self.cost(model, &Usage { cached_tokens: 0, cache_write_tokens: 0, ..*usage }).max(self.cost(model, &written))
    }
}
