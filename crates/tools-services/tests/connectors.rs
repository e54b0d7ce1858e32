//! The connectors that an organisation has: the installation's, and its own as they are at this moment.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use artel_connectors::{Catalogue, Connector, Origin, to_json};
use artel_domain::{Actor, AuditEntry, OrganizationConnector, TenantId, Timestamp, UserId};
use artel_store::{
    ConnectorDeletion, ConnectorHead, ConnectorReplacement, ConnectorWrite, OrganizationConnectors, StoreError,
};
use artel_store_sqlite::{SqliteOptions, SqliteStore};
use artel_tools_services::Connectors;
use async_trait::async_trait;
use tokio::task::JoinSet;
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(0xA));
const OTHER: TenantId = TenantId(Uuid::from_u128(0xB));

struct World {
    store: Arc<SqliteStore>,
    connectors: Connectors,
    _data: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(data.path().join("artel.db").to_str().unwrap());
        let store = Arc::new(SqliteStore::open(&options).await.unwrap());
        let connectors = Connectors::new(Arc::new(Catalogue::new(&[]).0), store.clone());
        Self { store, connectors, _data: data }
    }

    async fn keeps(&self, key: &str, definition: &str, replaces: Option<&str>) {
        let connector = OrganizationConnector {
            tenant_id: TENANT,
            key: key.to_owned(),
            import_id: Uuid::from_u128(self.store.list_organization_connectors(TENANT).await.unwrap().len() as u128),
            definition: definition.to_owned(),
            digest: format!("digest of {}", definition.len()),
            created_by: UserId(Uuid::nil()),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let replaces = replaces.map(|digest| ConnectorReplacement { digest: digest.to_owned(), keeps_accounts: true });
        let put = self.store.put_organization_connector(connector, replaces, audit()).await.unwrap();
        assert!(matches!(put, ConnectorWrite::Done(_)), "{put:?}");
    }

    async fn title(&self, tenant: TenantId, key: &str) -> Option<(Origin, String)> {
        let found = self.connectors.find(tenant, key).await.unwrap()?;
        Some((found.origin, found.connector.title.en.clone()))
    }
}

