use std::sync::Arc;

use artel_catalogue::args::QueryEvents;
use artel_domain::{Consent, Credential, InboundEventId, Timestamp, names};
use artel_store::InboundEventFilter;
use artel_tools::{Agreement, Builtin, CallContext, MadeAs, Programs, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::access::{Access, Granted};
use crate::error::{of_store, tell};
use crate::services::Services;

/// What a grant calls the events of a service, beside the modules of its connector.
pub const EVENTS: &str = "events";
const USUAL_LIMIT: u8 = 20;
/// An answer holds no more bytes of payloads, and one event at least.
const MOST_BYTES: usize = 512 * 1024;

/// Reads what services sent to the organisation: those of which the agent is granted an account.
pub(crate) struct QueryEventsTool(pub(crate) Arc<Services>);

#[async_trait]
impl Builtin for QueryEventsTool {
    const NAME: &'static str = "query_events";
    type Args = QueryEvents;

    async fn made_as(&self, context: &CallContext, args: QueryEvents) -> Result<Option<MadeAs>, ToolError> {
        self.standing(context, &args).await?.made_as().map(Some)
    }

    async fn call(&self, context: &CallContext, args: QueryEvents) -> Result<ToolOutput, ToolError> {
        let filter = filter(&args)?;
        let standing = self.standing(context, &args).await?;
        if standing.services.is_empty() && standing.left_out.is_empty() {
            return Err(no_service());
        }
        standing.check_approval(context)?;
        let filter = InboundEventFilter { services: Some(standing.services), ..filter };
        let found = self.0.store.list_inbound_events(context.tenant_id, filter).await;
        let found = found.map_err(|error| of_store(&error))?;
        let next = found.events.last().filter(|_| found.has_more).map(|event| event.id);
        let bytes = found.events.iter().map(|event| event.payload.len()).sum();
        let answer = move || serde_json::to_value(found.events).map(|events| json!({ "events": events, "next": next }));
        let answer = Programs::of_process().by_size(context.tenant_id, bytes, answer).await;
        let mut answer = answer.map_err(|_| unread())?.map_err(|error| {
            tracing::error!(%error, "an event that a service sent cannot be read");
            unread()
        })?;
        if !standing.left_out.is_empty() {
            answer["needs_approval"] = json!(standing.left_out);
        }
        Ok(answer.into())
    }
}

/// What decides a call: the same as for a call of the service's operations.
#[derive(Default)]
struct Standing {
    /// Whose events are read.
    services: Vec<String>,
    /// Services that are not read, because a human must agree and the call does not name them.
    left_out: Vec<String>,
    /// The account that a human must agree to.
    asks_about: Option<Credential>,
}

impl QueryEventsTool {
    async fn standing(&self, context: &CallContext, args: &QueryEvents) -> Result<Standing, ToolError> {
        let access = Access::of(&self.0, context).await?;
        let keys = match &args.service {
            Some(key) => vec![access.connector(&self.0, key).await?.connector.key.clone()],
            None => access.connectors(&self.0).await?.iter().map(|listed| listed.connector.key.clone()).collect(),
        };
        let granted = access.granted(&self.0, &keys).await?;
        match &args.service {
            Some(key) => Standing::of_one(key, &granted),
            None => Ok(Standing::of_all(&keys, &granted)),
        }
    }
}

impl Standing {
    fn of_one(key: &str, granted: &[Granted]) -> Result<Self, ToolError> {
        let services = vec![key.to_owned()];
        match best(key, granted) {
            Some((Consent::Yes, _)) => Ok(Self { services, ..Self::default() }),
            Some((Consent::Ask, credential)) => {
                Ok(Self { services, asks_about: Some(credential.clone()), ..Self::default() })
            }
            Some((Consent::No, _)) => {
                let what = format!("the grant of this agent does not cover events of {key}");
                Err(tell("forbidden", &what, "tell the user what you would have done"))
            }
            None => {
                let what = format!("this agent is granted no account of {key}");
                Err(tell("forbidden", &what, "ask the user to grant one to this agent"))
            }
        }
    }

    fn of_all(keys: &[String], granted: &[Granted]) -> Self {
        let mut standing = Self::default();
        for key in keys {
            match best(key, granted) {
                Some((Consent::Yes, _)) => standing.services.push(key.clone()),
                Some((Consent::Ask, _)) => standing.left_out.push(key.clone()),
                Some((Consent::No, _)) | None => {}
            }
        }
        standing
    }

    /// # Errors
    /// There is nothing to read, so that nobody is asked about it.
    fn made_as(&self) -> Result<MadeAs, ToolError> {
        if !self.services.is_empty() {
            let (words, account, needs_consent) = (self.words(), self.shown(), self.asks_about.is_some());
            return Ok(MadeAs { words, account, needs_consent });
        }
        if self.left_out.is_empty() {
            return Err(no_service());
        }
        let now = format!("name one as service: {}", self.left_out.join(", "));
        Err(tell("approval_required", "a human must agree to each service whose events are read", &now))
    }

    fn check_approval(&self, context: &CallContext) -> Result<(), ToolError> {
        match context.agreement(&self.shown()) {
            Agreement::Given => Ok(()),
            Agreement::NotAsked if self.asks_about.is_none() => Ok(()),
            Agreement::NotAsked | Agreement::ToAnother => {
                let what = format!("a human must agree to it: {}", self.words());
                Err(tell("approval_required", &what, "make the call again, and they are asked"))
            }
        }
    }

    fn words(&self) -> String {
        match &self.asks_about {
            Some(credential) => reason(credential),
            None => format!("the events of {} are to be read", self.services.join(", ")),
        }
    }

    /// What is read, as a human is shown it.
    fn shown(&self) -> Value {
        self.asks_about.as_ref().map_or_else(|| json!({ "services": self.services }), shown)
    }
}

fn unread() -> ToolError {
    tell("failed", "the events cannot be read", "tell the user that something is wrong on our side")
}

/// An empty answer would say that nothing happened.
fn no_service() -> ToolError {
    let now = "ask the user to grant an account of one to this agent";
    tell("forbidden", "this agent may read the events of no service", now)
}

/// The most generous of the grants of this service, with its account.
fn best<'a>(key: &str, granted: &'a [Granted]) -> Option<(Consent, &'a Credential)> {
    let of_service = granted.iter().filter(|one| one.credential.service_name == key);
    of_service.map(|one| (one.scopes.consent(EVENTS, false), &one.credential)).min_by_key(|(consent, _)| *consent)
}

