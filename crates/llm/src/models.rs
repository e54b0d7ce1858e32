//! All models of an installation: from a model's name to its answer.

mod build;
mod embed;
mod list;
mod providers;
mod serve;

use std::collections::BTreeMap;
use std::sync::Arc;

use artel_domain::{Clock, SystemClock};
use tokio::sync::mpsc::Sender;

pub use providers::Provider;

use crate::account::{NoAccount, Operation};
use crate::call::{Accounting, Call};
use crate::demo::Variant;
use crate::driver::Driver;
use crate::keys::NoKeys;
use crate::name::{ANTHROPIC, CUSTOM, DEMO, OLLAMA, OPENAI};
use crate::route::{ROUTE, Routes};
use crate::upstream::Upstream;
use crate::{
    Accountant, Catalog, Config, ConfigError, Delta, KeyRing, ModelError, ModelName, ProviderHealth, Request, Served,
    Timeouts, UnknownModel,
};

pub use list::ListedModel;

/// The providers that sell their own models.
const VENDORS: [&str; 2] = [OPENAI, ANTHROPIC];
/// The providers whose names are always valid. A call to one without configuration says what is missing.
const BUILT_IN: [&str; 4] = [OPENAI, ANTHROPIC, OLLAMA, DEMO];

/// All models that this installation can use.
#[derive(Clone)]
pub struct Models {
    driver: Driver,
    accounting: Accounting,
    /// By provider name.
    upstreams: BTreeMap<String, Arc<Upstream>>,
    /// The LLM proxy that makes all calls, except those to `demo:`.
    proxy: Option<Arc<Upstream>>,
    /// The model that a bare `custom:<name>` means, by provider name.
    bare_names: BTreeMap<String, String>,
    default_provider: Option<String>,
    catalog: Arc<Catalog>,
    keys: Arc<dyn KeyRing>,
    routes: Routes,
    timeouts: Timeouts,
    retries: u32,
}

