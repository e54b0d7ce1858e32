use secrecy::SecretString;
use url::Url;

use super::ask::Provider;
use super::brave::Brave;
use super::searxng::Searxng;
use super::tavily::Tavily;
use super::yandex::Yandex;

/// Which search services the operator has, in the order in which they are asked.
#[derive(Debug, Default)]
pub struct SearchConfig {
    /// The address of a SearXNG whose `json` format is switched on.
    pub searxng: Option<Url>,
    pub brave_key: Option<SecretString>,
    pub tavily_key: Option<SecretString>,
    /// API key and folder.
    pub yandex: Option<(SecretString, String)>,
    /// Where the services with keys are, instead of their public addresses: proxies of the operator.
    pub base: Option<Url>,
}

impl SearchConfig {
    pub(super) fn providers(self) -> Vec<Box<dyn Provider>> {
        let Self { searxng, brave_key, tavily_key, yandex, base } = self;
        let at = |public: &str| base.clone().or_else(|| Url::parse(public).ok());
        let mut providers: Vec<Box<dyn Provider>> = Vec::new();
        if let Some(base) = searxng {
            providers.push(Box::new(Searxng { base }));
        }
        if let (Some(key), Some(base)) = (brave_key, at("https://api.search.brave.com/")) {
            providers.push(Box::new(Brave { base, key }));
        }
        if let (Some(key), Some(base)) = (tavily_key, at("https://api.tavily.com/")) {
            providers.push(Box::new(Tavily { base, key }));
        }
        if let (Some((key, folder)), Some(base)) = (yandex, at("https://searchapi.api.cloud.yandex.net/")) {
            providers.push(Box::new(Yandex { base, key, folder }));
        }
        providers
    }
}
