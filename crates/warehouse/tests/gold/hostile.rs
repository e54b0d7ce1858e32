use std::time::{Duration, Instant};

use artel_warehouse::gold::{Cancel, Failure, Limits, plan};
use serde_json::json;

use crate::support::{Given, bronze, feed, job, select, silver, within};

fn given() -> Vec<Given> {
    let rows: Vec<_> = (0..2000).map(|n| json!({"n": n, "s": "aaaaaaaaaaaaaaaaaaaa"})).collect();
    vec![silver("silver_mine", &["n integer", "s text"], &rows), bronze("bronze_mine", &rows[..3])]
}

#[test]
fn hostile_texts_are_refused_before_they_run() {
    let given = given();
    let long = format!("SELECT '{}'", "x".repeat(20_001));
    let deep = format!("SELECT {}1{}", "(1+".repeat(500), ")".repeat(500));
    let many = vec!["SELECT 1"; 60].join(" UNION ALL ");
    let wide = format!("SELECT {}", vec!["1"; 500].join(","));
    let texts = [
        "ATTACH DATABASE '/etc/passwd' AS other",
        "ATTACH ':memory:' AS other",
        "DETACH main",
        "PRAGMA database_list",
        "PRAGMA hard_heap_limit = 0",
        "PRAGMA temp_store_directory = '/etc'",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_table_info('silver_mine')",
        "SELECT * FROM pragma_hard_heap_limit",
        "SELECT count(*) FROM pragma_hard_heap_limit('0')",
        "SELECT 1 FROM Pragma_Database_List",
        "SELECT count(*) FROM sqlite_master",
        "SELECT count(*) FROM dbstat",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE silver_mine",
        "SELECT 1; this is no SQL",
        "DELETE FROM silver_mine",
        "UPDATE silver_mine SET n = 1",
        "INSERT INTO silver_mine VALUES (1, 'x')",
        "INSERT INTO silver_mine VALUES (1, 'x') RETURNING n",
        "WITH x AS (SELECT 1) DELETE FROM silver_mine",
        "DROP TABLE silver_mine",
        "CREATE TABLE t (a)",
        "CREATE TABLE t AS SELECT 1",
        "CREATE TEMP VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON silver_mine BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE t USING fts5 (a)",
        "ALTER TABLE silver_mine RENAME TO other",
        "VACUUM INTO '/tmp/stolen.db'",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT a",
        "REINDEX",
        "ANALYZE",
        "EXPLAIN SELECT 1",
        "EXPLAIN QUERY PLAN SELECT 1",
        "VALUES (1)",
        "",
        "-- nothing",
        "/* SELECT 1 */",
        "SELECT load_extension('/tmp/x.so')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/x', 'x')",
        "SELECT edit('x')",
        "SELECT randomblob(1000000000)",
        "SELECT zeroblob(1000000000)",
        "SELECT random()",
        "SELECT n FROM silver_mine ORDER BY random()",
        "SELECT sqlite_version()",
        "SELECT sqlite_compileoption_get(0)",
        "SELECT last_insert_rowid(), changes()",
        "SELECT fts3_tokenizer('simple')",
        "SELECT current_timestamp",
        "SELECT CURRENT_DATE",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM sqlite_temp_schema",
        "SELECT * FROM dbstat",
        "SELECT * FROM sqlite_stat1",
        "SELECT * FROM fts5vocab",
        "SELECT * FROM silver_theirs",
        "SELECT * FROM bronze_theirs",
        "SELECT * FROM runs",
        "SELECT * FROM other.silver_mine",
        "SELECT * FROM temp.silver_mine",
        "SELECT n FROM silver_mine WHERE EXISTS (SELECT 1 FROM silver_theirs)",
        "WITH x AS (SELECT * FROM sqlite_master) SELECT count(*) FROM x",
        "SELECT \"not a column\" FROM silver_mine",
        "SELECT ?1",
        "SELECT :name",
        "SELECT 1 AS a, 2 AS A",
        "SELECT 1\0; DROP TABLE silver_mine",
        &long,
        &deep,
        &many,
        &wide,
    ];
    for sql in texts {
        let shown: String = sql.chars().take(60).collect();
        let planned = plan(&job(sql, &given, Limits::default()), &Cancel::default());
        assert!(matches!(planned, Err(Failure::Refused(_) | Failure::TooLarge(_))), "{shown}: {planned:?}");
        let answered = select(sql, &given);
        assert!(matches!(answered, Err(Failure::Refused(_) | Failure::TooLarge(_))), "{shown}: {answered:?}");
    }
}

