use std::sync::Arc;

use artel_domain::{MemoryFile, UserId};
use artel_words::Query;

use super::memory::{changes, path, writes};
use super::world::{World, uuid};
use crate::{Found, MemoryWhat, Store, Viewer};

async fn found(world: &World, query: &str) -> Vec<String> {
    let found = found_by(world, &world.viewer(), "", query, 100).await;
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score), "{found:?}");
    found.into_iter().map(|found| found.item.path.to_string()).collect()
}

async fn found_by(world: &World, viewer: &Viewer, prefix: &str, query: &str, limit: u32) -> Vec<Found<MemoryFile>> {
    let Some(query) = Query::read(query) else { return Vec::new() };
    world.store.search_memory(viewer, world.user, prefix, &query, limit).await.unwrap()
}

/// A few notes, as people write them.
async fn notes(world: &World) {
    for (at, title, body) in [
        ("supply.md", "Договор поставки", "Срок оплаты счёта по договору — 10 дней. Артикул АБ-123/4."),
        ("rent.md", "Аренда склада", "Оплата до 5 числа каждого месяца, договор от 2026-11-30."),
        ("style.md", "Style of letters", "Short sentences, no greetings. Deliveries are mentioned first."),
        ("people/anna.md", "Анна", "Любит чай. Звонить после обеда."),
    ] {
        changes(world, at, writes(title, body)).await;
    }
}

pub async fn words_are_found_in_all_their_forms(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    notes(&ada).await;
    for (query, first) in [
        ("поставками", "supply.md"),
        ("СЧЕТА", "supply.md"),
        ("счёт", "supply.md"),
        ("аб-123/4", "supply.md"),
        ("АБ123/4", "supply.md"),
        ("складов", "rent.md"),
        ("delivery", "style.md"),
        ("letter", "style.md"),
        ("когда звонить Анне?", "people/anna.md"),
        ("people", "people/anna.md"),
        ("2026-11-30", "rent.md"),
    ] {
        assert_eq!(found(&ada, query).await.first().map(String::as_str), Some(first), "{query}");
    }
    assert_eq!(found(&ada, "вертолёт").await, Vec::<String>::new());
    assert_eq!(found(&ada, "title").await, Vec::<String>::new(), "the words of the head's own form are no text");
}

pub async fn what_says_more_comes_first(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    notes(&ada).await;
    assert_eq!(found(&ada, "срок оплаты договора").await, ["supply.md", "rent.md"], "three words before two");
    changes(&ada, "common.md", writes("Разное", "договор договор договор договор договор")).await;
    changes(&ada, "rare.md", writes("Разное", "договор о франшизе и ещё много других слов о разном")).await;
    assert_eq!(found(&ada, "договор франшиза").await[0], "rare.md", "a rare word says more than a common one");
    changes(&ada, "title.md", writes("Командировки", "когда и куда")).await;
    changes(&ada, "body.md", writes("Прочее", "командировки бывают, и они бывают разные")).await;
    assert_eq!(found(&ada, "командировка").await, ["title.md", "body.md"], "a title says more than a text");
}

pub async fn an_index_changes_with_its_text(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    changes(&ada, "a.md", writes("A", "яблоко")).await;
    changes(&ada, "a.md", writes("A", "груша")).await;
    assert_eq!((found(&ada, "яблоко").await, found(&ada, "груша").await), (vec![], vec!["a.md".to_owned()]));
    changes(&ada, "a.md", MemoryWhat::Move(path("orchard/b.md"))).await;
    assert_eq!(
        (found(&ada, "груша").await, found(&ada, "orchard").await),
        (vec!["orchard/b.md".to_owned()], vec!["orchard/b.md".to_owned()])
    );
    changes(&ada, "orchard/b.md", MemoryWhat::Delete).await;
    assert_eq!(found(&ada, "груша").await, Vec::<String>::new());
    changes(&ada, "a.md", MemoryWhat::Restore(1)).await;
    assert_eq!(found(&ada, "яблоки").await, ["a.md"]);
}

pub async fn nobody_finds_what_is_not_theirs(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    let colleague = World { user: UserId(uuid()), ..ada.clone() };
    for (world, at) in [(&ada, "ada.md"), (&bob, "bob.md"), (&colleague, "colleague.md")] {
        changes(world, at, writes("Тайна", "пароль от склада")).await;
    }
    assert_eq!(found(&ada, "пароль").await, ["ada.md"]);
    assert_eq!(found(&bob, "пароль").await, ["bob.md"]);
    assert_eq!(found(&colleague, "пароль").await, ["colleague.md"]);
    assert_eq!(found_by(&ada, &colleague.viewer(), "", "пароль", 10).await, [], "whose memory is asked for");
    assert_eq!(found_by(&ada, &bob.viewer(), "", "пароль", 10).await, []);
    assert_eq!(found_by(&ada, &Viewer::user(bob.tenant, ada.user), "", "пароль", 10).await, []);
    let administrator = colleague.viewer().as_administrator(ada.audit("memory.access"));
    assert_eq!(found_by(&ada, &administrator, "", "пароль", 10).await.len(), 1);
}

/// What others have says nothing about the rank of one's own files.
pub async fn a_rank_counts_ones_own_texts_only(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    changes(&ada, "one.md", writes("Один", "франшиза")).await;
    changes(&ada, "two.md", writes("Два", "договор")).await;
    for n in 0..3 {
        changes(&ada, &format!("more/{n}.md"), writes("Ещё", "договор")).await;
    }
    for n in 0..50 {
        changes(&bob, &format!("{n}.md"), writes("Чужое", "франшиза")).await;
    }
    assert_eq!(found(&ada, "договор франшиза").await[0], "one.md");
}

pub async fn whatever_is_typed_is_a_question(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    notes(&ada).await;
    let long = "слово ".repeat(10_000);
    for query in [
        "",
        " ",
        "\"",
        "'",
        "\\",
        "*",
        "^",
        "(",
        ")",
        "()",
        ":",
        "-",
        "NOT",
        "AND OR",
        "NEAR(a b, 2)",
        "title:чай",
        "{title body}:чай",
        "\"чай",
        "чай*",
        "чай & !чай",
        "чай <-> чай",
        "a:*",
        "%",
        "_",
        "\0",
        "чай\0чай",
        "'чай':1A",
        "😀",
        "e\u{301}",
        "\u{202e}",
        &long,
    ] {
        found(&ada, query).await;
    }
    for query in ["\"чай", "чай*", "чай & !чай", "{title body}:чай", "чай\0чай", "'чай':1A"] {
        assert!(found(&ada, query).await.contains(&"people/anna.md".to_owned()), "{query:?}");
    }
}

pub async fn a_search_is_bounded_and_keeps_to_its_prefix(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for n in 0..6 {
        changes(&ada, &format!("{}/{n}.md", n % 2), writes("Чай", "зелёный")).await;
    }
    assert_eq!(found_by(&ada, &ada.viewer(), "", "чай", 4).await.len(), 4);
    let found = found_by(&ada, &ada.viewer(), "1/", "чай", 4).await;
    let paths: Vec<_> = found.iter().map(|found| found.item.path.as_str()).collect();
    assert_eq!(paths, ["1/1.md", "1/3.md", "1/5.md"], "equal ones by path");
}
