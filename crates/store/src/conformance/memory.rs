use std::collections::BTreeSet;
use std::sync::Arc;

use artel_domain::{MemoryFile, MemoryPath, TenantId, UserId};
use uuid::Uuid;

use super::world::{World, at_once, now, uuid};
use crate::memory::{MOST_MEMORY_FILES, MOST_MEMORY_VERSIONS, MOST_REPLACED_VERSIONS};
use crate::{MemoryChange, MemoryOutcome, MemoryWhat, Page, Store, Viewer};

const ALL: Page = Page { limit: 100, offset: 0 };

pub(super) fn path(text: &str) -> MemoryPath {
    MemoryPath::parse(text).unwrap()
}

/// A text with a head.
pub(super) fn writes(title: &str, body: &str) -> MemoryWhat {
    let source = "the user, in chat".to_owned();
    let content = format!("---\ntitle: {title}\nsource: {source}\n---\n{body}");
    MemoryWhat::Write { title: title.to_owned(), source, content }
}

pub async fn changes(world: &World, at: &str, what: MemoryWhat) -> MemoryOutcome {
    asks(world, at, what, None, uuid()).await
}

async fn asks(world: &World, at: &str, what: MemoryWhat, expected: Option<i64>, request: Uuid) -> MemoryOutcome {
    let change = MemoryChange { owner: world.user, path: path(at), expected, request, what };
    world.store.change_memory(&world.viewer(), change, world.audit("memory.change")).await.unwrap()
}

fn done(at: &str, version: i64, is_new: bool) -> MemoryOutcome {
    MemoryOutcome::Done { path: path(at), version, is_new }
}

async fn finds(world: &World, at: &str) -> Option<(MemoryFile, String)> {
    world.store.find_memory(&world.viewer(), world.user, &path(at)).await.unwrap()
}

async fn paths(world: &World, prefix: &str) -> Vec<String> {
    let (files, total) = world.store.list_memory(&world.viewer(), world.user, prefix, ALL).await.unwrap();
    assert_eq!(total, i64::try_from(files.len()).unwrap());
    files.into_iter().map(|file| file.path.to_string()).collect()
}

async fn versions(world: &World, at: &str) -> Vec<i64> {
    let found = world.store.list_memory_versions(&world.viewer(), world.user, &path(at)).await.unwrap();
    found.iter().map(|version| version.version).collect()
}

pub async fn a_file_of_memory_is_written_read_replaced_and_deleted(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    assert_eq!(finds(&ada, "style.md").await, None);
    assert_eq!(changes(&ada, "style.md", writes("Style", "short")).await, done("style.md", 1, true));
    let (file, content) = finds(&ada, "style.md").await.unwrap();
    assert_eq!((file.title.as_str(), file.source.as_str(), file.version), ("Style", "the user, in chat", 1));
    assert_eq!((content.len() as u64, content.ends_with("---\nshort")), (file.bytes, true));
    assert_eq!(changes(&ada, "style.md", writes("Style", "shorter")).await, done("style.md", 2, false));
    assert!(finds(&ada, "style.md").await.unwrap().1.ends_with("shorter"));
    assert_eq!(changes(&ada, "style.md", MemoryWhat::Delete).await, done("style.md", 3, false));
    assert_eq!(finds(&ada, "style.md").await, None);
    assert_eq!(changes(&ada, "style.md", MemoryWhat::Delete).await, MemoryOutcome::Missing);
    // A version is not given twice while an earlier one is kept.
    assert_eq!(changes(&ada, "style.md", writes("Style", "new")).await, done("style.md", 4, true));
    assert_eq!(versions(&ada, "style.md").await, [4, 2, 1]);
    let rows = store.audit_chain(ada.tenant, 0, 100).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "memory.change").count(), 4, "one for each change");
}

pub async fn files_of_memory_are_listed_by_path(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for at in ["b/2.md", "a.md", "b/1.md", "bb.md", "b_.md", "я.md"] {
        changes(&ada, at, writes("t", "x")).await;
    }
    changes(&ada, "bb.md", MemoryWhat::Delete).await;
    assert_eq!(paths(&ada, "").await, ["a.md", "b/1.md", "b/2.md", "b_.md", "я.md"]);
    assert_eq!(paths(&ada, "b/").await, ["b/1.md", "b/2.md"]);
    assert_eq!(paths(&ada, "b_").await, ["b_.md"], "what begins a path is no pattern");
    assert_eq!(paths(&ada, "%").await, Vec::<String>::new());
    let second = Page { limit: 2, offset: 1 };
    let (files, total) = store.list_memory(&ada.viewer(), ada.user, "", second).await.unwrap();
    let page: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!((page, total), (vec!["b/1.md", "b/2.md"], 5));
}

