//! Which specialist an input is for: one short question to the model, and words to go by when it does not answer.

use artel_domain::{Event, RoutedBy, Usage};
use artel_llm::{Message, Params, Served};
use artel_specialists::routing::{MAX_TOKENS, PROMPT, Route, TEMPERATURE, by_keywords, read};

use crate::model_call::{self, ModelCaller, Outcome};

/// Longer inputs are judged by their beginning.
const LONGEST_INPUT: usize = 4000;

pub(crate) async fn route(caller: ModelCaller, input: String) -> Outcome {
    let beginning: String = input.chars().take(LONGEST_INPUT).collect();
    let messages = vec![Message::system(PROMPT), Message::user(&beginning)];
    let params = Params { max_tokens: Some(MAX_TOKENS), temperature: Some(TEMPERATURE), ..Params::default() };
    // Nobody watches: the receiver goes at once.
    let (deltas, _) = tokio::sync::mpsc::channel(1);
    match model_call::call(&caller, messages, Vec::new(), params, deltas).await {
        Ok((Served { answer, .. }, spent)) => Outcome::Routed(routed(read(&answer.text), &input, answer.usage), spent),
        // The model of the answer will say the same, and that is where it is told: here words do.
        Err((code, message)) => {
            tracing::warn!(%code, message, "the router's model did not answer; words decide");
            Outcome::Routed(routed(None, &input, None), None)
        }
    }
}

fn routed(answer: Option<Route>, input: &str, usage: Option<Usage>) -> Event {
    let by = if answer.is_some() { RoutedBy::Model } else { RoutedBy::Keywords };
    let Route { agent, confidence, reason } = answer.unwrap_or_else(|| by_keywords(input));
    Event::Routed { agent, confidence, reason, by, usage }
}
