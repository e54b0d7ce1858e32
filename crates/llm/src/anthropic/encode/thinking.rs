//! How much the model thinks, which depends on what its generation understands.

use serde_json::{Value, json};

use super::generation::of_model;
use super::turn::Turn;
use crate::{ModelError, Request, Thinking};

/// The provider takes no smaller budget.
const SMALLEST_BUDGET: u32 = 1024;
/// An answer must be bounded; this holds for all models that there are.
const MAX_TOKENS: u32 = 4096;
/// Prompt and limit must fit into the context together, so a default limit is not the longest answer of the model.
const MOST_UNASKED: u32 = 32_000;

/// What the request says about thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing.
    Silent,
    Disabled,
    Budget(u32),
    Adaptive {
        effort: Option<&'static str>,
    },
}

pub(super) fn of(request: &Request, turns: &[Turn]) -> Result<Mode, ModelError> {
    let mode = match &request.params.thinking {
        None => Mode::Silent,
        Some(Thinking::Disabled) => Mode::Disabled,
        Some(Thinking::Adaptive) => Mode::Adaptive { effort: None },
        Some(Thinking::Budget(tokens)) => Mode::Budget((*tokens).max(SMALLEST_BUDGET)),
        Some(Thinking::RetryLimits(word)) => by_effort(word, of_model(request.model.model()))?,
    };
    // With a budget, an assistant turn with calls must begin with its reasoning. Without it, thinking is switched off.
    Ok(if matches!(mode, Mode::Budget(_)) && goes_on_without_thoughts(turns) { Mode::Silent } else { mode })
}

impl Mode {
    pub(super) fn is_on(self) -> bool {
        matches!(self, Self::Budget(_) | Self::Adaptive { .. })
    }

    pub(super) fn effort(self) -> Option<&'static str> {
        if let Self::Adaptive { effort } = self { effort } else { None }
    }

    /// The `thinking` member.
    pub(super) fn member(self) -> Option<Value> {
        match self {
            Self::Silent => None,
            Self::Disabled => Some(json!({ "type": "disabled" })),
            Self::Budget(tokens) => Some(json!({ "type": "enabled", "budget_tokens": tokens })),
            Self::Adaptive { .. } => Some(json!({ "type": "adaptive" })),
        }
    }

    /// Thoughts count too: a limit that they could use up is one for the answer alone.
    pub(super) fn max_tokens(self, asked: Option<u32>, longest: Option<u32>) -> u32 {
        let unasked = longest.unwrap_or(MAX_TOKENS).min(MOST_UNASKED);
        match (self, asked) {
            (Self::Budget(budget), Some(asked)) if asked > budget => asked,
            (Self::Budget(budget), Some(asked)) => budget.saturating_add(asked.max(1)),
            (Self::Budget(budget), None) => {
                budget.saturating_add(unasked).min(longest.unwrap_or(u32::MAX)).max(budget.saturating_add(1))
            }
            (_, asked) => asked.unwrap_or(unasked),
        }
    }
}

/// OpenAI's words. From 4.6 on the models take them themselves, from 3.7 on a budget; before they cannot think.
fn by_effort(word: &str, generation: (u32, u32)) -> Result<Mode, ModelError> {
    let (effort, budget) = match word {
        "none" if generation >= (4, 6) => return Ok(Mode::Disabled),
        "none" => return Ok(Mode::Silent),
        "minimal" => ("low", SMALLEST_BUDGET),
        "low" => ("low", 2048),
        "medium" => ("medium", 8192),
        "high" => ("high", 16_384),
        "xhigh" => ("xhigh", 24_576),
        "max" => ("max", 24_576),
        _ => {
            return Err(ModelError::BadRequest(format!(
                "`{word}` is no effort; it is none, minimal, low, medium, high, xhigh or max"
            )));
        }
    };
    Ok(match generation {
        (4, 6..) | (5.., _) => Mode::Adaptive { effort: Some(effort) },
        (3, 7..) | (4, _) => Mode::Budget(budget),
        _ => Mode::Silent,
    })
}

/// Whether the last turn brings results to a turn that does not begin with thoughts.
fn goes_on_without_thoughts(turns: &[Turn]) -> bool {
    let [.., asked, answered] = turns else { return false };
    let first_is = |turn: &Turn, kinds: &[&str]| {
        turn.blocks.first().is_some_and(|block| kinds.iter().any(|kind| block["type"] == *kind))
    };
    answered.is_users() && first_is(answered, &["tool_result"]) && !first_is(asked, &["thinking", "redacted_thinking"])
}