pub async fn a_file_of_memory_moves_to_a_free_path(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let to = |at: &str| MemoryWhat::Move(path(at));
    changes(&ada, "a.md", writes("A", "alpha")).await;
    changes(&ada, "b.md", writes("B", "beta")).await;
    assert_eq!(changes(&ada, "a.md", to("b.md")).await, MemoryOutcome::Taken);
    assert_eq!(changes(&ada, "a.md", to("a.md")).await, MemoryOutcome::Taken);
    assert_eq!(changes(&ada, "none.md", to("c.md")).await, MemoryOutcome::Missing);
    assert_eq!(changes(&ada, "a.md", to("old/a.md")).await, done("old/a.md", 1, true));
    assert_eq!(paths(&ada, "").await, ["b.md", "old/a.md"]);
    assert!(finds(&ada, "old/a.md").await.unwrap().1.ends_with("alpha"));
    assert_eq!(changes(&ada, "old/a.md", to("a.md")).await, done("a.md", 3, true));
}

pub async fn a_change_of_memory_holds_to_the_expected_version(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let with = async |at: &str, what: MemoryWhat, expected: i64| asks(&ada, at, what, Some(expected), uuid()).await;
    assert_eq!(with("a.md", writes("A", "1"), 1).await, MemoryOutcome::Conflict { present: None });
    assert_eq!(with("a.md", writes("A", "1"), 0).await, done("a.md", 1, true));
    assert_eq!(with("a.md", writes("A", "2"), 0).await, MemoryOutcome::Conflict { present: Some(1) });
    assert_eq!(with("a.md", writes("A", "2"), 1).await, done("a.md", 2, false));
    assert_eq!(with("a.md", MemoryWhat::Delete, 1).await, MemoryOutcome::Conflict { present: Some(2) });
    assert_eq!(with("a.md", MemoryWhat::Move(path("b.md")), 1).await, MemoryOutcome::Conflict { present: Some(2) });
    assert_eq!(with("a.md", MemoryWhat::Restore(1), 1).await, MemoryOutcome::Conflict { present: Some(2) });
    // Of many at once, one comes first, and all others hear of it.
    let outcomes = at_once((0..8).map(|n| {
        let ada = ada.clone();
        async move { asks(&ada, "a.md", writes("A", &n.to_string()), Some(2), uuid()).await }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == done("a.md", 3, false)).count(), 1);
    let late = MemoryOutcome::Conflict { present: Some(3) };
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == late).count(), 7);
}

pub async fn a_change_of_memory_made_again_finds_what_it_made(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let [write, moves, delete, restore] = [(); 4].map(|()| uuid());
    for _ in 0..2 {
        let again = asks(&ada, "a.md", writes("A", "mine"), Some(0), write).await;
        assert!(matches!(again, MemoryOutcome::Done { version: 1, .. }), "{again:?}");
    }
    changes(&ada, "a.md", writes("A", "another's")).await;
    assert_eq!(asks(&ada, "a.md", writes("A", "mine"), Some(0), write).await, done("a.md", 1, false));
    assert!(finds(&ada, "a.md").await.unwrap().1.ends_with("another's"), "nothing was written over");
    for _ in 0..2 {
        let again = asks(&ada, "a.md", MemoryWhat::Move(path("b.md")), None, moves).await;
        assert!(
            matches!(again, MemoryOutcome::Done { ref path, version: 1, .. } if path.as_str() == "b.md"),
            "{again:?}"
        );
    }
    for _ in 0..2 {
        assert_eq!(asks(&ada, "b.md", MemoryWhat::Delete, None, delete).await, done("b.md", 2, false));
    }
    for _ in 0..2 {
        let again = asks(&ada, "b.md", MemoryWhat::Restore(1), None, restore).await;
        assert!(matches!(again, MemoryOutcome::Done { version: 3, .. }), "{again:?}");
    }
    assert_eq!((versions(&ada, "a.md").await, versions(&ada, "b.md").await), (vec![2, 1], vec![3, 1]));
    // Retries that come at once are one change.
    let (request, ada_again) = (uuid(), ada.clone());
    at_once((0..8).map(move |_| {
        let ada = ada_again.clone();
        async move { asks(&ada, "c.md", writes("C", "x"), None, request).await }
    }))
    .await;
    assert_eq!(versions(&ada, "c.md").await, [1]);
}

pub async fn an_earlier_text_of_memory_is_restored(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    changes(&ada, "a.md", writes("First", "one")).await;
    changes(&ada, "a.md", writes("Second", "two")).await;
    assert_eq!(changes(&ada, "a.md", MemoryWhat::Restore(1)).await, done("a.md", 3, false));
    let (file, content) = finds(&ada, "a.md").await.unwrap();
    assert_eq!((file.title.as_str(), content.ends_with("one")), ("First", true));
    changes(&ada, "a.md", MemoryWhat::Delete).await;
    assert_eq!(changes(&ada, "a.md", MemoryWhat::Restore(4)).await, MemoryOutcome::Missing, "4 is its end");
    assert_eq!(changes(&ada, "a.md", MemoryWhat::Restore(9)).await, MemoryOutcome::Missing);
    assert_eq!(changes(&ada, "a.md", MemoryWhat::Restore(2)).await, done("a.md", 5, true));
}

