use artel_domain::{AuditEntry, Skill, SkillFile, SkillHead, SkillId, TenantId};
use artel_store::{NewSkill, Page, Result, SkillPatch, SkillWrite, Skills, Viewer};
use artel_words::Query;
use async_trait::async_trait;
use uuid::Uuid;

use crate::skills;
use crate::store::SqliteStore;

#[async_trait]
impl Skills for SqliteStore {
    async fn create_skill(&self, tenant: TenantId, new: NewSkill, audit: AuditEntry) -> Result<SkillWrite> {
        let asked = (tenant, new, audit);
        self.write(asked, |(tenant, new, audit), tx| Box::pin(skills::create(tx, *tenant, new, audit))).await
    }

    async fn update_skill(
        &self,
        viewer: &Viewer,
        skill: SkillId,
        patch: SkillPatch,
        audit: AuditEntry,
    ) -> Result<SkillWrite> {
        let asked = (viewer.clone(), skill, patch, audit);
        self.write(asked, |(viewer, skill, patch, audit), tx| {
            Box::pin(skills::update(tx, viewer, *skill, patch, audit))
        })
        .await
    }

    async fn delete_skill(
        &self,
        viewer: &Viewer,
        skill: SkillId,
        request: Uuid,
        audit: AuditEntry,
    ) -> Result<SkillWrite> {
        let asked = (viewer.clone(), skill, request, audit);
        self.write(asked, |(viewer, skill, request, audit), tx| {
            Box::pin(skills::delete(tx, viewer, *skill, *request, audit))
        })
        .await
    }

    async fn find_skill(&self, tenant: TenantId, skill: SkillId) -> Result<Option<Skill>> {
        Ok(skills::find(&self.reads, tenant, skill).await?)
    }

    async fn load_skill_files(&self, tenant: TenantId, skill: SkillId) -> Result<Vec<SkillFile>> {
        Ok(skills::files(&self.reads, tenant, skill).await?)
    }

    async fn list_skills(&self, tenant: TenantId, page: Page) -> Result<(Vec<SkillHead>, i64)> {
        Ok(skills::list(&self.reads, tenant, page).await?)
    }

    async fn search_skills(&self, tenant: TenantId, query: &Query, limit: u32) -> Result<Vec<(SkillHead, String)>> {
        Ok(skills::search(&self.reads, tenant, query, limit).await?)
    }
}
