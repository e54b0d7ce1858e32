//! Prices, and the cost of a call. All numbers are integers, from the file to the account.

use artel_domain::{NanoUsd, Usage};
use serde::{Deserialize, Deserializer, de};
use serde_json::Number;

use super::ModelInfo;

/// The prices of a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    input: Price,
    /// For tokens read from the provider's cache. Absent: the input price.
    cached_input: Option<Price>,
    /// For tokens written to that cache. Absent: the input price.
    cache_write: Option<Price>,
    /// For all completion tokens, reasoning included.
    output: Price,
}

/// Millionths of a US dollar for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Price(u32);

impl ModelInfo {
    /// The cost of a call in billionths of a US dollar, rounded to the nearest; `None` when the prices are unknown.
    ///
    /// Tokens read from a cache and tokens written to one are part of the prompt's tokens, and reasoning tokens part of
    /// the completion's: each token is paid once.
    pub fn cost_nanodollars(&self, usage: &Usage) -> Option<NanoUsd> {
        let prices = self.prices?;
        let prompt = usage.prompt_tokens.max(0);
        let cached = usage.cached_tokens.clamp(0, prompt);
        let written = usage.cache_write_tokens.clamp(0, prompt - cached);
        let cost = prices.input.of(prompt - cached - written)
            + prices.cached_input.unwrap_or(prices.input).of(cached)
            + prices.cache_write.unwrap_or(prices.input).of(written)
            + prices.output.of(usage.completion_tokens.max(0));
        NanoUsd::try_from((cost + 500) / 1000).ok()
    }
}

impl Price {
    /// The price of tokens in millionths of a millionth of a US dollar. The price of a single token is an integer in
    /// this unit.
    fn of(self, tokens: i64) -> i128 {
        i128::from(self.0) * i128::from(tokens)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        // The shortest decimal text of the number, which is the text in the file.
        let number = number.as_f64().map_or_else(|| number.to_string(), |decimal| decimal.to_string());
        let price = millionths(&number).map(Self);
        price.ok_or_else(|| {
            de::Error::custom(format!(
                "{number} is not a price: dollars for a million tokens, from 0 to 4000, with six decimals at most"
            ))
        })
    }
}

/// Reads the decimal digits of the number, so that 0.1 is exactly a tenth.
fn millionths(number: &str) -> Option<u32> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 6 {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals: u32 = format!("{decimals:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(decimals)
}
