use artel_domain::{Skill, SkillFileSize, SkillHead, SkillId, SkillName, SkillScope, UserId};
use uuid::Uuid;

use crate::error::{Failure, Outcome};
use crate::values::{json, number, time};

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
            r#"SELECT s.id AS "id!: uuid::Uuid", s.author_id AS "author_id!: uuid::Uuid", s.name AS "name!: String",
                   s.description AS "description!: String", s.extra AS "extra!: String", "# + $prompt + r#" AS "prompt!: String",
                   s.bytes AS "bytes!: i64", s.is_enabled AS "is_enabled!: bool", s.created_at AS "created_at!: i64",
                   s.updated_at AS "updated_at?: i64" "# + $rest
            $(, $args)*
        )
    };
}
pub(crate) use skills;

impl SkillRow {
    /// With its files.
    pub(crate) fn with(self, files: Vec<SkillFileSize>) -> Outcome<Skill> {
        let (extra, prompt) = (json("extra", &self.extra)?, self.prompt.clone());
        Ok(Skill { head: self.try_into()?, extra, prompt, files })
    }
}

impl TryFrom<SkillRow> for SkillHead {
    type Error = Failure;

    fn try_from(row: SkillRow) -> Outcome<Self> {
        Ok(Self {
            id: SkillId(row.id),
            name: SkillName::parse(&row.name).map_err(Failure::broken)?,
            description: row.description,
            scope: SkillScope::Custom,
            is_enabled: row.is_enabled,
            bytes: number("bytes", row.bytes)?,
            author_id: Some(UserId(row.author_id)),
            created_at: Some(time(row.created_at)),
            updated_at: row.updated_at.map(time),
        })
    }
}
