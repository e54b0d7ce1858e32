//! What goes wrong around an installation: the database, Redis, files, the collector of spans, workers that die.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use artel_testkit::{Artel, Database, DatabaseProxy, Launch, OwnPostgres};
use tokio::net::TcpStream;

use super::{Load, Prometheus, programs};

pub(crate) const CAUSED: [&str; 7] = [
    "ArtelCallsNotWrittenDown",
    "ArtelDatabaseConnectionsNearLimit",
    "ArtelDatabasePoolOverflow",
    "ArtelDatabaseSlow",
    "ArtelFilesNearLimit",
    "ArtelRedisDown",
    "ArtelRunsCrash",
];

const BINARY: &str = env!("CARGO_BIN_EXE_artel");
/// Of the server of both databases: the rule compares the whole installation with it.
const MOST_CONNECTIONS: u32 = 80;
/// Connections of others to the crowded one.
const OTHERS: u32 = 62;

#[tokio::test]
async fn alerts_fire_by_what_goes_wrong_around_an_installation() {
    let Some(programs) = programs() else { return };
    let Some(redis) = Redis::start().await else { return };
    let Some(server) = OwnPostgres::with_connections(MOST_CONNECTIONS) else { return };
    let (slow, proxy) = server.database().await.disturbed().await;
    let proxy = proxy.unwrap();
    let few = |database| Launch::new(BINARY, database).with("DB_POOL_SIZE", "4").with("DB_MAX_OVERFLOW", "0");
    let slow = few(slow).with("REDIS_URL", "").start().await;
    let crowded = few(server.database().await).with("REDIS_URL", &redis.url).start().await;
    let few_files = FewFiles::start().await;
    let load =
        Load::on(Launch::new(BINARY, Database::Sqlite).with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")).await;
    let installations = [&slow, &crowded, &few_files.artel, &load.artel];
    let prometheus = Prometheus::watching(&programs, &installations, true).await;
    // Rules about increases need to have seen the counters before.
    tokio::time::sleep(Duration::from_secs(9)).await;

    load.asks_a_human().await;
    redis.falls_silent();
    let _open = few_files.are_nearly_used_up().await;
    let causes = async {
        let each_second = async || {
            load.works().await;
            load.loses_workers().await;
        };
        prometheus.fires(&CAUSED, each_second).await;
    };
    tokio::select! {
        () = causes => {}
        () = stutters(&proxy) => {}
        () = is_full(&crowded) => {}
    }
    proxy.thaw();
}

/// The database answers only now and then: often enough for all queries of a scrape to be answered before it is given
/// up.
async fn stutters(proxy: &DatabaseProxy) {
    loop {
        proxy.freeze();
        tokio::time::sleep(Duration::from_millis(1200)).await;
        proxy.thaw();
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

/// Others use up the connections of the database, and each works.
async fn is_full(artel: &Artel) {
    let others = (0..OTHERS).map(|_| artel.sql("SELECT 'slept' FROM pg_sleep(300)"));
    futures::future::join_all(others).await;
}

impl Load {
    /// What is in a row after its workers died in turn. A run that waits is woken, so that the next worker sees it.
    async fn loses_workers(&self) {
        let lost =
            "UPDATE runs SET crash_count = 9, phase = 'queued' WHERE phase = 'waiting_for_approval' RETURNING 'x'";
        self.artel.sql(lost).await;
    }
}

/// A way to Redis that can fall silent.
struct Redis {
    url: String,
    way: DatabaseProxy,
}

impl Redis {
    async fn start() -> Option<Self> {
        let Ok(url) = std::env::var("ARTEL_TEST_REDIS_URL") else {
            assert!(std::env::var_os("CI").is_none(), "ARTEL_TEST_REDIS_URL is not set; ./scripts/test sets it");
            println!("skipped: ARTEL_TEST_REDIS_URL is not set; ./scripts/test starts a server and sets it");
            return None;
        };
        let place = url.strip_prefix("redis://").unwrap();
        let place = if place.contains('/') { place.to_owned() } else { format!("{place}/") };
        let way = DatabaseProxy::start(&format!("nobody@{place}")).await;
        let url = format!("redis://{}", way.url().strip_prefix("nobody@").unwrap());
        Some(Self { url, way })
    }

    fn falls_silent(&self) {
        self.way.freeze();
        self.way.cut();
    }
}

/// An installation that may open few files.
struct FewFiles {
    artel: Artel,
    _directory: tempfile::TempDir,
}

impl FewFiles {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let limited = directory.path().join("limited");
        std::fs::write(&limited, format!("#!/bin/sh\nulimit -n 128\nexec '{BINARY}' \"$@\"\n")).unwrap();
        std::fs::set_permissions(&limited, std::fs::Permissions::from_mode(0o755)).unwrap();
        let launch = Launch::new(limited, Database::Sqlite);
        let launch = launch.with("MAX_CONNECTIONS", "120").with("MAX_CONNECTIONS_PER_ADDRESS", "120");
        Self { artel: launch.start().await, _directory: directory }
    }

    /// The connections that use them up.
    async fn are_nearly_used_up(&self) -> Vec<TcpStream> {
        let address = self.artel.url().strip_prefix("http://").unwrap();
        let client = artel_testkit::Client::anonymous(self.artel.url());
        let mut open = Vec::new();
        loop {
            let numbers = client.get("/metrics").await.1;
            let numbers = numbers.as_str().unwrap();
            let files = numbers.lines().find_map(|line| line.strip_prefix("process_open_fds "));
            if files.unwrap().trim().parse::<f64>().unwrap() > 108.0 {
                return open;
            }
            open.push(TcpStream::connect(address).await.unwrap());
        }
    }
}
