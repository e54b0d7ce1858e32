//! The words of the product: ids, entities, states, events and the dialogue between people, models and tools.
//!
//! This crate must never know axum, a database, a network or the wall clock (only the [`clock::Clock`] trait names it).

pub mod account;
pub mod agent;
mod almost_json;
pub mod any_value;
pub mod approval;
pub mod artifact;
pub mod audit;
mod basis;
pub mod budget;
pub mod call;
pub mod caseless;
mod client_json;
pub mod clock;
pub mod connector;
pub mod credential;
pub mod dialogue;
pub mod digest;
pub mod document;
pub mod event;
pub mod failure;
mod foreign_json;
pub mod form;
pub mod hook;
pub mod ids;
mod json_text;
pub mod key;
pub mod memory;
pub mod names;
pub mod oauth;
pub mod planned_call;
pub mod refusal;
pub mod requester;
pub mod run;
mod schema_bounds;
pub mod session;
pub mod skill;
pub mod specialist;
pub mod subagent;
pub mod target;
pub mod task;
pub mod tool;
pub mod tool_ref;
pub mod wait;
pub mod webhook;
mod words;
pub mod workspace;

pub use account::{Account, Hashed, Invite};
pub use agent::{Agent, AgentKind, AgentStatus, AgentVersion, BuiltinAgent};
pub use almost_json::mend_json;
pub use approval::{
    Approval, ApprovalRule, ApprovalState, Approvers, ArgumentCondition, Comparison, Decision, RuleEffect,
};
pub use artifact::Artifact;
pub use audit::{Actor, AuditEntry, AuditRow};
pub use basis::Basis;
pub use budget::{Budget, BudgetScope, Cap, Caps, NanoUsd, Spend, nanos, usd};
pub use call::{CallState, EffectClass, ToolCallRow, ToolOutcome};
pub use caseless::caseless;
pub use client_json::{client_text, why_no_json};
pub use clock::{Clock, SystemClock, Timestamp};
pub use connector::OrganizationConnector;
pub use credential::{Consent, Credential, Grant, GrantScopes};
pub use dialogue::{AssistantCall, FinishReason, Message, ToolSpec, Usage};
pub use document::{Document, DocumentPassage, DocumentState, Readers};
pub use event::{Entry, Event, Frame, JOURNAL_LEVEL};
pub use failure::RunFailure;
pub use foreign_json::{keep_digits, read_foreign_json, replace_unpaired_surrogates};
pub use form::{AskedForm, FormState};
pub use hook::{Hook, InboundEvent};
pub use ids::{
    AgentId, ApiKeyId, ApprovalId, ArtifactId, BindingId, CallId, CredentialId, DocumentId, FamilyId, GrantId, HookId,
    InboundEventId, RunId, SessionId, SkillId, TaskId, TenantId, ToolId, UserId, WebhookDeliveryId, WebhookEndpointId,
};
pub use json_text::JsonText;
pub use key::ApiKey;
pub use memory::{MemoryFile, MemoryPath, MemoryVersion};
pub use oauth::{ClientId, GrantType, OAuthClient, SigningKey, SigningKeyState, TokenFamily};
pub use refusal::{Fault, Refusal, RefusalKind, Subject};
pub use requester::{DailyLimit, Requester};
pub use run::{ParentCall, Phase, Principal, Run, RunStatus};
pub use schema_bounds::with_number_bounds;
pub use session::{Session, Visibility};
pub use skill::{Skill, SkillFile, SkillFileSize, SkillHead, SkillName, SkillPath, SkillScope};
pub use specialist::{Confidence, Plan, RoutedBy, Specialist, Subtask, SwitchCause, TeamRequest, TeamStart};
pub use subagent::{Above, Subagent, SubagentKind};
pub use target::{Target, TargetChange};
pub use task::{
    Execution, ExecutionSummary, Misfire, Overlap, SkippedStart, StartCause, Task, TaskOfRun, TaskSchedule, TaskState,
    TaskTrigger,
};
pub use tool::{AuthType, Binding, ExecutionType, PermissionScope, RateLimit, ToolDefinition, ToolStatus};
pub use tool_ref::{EarlierRef, ToolRef};
pub use wait::{FieldType, Form, FormField, Wait, WaitFor};
pub use webhook::{
    Notice, NoticedApproval, NoticedRun, WebhookAttempt, WebhookDelivery, WebhookDeliveryState, WebhookEndpoint,
    WebhookEvent,
};
pub use workspace::{BadPath, WorkspaceFile, WorkspacePath};
