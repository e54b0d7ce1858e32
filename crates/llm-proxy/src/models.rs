//! The list of models.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_llm;

use artel_llm::{ListedModel, Models};
use serde::Serialize;
use utoipa::ToSchema;

/// A model in OpenAI's form, with further members.
#[derive(Serialize, ToSchema)]
#[schema(as = Model)]
pub(crate) struct WireModel {
    id: String,
    /// `model`
    #[schema(value_type = String)]
    object: &'static str,
    /// 0, because the time is unknown.
    created: i64,
    /// The name of the provider.
    owned_by: String,
    name: String,
    context_length: Option<u32>,
    is_available: bool,
}

impl From<ListedModel> for WireModel {
    fn from(row: ListedModel) -> Self {
        let ListedModel { id, name, provider, context_length, is_available } = row;
        Self { id, object: "model", created: 0, owned_by: provider, name, context_length, is_available }
    }
}

/// The names that the operator chose, then every model of every provider.
fn rows(models: &Models) -> Vec<ListedModel> {
    let all = models.list();
    let own = models.own_names().into_iter().map(|(name, model)| {
        let of = all.iter().find(|row| row.id == model.to_string());
        ListedModel {
            id: name.to_owned(),
            name: name.to_owned(),
            provider: model.provider().to_owned(),
            context_length: of.and_then(|row| row.context_length),
            is_available: of.is_none_or(|row| row.is_available),
        }
    });
    own.chain(all.iter().cloned()).collect()
}
