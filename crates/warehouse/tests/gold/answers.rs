use std::collections::BTreeMap;
use std::time::Instant;

use artel_warehouse::gold::{Cancel, Failure, Limits, Shape, Table, plan};
use serde_json::{Value, json};

use crate::support::{Given, bronze, job, select, silver};

/// Numbers that look like chance and are always the same.
fn numbers(count: u64) -> impl Iterator<Item = u64> {
    let mut state = 42_u64;
    (0..count).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    })
}

fn sales(count: u64) -> Vec<Value> {
    numbers(count)
        .map(|n| json!({"sku": format!("sku-{}", n % 97), "quantity": n % 13, "price": (n % 1000) as f64 / 4.0, "paid": n % 3 != 0}))
        .collect()
}

const COLUMNS: [&str; 4] = ["sku text", "quantity integer", "price number", "paid boolean"];
const SUMS: &str = "SELECT sku, count(*) AS n, sum(quantity) AS quantity, max(price) AS price FROM silver_sales \
                    WHERE paid GROUP BY sku ORDER BY sku";

#[test]
fn sums_are_those_of_an_independent_computation() {
    let items = sales(5000);
    let mut sums: BTreeMap<String, (u64, u64, f64)> = BTreeMap::new();
    for item in items.iter().filter(|item| item["paid"] == true) {
        let sum = sums.entry(item["sku"].as_str().unwrap().to_owned()).or_insert((0, 0, 0.0));
        sum.0 += 1;
        sum.1 += item["quantity"].as_u64().unwrap();
        sum.2 = sum.2.max(item["price"].as_f64().unwrap());
    }
    let expected: Vec<Value> =
        sums.into_iter().map(|(sku, (n, quantity, price))| json!([sku, n, quantity, price])).collect();
    let answer = select(SUMS, &[silver("silver_sales", &COLUMNS, &items)]).unwrap();
    assert_eq!(answer.columns, ["sku", "n", "quantity", "price"]);
    assert_eq!((answer.rows, answer.first(1000)), (97, expected));
    assert_eq!((answer.loaded[0].rows, answer.loaded[0].rejections.count), (5000, 0));
}

#[test]
fn the_same_inputs_give_the_same_bytes_and_others_do_not() {
    let given = || [silver("silver_sales", &COLUMNS, &sales(3000))];
    let texts = [SUMS, "SELECT * FROM silver_sales", "SELECT sku, avg(price) FROM silver_sales GROUP BY 1 LIMIT 7"];
    for sql in texts {
        let (one, two) = (select(sql, &given()).unwrap(), select(sql, &given()).unwrap());
        assert_eq!((&one.lines, &one.sha256), (&two.lines, &two.sha256), "{sql}");
    }
    let other = select(SUMS, &[silver("silver_sales", &COLUMNS, &sales(2999))]).unwrap();
    assert_ne!(other.sha256, select(SUMS, &given()).unwrap().sha256);
}

#[test]
fn bronze_silver_and_gold_are_read_together() {
    let items = [json!({"sku": "a", "n": 1}), json!({"sku": "b", "n": "many"}), json!({"sku": "b", "n": 2})];
    let columns = vec!["sku".to_owned(), "a title".to_owned()];
    let gold = Given {
        table: Table { name: "gold_titles".into(), shape: Shape::Gold { columns } },
        lines: b"[\"a\",\"Apple\"]\n[\"b\",null]\n".to_vec(),
    };
    let given = [bronze("bronze_wb_stocks", &items), silver("silver_stocks", &["sku text", "n integer"], &items), gold];
    let sql = "SELECT s.sku, g.\"a title\" AS title, s.n, (SELECT json_extract(item, '$.n') FROM bronze_wb_stocks WHERE n = 2) AS raw \
               FROM silver_stocks s JOIN gold_titles g USING (sku) ORDER BY s.sku";
    let answer = select(sql, &given).unwrap();
    assert_eq!(answer.first(10), [json!(["a", "Apple", 1, "many"]), json!(["b", null, 2, "many"])]);
    let rejected = &answer.loaded[1].rejections;
    assert_eq!((rejected.count, rejected.reasons[0].reason.as_str()), (1, "n is a text that is no integer"));
    let each = select("SELECT value FROM bronze_wb_stocks, json_each(item) WHERE key = 'sku'", &given).unwrap();
    assert_eq!(each.rows, 3);
}

#[test]
fn a_plan_names_the_tables_that_are_read() {
    let given = ["silver_a", "silver_b", "silver_c"].map(|name| silver(name, &["x integer"], &[]));
    let of = |sql: &str| plan(&job(sql, &given, Limits::default()), &Cancel::default()).unwrap();
    assert_eq!(of("SELECT 1"), [""; 0]);
    assert_eq!(of("SELECT count(*) FROM SILVER_B"), ["silver_b"]);
    assert_eq!(of("WITH q AS (SELECT x FROM silver_c) SELECT * FROM silver_a WHERE x IN q;"), ["silver_a", "silver_c"]);
    assert_eq!(of("-- sums\n/* of */ select 1 -- done"), [""; 0]);
}

#[test]
fn contents_that_are_cut_off_are_no_table() {
    let given = [silver("silver_a", &["x integer"], &[json!({"x": 1})])];
    let job = job("SELECT * FROM silver_a", &given, Limits::default());
    let cut = || vec![Ok(given[0].lines.clone())].into_iter();
    let answered = artel_warehouse::gold::run(&job, &mut cut(), &Cancel::default());
    assert!(matches!(answered, Err(Failure::Broken(_))), "{answered:?}");
    let broken = cut().chain([Err("the disk is gone".to_owned())]);
    let answered = artel_warehouse::gold::run(&job, &mut { broken }, &Cancel::default());
    assert_eq!(answered, Err(Failure::Broken("the disk is gone".to_owned())));
}

/// The figure of the promise is for an optimised build: `cargo test --profile` with `opt-level` 3 for this crate.
#[test]
#[ignore = "a measurement: a debug build says nothing about it"]
fn a_million_rows() {
    let given = [silver("silver_sales", &COLUMNS, &sales(1_000_000))];
    let began = Instant::now();
    let limits = Limits { seconds: 300, ..Limits::default() };
    let answer = crate::support::within(SUMS, &given, limits).unwrap();
    println!("{} rows of {} in {:?}", answer.rows, answer.loaded[0].rows, began.elapsed());
}
