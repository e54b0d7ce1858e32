//! Prometheus metrics of model calls, named as OpenTelemetry names them where it does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use artel_llm::{BreakerState, CallOutcome, CallRecord, ModelName, Models, Operation};
use metrics::{Counter, Histogram, counter, gauge, histogram};

/// Models with series of their own. Users make up names, and each would be a series for ever.
const MOST_MODELS: usize = 500;
const OTHER: &str = "other";

/// The handles of each model's series, so that a call does not look them up by name.
#[derive(Default)]
pub(super) struct Meters {
    chat: Mutex<HashMap<ModelName, Arc<Meter>>>,
    embeddings: Mutex<HashMap<ModelName, Arc<Meter>>>,
}

/// The series of one model.
struct Meter {
    provider: String,
    model: String,
    ok: Counter,
    cancelled: Counter,
    input: Histogram,
    output: Histogram,
    duration: Histogram,
    first_token: Histogram,
    cost: Counter,
}

impl Meters {
    pub(super) fn count(&self, call: &CallRecord) {
        self.of(call).count(call);
    }

    fn of(&self, call: &CallRecord) -> Arc<Meter> {
        let meters = match call.operation {
            Operation::Chat => &self.chat,
            Operation::Embeddings => &self.embeddings,
        };
        let mut meters = meters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(meter) = meters.get(&call.served) {
            return meter.clone();
        }
        let is_known = !matches!(call.outcome.error_code(), Some("model_not_found" | "model_not_configured"));
        let has_place = is_known && meters.len() < MOST_MODELS;
        let name = if has_place { call.served.clone() } else { ModelName::new(call.served.provider(), OTHER) };
        meters.entry(name).or_insert_with_key(|name| Arc::new(Meter::new(call.operation, name))).clone()
    }
}

impl Meter {
    fn new(operation: Operation, name: &ModelName) -> Self {
        let (provider, model) = (name.provider().to_owned(), name.model().to_owned());
        let calls = |outcome: &'static str| counter!("artel_llm_calls_total", "provider" => provider.clone(), "model" => model.clone(), "outcome" => outcome);
        let tokens = |kind: &'static str| {
            histogram!("gen_ai_client_token_usage", "gen_ai_operation_name" => operation.word(), "gen_ai_provider_name" => provider.clone(),
                "gen_ai_request_model" => model.clone(), "gen_ai_token_type" => kind)
        };
        Self {
            ok: calls("ok"),
            cancelled: calls("cancelled"),
            input: tokens("input"),
            output: tokens("output"),
            duration: duration(operation, &provider, &model, ""),
            first_token: histogram!("artel_llm_time_to_first_token_seconds", "provider" => provider.clone(), "model" => model.clone()),
            cost: counter!("artel_llm_cost_nano_usd_total", "provider" => provider.clone(), "model" => model.clone()),
            provider,
            model,
        }
    }

    fn count(&self, call: &CallRecord) {
        let seconds = call.latency.as_secs_f64();
        match call.outcome {
            CallOutcome::Ok => {
                self.ok.increment(1);
                self.duration.record(seconds);
            }
            CallOutcome::Cancelled => {
                self.cancelled.increment(1);
                duration(call.operation, &self.provider, &self.model, "cancelled").record(seconds);
            }
            CallOutcome::Error(code) => {
                let (provider, model) = (self.provider.clone(), self.model.clone());
                counter!("artel_llm_calls_total", "provider" => provider, "model" => model, "outcome" => code)
                    .increment(1);
                duration(call.operation, &self.provider, &self.model, code).record(seconds);
            }
        }
        if let Some(usage) = call.usage {
            self.input.record(usage.prompt_tokens as f64);
            self.output.record(usage.completion_tokens as f64);
        }
        if let Some(wait) = call.time_to_first_token {
            self.first_token.record(wait.as_secs_f64());
        }
        if let Some(cost) = call.cost_nanos.and_then(|cost| u64::try_from(cost).ok()) {
            self.cost.increment(cost);
        }
    }
}

fn duration(operation: Operation, provider: &str, model: &str, error: &'static str) -> Histogram {
    histogram!("gen_ai_client_operation_duration_seconds", "gen_ai_operation_name" => operation.word(),
        "gen_ai_provider_name" => provider.to_owned(), "gen_ai_request_model" => model.to_owned(), "error_type" => error)
}

/// Sets the gauges to how the providers fare now.
pub(crate) fn observe(models: &Models) {
    for health in models.health() {
        let provider = health.provider;
        gauge!("artel_llm_in_flight", "provider" => provider.clone()).set(health.in_flight as f64);
        gauge!("artel_llm_models_not_asked", "provider" => provider.clone()).set(health.troubled.len() as f64);
        // 0 closed, 1 half open, 2 open: the worst of the provider's models.
        let state = match health.breaker {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        };
        gauge!("artel_llm_breaker_state", "provider" => provider).set(state);
    }
}
