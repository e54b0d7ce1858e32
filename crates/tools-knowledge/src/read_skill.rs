use std::sync::Arc;

use artel_catalogue::args::ReadSkill as Args;
use artel_domain::skill::SKILL_FILE;
use artel_domain::{SkillFile, names};
use artel_skills::Folder;
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::refusals::tell;
use crate::skill_refusals::of_refusal;
use crate::skills::{SkillTools, skill_id};

/// Reads a skill, and puts its folder into the workspace.
pub(crate) struct ReadSkillTool(pub(crate) Arc<SkillTools>);

#[async_trait]
impl Builtin for ReadSkillTool {
    const NAME: &'static str = "read_skill";
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let id = skill_id(Some(&args.skill_id))?;
        let folder = self.0.intents.skill_folder(&requester, id).await.map_err(of_refusal)?;
        let file = |file: &SkillFile| json!({ "path": file.path.as_str(), "bytes": file.content.len() });
        let files: Vec<Value> = folder.files.iter().map(file).collect();
        let name = folder.text.name.to_string();
        let mut answer = json!({ "name": name, "prompt": folder.text.prompt, "files": files });
        if let Some(path) = &args.file {
            answer["content"] = json!(content_of(&folder, path)?);
        }
        if let Some(trouble) = self.0.lay_out(context, &requester, folder).await? {
            answer["note"] = json!(format!("the files are not in /workspace/skills/{name}: {trouble}"));
        }
        Ok(answer.into())
    }
}

/// The text of a file, also by the path that it has in the workspace.
fn content_of(folder: &Folder, path: &str) -> Result<String, ToolError> {
    let name = &folder.text.name;
    let at = path.strip_prefix(&format!("/workspace/skills/{name}/")).unwrap_or(path);
    let at = at.strip_prefix("./").unwrap_or(at);
    if at == SKILL_FILE {
        return Ok(folder.text.write());
    }
    let Some(file) = folder.files.iter().find(|file| file.path.as_str() == at) else {
        let what = format!("file: the skill {name} has no file {}", names::quoted(path));
        let there: Vec<&str> = folder.files.iter().map(|file| file.path.as_str()).take(20).collect();
        let now = if there.is_empty() {
            "it has no files beside its prompt".to_owned()
        } else {
            format!("its files are: {}", there.join(", "))
        };
        return Err(tell("not_found", &what, &now));
    };
    String::from_utf8(file.content.clone()).map_err(|_| {
        let what = format!("file: {at} is no text");
        tell("invalid_argument", &what, &format!("use it from /workspace/skills/{name}/{at}"))
    })
}
