use artel_domain::{Skill, SkillFileSize, SkillHead, SkillId, SkillName, SkillScope, UserId};
use uuid::Uuid;

use crate::values::{number, parsed, time};

#[derive(Debug)]
pub(crate) struct SkillRow {
    pub(crate) id: Uuid,
    pub(crate) author_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) extra: String,
    pub(crate) prompt: String,
    pub(crate) bytes: i64,
    pub(crate) is_enabled: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: Option<i64>,
}

macro_rules! skills {
    ($prompt:literal + $rest:literal $(, $args:expr)* $(,)?) => {
        sqlx::query_as!(
            crate::rows::SkillRow,
            "SELECT s.id, s.author_id, s.name, s.description, s.extra, " + $prompt + r#" AS "prompt!",
                   s.bytes, s.is_enabled, s.created_at, s.updated_at "# + $rest
            $(, $args)*
        )
    };
}
pub(crate) use skills;

impl SkillRow {
    /// With its files.
    pub(crate) fn with(self, files: Vec<SkillFileSize>) -> sqlx::Result<Skill> {
        let (extra, prompt) = (parsed(&self.extra)?, self.prompt.clone());
        Ok(Skill { head: self.try_into()?, extra, prompt, files })
    }
}

impl TryFrom<SkillRow> for SkillHead {
    type Error = sqlx::Error;

    fn try_from(row: SkillRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: SkillId(row.id),
            name: SkillName::parse(&row.name).map_err(|error| sqlx::Error::Decode(error.into()))?,
            description: row.description,
            scope: SkillScope::Custom,
            is_enabled: row.is_enabled,
            bytes: number(row.bytes)?,
            author_id: Some(UserId(row.author_id)),
            created_at: Some(time(row.created_at)),
            updated_at: row.updated_at.map(time),
        })
    }
}
