//! Runs in processes of their own. The test's own program is that process: `child` becomes it when asked to.

use std::time::{Duration, Instant};

use artel_warehouse::gold::{CHILD, Cancel, Failure, Limits, Runner, child};
use serde_json::json;

use crate::support::{Given, bronze, feed, job, silver};

/// A test program writes words of its own to the standard output, so the answer goes where a shell put the third
/// descriptor.
fn runner() -> Runner {
    let program = std::env::current_exe().unwrap();
    let script = "export ARTEL_TEST_CHILD=1; exec 3>&1 >/dev/null; \
                  exec \"$0\" --exact memory::the_process_of_a_run --ignored --nocapture";
    let arguments = vec!["-c".to_owned(), script.to_owned(), program.display().to_string(), CHILD.to_owned()];
    Runner::with_process("/bin/sh".into(), arguments)
}

#[test]
#[ignore = "it is the process that the other tests start"]
fn the_process_of_a_run() {
    if std::env::var_os("ARTEL_TEST_CHILD").is_some() {
        let output = std::fs::OpenOptions::new().write(true).open("/proc/self/fd/3").unwrap();
        child(std::io::stdin(), output).unwrap();
    }
}

fn given() -> Vec<Given> {
    let items: Vec<_> = (0..5000).map(|n| json!({"n": n, "s": "x".repeat(100)})).collect();
    vec![silver("silver_mine", &["n integer", "s text"], &items), bronze("bronze_mine", &items)]
}

#[test]
fn a_process_answers_like_this_one() {
    let (given, cancel) = (given(), Cancel::default());
    let sql = "SELECT n % 10 AS k, count(*) AS c, 'ж' AS t FROM silver_mine GROUP BY k ORDER BY k";
    let job = job(sql, &given, Limits::default());
    let apart = runner().run(&job, &mut feed(&given), &cancel).unwrap();
    assert_eq!(apart, Runner::here().run(&job, &mut feed(&given), &cancel).unwrap());
    assert_eq!((apart.rows, apart.loaded.len()), (10, 2));
    assert_eq!(runner().plan(&job, &cancel), Ok(vec!["silver_mine".to_owned()]));
}

#[test]
fn a_process_says_why_there_is_no_answer() {
    let (given, cancel) = (given(), Cancel::default());
    let run = |sql: &str, limits: Limits| runner().run(&job(sql, &given, limits), &mut feed(&given), &cancel);
    let refused = run("SELECT * FROM sqlite_master", Limits::default());
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    let plan = runner().plan(&job("SELECT * FROM silver_theirs", &given, Limits::default()), &cancel);
    assert!(matches!(plan, Err(Failure::Refused(_))), "{plan:?}");
    let wide = run("SELECT a.n FROM silver_mine a, silver_mine b", Limits::default());
    assert!(matches!(wide, Err(Failure::TooLarge(_))), "{wide:?}");
}

#[test]
fn intermediate_results_count_as_memory() {
    let (given, cancel) = (given(), Cancel::default());
    let limits = Limits { seconds: 30, memory_bytes: 8 << 20, ..Limits::default() };
    for sql in [
        "SELECT a.s FROM silver_mine a, silver_mine b ORDER BY a.n + b.n LIMIT 1 OFFSET 100000000",
        "SELECT count(*) FROM (SELECT DISTINCT a.n, b.n, a.s FROM silver_mine a, silver_mine b)",
        "WITH RECURSIVE t (n, s) AS (SELECT 1, '' UNION SELECT n + 1, printf('%10000d', n) FROM t) SELECT count(*) FROM t",
        "WITH t AS MATERIALIZED (SELECT a.s || b.s AS s FROM silver_mine a, silver_mine b) SELECT count(*) FROM t, t u",
    ] {
        let began = Instant::now();
        let answered = runner().run(&job(sql, &given, limits.clone()), &mut feed(&given), &cancel);
        assert!(matches!(answered, Err(Failure::TooLarge(_))), "{sql}: {answered:?}");
        assert!(began.elapsed() < Duration::from_secs(20), "{sql}: {:?}", began.elapsed());
    }
    let items: Vec<_> = (0..10_000).map(|n| json!({"n": n, "s": "x".repeat(1000)})).collect();
    let large = [silver("silver_large", &["n integer", "s text"], &items)];
    let answered = runner().run(&job("SELECT 1", &large, limits), &mut feed(&large), &cancel);
    assert!(matches!(answered, Err(Failure::TooLarge(_))), "{answered:?}");
}

/// SQLite asks nobody while it compiles, and each name here doubles what it compiles.
#[test]
fn a_text_that_takes_for_ever_to_compile_is_ended() {
    let doubled: Vec<String> = (1..=28).map(|n| format!("t{n} AS (SELECT a.x FROM t{0} a, t{0} b)", n - 1)).collect();
    let sql = format!("WITH t0 AS (SELECT 1 AS x), {} SELECT count(*) FROM t28 a, t28 b", doubled.join(", "));
    let limits = Limits { seconds: 1, ..Limits::default() };
    let (job, cancel, began) = (job(&sql, &[], limits), Cancel::default(), Instant::now());
    for ended in [runner().plan(&job, &cancel).map(|_| ()), runner().run(&job, &mut feed(&[]), &cancel).map(|_| ())] {
        assert!(matches!(ended, Err(Failure::TooSlow(1) | Failure::TooLarge(_))), "{ended:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_process_ends_when_it_is_cancelled() {
    let (given, cancel) = (given(), Cancel::default());
    let sql = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";
    let job = job(sql, &given, Limits::default());
    let began = Instant::now();
    let answered = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            cancel.cancel();
        });
        runner().run(&job, &mut feed(&given), &cancel)
    });
    assert_eq!(answered, Err(Failure::Cancelled));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}
