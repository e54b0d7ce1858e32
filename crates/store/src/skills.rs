use artel_domain::{
    AuditEntry, Skill, SkillFile, SkillHead, SkillId, SkillName, TenantId, Timestamp, UserId, skill::LARGEST_SKILL,
};
use artel_words::Query;
use async_trait::async_trait;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Page, Result, Viewer};

/// The most skills of one tenant.
pub const MOST_SKILLS: i64 = 200;
/// The most bytes of all skills of one tenant.
pub const MOST_SKILL_BYTES: u64 = 256 * 1024 * 1024;

/// A skill that is to be kept. Its time is that of its audit row.
#[derive(Debug, Clone)]
pub struct NewSkill {
    pub id: SkillId,
    pub author: UserId,
    pub name: SkillName,
    pub description: String,
    pub extra: Map<String, Value>,
    pub prompt: String,
    pub files: Vec<SkillFile>,
    pub is_enabled: bool,
}

impl NewSkill {
    /// Of the prompt and all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.prompt.len() as u64 + bytes_of(&self.files)
    }
}

/// What becomes of a skill; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct SkillPatch {
    pub name: Option<SkillName>,
    pub description: Option<String>,
    pub prompt: Option<String>,
    /// All of its files.
    pub files: Option<Vec<SkillFile>>,
    pub is_enabled: Option<bool>,
}

/// What came of writing a skill.
#[derive(Debug, Clone, PartialEq)]
pub enum SkillWrite {
    /// The skill as it is now, or was before it was deleted.
    Done(Box<Skill>),
    /// There is no such skill.
    Missing,
    /// It is another user's, and nothing was written.
    Foreign,
    /// Another skill of the tenant has the name, and nothing was written.
    NameTaken,
    /// The tenant has [`MOST_SKILLS`], and nothing was written.
    TooMany,
    /// The skill would have more than [`LARGEST_SKILL`] bytes, and nothing was written.
    TooLarge,
    /// All skills of the tenant would have more than [`MOST_SKILL_BYTES`], and nothing was written.
    TooMuch,
}

/// What its limits say of a skill of so many bytes beside others.
///
/// # Arguments
/// * `others`: how many other skills the tenant has, and their bytes.
#[must_use]
pub fn refused(bytes: u64, others: (i64, u64)) -> Option<SkillWrite> {
    if bytes > LARGEST_SKILL {
        return Some(SkillWrite::TooLarge);
    }
    if others.0 >= MOST_SKILLS {
        return Some(SkillWrite::TooMany);
    }
    (others.1.saturating_add(bytes) > MOST_SKILL_BYTES).then_some(SkillWrite::TooMuch)
}

/// Of all files.
#[must_use]
pub fn bytes_of(files: &[SkillFile]) -> u64 {
    files.iter().map(|file| file.content.len() as u64).sum()
}

/// Skills of tenants. Every user of the tenant reads them; their author changes them, and so do administrators and
/// services. Skills that are part of the product are not here.
#[async_trait]
pub trait Skills: Send + Sync {
    /// Keeps a skill with its files and the words that it is found by. When the tenant has a skill of this id (a
    /// retried request), it is returned and nothing is written.
    async fn create_skill(&self, tenant: TenantId, new: NewSkill, audit: AuditEntry) -> Result<SkillWrite>;
    async fn update_skill(
        &self,
        viewer: &Viewer,
        skill: SkillId,
        patch: SkillPatch,
        audit: AuditEntry,
    ) -> Result<SkillWrite>;
    /// And its files.
    ///
    /// # Arguments
    /// * `request`: what asks for it; made again within a day, it gets the same answer.
    async fn delete_skill(
        &self,
        viewer: &Viewer,
        skill: SkillId,
        request: Uuid,
        audit: AuditEntry,
    ) -> Result<SkillWrite>;
    async fn find_skill(&self, tenant: TenantId, skill: SkillId) -> Result<Option<Skill>>;
    /// The files by path. Empty when there is no such skill.
    async fn load_skill_files(&self, tenant: TenantId, skill: SkillId) -> Result<Vec<SkillFile>>;
    /// By name: the page and the number of all.
    async fn list_skills(&self, tenant: TenantId, page: Page) -> Result<(Vec<SkillHead>, i64)>;
    /// Skills that are switched on and have one of the words at least, in name, description or prompt, with their
    /// prompts. The best first.
    async fn search_skills(&self, tenant: TenantId, query: &Query, limit: u32) -> Result<Vec<(SkillHead, String)>>;
}

/// For how long a skill that was deleted is remembered, so that a request that is made again finds what it did.
#[must_use]
pub fn forgotten_before(now: Timestamp) -> Timestamp {
    now.checked_sub(std::time::Duration::from_hours(24)).unwrap_or(now)
}
