use artel_domain::Specialist;
use artel_specialists::{Profile, profiles};
use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::user::User;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Agents {
    agents: Vec<AgentView>,
    total: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentView {
    #[serde(rename = "type")]
    specialist: Specialist,
    name: &'static str,
    /// Russian, unless the client asks for English.
    description: &'static str,
    emoji: &'static str,
    #[schema(value_type = Vec<String>)]
    tools: &'static [String],
    /// The same.
    #[schema(value_type = Vec<String>)]
    allowed_tools: &'static [String],
    /// In the language of the description.
    #[schema(value_type = Vec<String>)]
    restrictions: &'static [String],
    has_file_restrictions: bool,
    #[schema(value_type = Vec<String>)]
    capabilities: &'static [String],
}

impl AgentView {
    fn of(profile: &'static Profile, in_english: bool) -> Self {
        Self {
            specialist: profile.specialist,
            name: &profile.name,
            description: if in_english { &profile.description_en } else { &profile.description_ru },
            emoji: &profile.emoji,
            tools: &profile.tools,
            allowed_tools: &profile.tools,
            restrictions: if in_english { &profile.restrictions_en } else { &profile.restrictions_ru },
            has_file_restrictions: profile.write_suffix.is_some(),
            capabilities: &profile.capabilities,
        }
    }
}

/// List the agents that are built in.
#[utoipa::path(get, path = "/agents", tag = super::TAG,
    params(("Accept-Language" = Option<String>, Header, description = "Descriptions are English when it begins with `en`.")),
    responses((status = OK, description = "The five agents.", body = Agents)))]
pub(crate) async fn list_agents(_: User, headers: HeaderMap) -> Json<Agents> {
    let in_english = prefers_english(&headers);
    let agents: Vec<_> = profiles().iter().map(|profile| AgentView::of(profile, in_english)).collect();
    Json(Agents { total: agents.len(), agents })
}

/// The first language that the client names is English.
fn prefers_english(headers: &HeaderMap) -> bool {
    let languages = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    languages.is_some_and(|languages| languages.trim_start().to_ascii_lowercase().starts_with("en"))
}
