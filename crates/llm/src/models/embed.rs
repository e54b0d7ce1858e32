//! One embedding request, from the model's name to the answer.

use super::Models;
use crate::account::Operation;
use crate::call::Call;
use crate::name::DEMO;
use crate::{EmbeddingRequest, Embeddings, ModelError, ModelName, demo};

impl Models {
    /// Computes the vectors of texts. There is no fallback, because the vectors of two models cannot be compared.
    ///
    /// # Errors
    /// The error of the last attempt.
    pub async fn embed(&self, request: EmbeddingRequest) -> Result<Embeddings, ModelError> {
        let mut call = Call::begin(&self.accounting, Operation::Embeddings, request.as_call());
        let outcome = self.vectors(&mut call, request).await;
        call.end_embedding(outcome.as_ref());
        outcome
    }

    async fn vectors(&self, call: &mut Call<'_>, mut request: EmbeddingRequest) -> Result<Embeddings, ModelError> {
        let route = self.routes.of(&request.model);
        if let Some(model) = route.and_then(|route| route.model.clone()) {
            request.model = model;
        }
        let provider = request.model.provider().to_owned();
        let upstream = match &self.proxy {
            _ if provider == DEMO => {
                call.stats.begin_attempt();
                return demo::embed(&request);
            }
            Some(proxy) => {
                call.skip_accounting();
                request.model = ModelName::new(proxy.name.clone(), request.model.to_string());
                proxy
            }
            None => self
                .upstreams
                .get(&provider)
                .ok_or_else(|| ModelError::NotConfigured(self.unknown_provider(&provider).to_string()))?,
        };
        if !upstream.is_proxy {
            self.add_key(&mut call.request, &provider).await?;
        }
        call.request.model.clone_from(&request.model);
        let retries = route.and_then(|route| route.retries).unwrap_or(self.retries);
        let limits = Self::retry_limits(call, upstream.timeouts.total, retries);
        let outcome = self.driver.embed(upstream, call, &request, limits).await;
        outcome.map_err(|error| error.map_message(|text| format!("{}: {text}", upstream.name)))
    }
}
