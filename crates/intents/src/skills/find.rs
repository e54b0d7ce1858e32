use artel_domain::{Refusal, Requester, Skill, SkillFile, SkillHead, SkillId, SkillScope};
use artel_skills::{Folder, SkillText, SystemSkill, system_skills};
use artel_store::Page;
use artel_words::Query;

use super::change::absent;
use crate::Intents;

/// Skills of the organisation that are ranked; more find nothing better.
const CANDIDATES: u32 = 50;

/// Which skills. Absent members say nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct SkillFilter {
    pub scope: Option<SkillScope>,
}

impl SkillFilter {
    fn has(self, scope: SkillScope) -> bool {
        self.scope.is_none_or(|wanted| wanted == scope)
    }
}

/// A skill that was found by its words.
#[derive(Debug, Clone)]
pub struct FoundSkill {
    pub head: SkillHead,
    /// The share of the query's words that it has, from 0 to 1: whole in name and description, half in the prompt.
    pub score: f64,
}

impl Intents {
    /// A skill of the organisation or of the product.
    ///
    /// # Errors
    /// The store's.
    pub async fn skill(&self, requester: &Requester, id: SkillId) -> Result<Option<Skill>, Refusal> {
        if let Some(system) = system(id) {
            return Ok(Some(system.skill.clone()));
        }
        Ok(self.store.find_skill(requester.tenant_id, id).await?)
    }

    /// Its files by path, without `SKILL.md`. Empty when there is no such skill.
    ///
    /// # Errors
    /// The store's.
    pub async fn skill_files(&self, requester: &Requester, id: SkillId) -> Result<Vec<SkillFile>, Refusal> {
        if let Some(system) = system(id) {
            return Ok(system.files.clone());
        }
        Ok(self.store.load_skill_files(requester.tenant_id, id).await?)
    }

    /// The whole folder of a skill.
    ///
    /// # Errors
    /// `Absent`: the skill. The store's.
    pub async fn skill_folder(&self, requester: &Requester, id: SkillId) -> Result<Folder, Refusal> {
        let skill = self.skill(requester, id).await?.ok_or_else(absent)?;
        let files = self.skill_files(requester, id).await?;
        let Skill { head, extra, prompt, .. } = skill;
        Ok(Folder { text: SkillText { name: head.name, description: head.description, extra, prompt }, files })
    }

    /// Skills of the organisation by name, then those of the product: the page and the number of all.
    ///
    /// # Errors
    /// The store's.
    pub async fn list_skills(
        &self,
        requester: &Requester,
        filter: SkillFilter,
        page: Page,
    ) -> Result<(Vec<SkillHead>, i64), Refusal> {
        let (mut heads, own) = if filter.has(SkillScope::Custom) {
            self.store.list_skills(requester.tenant_id, page).await?
        } else {
            (Vec::new(), 0)
        };
        let system = if filter.has(SkillScope::System) { system_skills() } else { &[] };
        let skipped = i64::from(page.offset).saturating_sub(own).max(0);
        let room = (page.limit as usize).saturating_sub(heads.len());
        let rest = system.iter().skip(usize::try_from(skipped).unwrap_or(usize::MAX)).take(room);
        heads.extend(rest.map(|system| system.skill.head.clone()));
        Ok((heads, own + system.len() as i64))
    }

    /// Skills that are switched on and have one of the words at least, the best first.
    ///
    /// # Errors
    /// The store's.
    pub async fn search_skills(
        &self,
        requester: &Requester,
        filter: SkillFilter,
        query: &Query,
        limit: usize,
    ) -> Result<Vec<FoundSkill>, Refusal> {
        let mut found = Vec::new();
        if filter.has(SkillScope::Custom) {
            let own = self.store.search_skills(requester.tenant_id, query, CANDIDATES).await?;
            found.extend(own.into_iter().map(|(head, prompt)| ranked(query, head, &prompt)));
        }
        if filter.has(SkillScope::System) {
            let system = system_skills().iter().map(|one| ranked(query, one.skill.head.clone(), &one.skill.prompt));
            found.extend(system.filter(|found| found.score > 0.0));
        }
        // Of equal ones the organisation's own come first, as they were found.
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(limit);
        Ok(found)
    }
}

fn system(id: SkillId) -> Option<&'static SystemSkill> {
    system_skills().iter().find(|system| system.skill.head.id == id)
}

fn ranked(query: &Query, head: SkillHead, prompt: &str) -> FoundSkill {
    let score = query.coverage(&format!("{} {}", head.name, head.description), prompt);
    FoundSkill { head, score: (score * 1000.0).round() / 1000.0 }
}
