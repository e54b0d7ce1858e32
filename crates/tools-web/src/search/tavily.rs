//! Tavily: `POST /search` with the key as a bearer token.

use artel_egress::Egress;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use super::ask::{Ask, Failure, Provider, below};
use super::hit::Hit;
use super::query::Query;

pub(super) struct Tavily {
    pub(super) base: Url,
    pub(super) key: SecretString,
}

#[async_trait]
impl Provider for Tavily {
    fn name(&self) -> &'static str {
        "tavily"
    }

    async fn search(&self, egress: &Egress, query: &Query) -> Result<Vec<Hit>, Failure> {
        let mut body = json!({ "query": query.text, "max_results": query.count, "search_depth": "basic" });
        if let Some(range) = query.fresh("day", "week", "month", "year") {
            body["time_range"] = json!(range);
        }
        let bearer = format!("Bearer {}", self.key.expose_secret());
        let answer = Ask::post(below(&self.base, "search"), body).header("authorization", bearer).json(egress).await?;
        let rows = answer["results"].as_array().ok_or(Failure::Form("results"))?;
        Ok(rows.iter().filter_map(|row| Hit::of(row, "content", "published_date")).collect())
    }
}
