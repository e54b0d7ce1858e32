use std::sync::Arc;
use std::time::Duration;

use artel_catalogue::args::ConnectorExecute;
use artel_connector_engine::{Account, Outcome, PageBounds, Request};
use artel_connectors::request::{hosts_of, shown_base_urls, surely_reads, writes};
use artel_connectors::{Connector, Listed, Secrets};
use artel_domain::{Actor, AuditEntry, Consent, Credential, CredentialId, EffectClass, Timestamp, names};
use artel_tools::{Agreement, Builtin, CallContext, MadeAs, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::access::{Access, Granted};
use crate::describe::unknown_operation;
use crate::error::{of_execute, of_keyring, of_store, tell};
use crate::secret;
use crate::services::Services;

/// What is kept of a call's time for its own words.
const RESERVE: Duration = Duration::from_secs(1);
const MOST_ITEMS: u32 = 100_000;

/// Asks a service to do something, by a granted account.
pub(crate) struct ConnectorExecuteTool(pub(crate) Arc<Services>);

#[async_trait]
impl Builtin for ConnectorExecuteTool {
    const NAME: &'static str = "connector_execute";
    const EFFECT: EffectClass = EffectClass::AtMostOnce;
    type Args = ConnectorExecute;

    /// Operations that read whatever their arguments are may be called again. Of all others the worst is assumed, also
    /// of those of an organisation's own connector, whose next import may say something else.
    fn effect(&self, args: &ConnectorExecute) -> EffectClass {
        let listed = self.0.connectors.installed().get(&args.service);
        let found = listed.and_then(|listed| listed.connector.operation(&args.operation));
        let params = args.params.clone().unwrap_or_default();
        let reads = found.is_some_and(|(_, operation)| surely_reads(operation, &params));
        if reads { EffectClass::ReadOnly } else { EffectClass::AtMostOnce }
    }

    async fn made_as(&self, context: &CallContext, args: ConnectorExecute) -> Result<Option<MadeAs>, ToolError> {
        let standing = self.standing(context, &args).await?;
        match standing.consent {
            Consent::No => Err(standing.not_covered(&args)),
            Consent::Yes | Consent::Ask => Ok(Some(standing.made_as(&args))),
        }
    }

    async fn note_refusal(&self, context: &CallContext, args: ConnectorExecute, reason: &str) {
        self.note(context, &args, None, "connector.refused", reason).await;
    }

    async fn call(&self, context: &CallContext, args: ConnectorExecute) -> Result<ToolOutput, ToolError> {
        match self.admitted(context, &args).await {
            Ok(standing) => self.execute(context, &standing, &args).await,
            Err(refusal) => {
                if matches!(refusal, ToolError::Tell(_)) {
                    self.note(context, &args, None, "connector.refused", &refusal.to_string()).await;
                }
                Err(refusal)
            }
        }
    }
}

impl ConnectorExecuteTool {
    /// What the call may do, when all that must hold does: agent, connector, grant, scopes, and a human's word where
    /// the scopes want it. A call that a human was asked about, whoever asked, is made as the account that they were
    /// shown.
    async fn admitted(&self, context: &CallContext, args: &ConnectorExecute) -> Result<Standing, ToolError> {
        let standing = self.standing(context, args).await?;
        let (what, instance) = (standing.what(args), &standing.granted.credential.instance_id);
        let refused = |what: String, now| Err(tell("approval_required", &what, now));
        match (standing.consent, context.agreement(&standing.shown())) {
            (Consent::No, _) => Err(standing.not_covered(args)),
            (Consent::Yes, Agreement::NotAsked) | (Consent::Yes | Consent::Ask, Agreement::Given) => Ok(standing),
            (Consent::Yes | Consent::Ask, Agreement::ToAnother) => {
                let what = format!("a human agreed to {what}, and was not shown this account: {instance}");
                refused(what, "make the call again, and they are asked about this account")
            }
            (Consent::Ask, Agreement::NotAsked) => {
                let what = format!("a human must agree to {what} by the account {instance}");
                refused(what, "make the call again, and they are asked")
            }
        }
    }

    /// What decides the call, as it is now.
    async fn standing(&self, context: &CallContext, args: &ConnectorExecute) -> Result<Standing, ToolError> {
        let access = Access::of(&self.0, context).await?;
        let Listed { connector, version, .. } = access.connector(&self.0, &args.service).await?;
        let granted = access.granted(&self.0, std::slice::from_ref(&connector.key)).await?;
        let granted = chosen(&connector, granted, args.instance_id.as_deref())?;
        let Some((module, operation)) = connector.operation(&args.operation) else {
            return Err(unknown_operation(&connector, &args.operation));
        };
        let (account, changed_at) = self.account(&access, &connector, &granted).await?;
        let params = args.params.clone().unwrap_or_default();
        let secrets = Secrets::new(&connector, &account.credential);
        let writing = writes(operation, &params, &secrets);
        let leads = Leads {
            base_urls: shown_base_urls(&connector, &secrets),
            hosts: hosts_of(&connector, &secrets),
            changed_at,
        };
        let consent = granted.scopes.consent(&module.key, writing);
        Ok(Standing { account, granted, writing, leads, consent, version })
    }

    /// The account, and when it was changed last.
    async fn account(
        &self,
        access: &Access,
        connector: &Arc<Connector>,
        granted: &Granted,
    ) -> Result<(Account, Timestamp), ToolError> {
        let (services, id) = (&self.0, granted.credential.id);
        let found =
            services.store.find_sealed_credential(&access.viewer, id).await.map_err(|error| of_store(&error))?;
        let found = found.ok_or_else(|| tell("forbidden", "the account was deleted", "tell the user"))?;
        let seal = services.keyring.of(found.credential.tenant_id).await.map_err(|error| of_keyring(&error))?;
        let credential = secret::opened(&seal, &found).map_err(|error| {
            tracing::error!(credential = %id, %error, "a credential cannot be opened; was the master key changed?");
            tell("failed", "the account's secret cannot be opened", "tell the user to enter it again")
        })?;
        let account = Account {
            tenant: found.credential.tenant_id,
            id: id.to_string(),
            connector: Arc::clone(connector),
            credential,
        };
        Ok((account, found.changed_at))
    }

    async fn execute(
        &self,
        context: &CallContext,
        standing: &Standing,
        args: &ConnectorExecute,
    ) -> Result<ToolOutput, ToolError> {
        let params = args.params.clone().unwrap_or_default();
        let pages = args.paginate.as_ref().map(|paginate| PageBounds {
            max_pages: paginate.max_pages.into(),
            max_items: paginate.max_items.unwrap_or(MOST_ITEMS) as usize,
        });
        let key = context.idempotency_key();
        let request = Request {
            account: &standing.account,
            operation: &args.operation,
            params: &params,
            pages,
            patience: context.deadline.saturating_duration_since(Instant::now()).saturating_sub(RESERVE),
            idempotency_key: Some(&key),
        };
        let result = self.0.executor.execute(&request).await;
        self.used(context, standing.granted.credential.id).await;
        if standing.writing {
            let outcome = result.as_ref().map_or_else(ToString::to_string, |_| "ok".to_owned());
            self.note(context, args, Some(&standing.granted.credential), "connector.write", &outcome).await;
        }
        result.map(|outcome| answer(outcome).into()).map_err(|error| of_execute(&error))
    }

    /// That the account was used is worth knowing, and nothing fails because it is not written down.
    async fn used(&self, context: &CallContext, id: CredentialId) {
        if let Err(error) = self.0.store.note_credential_use(context.tenant_id, id, context.clock.now()).await {
            tracing::warn!(%error, "the use of a credential was not written down");
        }
    }

    /// * `credential`: whose account it was; `None` when the call was refused before that was clear.
    async fn note(
        &self,
        context: &CallContext,
        args: &ConnectorExecute,
        credential: Option<&Credential>,
        action: &'static str,
        outcome: &str,
    ) {
        let run = context.run.as_ref();
        let details = json!({
            "operation": args.operation,
            "credential_id": credential.map(|credential| credential.id),
            "instance_id": credential.map(|credential| &credential.instance_id).or(args.instance_id.as_ref()),
            "agent_id": run.map(|run| run.agent_id),
            "run_id": run.map(|run| run.run_id),
        });
        let principal = &context.principal;
        let audit = AuditEntry {
            actor: Actor { user_id: Some(principal.user_id), api_key_id: principal.api_key_id, ip: None },
            action,
            entity_type: "connector",
            entity_id: args.service.clone(),
            trace_id: context.trace_id.clone(),
            outcome: outcome.to_owned(),
            details: Some(details),
            at: context.clock.now(),
        };
        if let Err(error) = self.0.store.record_audit(context.tenant_id, audit).await {
            tracing::warn!(%error, action, "an audit row was not written");
        }
    }
}

/// What decides a call.
struct Standing {
    account: Account,
    granted: Granted,
    writing: bool,
    leads: Leads,
    consent: Consent,
    /// Of an organisation's own connector.
    version: Option<String>,
}

/// Where an account leads.
struct Leads {
    /// Without secrets.
    base_urls: Vec<String>,
    /// Every host that a call may reach.
    hosts: Vec<String>,
    /// When the account was changed last: what is not shown of it is pinned by this.
    changed_at: Timestamp,
}

impl Standing {
    fn what(&self, args: &ConnectorExecute) -> String {
        format!("{} calls of {}", self.kind(), args.operation)
    }

    fn kind(&self) -> &'static str {
        if self.writing { "write" } else { "read" }
    }

    fn not_covered(&self, args: &ConnectorExecute) -> ToolError {
        let (what, instance) = (self.what(args), &self.granted.credential.instance_id);
        let what = format!("the grant of the account {instance} does not cover {what}");
        tell("forbidden", &what, "tell the user what you would have done")
    }

    fn made_as(&self, args: &ConnectorExecute) -> MadeAs {
        let (credential, kind) = (&self.granted.credential, self.kind());
        let words = format!(
            "the account {} ({}) of {} is to {kind}: {}",
            names::quoted(&credential.account_label),
            names::visible(&credential.instance_id),
            credential.service_name,
            args.operation
        );
        MadeAs { words, account: self.shown(), needs_consent: self.consent == Consent::Ask }
    }

    /// The account as a human is shown it. A call that they agreed to is made while this is the same.
    fn shown(&self) -> Value {
        let (credential, leads) = (&self.granted.credential, &self.leads);
        let mut shown = json!({
            "credential_id": credential.id,
            "service_name": credential.service_name,
            "instance_id": credential.instance_id,
            "account_label": names::visible(&credential.account_label),
            "base_urls": leads.base_urls,
            "hosts": leads.hosts,
            "changed_at": leads.changed_at,
        });
        if let Some(version) = &self.version {
            shown["connector_version"] = json!(version);
        }
        shown
    }
}

