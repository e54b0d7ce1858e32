//! SearXNG: `GET /search?format=json`. The operator switches the format on in `settings.yml` (`search.formats`).

use artel_egress::Egress;
use async_trait::async_trait;
use url::Url;

use super::ask::{Ask, Failure, Provider, below};
use super::hit::Hit;
use super::query::Query;

pub(super) struct Searxng {
    pub(super) base: Url,
}

impl Searxng {
    fn address(&self, query: &Query) -> Url {
        let mut url = below(&self.base, "search");
        let mut pairs = url.query_pairs_mut();
        pairs.append_pair("q", &query.text).append_pair("format", "json");
        if let Some(lang) = &query.lang {
            pairs.append_pair("language", lang);
        }
        if let Some(range) = query.fresh("day", "week", "month", "year") {
            pairs.append_pair("time_range", range);
        }
        drop(pairs);
        url
    }
}

#[async_trait]
impl Provider for Searxng {
    fn name(&self) -> &'static str {
        "searxng"
    }

    async fn search(&self, egress: &Egress, query: &Query) -> Result<Vec<Hit>, Failure> {
        let answer = Ask::get(self.address(query)).json(egress).await?;
        let rows = answer["results"].as_array().ok_or(Failure::Form("results"))?;
        Ok(rows.iter().filter_map(|row| Hit::of(row, "content", "publishedDate")).collect())
    }
}
