//! One call: the model, then its fallbacks.

use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use super::Models;
use crate::call::{Call, DeltaSink};
use crate::driver::RetryLimits;
use crate::name::{ANTHROPIC, DEMO, OLLAMA, OPENAI};
use crate::upstream::Upstream;
use crate::{Completion, Delta, ModelError, ModelName, Request, demo};

impl Models {
    pub(super) async fn serve(&self, call: &mut Call<'_>, on_delta: &Sender<Delta>) -> Result<Completion, ModelError> {
        match &self.proxy {
            Some(proxy) if call.request.model.provider() != DEMO => self.through_proxy(proxy, call, on_delta).await,
            _ => self.with_fallbacks(call, on_delta).await,
        }
    }

    /// Calls the model through the proxy, which makes retries and fallbacks. Only a proxy that cannot be reached is
    /// tried again from here.
    async fn through_proxy(
        &self,
        proxy: &Upstream,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
    ) -> Result<Completion, ModelError> {
        call.skip_accounting();
        call.request.model = ModelName::new(proxy.name.clone(), call.requested().to_string());
        let limits = Self::retry_limits(call, proxy.timeouts.total, self.retries);
        self.driver.ask(proxy, call, on_delta, limits).await
    }

    /// Calls each model of the route in turn, while nothing of an answer was sent and another model may succeed. When
    /// all fail, the error is that of the last model to which a request was sent.
    async fn with_fallbacks(&self, call: &mut Call<'_>, on_delta: &Sender<Delta>) -> Result<Completion, ModelError> {
        let route = self.routes.of(call.requested());
        if let Some(model) = route.and_then(|route| route.model.as_ref()) {
            call.request.model.clone_from(model);
        }
        let mut fallbacks = route.map_or(&[][..], |route| &route.fallbacks).iter();
        let total = self
            .upstreams
            .get(call.request.model.provider())
            .map_or(self.timeouts.total, |upstream| upstream.timeouts.total);
        let mut retries = route.and_then(|route| route.retries);
        let mut last_asked = None;
        loop {
            let asked = call.stats.attempts;
            let limits = Self::retry_limits(call, total, retries.unwrap_or(self.retries));
            let error = match self.ask(call, on_delta, limits).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let may_go_on = !call.stats.sent_any && error.allows_fallback() && Instant::now() < limits.deadline;
            let next = fallbacks.next().filter(|_| may_go_on);
            if let Some(next) = next {
                tracing::warn!(model = %call.request.model, %next, code = error.code(), "model call falls back");
            }
            if last_asked.is_none() || call.stats.attempts > asked {
                last_asked = Some(error.clone());
            }
            let Some(next) = next else { return Err(last_asked.unwrap_or(error)) };
            call.switch_to(next.clone());
            retries = self.routes.of(next).and_then(|route| route.retries);
        }
    }

    async fn ask(
        &self,
        call: &mut Call<'_>,
        on_delta: &Sender<Delta>,
        limits: RetryLimits,
    ) -> Result<Completion, ModelError> {
        let provider = call.request.model.provider();
        if provider == DEMO {
            call.stats.begin_attempt();
            let fallbacks = call.fallbacks();
            let mut sink =
                DeltaSink { on_delta, call_id: call.id, model: &call.request.model, fallbacks, stats: &mut call.stats };
            return demo::stream(&call.request, &mut sink).await;
        }
        let Some(upstream) = self.upstreams.get(provider) else {
            let missing = if provider == OLLAMA {
                OLLAMA.to_owned() + hint(OLLAMA)
            } else {
                self.unknown_provider(provider).to_string()
            };
            return Err(ModelError::NotConfigured(missing));
        };
        self.add_key(&mut call.request, &upstream.name).await?;
        let outcome = self.driver.ask(upstream, call, on_delta, limits).await;
        outcome.map_err(|error| match error {
            ModelError::NotConfigured(text) => {
                ModelError::NotConfigured(format!("{}: {text}{}", upstream.name, hint(&upstream.name)))
            }
            error => error.map_message(|text| format!("{}: {text}", upstream.name)),
        })
    }

    /// Adds the account's own key for a provider, if it has one. A key in the request itself has precedence.
    pub(super) async fn add_key(&self, request: &mut Request, provider: &str) -> Result<(), ModelError> {
        if !request.keys.contains_key(provider)
            && let Some(key) = self.keys.key(&request.account, provider).await?
        {
            request.keys.insert(provider.to_owned(), key);
        }
        Ok(())
    }

    pub(super) fn retry_limits(call: &Call<'_>, total: Duration, retries: u32) -> RetryLimits {
        RetryLimits { retries, deadline: call.started() + total, total }
    }
}

/// A hint for the operator: the setting that configures a provider.
fn hint(provider: &str) -> &'static str {
    match provider {
        OPENAI => "; set OPENAI_API_KEY, or OPENAI_BASE_URL for an OpenAI-compatible server, or use a `demo:` model",
        ANTHROPIC => {
            "; set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server that speaks Messages, or use a `demo:` model"
        }
        OLLAMA => ": set OLLAMA_BASE_URL, for example to http://127.0.0.1:11434",
        _ => "",
    }
}