impl Models {
    /// The models of a configuration. Their calls are not recorded until [`Models::accounting_to`] is used.
    ///
    /// # Errors
    /// Fails for a configuration that cannot work; the error tells the reason.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let (upstreams, bare_names) = build::upstreams(&config)?;
        let mut models = Self {
            driver: Driver { max_answer_bytes: config.max_answer_bytes },
            accounting: Accounting {
                accountant: Arc::new(NoAccount),
                clock: Arc::new(SystemClock),
                catalog: config.catalog.clone(),
            },
            proxy: build::proxy(&config)?.map(Arc::new),
            upstreams,
            bare_names,
            default_provider: config.default_provider,
            catalog: config.catalog,
            keys: Arc::new(NoKeys),
            routes: Routes::default(),
            timeouts: config.timeouts,
            retries: config.retries,
        };
        if let Some(provider) = models.default_provider.as_ref().filter(|provider| !models.knows(provider)) {
            return Err(ConfigError::DefaultProvider(provider.clone()));
        }
        models.routes = Routes::read(&config.routes, |name| models.model(name).map_err(|unknown| unknown.to_string()))?;
        Ok(models)
    }

    /// The same models, which give one record of each call to this accountant.
    #[must_use]
    pub fn accounting_to(mut self, accountant: Arc<dyn Accountant>, clock: Arc<dyn Clock>) -> Self {
        self.accounting = Accounting { accountant, clock, ..self.accounting };
        self
    }

    /// The same models, which use the accounts' own keys in place of the operator's.
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<dyn KeyRing>) -> Self {
        self.keys = keys;
        self
    }

    /// The table of models.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The same models, called from this process even when a proxy is configured. The proxy itself uses them.
    #[must_use]
    pub fn in_process(&self) -> Self {
        Self { proxy: None, ..self.clone() }
    }

    /// The full name for a model name that a user wrote. It is not checked whether the provider can be reached.
    ///
    /// # Errors
    /// Fails for a name without a known provider.
    pub fn check(&self, text: &str) -> Result<ModelName, UnknownModel> {
        let text = text.trim();
        let own = ModelName::new(ROUTE, text.strip_prefix("route:").unwrap_or(text));
        if self.routes.of(&own).is_some() {
            return Ok(own);
        }
        match self.model(own.model()) {
            // The proxy may know names that this process does not know.
            Err(unknown)
                if self.proxy.is_some() && !text.is_empty() && !matches!(unknown, UnknownModel::Demo { .. }) =>
            {
                Ok(text.parse().unwrap_or(own))
            }
            outcome => outcome,
        }
    }

    /// Calls a model, and its fallbacks when it fails.
    ///
    /// # Arguments
    /// `on_delta` gets the deltas as they come, [`Delta::Opened`] first. When its receiver is gone, nothing is sent and
    /// every failure may be retried. Dropping the future closes the connection to the provider at once.
    ///
    /// # Errors
    /// The error of the last model that was called.
    pub async fn stream(&self, request: Request, on_delta: Sender<Delta>) -> Result<Served, ModelError> {
        let mut call = Call::begin(&self.accounting, Operation::Chat, request);
        let outcome = self.serve(&mut call, &on_delta).await;
        let (opening, latency) = (call.opening(), call.started().elapsed());
        let cost_nanos = call.end(outcome.as_ref());
        outcome.map(|answer| Served { answer, opening, latency, cost_nanos })
    }

    /// The health of each provider.
    pub fn health(&self) -> Vec<ProviderHealth> {
        self.proxy.iter().chain(self.upstreams.values()).map(|upstream| upstream.health()).collect()
    }

    /// The names that the operator chose, with the models that they stand for.
    pub fn own_names(&self) -> Vec<(&str, &ModelName)> {
        self.routes.own_names()
    }

    /// The models that may answer for a name, in the order in which they are called.
    pub(crate) fn chain<'a>(&'a self, name: &'a ModelName) -> impl Iterator<Item = &'a ModelName> {
        let route = self.routes.of(name);
        let first = route.and_then(|route| route.model.as_ref()).unwrap_or(name);
        std::iter::once(first).chain(route.into_iter().flat_map(|route| &route.fallbacks))
    }

    /// The full name of a model. The operator's own names are not looked up here.
    fn model(&self, text: &str) -> Result<ModelName, UnknownModel> {
        let text = text.trim();
        if text == DEMO || text.starts_with("demo:") {
            return Variant::of(text.strip_prefix("demo:").unwrap_or_default())
                .map(|variant| ModelName::new(DEMO, variant.name()));
        }
        if let Some(model) = self.bare_names.get(text) {
            return Ok(ModelName::new(text, model));
        }
        if let Some(provider) = self.provider_of(text) {
            return Ok(ModelName::new(provider, text));
        }
        match &self.default_provider {
            Some(provider) if !text.is_empty() && !text.contains(':') => self.known(ModelName::new(provider, text)),
            _ => self.known(self.parse(text)?),
        }
    }

    /// The provider that the table gives to a name without prefix.
    fn provider_of(&self, text: &str) -> Option<&str> {
        if text.parse::<ModelName>().is_ok_and(|name| self.knows(name.provider())) {
            return None;
        }
        // `gpt-oss:20b` is how Ollama's users name an open model. Of OpenAI's own names only those of fine-tuned models
        // have a colon.
        let is_tag = text.contains(':') && !text.starts_with("ft:");
        self.catalog.provider_of(text, |provider| {
            self.upstreams.contains_key(provider) && !(is_tag && VENDORS.contains(&provider))
        })
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

    fn knows(&self, provider: &str) -> bool {
        BUILT_IN.contains(&provider) || self.upstreams.contains_key(provider)
    }

    fn unknown_provider(&self, provider: &str) -> UnknownModel {
        let custom = self.upstreams.keys().filter(|name| name.starts_with(CUSTOM)).cloned();
        let known = BUILT_IN.into_iter().map(str::to_owned).chain(custom).collect();
        UnknownModel::Provider { provider: provider.to_owned(), known }
    }
}

#[cfg(test)]
mod tests;
