use artel_domain::{AuditEntry, Skill, SkillFile, SkillHead, SkillId, TenantId};
use artel_store::{NewSkill, Page, Result, SkillPatch, SkillWrite, Skills, Viewer};
use artel_words::Query;
use async_trait::async_trait;
use uuid::Uuid;

use crate::error::{retrying, within};
use crate::skills;
use crate::store::PostgresStore;

#[async_trait]
impl Skills for PostgresStore {
    async fn create_skill(&self, tenant: TenantId, new: NewSkill, audit: AuditEntry) -> Result<SkillWrite> {
        retrying(|| skills::create(&self.pool, tenant, &new, &audit)).await
    }

    async fn update_skill(
        &self,
        viewer: &Viewer,
        skill: SkillId,
        patch: SkillPatch,
        audit: AuditEntry,
    ) -> Result<SkillWrite> {
        retrying(|| skills::update(&self.pool, viewer, skill, &patch, &audit)).await
    }

    async fn delete_skill(
        &self,
        viewer: &Viewer,
        skill: SkillId,
        request: Uuid,
        audit: AuditEntry,
    ) -> Result<SkillWrite> {
        retrying(|| skills::delete(&self.pool, viewer, skill, request, &audit)).await
    }

    async fn find_skill(&self, tenant: TenantId, skill: SkillId) -> Result<Option<Skill>> {
        within(skills::find(&self.pool, tenant, skill)).await
    }

    async fn load_skill_files(&self, tenant: TenantId, skill: SkillId) -> Result<Vec<SkillFile>> {
        within(skills::files(&self.pool, tenant, skill)).await
    }

    async fn list_skills(&self, tenant: TenantId, page: Page) -> Result<(Vec<SkillHead>, i64)> {
        within(skills::list(&self.pool, tenant, page)).await
    }

    async fn search_skills(&self, tenant: TenantId, query: &Query, limit: u32) -> Result<Vec<(SkillHead, String)>> {
        within(skills::search(&self.pool, tenant, query, limit)).await
    }
}
