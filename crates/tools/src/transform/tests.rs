use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{check_transform, parse};
use crate::programs::Fuel;

fn apply(expression: &str, value: &Value, cap: usize) -> Result<Value, String> {
    super::apply(expression, value, cap, &Fuel::steps(100_000_000, Duration::from_secs(1)))
}

#[test]
fn an_answer_is_cut_to_what_the_tenant_asked_for() {
    let answer = json!({"data": {"items": [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}]}, "noise": true});
    assert_eq!(
        apply("data.items[?id > `1`].{name: n, id: id}", &answer, 1000).unwrap(),
        json!([{"name": "b", "id": 2}])
    );
    assert_eq!(apply("missing", &answer, 1000).unwrap(), json!(null));
    assert_eq!(apply("join(', ', data.items[*].n)", &answer, 1000).unwrap(), json!("a, b"));
    assert!(apply("sum(data)", &answer, 1000).unwrap_err().contains("failed"));
    assert!(apply("data", &answer, 10).unwrap_err().contains("larger than 10"));
}

#[test]
fn an_expression_that_multiplies_is_refused() {
    for step in ["[@,@]", "[@,@][]", "join('',[@,@])", "{a:@,b:@}", "map(&[@,@],[@,@])", "merge(@,@)"] {
        let bomb = vec![step; 1000 / (step.len() + 1)].join("|");
        assert!(check_transform(&bomb).is_err(), "{step}");
        let small = vec![step; 14].join("|");
        assert!(check_transform(&small).is_err(), "{step}");
    }
    let wide = format!("[{}]", vec!["@"; 500].join(","));
    check_transform(&wide).unwrap();
    assert!(apply(&wide, &json!("x".repeat(500_000)), 1 << 20).unwrap_err().contains("too large"));
}

#[test]
fn an_expression_that_is_broken_too_long_or_too_deep_is_refused_without_a_crash() {
    for bad in [
        "",
        "a b",
        "[",
        "nope(",
        &"a.".repeat(600),
        &"(".repeat(1000),
        &"!".repeat(1000),
        &"a|".repeat(500),
        &"&".repeat(1000),
    ] {
        assert!(check_transform(bad).is_err(), "{bad}");
    }
    for step in [".a", "[]", "[0]", "|a", "||a", "[?a]", ".*", "[*]", ".{a: a}", ".[a]", "[::1]", ".not_null(a)"] {
        let deepest = (1..=100)
            .rev()
            .map(|count| format!("a{}", step.repeat(count)))
            .find(|chain| check_transform(chain).is_ok())
            .unwrap();
        apply(&deepest, &json!({"a": {"a": [{"a": 1}]}}), 1000).unwrap();
    }
    let wide: Vec<String> = (0..40).map(|i| format!("k{i}: data.x[0].y")).collect();
    check_transform(&format!("{{{}}}", wide.join(", "))).unwrap();
}

/// The library's own interpreter says the same, and fails where it fails.
#[test]
fn every_step_of_the_language_means_what_the_library_says() {
    let data = json!({
        "a": [{"n": 3, "s": "c", "l": [1, [2]]}, {"n": 1, "s": "a", "l": []}, {"n": 2, "s": "b"}],
        "o": {"x": 1, "y": "z"}, "t": "text", "nums": [3, 1, 2], "words": ["b", "a"], "none": null
    });
    for expression in [
        "@",
        "a",
        "a[0].n",
        "a[-1]",
        "a[0:2]",
        "a[::-1].n",
        "a[*].n",
        "a[?n > `1`].s",
        "a[].l[]",
        "a[*].l[]",
        "o.*",
        "*",
        "a[?s == 'a' && n < `5` || !l]",
        "[a[0].n, t]",
        "{k: o.x, m: none}",
        "none.[x]",
        "none.{x: x}",
        "`[1, 2]`[0]",
        "a | [0]",
        "map(&n, a)",
        "map(&[n, s], a)",
        "sort_by(a, &n)[*].s",
        "sort_by(a, &s)[0]",
        "max_by(a, &n).s",
        "min_by(a, &n).s",
        "sort(nums)",
        "sort(words)",
        "max(nums)",
        "min(words)",
        "sum(nums)",
        "avg(nums)",
        "length(t)",
        "keys(o)",
        "values(o)",
        "join(', ', words)",
        "contains(words, 'a')",
        "contains(t, 'ex')",
        "starts_with(t, 'te')",
        "ends_with(t, 'xt')",
        "to_string(a)",
        "to_number('4')",
        "to_array(t)",
        "type(a)",
        "reverse(nums)",
        "reverse(t)",
        "merge(o, `{\"x\": 2}`)",
        "not_null(none, t)",
        "abs(`-1`)",
        "ceil(`1.2`)",
        "floor(`1.2`)",
        "max_by(none, &n)",
        "sort_by(a, &l)",
        "map(a, &n)",
        "sort_by(`[]`, &n)",
        "max_by(`[]`, &n)",
        "sum(t)",
        "length(nums, t)",
        "a[?`1` > 'x']",
        "a == a",
        "a != o",
        "nums[::0]",
        "unheard_of(t)",
    ] {
        let Ok((compiled, _)) = parse(expression) else { panic!("{expression}") };
        let library = compiled.search(&data).map(|found| serde_json::to_value(&found).unwrap());
        let ours = apply(expression, &data, 10_000);
        assert_eq!(ours.clone().ok(), library.clone().ok(), "{expression}: {ours:?} {library:?}");
    }
}

#[test]
fn an_expression_that_works_without_end_is_stopped_whatever_it_is_made_of() {
    let numbers = json!((0..140_000).collect::<Vec<_>>());
    let objects = json!((0..30_000).map(|n| json!({"a": n, "b": "text"})).collect::<Vec<_>>());
    let text = json!("x".repeat(1_000_000));
    for step in [
        "sort(@)",
        "reverse(@)",
        "@[::-1]",
        "[?@==@]",
        "sort_by(@,&@)",
        "map(&@,@)",
        "[*]",
        "[]",
        "max(@)&&@",
        "contains(@,'q')||@",
        "length(to_string(@))&&@",
        "[?a==b]||@",
        "sort_by(@,&to_string(@))",
        "@==@&&@",
    ] {
        let longest = (1..64).rev().map(|count| vec![step; count].join("|")).find(|all| check_transform(all).is_ok());
        for data in [&numbers, &objects, &text] {
            let started = Instant::now();
            let _ = apply(longest.as_deref().unwrap(), data, 1 << 20);
            assert!(started.elapsed() < Duration::from_secs(4), "{step}: {:?}", started.elapsed());
        }
    }
}
