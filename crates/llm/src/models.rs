//! The front door: names in, answers out.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc::Sender;
use url::Url;

use crate::demo::{self, Variant};
use crate::dialect::Dialect;
use crate::driver::{Driver, Upstream};
use crate::name::{CUSTOM, looks_like_openai};
use crate::openai::OpenAi;
use crate::{Answer, Config, ConfigError, Delta, ModelError, ModelName, Protocol, Request, UnknownModel};

const OPENAI: &str = "openai";
const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";
const DEMO: &str = "demo";

/// All models that this installation can use.
#[derive(Clone)]
pub struct Models {
    driver: Driver,
    /// By provider name. `openai` is missing when it has neither key nor base URL.
    upstreams: BTreeMap<String, Upstream>,
    /// The model that a bare `custom:<name>` means, by provider name.
    bare_names: BTreeMap<String, String>,
    default_provider: Option<String>,
}

impl Models {
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let driver = Driver::new(&config)?;
        let mut upstreams = BTreeMap::new();
        let mut bare_names = BTreeMap::new();
        let openai = config.openai;
        let api_key = openai.api_key.filter(|key| !key.expose_secret().trim().is_empty());
        if api_key.is_some() || openai.base_url.is_some() {
            let base_url = openai.base_url.as_deref().unwrap_or(OPENAI_BASE_URL);
            upstreams.insert(OPENAI.to_owned(), upstream(OPENAI, Protocol::OpenAi, base_url, api_key)?);
        }
        for (name, custom) in config.custom {
            check_custom_name(&name)?;
            let provider = format!("{CUSTOM}{name}");
            let endpoint = upstream(&provider, custom.protocol, &custom.base_url, custom.api_key)?;
            upstreams.insert(provider.clone(), endpoint);
            bare_names.insert(provider, custom.model.unwrap_or(name));
        }
        let models = Self { driver, upstreams, bare_names, default_provider: config.default_provider };
        match &models.default_provider {
            Some(provider) if !models.knows(provider) => Err(ConfigError::DefaultProvider(provider.clone())),
            _ => Ok(models),
        }
    }

    /// Reads a model name as users write it and makes it full. Whether the provider can be reached is not asked here.
    pub fn check(&self, text: &str) -> Result<ModelName, UnknownModel> {
        let text = text.trim();
        if looks_like_openai(text) {
            return Ok(ModelName::new(OPENAI, text));
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

    /// Asks a model. Deltas go out as they come, the whole answer at the end. Dropping the future closes the connection to the
    /// provider at once.
    pub async fn stream(&self, request: Request, on_delta: Sender<Delta>) -> Result<Answer, ModelError> {
        let provider = request.model.provider();
        if provider == DEMO {
            return demo::stream(&request, &on_delta).await;
        }
        let Some(upstream) = self.upstreams.get(provider) else {
            return Err(self.unavailable(provider));
        };
        let outcome = self.driver.ask(upstream, &request, &on_delta).await;
        outcome.map_err(|error| error.map_message(|text| format!("{provider}: {text}")))
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

    /// `openai` is a valid name also when it has no key yet: a run says so then.
    fn knows(&self, provider: &str) -> bool {
        provider == OPENAI || provider == DEMO || self.upstreams.contains_key(provider)
    }

    fn unknown_provider(&self, provider: &str) -> UnknownModel {
        let custom = self.upstreams.keys().filter(|name| name.starts_with(CUSTOM));
        let known = [OPENAI, DEMO].into_iter().map(str::to_owned).chain(custom.cloned()).collect();
        UnknownModel::Provider { provider: provider.to_owned(), known }
    }

    fn unavailable(&self, provider: &str) -> ModelError {
        if provider == OPENAI {
            let hint = "set OPENAI_API_KEY, or OPENAI_BASE_URL for an OpenAI-compatible server, or use a `demo:` model";
            return ModelError::NotConfigured(format!("{provider}: {hint}"));
        }
        ModelError::NotConfigured(self.unknown_provider(provider).to_string())
    }
}

fn upstream(provider: &str, protocol: Protocol, base_url: &str, key: Option<SecretString>) -> Result<Upstream, ConfigError> {
    let dialect: Arc<dyn Dialect> = match protocol {
        Protocol::OpenAi => Arc::new(OpenAi),
    };
    if dialect.headers(key.as_ref().map(ExposeSecret::expose_secret)).is_none() {
        return Err(ConfigError::Key(provider.to_owned()));
    }
    let unusable = |reason: &str| ConfigError::BaseUrl { provider: provider.to_owned(), reason: reason.to_owned() };
    let url = endpoint(base_url, dialect.path()).map_err(unusable)?;
    Ok(Upstream { dialect, url, key })
}

/// The base URL with the dialect's path; a query (`?api-version=…`) stays.
fn endpoint(base_url: &str, path: &[&str]) -> Result<Url, &'static str> {
    let mut url = Url::parse(base_url.trim()).map_err(|_| "it is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password; give the key as the API key");
    }
    let mut segments = url.path_segments_mut().map_err(|()| "it has no path")?;
    segments.pop_if_empty().extend(path);
    drop(segments);
    Ok(url)
}

fn check_custom_name(name: &str) -> Result<(), ConfigError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if !name.is_empty() && name.chars().all(allowed) { Ok(()) } else { Err(ConfigError::Name(name.to_owned())) }
}

#[cfg(test)]
mod tests;
