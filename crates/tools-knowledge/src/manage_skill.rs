use std::sync::Arc;

use artel_catalogue::args::{ManageSkill as Args, SkillAction, SkillFile};
use artel_domain::{EffectClass, Requester, Skill, SkillHead, SkillId, SkillScope};
use artel_intents::{NewSkillFile, SkillChange, SkillDraft, SkillFilter};
use artel_store::Page;
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Map, Value, json};

use crate::refusals::tell;
use crate::skill_refusals::no_skill;
use crate::skill_refusals::of_refusal;
use crate::skills::{SkillTools, skill_id};

/// All that an organisation and the product have.
const ALL: Page = Page { limit: 1000, offset: 0 };
/// A longer description is cut in lists: `read_skill` has all of it.
const LONGEST_SHOWN: usize = 200;

/// Lists, makes, changes, copies, switches and deletes skills for whoever started the run: their own ones, also when
/// they are an administrator. Made again after a crash, a call finds what it made.
pub(crate) struct ManageSkillTool(pub(crate) Arc<SkillTools>);

#[async_trait]
impl Builtin for ManageSkillTool {
    const NAME: &'static str = "manage_skill";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let answer = match args.action {
            SkillAction::List => self.list(&requester).await?,
            SkillAction::Create => self.create(context, &requester, args).await?,
            SkillAction::Update => self.update(&requester, args).await?,
            SkillAction::Delete => self.delete(context, &requester, &args).await?,
            SkillAction::Toggle => self.toggle(&requester, &args).await?,
            SkillAction::Copy => self.copy(context, &requester, &args).await?,
        };
        Ok(answer.into())
    }
}

impl ManageSkillTool {
    async fn list(&self, requester: &Requester) -> Result<Value, ToolError> {
        let listed = self.0.intents.list_skills(requester, SkillFilter::default(), ALL).await;
        let (heads, _) = listed.map_err(of_refusal)?;
        Ok(json!({ "skills": heads.iter().map(row).collect::<Vec<_>>() }))
    }

    async fn create(&self, context: &CallContext, requester: &Requester, args: Args) -> Result<Value, ToolError> {
        let draft = SkillDraft {
            id: SkillId::of_call(context.call_id),
            name: required("name", args.name)?,
            description: required("description", args.description)?,
            extra: Map::new(),
            prompt: required("prompt", args.prompt)?,
            files: args.files.map(files).unwrap_or_default(),
            is_enabled: args.enabled.unwrap_or(true),
        };
        let made = self.0.intents.create_skill(requester, draft).await.map_err(of_refusal)?;
        Ok(answer(&made))
    }

    async fn update(&self, requester: &Requester, args: Args) -> Result<Value, ToolError> {
        let id = skill_id(args.skill_id.as_deref())?;
        let Args { name, description, prompt, files: given, enabled, .. } = args;
        if name.is_none() && description.is_none() && prompt.is_none() && given.is_none() && enabled.is_none() {
            let what = "update says nothing that is to change";
            return Err(tell("invalid_argument", what, "give name, description, prompt, files or enabled"));
        }
        let change = SkillChange { name, description, prompt, files: given.map(files), is_enabled: enabled };
        self.change(requester, id, change).await
    }

    /// What `enabled` says. A call that turned the switch over would turn it back when it is made again after a crash.
    async fn toggle(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let id = skill_id(args.skill_id.as_deref())?;
        if args.enabled.is_none() {
            return Err(tell(
                "invalid_argument",
                "enabled is missing",
                "say true to switch it on, false to switch it off",
            ));
        }
        self.change(requester, id, SkillChange { is_enabled: args.enabled, ..SkillChange::default() }).await
    }

    async fn change(&self, requester: &Requester, id: SkillId, change: SkillChange) -> Result<Value, ToolError> {
        self.own(requester, id).await?.ok_or_else(no_skill)?;
        let changed = self.0.intents.update_skill(requester, id, change).await.map_err(of_refusal)?;
        Ok(answer(&changed))
    }

    async fn delete(&self, context: &CallContext, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let id = skill_id(args.skill_id.as_deref())?;
        // Made again after a crash, the call finds that it is done.
        self.own(requester, id).await?;
        let gone = self.0.intents.delete_skill(requester, id, context.call_id.0).await.map_err(of_refusal)?;
        Ok(json!({ "skill_id": gone.head.id, "name": gone.head.name.as_str(), "enabled": false, "deleted": true }))
    }

    async fn copy(&self, context: &CallContext, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let source = skill_id(args.skill_id.as_deref())?;
        let to_name = required("to_name", args.to_name.clone())?;
        let id = SkillId::of_call(context.call_id);
        let copied = self.0.intents.copy_skill(requester, source, id, Some(&to_name)).await.map_err(of_refusal)?;
        Ok(answer(&copied))
    }

    /// The skill, when it is the requester's to change, or one of the product: that is refused with its own words.
    async fn own(&self, requester: &Requester, id: SkillId) -> Result<Option<Skill>, ToolError> {
        let found = self.0.intents.skill(requester, id).await.map_err(of_refusal)?;
        let is_foreign =
            |skill: &Skill| skill.head.scope == SkillScope::Custom && skill.head.author_id != Some(requester.user_id());
        if found.as_ref().is_some_and(is_foreign) {
            let now = "copy it with action copy and to_name, and change the copy";
            return Err(tell("forbidden", "another user made this skill", now));
        }
        Ok(found)
    }
}

fn required(name: &str, text: Option<String>) -> Result<String, ToolError> {
    text.ok_or_else(|| {
        let now = match name {
            "to_name" => "give the name of the copy",
            _ => "a skill needs a name, a description and a prompt",
        };
        tell("invalid_argument", &format!("{name} is missing"), now)
    })
}

fn files(files: Vec<SkillFile>) -> Vec<NewSkillFile> {
    files.into_iter().map(|file| NewSkillFile { path: file.path, content: file.content.into_bytes() }).collect()
}

fn answer(skill: &Skill) -> Value {
    let head = &skill.head;
    json!({ "skill_id": head.id, "name": head.name.as_str(), "enabled": head.is_enabled })
}

fn row(head: &SkillHead) -> Value {
    let description = match head.description.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", &head.description[..end]),
        None => head.description.clone(),
    };
    json!({
        "skill_id": head.id,
        "name": head.name.as_str(),
        "description": description,
        "scope": head.scope,
        "enabled": head.is_enabled,
    })
}
