//! Puts the parts together: which store, which bus, which models and tools.

mod apps;
mod callees;
mod ground;
mod opening;

pub(crate) use callees::egress;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use artel_artifacts::ArtifactFiles;
use artel_auth_api::AuthApp;
use artel_codelab_api::App as Codelab;
use artel_connector_engine::Executor;
use artel_connectors::Catalogue;
use artel_console::Console;
use artel_egress::Egress;
use artel_engine::{ContextLimits, Deps as EngineDeps, EngineConfig, Limits, Policy, Rules, TeamConfig};
use artel_http::{Ground, MetricsText};
use artel_identity::Keyring;
use artel_intents::{Intents, IntentsConfig};
use artel_llm::Models;
use artel_scheduler::{Job, Retention, Scheduler, SchedulerDeps, SweepDeps, sweeps};
use artel_store::Store;
use artel_tools::{EnvSecrets, Registry, ToolsDeps};
use artel_tools_knowledge::Knowledge;
use artel_tools_services::{Connectors, Services};
use artel_tools_tasks::TaskTools;
use artel_webhooks::{Courier, CourierDeps};

pub(crate) use opening::{open_clock, open_store};

use crate::accounting::Bookkeeping;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::model_keys::TenantKeys;
use crate::tool_ports::{BusLimits, BusResults, Signer, StoredSecrets};
use crate::vault::Vault;
use crate::{auth, connectors, toolkit};

/// What was deleted is gone from the disk this soon.
const SWEEP_FILES_EVERY: Duration = Duration::from_mins(5);
/// How often it is looked whether tenants' servers are to be told something.
const DELIVER_EVERY: Duration = Duration::from_secs(1);

/// A task starts at most this long after its time.
const FIRE_TASKS_EVERY: Duration = Duration::from_secs(1);

/// Everything that surfaces and workers share.
pub(crate) struct Parts {
    pub(crate) ground: Ground<dyn Store>,
    pub(crate) models: Arc<Models>,
    pub(crate) tools: Arc<Registry>,
    pub(crate) vault: Arc<Vault>,
    /// The keys under which the secrets of tenants are sealed.
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) auth: AuthApp,
    pub(crate) codelab: Codelab,
    pub(crate) console: Console,
    pub(crate) books: Bookkeeping,
    /// The workers' rules about calls.
    policy: Arc<dyn Policy>,
    intents: Intents,
    /// Files of users and tools.
    artifacts: ArtifactFiles,
    pub(crate) connectors: Arc<Connectors>,
    /// Calls them.
    pub(crate) executor: Arc<Executor>,
    /// The guard of every address that connectors name.
    egress: Arc<Egress>,
}

impl Parts {
    /// `aliases` are hosts that tools find at a fixed address (the demo's tool-mock).
    pub(crate) async fn build(config: &Config, aliases: BTreeMap<String, SocketAddr>) -> anyhow::Result<Self> {
        // Two cores read the data of tools and connectors and open the store at the same time.
        let data = tokio::task::spawn_blocking(checked_data);
        let vault = Arc::new(Vault::open(config)?);
        let store = open_store(config).await?;
        let clock = open_clock(config, &store).await?;
        let bus = opening::open_bus(config, clock.as_ref()).await?;
        // Meters that are made before there is a recorder would never count.
        Metrics::record();
        let (accountant, books) = Bookkeeping::start(config, store.clone())?;
        let keyring = Arc::new(vault.keyring(store.clone(), clock.clone()));
        let keys = Arc::new(TenantKeys::new(store.clone(), keyring.clone()));
        let models =
            Models::new(callees::model_config(config, &vault)).context("the model providers cannot be set up")?;
        let models = Arc::new(models.with_keys(keys).accounting_to(accountant, clock.clone()));
        let metrics: Arc<dyn MetricsText> =
            Arc::new(Metrics::new(store.clone(), bus.clone(), clock.clone(), models.clone()));
        let ground = ground::ground(config, &vault, (store, bus, clock), metrics);
        let artifacts = ArtifactFiles::new(ground.store.clone(), toolkit::place(config)?, ground.clock.clone())
            .with_most_of_tenant(config.toolkit.artifact_bytes);
        let catalogue = data.await.context("the data of tools and connectors")??;
        let connectors = Arc::new(Connectors::new(Arc::new(catalogue), ground.store.clone()));
        let egress = Arc::new(callees::egress(config, BTreeMap::new())?);
        let executor = Arc::new(callees::executor(&ground, keyring.clone(), egress.clone()));
        let services = Arc::new(Services {
            store: ground.store.clone(),
            connectors: connectors.clone(),
            executor: executor.clone(),
            keyring: keyring.clone(),
        });
        let policy: Arc<dyn Policy> = Arc::new(Rules::new(config.approval_rules.clone()));
        let intents = intents(config, &ground, policy.clone());
        let tasks = Arc::new(TaskTools { intents: intents.clone(), store: ground.store.clone() });
        let knowledge = Arc::new(Knowledge { intents: intents.clone(), store: ground.store.clone() });
        let tools = toolkit::tools(config)?
            .into_iter()
            .chain(artel_tools_services::tools(&services))
            .chain(artel_tools_tasks::tools(&tasks))
            .chain(artel_tools_knowledge::tools(&knowledge))
            .fold(tools(config, &ground, (&vault, keyring.clone()), aliases)?, Registry::with)
            .keeping(Arc::new(artifacts.clone()))
            .connecting(connectors.clone());
        let tools = Arc::new(tools);
        let auth = auth::build(config, &ground, &vault)?;
        let codelab = apps::codelab(config, &ground, intents.clone(), models.clone(), vault.internal_key());
        let console = apps::console(&ground, &vault, &auth);
        Ok(Self {
            ground,
            models,
            tools,
            vault,
            keyring,
            auth,
            codelab,
            console,
            books,
            policy,
            intents,
            artifacts,
            connectors,
            executor,
            egress,
        })
    }

