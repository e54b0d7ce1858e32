//! What runs may cost: caps, and what was spent of them.

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// Whose cap it is that leaves no room.
    BudgetScope { Run = "run", Agent = "agent", Tenant = "tenant" }
}

/// Billionths of a US dollar.
pub type NanoUsd = i64;

/// Tokens and money together: of one model call, a run or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spend {
    /// Prompt and completion.
    pub tokens: i64,
    pub nano_usd: NanoUsd,
}

/// The most of each; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cap {
    pub tokens: Option<i64>,
    pub nano_usd: Option<NanoUsd>,
}

/// What an operator, a tenant or an agent allows: each run, and all runs of a UTC day together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    pub run: Cap,
    pub day: Cap,
}

/// The caps that hold for one model call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    pub run: Cap,
    pub agent_day: Cap,
    pub tenant_day: Cap,
}

const NANOS: f64 = 1e9;

/// An amount of US dollars that people or models wrote, to the nearest billionth. A sum that does not fit becomes the
/// largest number.
#[must_use]
pub fn nanos(usd: f64) -> NanoUsd {
    (usd * NANOS).round() as NanoUsd
}

/// The same for people and models to read.
#[must_use]
pub fn usd(nanos: NanoUsd) -> f64 {
    nanos as f64 / NANOS
}

impl Spend {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            nano_usd: self.nano_usd.saturating_add(other.nano_usd),
        }
    }
}

impl Cap {
    pub fn is_unlimited(self) -> bool {
        self == Self::default()
    }

    /// Whether so much is within it.
    pub fn allows(self, spend: Spend) -> bool {
        self.tokens.is_none_or(|most| spend.tokens <= most) && self.nano_usd.is_none_or(|most| spend.nano_usd <= most)
    }

    /// Both hold: whoever adds a cap can only tighten.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let tighter = |one: Option<i64>, two: Option<i64>| one.into_iter().chain(two).min();
        Self { tokens: tighter(self.tokens, other.tokens), nano_usd: tighter(self.nano_usd, other.nano_usd) }
    }
}

impl Budget {
    pub fn is_unlimited(self) -> bool {
        self == Self::default()
    }
}

impl Caps {
    pub fn is_unlimited(self) -> bool {
        self == Self::default()
    }

    /// Whether some cap is in money.
    pub fn in_money(self) -> bool {
        [self.run, self.agent_day, self.tenant_day].iter().any(|cap| cap.nano_usd.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_caps_the_tighter_one_holds_for_each_unit() {
        let one = Cap { tokens: Some(100), nano_usd: None };
        let two = Cap { tokens: Some(200), nano_usd: Some(5) };
        assert_eq!(one.and(two), Cap { tokens: Some(100), nano_usd: Some(5) });
        assert_eq!(Cap::default().and(two), two);
    }

    #[test]
    fn a_cap_allows_exactly_as_much_as_it_says() {
        let cap = Cap { tokens: Some(10), nano_usd: Some(7) };
        assert!(cap.allows(Spend { tokens: 10, nano_usd: 7 }));
        assert!(!cap.allows(Spend { tokens: 11, nano_usd: 0 }));
        assert!(!cap.allows(Spend { tokens: 0, nano_usd: 8 }));
        assert!(Cap::default().allows(Spend { tokens: i64::MAX, nano_usd: i64::MAX }));
    }
}