fn reason(credential: &Credential) -> String {
    let (label, instance) = (names::quoted(&credential.account_label), names::visible(&credential.instance_id));
    let service = &credential.service_name;
    format!("the events of {service} are to be read, by the grant of the account {label} ({instance})")
}

/// The account as a human is shown it.
fn shown(credential: &Credential) -> Value {
    json!({
        "credential_id": credential.id,
        "service_name": credential.service_name,
        "instance_id": credential.instance_id,
        "account_label": names::visible(&credential.account_label),
    })
}

fn filter(args: &QueryEvents) -> Result<InboundEventFilter, ToolError> {
    Ok(InboundEventFilter {
        services: None,
        kind: args.r#type.clone(),
        since: time("since", args.since.as_deref())?,
        until: time("until", args.until.as_deref())?,
        after: args.after.as_deref().map(behind).transpose()?,
        limit: args.limit.unwrap_or(USUAL_LIMIT).into(),
        most_bytes: MOST_BYTES,
    })
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, ToolError> {
    let read = text.map(str::parse::<Timestamp>).transpose();
    read.map_err(|_| {
        let what = format!("{name}: it is no ISO 8601 time with a time zone");
        tell("invalid_argument", &what, "write it as 2026-07-01T00:00:00Z")
    })
}

fn behind(text: &str) -> Result<InboundEventId, ToolError> {
    text.parse()
        .map_err(|_| tell("invalid_argument", "after: it is no next of an answer", "leave it out to begin anew"))
}

#[cfg(test)]
mod tests;
