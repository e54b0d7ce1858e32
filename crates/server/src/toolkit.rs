//! The engines of the catalogue's tools that this installation has, and the place of their files.

use std::sync::Arc;

use anyhow::Context as _;
use artel_artifacts::Place;
use artel_egress::{Egress, Resolver, SystemResolver};
use artel_tools::{Tool, Typed};
use artel_tools_web::{SearchConfig, WebFetchTool, WebSearchTool};

use crate::config::Config;

/// Tools beside those that are part of `artel_tools`.
pub(crate) fn tools(config: &Config) -> anyhow::Result<Vec<Arc<dyn Tool>>> {
    let settings = config.toolkit.clone();
    let search = SearchConfig {
        searxng: settings.searxng.clone(),
        brave_key: settings.brave_key,
        tavily_key: settings.tavily_key,
        yandex: settings.yandex,
        base: None,
    };
    // The operator's own search service may be at a private address; no other caller uses this guard.
    let private: Vec<String> = settings.searxng.iter().filter_map(host_and_port).collect();
    let resolver: Arc<dyn Resolver> = Arc::new(SystemResolver);
    let egress = Egress::new(&private, std::collections::BTreeMap::new(), &resolver).context("SEARXNG_URL")?;
    Ok(vec![Arc::new(Typed::new(WebFetchTool)), Arc::new(Typed::new(WebSearchTool::new(search, Arc::new(egress))))])
}

/// Where the bytes of files are.
pub(crate) fn place(config: &Config) -> anyhow::Result<Place> {
    match &config.toolkit.artifacts {
        Some(url) => Place::url(url).context("ARTIFACTS_URL"),
        None => Place::directory(&config.data_dir.join("artifacts")).context("the directory of files cannot be made"),
    }
}

fn host_and_port(url: &url::Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}