#[test]
fn the_clock_the_machine_and_bytes_do_not_come_into_an_answer() {
    let given = given();
    for sql in [
        "SELECT date()",
        "SELECT date('now')",
        "SELECT date('n' || 'ow')",
        "SELECT datetime(' NOW ')",
        "SELECT strftime('%s')",
        "SELECT strftime('%s', lower('NOW'))",
        "SELECT unixepoch('subsec')",
        "SELECT julianday(CAST('now' AS BLOB))",
        "SELECT timediff('2026-01-01', 'now')",
        "SELECT datetime(0, 'unixepoch', 'localtime')",
        "SELECT time('12:00', 'utc')",
        "SELECT x'00ff'",
        "SELECT CAST(x'ff' AS TEXT)",
        "SELECT 1e308 * 10",
    ] {
        assert!(matches!(select(sql, &given), Err(Failure::Refused(_))), "{sql}: {:?}", select(sql, &given));
    }
    let answer = select("SELECT date('2026-01-31', '+1 month'), strftime('%Y', 0, 'unixepoch')", &given).unwrap();
    assert_eq!(answer.first(1), [json!(["2026-03-03", "1970"])]);
}

#[test]
fn what_costs_too_much_is_bounded() {
    let given = given();
    let endless = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)";
    let texts = [
        format!("{endless} SELECT count(*) FROM t"),
        format!("{endless} SELECT max(n) FROM t WHERE n < 0"),
        format!("{endless} SELECT n FROM t"),
        "SELECT count(*) FROM silver_mine a, silver_mine b, silver_mine c, silver_mine d WHERE a.n + b.n + c.n + d.n < 0".to_owned(),
        "SELECT a.n FROM silver_mine a, silver_mine b, silver_mine c".to_owned(),
        "SELECT replace(replace(replace(printf('%4000d', 1), ' ', printf('%4000d', 1)), ' ', 'ab'), 'a', 'aaaaaaaa')"
            .to_owned(),
        "SELECT group_concat(a.s || b.s || a.s || b.s || a.s || b.s) FROM silver_mine a, silver_mine b".to_owned(),
        "SELECT count(*) FROM silver_mine a, silver_mine b, silver_mine c WHERE a.s || b.s || c.s LIKE '%a%a%a%a%b'"
            .to_owned(),
    ];
    for sql in texts {
        let shown: String = sql.chars().take(90).collect();
        let began = Instant::now();
        let limits = Limits { seconds: 1, ..Limits::default() };
        let answered = within(&sql, &given, limits);
        assert!(matches!(answered, Err(Failure::TooSlow(1) | Failure::TooLarge(_))), "{shown}: {answered:?}");
        assert!(began.elapsed() < Duration::from_secs(6), "{shown} took {:?}", began.elapsed());
    }
}

#[test]
fn a_cancelled_run_ends() {
    let given = given();
    let sql = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";
    let (job, cancel) = (job(sql, &given, Limits::default()), Cancel::default());
    let began = Instant::now();
    let answered = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            cancel.cancel();
        });
        artel_warehouse::gold::run(&job, &mut feed(&given), &cancel)
    });
    assert_eq!(answered, Err(Failure::Cancelled));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}