    /// What is done in time, by one of the processes that have the role of a worker.
    pub(crate) fn scheduler(&self, config: &Config) -> Scheduler {
        let deps = SchedulerDeps {
            store: self.ground.store.clone(),
            clock: self.ground.clock.clone(),
            owner: self.process_name(),
            lease: config.lease,
        };
        let retention = Retention {
            events: config.event_retention,
            llm_calls: config.llm_calls_retention,
            inbound_events: config.inbound_events_retention,
        };
        let sweeping = SweepDeps {
            store: self.ground.store.clone(),
            bus: self.ground.bus.clone(),
            clock: self.ground.clock.clone(),
            retention,
            cancels_runs_without_standing: config.cancel_runs_of_revoked_keys,
        };
        let mut jobs = sweeps(sweeping);
        let files = self.artifacts.clone();
        jobs.push(Job::new("sweep_artifacts", SWEEP_FILES_EVERY, move || {
            let files = files.clone();
            async move { Ok(files.sweep().await?) }
        }));
        let courier = self.courier();
        jobs.push(Job::new("deliver_webhooks", DELIVER_EVERY, move || {
            let courier = courier.clone();
            async move { Ok(courier.deliver().await?) }
        }));
        let intents = self.intents.clone();
        jobs.push(Job::new("fire_tasks", FIRE_TASKS_EVERY, move || {
            let intents = intents.clone();
            async move { Ok(intents.fire_due_tasks().await?) }
        }));
        Scheduler::start(&deps, jobs)
    }

    /// Tells tenants' own servers what happened.
    fn courier(&self) -> Courier {
        Courier::new(CourierDeps {
            store: self.ground.store.clone(),
            egress: self.egress.clone(),
            keyring: self.keyring.clone(),
            clock: self.ground.clock.clone(),
        })
    }

    /// Unique among processes that live at the same time.
    fn process_name(&self) -> String {
        format!("{}/{}", hostname(), self.ground.clock.uuid())
    }

    pub(crate) fn engine(&self, config: &Config) -> EngineDeps {
        EngineDeps {
            store: self.ground.store.clone(),
            bus: self.ground.bus.clone(),
            models: self.models.clone(),
            tools: self.tools.clone(),
            policy: self.policy.clone(),
            clock: self.ground.clock.clone(),
            config: EngineConfig {
                lease: config.lease,
                max_active: config.worker_max_runs,
                limits: Limits { max_steps: config.max_steps, max_switches: config.codelab.max_switches },
                team: TeamConfig {
                    model: config.codelab.model.clone().unwrap_or_else(|| config.default_model.clone()),
                    routing: config.codelab.routing,
                    first: config.codelab.first,
                },
                context: ContextLimits {
                    max_tokens: config.max_context_tokens,
                    max_messages: config.max_context_messages,
                },
                max_repeats: config.max_repeats,
                max_calls_per_step: config.max_calls_per_step,
                budget: config.budget,
                default_model: config.default_model.clone(),
                approval_timeout: config.approval_timeout,
                ..EngineConfig::new(self.process_name())
            },
        }
    }
}

fn tools(
    config: &Config,
    ground: &Ground<dyn Store>,
    (vault, keyring): (&Arc<Vault>, Arc<Keyring>),
    aliases: BTreeMap<String, SocketAddr>,
) -> anyhow::Result<Registry> {
    let stored = StoredSecrets::new(ground.store.clone(), keyring);
    let deps = ToolsDeps {
        secrets: Arc::new(EnvSecrets::new(config.names.clone(), Some(Arc::new(stored)))),
        limits: Arc::new(BusLimits::new(ground.bus.clone())),
        signer: Some(Arc::new(Signer::new(vault.clone(), ground.clock.clone()))),
        egress: Arc::new(callees::egress(config, aliases)?),
        clock: ground.clock.clone(),
    };
    let results = Arc::new(BusResults::new(ground.bus.clone(), vault.key_maker()));
    Ok(Registry::new(callees::tools_config(config), deps).remembering(results))
}

/// A file that cannot be used is left out, and the operator is told.
/// The connectors; the catalogue of tools is checked on the way.
fn checked_data() -> anyhow::Result<Catalogue> {
    if let Err(faults) = artel_tools::check_catalogue() {
        bail!("the catalogue of tools does not hold together: {}", faults.join("; "));
    }
    let (catalogue, warnings) = connectors::catalogue()?;
    for warning in &warnings {
        tracing::warn!(%warning, "a connector was left out");
    }
    Ok(catalogue)
}

fn intents(config: &Config, ground: &Ground<dyn Store>, policy: Arc<dyn Policy>) -> Intents {
    let limits = IntentsConfig {
        max_context_tokens: config.max_context_tokens,
        runs_per_day_user: config.shares.runs_per_day_user,
        runs_per_day_tenant: config.shares.runs_per_day_tenant,
        run_rate: Some((config.rate_limit_runs, ground::shares(config))),
        least_between_starts: config.shares.least_between_starts,
    };
    Intents::new(ground.store.clone(), ground.bus.clone(), ground.clock.clone(), policy, limits)
}

fn hostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}
