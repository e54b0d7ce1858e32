use artel_domain::{Fault, Refusal, RefusalKind, Requester, Skill, SkillFile, SkillId, SkillName, SkillPath, Subject};
use artel_identity::Scope;
use artel_skills::{BadSkill, check_description, check_files, check_prompt, system_skills};
use artel_store::skills::{MOST_SKILL_BYTES, MOST_SKILLS};
use artel_store::{NewSkill, SkillPatch, SkillWrite};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{Intents, scopes};

/// A file that somebody sends.
#[derive(Debug, Clone)]
pub struct NewSkillFile {
    /// Relative to the skill's folder.
    pub path: String,
    pub content: Vec<u8>,
}

/// A skill that is asked for.
#[derive(Debug, Clone)]
pub struct SkillDraft {
    /// A retried request brings the id of the first one, and gets the first one's skill.
    pub id: SkillId,
    pub name: String,
    pub description: String,
    /// What the head of its `SKILL.md` says besides.
    pub extra: Map<String, Value>,
    pub prompt: String,
    pub files: Vec<NewSkillFile>,
    pub is_enabled: bool,
}

/// What becomes of a skill; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct SkillChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub prompt: Option<String>,
    /// All of its files.
    pub files: Option<Vec<NewSkillFile>>,
    pub is_enabled: Option<bool>,
}

impl Intents {
    /// Keeps a skill of the organisation. The requester is its author.
    ///
    /// # Errors
    /// `Forbidden`: the scope `agents:write` is missing. `Invalid`: what the skill says, by the rules of agentskills.
    /// `TooLarge`: the skill. `Conflict` with the code `name_taken`, or with `too_many_skills`: the organisation has as
    /// many skills, or bytes of them, as it may.
    pub async fn create_skill(&self, requester: &Requester, draft: SkillDraft) -> Result<Skill, Refusal> {
        scopes::check(requester, Scope::AgentsWrite)?;
        let mut faults = Vec::new();
        let name = name_of(&draft.name, &mut faults);
        let description = noted(draft.description.trim().to_owned(), check_description, &mut faults);
        let prompt = noted(draft.prompt.trim().to_owned(), check_prompt, &mut faults);
        let files = files_of(draft.files, &mut faults);
        let name = name.filter(|_| faults.is_empty()).ok_or_else(|| refused(faults))?;
        let author = requester.user_id();
        let (id, extra, is_enabled) = (draft.id, draft.extra, draft.is_enabled);
        let new = NewSkill { id, author, name, description, extra, prompt, files, is_enabled };
        self.keep_skill(requester, new, "skill.create").await
    }

    /// Copies a skill, with its files, under another name. The requester is the copy's author.
    ///
    /// # Arguments
    /// * `id`: of the copy; a retried request brings that of the first one.
    /// * `to_name`: the source's name with `-copy` when absent.
    ///
    /// # Errors
    /// As for [`Intents::create_skill`]. `Absent` also: the source.
    pub async fn copy_skill(
        &self,
        requester: &Requester,
        source: SkillId,
        id: SkillId,
        to_name: Option<&str>,
    ) -> Result<Skill, Refusal> {
        scopes::check(requester, Scope::AgentsWrite)?;
        let skill = self.skill(requester, source).await?.ok_or_else(absent)?;
        let files = self.skill_files(requester, source).await?;
        let mut faults = Vec::new();
        let text = to_name.map_or_else(|| format!("{}-copy", skill.head.name), str::to_owned);
        let name = name_of(&text, &mut faults);
        // What was asked for is called so on every surface.
        for fault in &mut faults {
            "to_name".clone_into(&mut fault.field);
        }
        let name = name.ok_or_else(|| refused(faults))?;
        let new = NewSkill {
            id,
            author: requester.user_id(),
            name,
            description: skill.head.description,
            extra: skill.extra,
            prompt: skill.prompt,
            files,
            is_enabled: true,
        };
        self.keep_skill(requester, new, "skill.copy").await
    }

    /// Changes a skill of the organisation, or switches it on or off.
    ///
    /// # Errors
    /// As for [`Intents::create_skill`]. `Absent`: the skill. `Forbidden` also: it is another user's
    /// (`other_users_skill`), or a part of the product (`system_skill_read_only`).
    pub async fn update_skill(
        &self,
        requester: &Requester,
        skill: SkillId,
        change: SkillChange,
    ) -> Result<Skill, Refusal> {
        scopes::check(requester, Scope::AgentsWrite)?;
        refuse_system(skill)?;
        let mut faults = Vec::new();
        let name = change.name.and_then(|text| name_of(&text, &mut faults));
        let description = change.description.map(|text| noted(text.trim().to_owned(), check_description, &mut faults));
        let prompt = change.prompt.map(|text| noted(text.trim().to_owned(), check_prompt, &mut faults));
        let files = change.files.map(|files| files_of(files, &mut faults));
        if !faults.is_empty() {
            return Err(refused(faults));
        }
        refuse_taken(name.as_ref())?;
        let patch = SkillPatch { name, description, prompt, files, is_enabled: change.is_enabled };
        let audit = requester.audit("skill.update", "skill", skill, self.clock.now());
        written(self.store.update_skill(&self.viewer(requester), skill, patch, audit).await?)
    }

