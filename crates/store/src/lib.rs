//! What Artel keeps, as promises. Each trait method is one intent and one transaction; no transaction crosses the
//! trait.
//!
//! This crate says the promise and holds a test for each (feature `conformance`); `store-sqlite` and `store-postgres`
//! say the SQL. It must never know SQL, a driver or HTTP. Times and ids come in as arguments, except for leases: these
//! live on the **database's clock**, because several machines compare them. Whoever gives times to a store that several
//! machines share takes them from the same clock ([`Operations::read_clock`]).

pub mod accounts;
pub mod agent_connectors;
pub mod agents;
pub mod approval_rules;
pub mod artifacts;
pub mod budgets;
pub mod builtin_agents;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod connector_tokens;
pub mod credentials;
pub mod documents;
pub mod error;
pub mod files;
pub mod folding;
pub mod forms;
pub mod hooks;
pub mod idempotency;
pub mod identity;
pub mod inbound_events;
pub mod jobs;
pub mod journal;
pub mod llm_calls;
pub mod login_attempts;
pub mod logins;
pub mod memory;
pub mod oauth_clients;
pub mod operations;
pub mod organization_connectors;
pub mod organization_sessions;
pub mod rotation;
pub mod runs;
pub mod sealed_values;
pub mod search;
pub mod sessions;
pub mod signing_keys;
pub mod skills;
pub mod snapshot;
pub mod standings;
pub mod sums;
pub mod tasks;
pub mod tools;
pub mod viewer;
pub mod webhooks;
pub mod workspaces;

pub use accounts::{Accounts, Login, NewAccount, NewInvite};
pub use agent_connectors::AgentConnectors;
pub use agents::{AgentFilter, AgentPatch, Agents, CloneAgent, Page, Publication};
pub use approval_rules::ApprovalRules;
pub use artifacts::{ArtifactEnd, ArtifactStart, Artifacts, NewArtifact, StoredBytes};
pub use budgets::{Budgets, Reservation, Reserved};
pub use builtin_agents::{BuiltinAgents, BuiltinPatch};
pub use connector_tokens::{ConnectorTokens, TokenClaim, TokenTurn};
pub use credentials::{CredentialPatch, CredentialWrite, Credentials, GrantWrite, Grants, SealedCredential};
pub use documents::{
    AttachOutcome, Attachments, DocumentChange, DocumentFilter, DocumentPatch, DocumentStart, Documents, FoundPassage,
    NewDocument, ReadingClaim, ReadingEnd, Readings,
};
pub use error::StoreError;
pub use forms::{FormFilter, Forms};
pub use hooks::{HookWrite, Hooks, NewHook, SealedHook};
pub use idempotency::{Begun, Idempotency, IdempotencyKey, StoredResponse};
pub use identity::{AuditFilter, HeldKey, Identities, KeyInLine, KeyStanding, NewApiKey};
pub use inbound_events::{InboundEventFilter, InboundEventWrite, InboundEvents, InboundJournal, NewInboundEvent};
pub use jobs::{JobClaim, JobOutcome, JobTurn, Jobs};
pub use journal::{Blocked, CallChange, Fence, Journal, NewChild, Step, TurnRecord};
pub use llm_calls::{LlmCall, LlmCallFilter, LlmCallGroup, LlmCallSum, LlmCalls};
pub use login_attempts::{Counted, LoginAttempts};
pub use logins::{Logins, NewCode, NewFamily, Redeem, Redemption, Rotate, Rotation, Standing};
pub use memory::{Memory, MemoryChange, MemoryOutcome, MemoryWhat};
pub use oauth_clients::{ClientRecord, OAuthClients};
pub use operations::{ClockReading, Health, OldestWaiting, Operations};
pub use organization_connectors::{
    ConnectorDeletion, ConnectorHead, ConnectorReplacement, ConnectorWrite, OrganizationConnectors,
};
pub use organization_sessions::{NewOrganizationSession, OrganizationSessionFilter, OrganizationSessions};
pub use runs::{
    ApprovalFilter, CancelOutcome, Claim, Created, Decided, NewRun, ProfileChoice, Renewed, RunFilter, Runs,
    SHARED_CRASHES,
};
pub use sealed_values::{SealedPlace, SealedValue, SealedValues};
pub use search::{Found, Search};
pub use sessions::{AnswerTo, Answered, CallAnswer, NewSession, Presence, SessionChange, SessionFilter, Sessions};
pub use signing_keys::{NewSigningKey, SigningKeys};
pub use skills::{NewSkill, SkillPatch, SkillWrite, Skills};
pub use snapshot::Snapshot;
pub use standings::Standings;
pub use sums::{
    AgentStore, AuthStore, FileStore, GateStore, IntentStore, KnowledgeStore, OrgStore, RunStore, ServiceStore, Store,
    SurfaceStore, SweepStore,
};
pub use tasks::{EventStart, Fired, Firing, SkippedDue, TaskFilter, Tasks};
pub use tools::{BindingPatch, BindingWrite, ToolPatch, ToolWrite, Tools};
pub use viewer::Viewer;
pub use webhooks::{
    AttemptEnd, ClaimedDelivery, DeliveryClaim, NewWebhookEndpoint, SealedSecrets, SecretRotation, SpreadNotice,
    WebhookEndpointChange, Webhooks,
};

/// What a store answers.
pub type Result<T> = std::result::Result<T, StoreError>;
pub use workspaces::{WorkspaceWrite, Workspaces};