fn audit() -> AuditEntry {
    AuditEntry {
        actor: Actor::default(),
        action: "connector.import",
        entity_type: "connector",
        entity_id: String::new(),
        trace_id: String::new(),
        outcome: "ok".to_owned(),
        details: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

/// GitHub's connector under another key and title.
fn named(key: &str, title: &str) -> String {
    let mut connector: Connector = (*Catalogue::new(&[]).0.get("github").unwrap().connector).clone();
    key.clone_into(&mut connector.key);
    title.clone_into(&mut connector.title.en);
    to_json(&connector).unwrap()
}

#[tokio::test]
async fn an_organisation_finds_its_own_as_it_is_now() {
    let world = World::new().await;
    let own = |title: &str| Some((Origin::Organisation, title.to_owned()));
    assert_eq!(world.title(TENANT, "shop").await, None);
    let first = named("shop", "Shop");
    world.keeps("shop", &first, None).await;
    for _ in 0..2 {
        assert_eq!(world.title(TENANT, "shop").await, own("Shop"));
    }
    assert_eq!(world.title(OTHER, "shop").await, None);
    let before = world.connectors.find(TENANT, "shop").await.unwrap().unwrap().version;
    world.keeps("shop", &named("shop", "New shop"), before.as_deref()).await;
    assert_eq!(world.title(TENANT, "shop").await, own("New shop"));
    assert_ne!(world.connectors.find(TENANT, "shop").await.unwrap().unwrap().version, before);
    world.store.delete_organization_connector(TENANT, "shop", false, audit()).await.unwrap();
    assert_eq!(world.title(TENANT, "shop").await, None);
}

#[tokio::test]
async fn a_key_of_the_installation_is_the_installations() {
    let world = World::new().await;
    world.keeps("github", &named("github", "Not GitHub"), None).await;
    let (origin, title) = world.title(TENANT, "github").await.unwrap();
    assert_eq!((origin, title.as_str()), (Origin::Shipped, "GitHub"));
    let all = world.connectors.all(TENANT).await.unwrap();
    assert_eq!(all.iter().filter(|listed| listed.connector.key == "github").count(), 1);
    assert!(all.iter().all(|listed| listed.origin == Origin::Shipped && listed.version.is_none()));
}

#[tokio::test]
async fn all_are_in_the_order_of_their_keys_and_unreadable_ones_are_left_out() {
    let world = World::new().await;
    world.keeps("aaa", &named("aaa", "First"), None).await;
    world.keeps("broken", r#"{"key":"broken"}"#, None).await;
    world.keeps("zzz", &named("zzz", "Last one"), None).await;
    let keys = |all: &[artel_connectors::Listed]| -> Vec<String> {
        all.iter().map(|listed| listed.connector.key.clone()).collect()
    };
    let all = keys(&world.connectors.all(TENANT).await.unwrap());
    assert_eq!((all.len(), all[0].as_str(), all[13].as_str()), (14, "aaa", "zzz"));
    assert!(all.is_sorted());
    let wanted = ["zzz", "gone", "github", "broken", "aaa"].map(str::to_owned);
    assert_eq!(keys(&world.connectors.among(TENANT, &wanted).await.unwrap()), ["zzz", "github", "aaa"]);
    assert_eq!(keys(&world.connectors.among(OTHER, &wanted).await.unwrap()), ["github"]);
    assert_eq!(world.title(TENANT, "broken").await, None);
}

/// A store that counts how often a definition is read, and may know its digest late.
struct Watched {
    store: Arc<SqliteStore>,
    reads: AtomicUsize,
    stale: Mutex<Option<String>>,
}

#[async_trait]
impl OrganizationConnectors for Watched {
    async fn put_organization_connector(
        &self,
        connector: OrganizationConnector,
        replaces: Option<ConnectorReplacement>,
        audit: AuditEntry,
    ) -> Result<ConnectorWrite, StoreError> {
        self.store.put_organization_connector(connector, replaces, audit).await
    }

    async fn list_organization_connectors(&self, tenant: TenantId) -> Result<Vec<ConnectorHead>, StoreError> {
        self.store.list_organization_connectors(tenant).await
    }

    async fn organization_connector_digest(&self, tenant: TenantId, key: &str) -> Result<Option<String>, StoreError> {
        let stale = self.stale.lock().unwrap().clone();
        if stale.is_some() { Ok(stale) } else { self.store.organization_connector_digest(tenant, key).await }
    }

    async fn find_organization_connector(
        &self,
        tenant: TenantId,
        key: &str,
    ) -> Result<Option<OrganizationConnector>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.store.find_organization_connector(tenant, key).await
    }

    async fn delete_organization_connector(
        &self,
        tenant: TenantId,
        key: &str,
        is_hidden: bool,
        audit: AuditEntry,
    ) -> Result<ConnectorDeletion, StoreError> {
        self.store.delete_organization_connector(tenant, key, is_hidden, audit).await
    }
}

/// What many get who ask at once: title and version.
async fn asked_at_once(connectors: &Arc<Connectors>) -> Vec<(String, Option<String>)> {
    let mut asking = JoinSet::new();
    for _ in 0..30 {
        let connectors = Arc::clone(connectors);
        asking.spawn(async move {
            let found = connectors.find(TENANT, "shop").await.unwrap().unwrap();
            (found.connector.title.en.clone(), found.version)
        });
    }
    let mut all = asking.join_all().await;
    all.dedup();
    all
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_reading_of_the_version_that_is_there() {
    let world = World::new().await;
    let stale = Mutex::new(None);
    let watched = Arc::new(Watched { store: world.store.clone(), reads: AtomicUsize::new(0), stale });
    let connectors = Arc::new(Connectors::new(Arc::new(Catalogue::new(&[]).0), watched.clone()));
    let (old, new) = (named("shop", "Shop"), named("shop", "New shop"));
    let digest = |definition: &str| Some(format!("digest of {}", definition.len()));
    world.keeps("shop", &old, None).await;
    assert_eq!(asked_at_once(&connectors).await, [("Shop".to_owned(), digest(&old))]);
    assert_eq!(watched.reads.load(Ordering::SeqCst), 1);
    // Replaced after they learned which version there is, and before they read it.
    world.keeps("shop", &new, digest(&old).as_deref()).await;
    *watched.stale.lock().unwrap() = Some("digest of one that was there before".to_owned());
    assert_eq!(asked_at_once(&connectors).await, [("New shop".to_owned(), digest(&new))]);
    *watched.stale.lock().unwrap() = None;
    let before = watched.reads.swap(0, Ordering::SeqCst);
    assert!(before > 1, "the new version is read");
    assert_eq!(asked_at_once(&connectors).await, [("New shop".to_owned(), digest(&new))]);
    assert_eq!(watched.reads.load(Ordering::SeqCst), 0);
}
