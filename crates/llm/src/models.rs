//! The front door: names in, answers out.

mod build;
mod embed;
mod providers;
mod serve;

use std::collections::BTreeMap;
use std::sync::Arc;

use artel_domain::{Clock, SystemClock};
use tokio::sync::mpsc::Sender;

pub use providers::Provider;

use crate::account::NoAccount;
use crate::call::{Call, Ledger};
use crate::demo::Variant;
use crate::driver::Driver;
use crate::name::{CUSTOM, looks_like_anthropic, looks_like_openai};
use crate::route::{ROUTE, Routes};
use crate::upstream::Upstream;
use crate::{Accountant, Config, ConfigError, Delta, ModelError, ModelName, ProviderHealth, Request, Served, Timeouts, UnknownModel};

const OPENAI: &str = "openai";
const ANTHROPIC: &str = "anthropic";
const DEMO: &str = "demo";

/// All models that this installation can use.
#[derive(Clone)]
pub struct Models {
    driver: Driver,
    ledger: Ledger,
    /// By provider name.
    upstreams: BTreeMap<String, Arc<Upstream>>,
    /// Makes all calls for us, except those to `demo:`.
    proxy: Option<Arc<Upstream>>,
    /// The model that a bare `custom:<name>` means, by provider name.
    bare_names: BTreeMap<String, String>,
    default_provider: Option<String>,
    routes: Routes,
    timeouts: Timeouts,
    retries: u32,
}

impl Models {
    /// Nobody is told of its calls until [`Models::accounting_to`].
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let (upstreams, bare_names) = build::upstreams(&config)?;
        let mut models = Self {
            driver: Driver { max_answer_bytes: config.max_answer_bytes },
            ledger: Ledger { accountant: Arc::new(NoAccount), clock: Arc::new(SystemClock) },
            proxy: build::proxy(&config)?.map(Arc::new),
            upstreams,
            bare_names,
            default_provider: config.default_provider,
            routes: Routes::default(),
            timeouts: config.timeouts,
            retries: config.retries,
        };
        if let Some(provider) = models.default_provider.as_ref().filter(|provider| !models.knows(provider)) {
            return Err(ConfigError::DefaultProvider(provider.clone()));
        }
        if models.proxy.is_none() {
            models.routes = Routes::read(&config.routes, |name| models.model(name).map_err(|unknown| unknown.to_string()))?;
        }
        Ok(models)
    }

    /// From now on every call is told to this accountant, once.
    #[must_use]
    pub fn accounting_to(mut self, accountant: Arc<dyn Accountant>, clock: Arc<dyn Clock>) -> Self {
        self.ledger = Ledger { accountant, clock };
        self
    }

    /// Reads a model name as users write it and makes it full. Whether the provider can be reached is not asked here.
    pub fn check(&self, text: &str) -> Result<ModelName, UnknownModel> {
        let text = text.trim();
        let own = ModelName::new(ROUTE, text.strip_prefix("route:").unwrap_or(text));
        if self.routes.of(&own).is_some() {
            return Ok(own);
        }
        match self.model(own.model()) {
            // The proxy may know more names than we do.
            Err(unknown) if self.proxy.is_some() && !text.is_empty() && !matches!(unknown, UnknownModel::Demo { .. }) => {
                Ok(text.parse().unwrap_or(own))
            }
            outcome => outcome,
        }
    }

    /// Asks a model, and those that stand in for it when it fails. Deltas go out as they come, [`Delta::Opened`] first; the whole answer
    /// at the end. When the receiver is gone nothing is sent, and whatever fails may be tried again. Dropping the future closes the
    /// connection to the provider at once.
    pub async fn stream(&self, request: Request, on_delta: Sender<Delta>) -> Result<Served, ModelError> {
        let mut call = Call::begin(&self.ledger, request);
        let outcome = self.serve(&mut call, &on_delta).await;
        let (opening, latency) = (call.opening(), call.started().elapsed());
        let cost_nanos = call.end(outcome.as_ref());
        outcome.map(|answer| Served { answer, opening, latency, cost_nanos })
    }

    /// How each provider fares.
    pub fn health(&self) -> Vec<ProviderHealth> {
        self.proxy.iter().chain(self.upstreams.values()).map(|upstream| upstream.health()).collect()
    }

    /// The operator's own names for models, with the models they stand for.
    pub fn own_names(&self) -> Vec<(&str, &ModelName)> {
        self.routes.own_names()
    }

    /// The full name of a model, which is none of the operator's own names.
    fn model(&self, text: &str) -> Result<ModelName, UnknownModel> {
        let text = text.trim();
        if looks_like_openai(text) {
            return Ok(ModelName::new(OPENAI, text));
        }
        if looks_like_anthropic(text) {
            return Ok(ModelName::new(ANTHROPIC, text));
        }
        if text == DEMO || text.starts_with("demo:") {
            return Variant::of(text.strip_prefix("demo:").unwrap_or_default()).map(|variant| ModelName::new(DEMO, variant.name()));
        }
        if let Some(model) = self.bare_names.get(text) {
            return Ok(ModelName::new(text, model));
        }
        match &self.default_provider {
            Some(provider) if !text.is_empty() && !text.contains(':') => self.known(ModelName::new(provider, text)),
            _ => self.known(self.parse(text)?),
        }
    }

    fn parse(&self, text: &str) -> Result<ModelName, UnknownModel> {
        // `custom:<name>` without a model gets here only when there is no such provider.
        if let Some(name) = text.strip_prefix(CUSTOM).filter(|rest| !rest.contains(':')) {
            return Err(self.unknown_provider(&format!("{CUSTOM}{name}")));
        }
        text.parse()
    }

    fn known(&self, name: ModelName) -> Result<ModelName, UnknownModel> {
        if self.knows(name.provider()) { Ok(name) } else { Err(self.unknown_provider(name.provider())) }
    }

    /// A provider of ours is known also when it has no key yet: a call says so then.
    fn knows(&self, provider: &str) -> bool {
        provider == DEMO || self.upstreams.contains_key(provider)
    }

    fn unknown_provider(&self, provider: &str) -> UnknownModel {
        let (custom, own): (Vec<_>, Vec<_>) = self.upstreams.keys().cloned().partition(|name| name.starts_with(CUSTOM));
        let known = own.into_iter().chain([DEMO.to_owned()]).chain(custom).collect();
        UnknownModel::Provider { provider: provider.to_owned(), known }
    }
}

#[cfg(test)]
mod tests;
