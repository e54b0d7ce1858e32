//! Sums of the traits: each names what one kind of caller asks of a store, so that a crate holds no more than it uses.
//!
//! Whoever implements the traits of a sum has the sum. An `Arc` of a larger sum becomes an `Arc` of a smaller one where
//! that is expected.

use crate::{
    Accounts, AgentConnectors, Agents, ApprovalRules, Artifacts, Attachments, Budgets, BuiltinAgents, ConnectorTokens,
    Credentials, Documents, Forms, Grants, Hooks, Idempotency, Identities, InboundJournal, Jobs, Journal, LlmCalls,
    LoginAttempts, Logins, Memory, OAuthClients, Operations, OrganizationConnectors, OrganizationSessions, Readings,
    Runs, SealedValues, Search, Sessions, SigningKeys, Skills, Standings, Tasks, Tools, Webhooks, Workspaces,
};

macro_rules! sums {
    ($($(#[$doc:meta])* $name:ident = $first:ident $(+ $part:ident)*;)+) => {$(
        $(#[$doc])*
        pub trait $name: $first $(+ $part)* {}
        impl<T: $first $(+ $part)*> $name for T {}
    )+};
}

sums! {
    /// Agents and what they may use: their profiles, versions, tools and bindings.
    AgentStore = Agents + AgentConnectors + BuiltinAgents + Tools;

    /// External services: their accounts, which agent may use them, what they sent, and the audit log of their use.
    ServiceStore = Agents + AgentConnectors + OrganizationConnectors + Credentials + Grants + InboundJournal + Identities;

    /// Runs from their acceptance to their end: what drives a run, and what follows one.
    RunStore = Runs + Journal + Budgets + ApprovalRules + Tools + Attachments;

    /// What may be asked of runs, sessions and tasks, on whichever surface.
    IntentStore = RunStore + AgentStore + Sessions + OrganizationSessions + Forms + Artifacts + Tasks + Standings
        + Identities + KnowledgeStore;

    /// What users and their agents keep and find again.
    KnowledgeStore = Memory + Search + Skills + Documents;

    /// Signing in: accounts, clients, logins, the keys of access tokens, and the audit log.
    AuthStore = Accounts + OAuthClients + Logins + LoginAttempts + SigningKeys + Identities;

    /// What a tenant has beside its agents: principals, API keys, secrets, its audit log, accounts and clients.
    OrgStore = Identities + Accounts + OAuthClients;

    /// Files of users and tools, and the workspaces of sessions.
    FileStore = Artifacts + Workspaces;

    /// What lets callers in: API keys, keys of access tokens, who lost their standing, requests that may come again.
    GateStore = Identities + SigningKeys + Standings + Idempotency;

    /// What is done in time by one of the processes: jobs on leases, and what they sweep.
    SweepStore = Jobs + Runs + Standings + Idempotency + Logins + Sessions + LlmCalls + InboundJournal + Webhooks
        + Memory + Readings;

    /// What a surface for runs asks for: the callers' sessions, agents and runs, and whether the store is well.
    SurfaceStore = IntentStore + GateStore + Operations + FileStore + ServiceStore + Hooks + LlmCalls
        + Webhooks;

    /// Everything a store can do. Only what opens a store and hands it out names this.
    Store = SurfaceStore + AuthStore + OrgStore + SweepStore + ConnectorTokens + SealedValues;
}