pub async fn old_versions_of_memory_are_forgotten(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    for body in ["one", "two", "three"] {
        changes(&ada, "a.md", writes("A", body)).await;
    }
    changes(&ada, "gone.md", writes("G", "x")).await;
    changes(&ada, "gone.md", MemoryWhat::Delete).await;
    let long_ago = now().checked_sub(std::time::Duration::from_mins(1)).unwrap();
    assert_eq!(store.forget_memory_versions(long_ago, 100).await.unwrap(), 0);
    let soon = now().checked_add(std::time::Duration::from_mins(1)).unwrap();
    assert_eq!(store.forget_memory_versions(soon, 1).await.unwrap(), 1);
    assert_eq!(store.forget_memory_versions(soon, 100).await.unwrap(), 3);
    assert_eq!((versions(&ada, "a.md").await, versions(&ada, "gone.md").await), (vec![3], Vec::new()));
    assert!(finds(&ada, "a.md").await.is_some(), "what is there stays, however old");
}

pub async fn versions_of_a_memory_have_a_bound(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    changes(&bob, "a.md", writes("A", "of another")).await;
    changes(&bob, "a.md", writes("A", "of another, again")).await;
    for number in 0..MOST_MEMORY_VERSIONS + 5 {
        changes(&ada, "a.md", writes("A", &number.to_string())).await;
    }
    let kept = versions(&ada, "a.md").await;
    assert_eq!((kept.len(), kept.last()), (100, Some(&6)));
    // Each file that is made and deleted leaves two of them: its text and its end.
    for number in 0..=MOST_REPLACED_VERSIONS / 2 {
        let at = format!("{number}.md");
        changes(&ada, &at, writes("B", "x")).await;
        changes(&ada, &at, MemoryWhat::Delete).await;
    }
    assert_eq!(versions(&ada, "a.md").await, [MOST_MEMORY_VERSIONS + 5], "what is there stays");
    assert_eq!(versions(&ada, "1000.md").await, [1]);
    assert_eq!(versions(&ada, "0.md").await, Vec::<i64>::new());
    assert_eq!(versions(&bob, "a.md").await, [2, 1]);
}

pub async fn a_memory_is_its_users_own(store: Arc<dyn Store>) {
    let (ada, stranger) = (World::new(&store).await, World::new(&store).await);
    changes(&ada, "a.md", writes("A", "secret")).await;
    let colleague = Viewer::user(ada.tenant, UserId(uuid()));
    let of_stranger = Viewer::user(stranger.tenant, ada.user);
    for viewer in [&colleague, &of_stranger, &Viewer::service(TenantId(uuid()))] {
        assert_eq!(store.find_memory(viewer, ada.user, &path("a.md")).await.unwrap(), None);
        assert_eq!(store.list_memory(viewer, ada.user, "", ALL).await.unwrap(), (Vec::new(), 0));
        assert_eq!(store.list_memory_versions(viewer, ada.user, &path("a.md")).await.unwrap(), []);
    }
    let administrator = colleague.clone().as_administrator(ada.audit("memory.access"));
    assert!(store.find_memory(&administrator, ada.user, &path("a.md")).await.unwrap().is_some());
    for viewer in [&colleague, &administrator] {
        let what = MemoryWhat::Delete;
        let change = MemoryChange { owner: ada.user, path: path("a.md"), expected: None, request: uuid(), what };
        let outcome = store.change_memory(viewer, change, ada.audit("memory.change")).await.unwrap();
        assert_eq!(outcome, MemoryOutcome::Missing);
    }
    assert!(finds(&ada, "a.md").await.is_some());
}

pub async fn a_memory_has_at_most_so_many_files(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let numbers: Vec<u32> = (0..MOST_MEMORY_FILES + 4).collect();
    let mut made = Vec::new();
    // A few at once: those of one memory wait for each other.
    for some in numbers.chunks(8) {
        let writes = some.iter().map(|n| {
            let (ada, at) = (ada.clone(), format!("{n}.md"));
            async move { changes(&ada, &at, writes("t", "x")).await }
        });
        made.extend(at_once(writes).await);
    }
    assert_eq!(made.iter().filter(|outcome| **outcome == MemoryOutcome::Full).count(), 4);
    let there: BTreeSet<_> = made
        .iter()
        .filter_map(|outcome| match outcome {
            MemoryOutcome::Done { path, .. } => Some(path.clone()),
            _ => None,
        })
        .collect();
    let one = there.first().unwrap().as_str().to_owned();
    assert_eq!(changes(&ada, &one, writes("t", "y")).await, done(&one, 2, false), "a change needs no place");
    changes(&ada, &one, MemoryWhat::Delete).await;
    assert_eq!(changes(&ada, "one more.md", writes("t", "x")).await, done("one more.md", 1, true));
}
