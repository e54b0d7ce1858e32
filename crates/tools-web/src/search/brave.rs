//! Brave Search: `GET /res/v1/web/search` with the key in `X-Subscription-Token`.

use artel_egress::Egress;
use async_trait::async_trait;
use secrecy::SecretString;
use url::Url;

use super::ask::{Ask, Failure, Provider, below};
use super::hit::Hit;
use super::query::Query;

pub(super) struct Brave {
    pub(super) base: Url,
    pub(super) key: SecretString,
}

impl Brave {
    fn address(&self, query: &Query) -> Url {
        let mut url = below(&self.base, "res/v1/web/search");
        let mut pairs = url.query_pairs_mut();
        pairs.append_pair("q", &query.text).append_pair("count", &query.count.to_string());
        pairs.append_pair("text_decorations", "false");
        if let Some(lang) = &query.lang {
            pairs.append_pair("search_lang", lang);
        }
        if let Some(freshness) = query.fresh("pd", "pw", "pm", "py") {
            pairs.append_pair("freshness", freshness);
        }
        drop(pairs);
        url
    }
}

#[async_trait]
impl Provider for Brave {
    fn name(&self) -> &'static str {
        "brave"
    }

    async fn search(&self, egress: &Egress, query: &Query) -> Result<Vec<Hit>, Failure> {
        let answer =
            Ask::get(self.address(query)).header("x-subscription-token", self.key.clone()).json(egress).await?;
        // Without results there is no member `web`.
        let rows = answer["web"]["results"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(rows.iter().filter_map(|row| Hit::of(row, "description", "page_age")).collect())
    }
}
