//! Encodes how much the model thinks. What a model understands depends on its generation.

use serde_json::{Value, json};

use super::generation::of_model;
use super::turn::Turn;
use crate::{ModelError, Request, Thinking};

/// The smallest budget that the provider accepts (Anthropic, "Extended thinking").
const MIN_BUDGET: u32 = 1024;
/// The default of `max_tokens`, which the provider requires. Every model accepts this value.
const DEFAULT_MAX_TOKENS: u32 = 4096;
/// The largest default of `max_tokens`. Prompt and `max_tokens` must fit into the context together, so the default is
/// not always the longest answer of the model.
const MAX_DEFAULT_MAX_TOKENS: u32 = 32_000;

/// The thinking mode of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The request has no `thinking` member.
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
        Some(Thinking::Budget(tokens)) => Mode::Budget((*tokens).max(MIN_BUDGET)),
        Some(Thinking::Effort(word)) => by_effort(word, of_model(request.model.model()))?,
    };
    // With a budget, the provider requires that an assistant turn with calls begins with its thinking. Where that is
    // lost, the request goes out without thinking.
    Ok(if matches!(mode, Mode::Budget(_)) && has_lost_thinking(turns) { Mode::Silent } else { mode })
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

    /// The `max_tokens` member. Thinking tokens count towards it, so a limit that is not above the budget is taken as
    /// the limit of the answer alone and the budget is added.
    pub(super) fn max_tokens(self, asked: Option<u32>, longest: Option<u32>) -> u32 {
        let default = longest.unwrap_or(DEFAULT_MAX_TOKENS).min(MAX_DEFAULT_MAX_TOKENS);
        match (self, asked) {
            (Self::Budget(budget), Some(asked)) if asked > budget => asked,
            (Self::Budget(budget), Some(asked)) => budget.saturating_add(asked.max(1)),
            (Self::Budget(budget), None) => {
                budget.saturating_add(default).min(longest.unwrap_or(u32::MAX)).max(budget.saturating_add(1))
            }
            (_, asked) => asked.unwrap_or(default),
        }
    }
}

/// The mode for a word of OpenAI's `reasoning_effort`. Models from 4.6 on take an effort, models from 3.7 on a budget.
/// Older models cannot think.
fn by_effort(word: &str, generation: (u32, u32)) -> Result<Mode, ModelError> {
    let (effort, budget) = match word {
        "none" if generation >= (4, 6) => return Ok(Mode::Disabled),
        "none" => return Ok(Mode::Silent),
        "minimal" => ("low", MIN_BUDGET),
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

/// Whether the last turn holds results for an assistant turn that does not begin with thinking.
fn has_lost_thinking(turns: &[Turn]) -> bool {
    let [.., asked, answered] = turns else { return false };
    let first_is = |turn: &Turn, kinds: &[&str]| {
        turn.blocks.first().is_some_and(|block| kinds.iter().any(|kind| block["type"] == *kind))
    };
    answered.is_user() && first_is(answered, &["tool_result"]) && !first_is(asked, &["thinking", "redacted_thinking"])
}
