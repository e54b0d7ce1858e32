//! The connectors that an organisation has: the installation's, and those that it made for itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use artel_connectors::{Catalogue, Connector, Listed, Origin, from_json};
use artel_domain::{OrganizationConnector, TenantId};
use artel_store::{OrganizationConnectors, StoreError};
use artel_tools::{KnownServices, Programs, ToolError};
use async_trait::async_trait;
use moka::sync::Cache;

use crate::error::of_store;

/// Definitions that are remembered as read, in bytes of their text. What is read of them takes several times as much.
const MOST_REMEMBERED: u64 = 16 * 1024 * 1024;
/// One that nobody asks for is forgotten after this long.
const REMEMBERED_IDLE: Duration = Duration::from_mins(10);

/// Finds connectors. A key of the installation is the installation's for everybody.
pub struct Connectors {
    installed: Arc<Catalogue>,
    store: Arc<dyn OrganizationConnectors>,
    /// By tenant and digest: a definition that changes is another one. `None`: this version cannot use it.
    read: Cache<Version, Read>,
    /// Those that are being read. Whoever asks for the same one meanwhile waits for it.
    reading: Mutex<HashMap<Version, Weak<Turn>>>,
}

/// A definition as it was imported, by tenant and digest.
type Version = (TenantId, String);
/// The one who is at it, and what it came to for those who wait.
type Turn = tokio::sync::Mutex<Option<Read>>;

#[derive(Clone)]
struct Read {
    connector: Option<Arc<Connector>>,
    bytes: u32,
}

#[async_trait]
impl KnownServices for Connectors {
    async fn knows(&self, tenant: TenantId, key: &str) -> Result<bool, ToolError> {
        Ok(self.find(tenant, key).await.map_err(|error| of_store(&error))?.is_some())
    }
}

impl Connectors {
    pub fn new(installed: Arc<Catalogue>, store: Arc<dyn OrganizationConnectors>) -> Self {
        let read = Cache::builder()
            .max_capacity(MOST_REMEMBERED)
            .weigher(|_, read: &Read| read.bytes)
            .time_to_idle(REMEMBERED_IDLE)
            .build();
        Self { installed, store, read, reading: Mutex::default() }
    }

    /// Those that ship with the binary and the operator's.
    pub fn installed(&self) -> &Catalogue {
        &self.installed
    }

    /// The connector of that key.
    ///
    /// # Errors
    /// The store is away.
    pub async fn find(&self, tenant: TenantId, key: &str) -> Result<Option<Listed>, StoreError> {
        match self.installed.get(key) {
            Some(listed) => Ok(Some(listed.clone())),
            None => self.own(tenant, key).await,
        }
    }

    /// The organisation's own connector of that key.
    ///
    /// # Errors
    /// The store is away.
    pub async fn own(&self, tenant: TenantId, key: &str) -> Result<Option<Listed>, StoreError> {
        let Some(digest) = self.store.organization_connector_digest(tenant, key).await? else { return Ok(None) };
        self.version(tenant, key, digest).await
    }

    /// The keys of all, in their order.
    ///
    /// # Errors
    /// The store is away.
    pub async fn keys(&self, tenant: TenantId) -> Result<Vec<String>, StoreError> {
        let own = self.store.list_organization_connectors(tenant).await?.into_iter().map(|head| head.key);
        let installed = self.installed.iter().map(|listed| listed.connector.key.clone());
        let mut keys: Vec<String> = installed.chain(own).collect();
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    /// All, in the order of their keys.
    ///
    /// # Errors
    /// The store is away.
    pub async fn all(&self, tenant: TenantId) -> Result<Vec<Listed>, StoreError> {
        let keys = self.keys(tenant).await?;
        self.among(tenant, &keys).await
    }

    /// Those of these keys that there are, in the order of the keys.
    ///
    /// # Errors
    /// The store is away.
    pub async fn among(&self, tenant: TenantId, keys: &[String]) -> Result<Vec<Listed>, StoreError> {
        let is_own = |key: &String| self.installed.get(key).is_none();
        let own =
            if keys.iter().any(is_own) { self.store.list_organization_connectors(tenant).await? } else { Vec::new() };
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let listed = match (self.installed.get(key), own.iter().find(|head| head.key == *key)) {
                (Some(listed), _) => Some(listed.clone()),
                (None, Some(head)) => self.version(tenant, key, head.digest.clone()).await?,
                (None, None) => None,
            };
            found.extend(listed);
        }
        Ok(found)
    }

    /// As it is remembered under this digest, or as it is now. A version that many ask for at once is read once.
    async fn version(&self, tenant: TenantId, key: &str, digest: String) -> Result<Option<Listed>, StoreError> {
        let mut version = (tenant, digest);
        loop {
            if let Some(known) = self.read.get(&version) {
                return Ok(listed(known, version.1));
            }
            let turn = self.turn(&version);
            let mut told = turn.lock().await;
            if let Some(known) = told.clone().or_else(|| self.read.get(&version)) {
                return Ok(listed(known, version.1));
            }
            let Some(row) = self.store.find_organization_connector(tenant, key).await? else { return Ok(None) };
            // It was replaced meanwhile: the new one has a turn of its own.
            if row.digest != version.1 {
                version.1 = row.digest;
                continue;
            }
            let read = read(row).await?;
            *told = Some(read.clone());
            self.read.insert(version.clone(), read.clone());
            return Ok(listed(read, version.1));
        }
    }

    fn turn(&self, version: &Version) -> Arc<Turn> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = reading.get(version).and_then(Weak::upgrade) {
            return turn;
        }
        // What is read already, or was given up.
        reading.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Turn::default());
        reading.insert(version.clone(), Arc::downgrade(&turn));
        turn
    }
}

fn listed(read: Read, digest: String) -> Option<Listed> {
    Some(Listed { origin: Origin::Organisation, connector: read.connector?, version: Some(digest) })
}

async fn read(row: OrganizationConnector) -> Result<Read, StoreError> {
    let (tenant, bytes) = (row.tenant_id, row.definition.len());
    let work = move || {
        let connector = from_json(&row.definition)
            .inspect_err(|why| tracing::error!(tenant = %row.tenant_id, key = row.key, why, "a connector is left out"));
        let bytes = u32::try_from(row.definition.len()).unwrap_or(u32::MAX);
        Read { connector: connector.ok().map(Arc::new), bytes }
    };
    let read = Programs::of_process().by_size(tenant, bytes, work).await;
    read.map_err(|broke_off| StoreError::Broken(broke_off.into()))
}