/// The account that the call means.
fn chosen(connector: &Connector, granted: Vec<Granted>, wanted: Option<&str>) -> Result<Granted, ToolError> {
    let names = granted.iter().map(|one| one.credential.instance_id.clone()).collect::<Vec<_>>().join(", ");
    let service = &connector.key;
    let mut fitting =
        granted.into_iter().filter(|one| wanted.is_none_or(|wanted| one.credential.instance_id == wanted));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => {
            let what = format!("instance_id: this agent has several accounts of {service}");
            Err(tell("invalid_argument", &what, &format!("name one of {names}")))
        }
        (None, _) if names.is_empty() => {
            let what = format!("this agent is granted no account of {service}");
            Err(tell("forbidden", &what, "ask the user to grant one to this agent"))
        }
        (None, _) => {
            let what = format!("this agent is not granted the account {} of {service}", wanted.unwrap_or_default());
            Err(tell("forbidden", &what, &format!("it has {names}")))
        }
    }
}

fn answer(outcome: Outcome) -> Value {
    let Outcome { status, data, pages, next, is_full, refused_items } = outcome;
    // The data are moved: `json!` would copy them, and they may be large.
    let mut answer = Map::from_iter([("status".to_owned(), json!(status)), ("data".to_owned(), data)]);
    if pages > 1 || next.is_some() {
        let mut page = json!({ "pages": pages, "next_params": next });
        if is_full {
            page["note"] = json!("one call reads no more of a list than this; go on with next_params");
        }
        answer.insert("page".to_owned(), page);
    }
    if !refused_items.is_empty() {
        let items: Vec<Value> = refused_items.iter().map(|item| json!(item.message)).collect();
        answer.insert("refused_items".to_owned(), json!(items));
    }
    answer.into()
}
