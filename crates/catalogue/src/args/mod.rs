//! The arguments of the tools as types. The engine of a tool reads its arguments into the type that is here, and the
//! schema that models get is made of the same type, so the two cannot differ. A model reads the comments on members.

mod analysis;
mod browser;
mod code;
mod control;
mod data;
mod file;
mod git;
mod internet;
mod media;
mod memory;
mod services;
mod skills;
mod tasks;

use serde_json::Value;

pub use analysis::{AnalyzeImage, AnalyzeVideo, ImageMode, Ocr, OcrOutput, Transcribe};
pub use browser::{BrowserAction, BrowserInteract, Connect, FormFieldArgs, FormFieldKind, RequestForm};
pub use code::{BslCheck, Edit, EditFile, ExecCommand, ReplExecute, SandboxBash, Severity, WriteStdin};
pub use control::{Exit, PublishApp, RunSubagent, SubagentBudget, SubagentKind, SubagentTask};
pub use data::{
    Column, ColumnType, DatasetAction, DatasetDescriptor, DescribeDataset, Documents, DocumentsAction, GoldAction,
    ListDatasets, ManageDataset, ManageGold, ManageSilver, Pagination, PaginationKind, SilverAction, SilverSource,
};
pub use file::{DocumentArg, FileArg};
pub use git::{GitClone, OpenPullRequest};
pub use internet::{Freshness, ImageSource, Orientation, WebFetch, WebSearch, YandexImageSearch};
pub use media::{
    Align, AudioKind, EditImage, Fit, GenerateMedia, ImageOperation, MapPoint, MarketplacePreset, MediaKind,
    MessageCompose, RenderMap, RenderVisual, Variant, VisualType,
};
pub use memory::{ManageMemory, MemoryRead, MemoryWrite, ReadMemory};
pub use services::{
    ConnectorExecute, DescribeService, ListServices, Paginate, QueryEvents, SignDocument, SignatureProvider,
};
pub use skills::{ManageSkill, ReadSkill, SkillAction, SkillFile, SkillScope, SkillSearch};
pub use tasks::{
    ManageTask, Misfire, Overlap, QueryTasks, RuntimeAction, Schedule, ServiceEvent, TaskAction, TaskBudget, TaskQuery,
    TaskRuntime,
};

use crate::schema::schema_of as of;

/// The schema of a tool's arguments; `None` for a name without a type.
pub(crate) fn schema(name: &str) -> Option<Value> {
    Some(match name {
        "web_search" => of::<WebSearch>(),
        "web_fetch" => of::<WebFetch>(),
        "yandex_image_search" => of::<YandexImageSearch>(),
        "read_memory" => of::<ReadMemory>(),
        "manage_memory" => of::<ManageMemory>(),
        "documents" => of::<Documents>(),
        "list_datasets" => of::<ListDatasets>(),
        "describe_dataset" => of::<DescribeDataset>(),
        "manage_dataset" => of::<ManageDataset>(),
        "manage_silver" => of::<ManageSilver>(),
        "manage_gold" => of::<ManageGold>(),
        "skill_search" => of::<SkillSearch>(),
        "read_skill" => of::<ReadSkill>(),
        "manage_skill" => of::<ManageSkill>(),
        "list_services" => of::<ListServices>(),
        "describe_service" => of::<DescribeService>(),
        "connector_execute" => of::<ConnectorExecute>(),
        "query_events" => of::<QueryEvents>(),
        "sign_document" => of::<SignDocument>(),
        "query_tasks" => of::<QueryTasks>(),
        "manage_task" => of::<ManageTask>(),
        "task_runtime" => of::<TaskRuntime>(),
        "sandbox_bash" => of::<SandboxBash>(),
        "repl_execute" => of::<ReplExecute>(),
        "edit_file" => of::<EditFile>(),
        "exec_command" => of::<ExecCommand>(),
        "write_stdin" => of::<WriteStdin>(),
        "bsl_check" => of::<BslCheck>(),
        "browser_interact" => of::<BrowserInteract>(),
        "request_form" => of::<RequestForm>(),
        "git_clone" => of::<GitClone>(),
        "open_pull_request" => of::<OpenPullRequest>(),
        "generate_media" => of::<GenerateMedia>(),
        "edit_image" => of::<EditImage>(),
        "render_visual" => of::<RenderVisual>(),
        "render_map" => of::<RenderMap>(),
        "message_compose" => of::<MessageCompose>(),
        "analyze_image" => of::<AnalyzeImage>(),
        "ocr" => of::<Ocr>(),
        "transcribe" => of::<Transcribe>(),
        "analyze_video" => of::<AnalyzeVideo>(),
        "run_subagent" => of::<RunSubagent>(),
        "publish_app" => of::<PublishApp>(),
        "exit" => of::<Exit>(),
        _ => return None,
    })
}
