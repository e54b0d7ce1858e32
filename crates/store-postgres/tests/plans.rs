//! How statements are carried out whose cost must not grow with what others keep.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod scratch;

use std::path::Path;

use artel_store::Operations as _;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The one statement of this crate that contains all of these words, as `.sqlx` keeps it.
fn statement(words: &[&str]) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let files = std::fs::read_dir(directory).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let queries = files
        .map(|text| serde_json::from_slice::<serde_json::Value>(&text).unwrap()["query"].as_str().unwrap().to_owned());
    let found: Vec<String> = queries.filter(|query| words.iter().all(|word| query.contains(word))).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

async fn runs(conn: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(conn).await.unwrap();
}

#[tokio::test]
async fn events_by_service_are_read_by_the_index_of_the_service() {
    const TENANT: &str = "'00000000-0000-4000-8000-000000000001'";
    let Some(url) = scratch::database().await else { return };
    scratch::store(&url).await.close().await;
    let mut conn = PgConnection::connect(&url).await.unwrap();
    // Three events of GitHub, then twenty thousand of Ozon.
    let filled = format!(
        "INSERT INTO inbound_events (tenant_id, id, hook_id, service, delivery_id, sameness, payload, received_at)
         SELECT {TENANT}, lpad(to_hex(number), 32, '0')::uuid, {TENANT}, CASE WHEN number <= 3 THEN 'github' ELSE 'ozon' END,
             number::text, decode(lpad(to_hex(number), 8, '0'), 'hex'), '{{}}', number
         FROM generate_series(1, 20003) AS number; ANALYZE inbound_events"
    );
    runs(&mut conn, &filled).await;
    let listed = statement(&["FROM inbound_events i", "LATERAL"]);
    runs(&mut conn, &format!("PREPARE listed AS {listed}")).await;
    for mode in ["force_custom_plan", "force_generic_plan"] {
        runs(&mut conn, &format!("SET plan_cache_mode = {mode}")).await;
        let explained = format!(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)
             EXECUTE listed({TENANT}, 'ffffffff-ffff-ffff-ffff-ffffffffffff', ARRAY['github'], NULL, NULL, NULL, 21)"
        );
        let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explained)).fetch_all(&mut conn).await.unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains("inbound_events_by_service"), "{mode}:\n{plan}");
        assert!(!plan.contains("Rows Removed by Filter") && !plan.contains("Seq Scan on inbound_events"), "{plan}");
    }
}