    /// Deletes a skill of the organisation.
    ///
    /// # Arguments
    /// * `request`: what asks for it; made again, it gets the same answer.
    ///
    /// # Errors
    /// As for [`Intents::update_skill`].
    pub async fn delete_skill(&self, requester: &Requester, skill: SkillId, request: Uuid) -> Result<Skill, Refusal> {
        scopes::check(requester, Scope::AgentsWrite)?;
        refuse_system(skill)?;
        let audit = requester.audit("skill.delete", "skill", skill, self.clock.now());
        written(self.store.delete_skill(&self.viewer(requester), skill, request, audit).await?)
    }

    async fn keep_skill(&self, requester: &Requester, new: NewSkill, action: &'static str) -> Result<Skill, Refusal> {
        refuse_taken(Some(&new.name))?;
        let mut audit = requester.audit(action, "skill", new.id, self.clock.now());
        audit.details = Some(json!({ "name": new.name.as_str() }));
        written(self.store.create_skill(requester.tenant_id, new, audit).await?)
    }
}

pub(super) fn absent() -> Refusal {
    Refusal::absent(Subject::Skill)
}

fn refused(faults: Vec<Fault>) -> Refusal {
    Refusal::faulty(Subject::Skill, faults)
}

fn fault(error: BadSkill) -> Fault {
    match error {
        BadSkill::Invalid { field, message } => Fault { field, message },
        BadSkill::TooLarge(message) => Fault { field: "files".to_owned(), message },
    }
}

fn name_of(text: &str, faults: &mut Vec<Fault>) -> Option<SkillName> {
    let name = SkillName::parse(text);
    name.map_err(|error| faults.push(Fault { field: "name".to_owned(), message: error.to_string() })).ok()
}

/// The text, and what is wrong with it.
fn noted(text: String, check: fn(&str) -> Result<(), BadSkill>, faults: &mut Vec<Fault>) -> String {
    faults.extend(check(&text).err().map(fault));
    text
}

fn files_of(files: Vec<NewSkillFile>, faults: &mut Vec<Fault>) -> Vec<SkillFile> {
    let mut read = Vec::new();
    for (at, file) in files.into_iter().enumerate() {
        match SkillPath::parse(&file.path) {
            Ok(path) => read.push(SkillFile { path, content: file.content }),
            Err(error) => faults.push(Fault { field: format!("files.{at}.path"), message: error.to_string() }),
        }
    }
    faults.extend(check_files(&read).err().map(fault));
    read
}

/// Skills of the product have folders too, and an agent may use them beside the organisation's own.
fn refuse_taken(name: Option<&SkillName>) -> Result<(), Refusal> {
    let is_taken = |name: &&SkillName| system_skills().iter().any(|system| system.skill.head.name == **name);
    name.filter(is_taken).map_or(Ok(()), |_| Err(taken()))
}

fn refuse_system(id: SkillId) -> Result<(), Refusal> {
    if !system_skills().iter().any(|system| system.skill.head.id == id) {
        return Ok(());
    }
    let message = "A system skill cannot be changed, switched off or deleted: copy it and change the copy.";
    Err(Refusal::forbidden(Subject::Skill, "system_skill_read_only", message))
}

fn taken() -> Refusal {
    Refusal::conflict(Subject::Skill, "name_taken", "Another skill has this name.")
}

fn written(write: SkillWrite) -> Result<Skill, Refusal> {
    let too_large = |message: &str| Refusal::new(RefusalKind::TooLarge, Subject::Skill, "skill_too_large", message);
    Err(match write {
        SkillWrite::Done(skill) => return Ok(*skill),
        SkillWrite::Missing => absent(),
        SkillWrite::Foreign => {
            let message = "Another user made this skill: copy it and change the copy, or ask an administrator.";
            Refusal::forbidden(Subject::Skill, "other_users_skill", message)
        }
        SkillWrite::NameTaken => taken(),
        SkillWrite::TooMany => {
            let message = format!("The organisation has {MOST_SKILLS} skills, and none has more.");
            Refusal::conflict(Subject::Skill, "too_many_skills", message)
        }
        SkillWrite::TooLarge => too_large("The skill would have more than 10 MiB."),
        SkillWrite::TooMuch => {
            let most = MOST_SKILL_BYTES / 1024 / 1024;
            let message = format!("The skills of the organisation would have more than {most} MiB together.");
            Refusal::conflict(Subject::Skill, "too_many_skills", message)
        }
    })
}

impl SkillDraft {
    /// Of what a zip held.
    pub fn of_folder(id: SkillId, folder: artel_skills::Folder) -> Self {
        let text = folder.text;
        let file = |file: SkillFile| NewSkillFile { path: file.path.to_string(), content: file.content };
        Self {
            id,
            name: text.name.to_string(),
            description: text.description,
            extra: text.extra,
            prompt: text.prompt,
            files: folder.files.into_iter().map(file).collect(),
            is_enabled: true,
        }
    }
}
