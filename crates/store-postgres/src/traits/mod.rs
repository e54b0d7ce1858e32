//! The traits of `artel-store`, one file each, in the order of the promises: every method hands its intent over to the
//! SQL of its aggregate.

mod accounts;
mod agent_connectors;
mod agents;
mod approval_rules;
mod artifacts;
mod budgets;
mod builtin_agents;
mod connector_tokens;
mod credentials;
mod documents;
mod forms;
mod hooks;
mod idempotency;
mod identities;
mod inbound_events;
mod jobs;
mod journal;
mod llm_calls;
mod login_attempts;
mod logins;
mod memory;
mod oauth_clients;
mod operations;
mod organization_connectors;
mod organization_sessions;
mod runs;
mod sealed_values;
mod sessions;
mod signing_keys;
mod skills;
mod standings;
mod tasks;
mod tools;
mod webhooks;
mod workspaces;
