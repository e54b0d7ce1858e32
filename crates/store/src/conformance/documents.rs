use std::sync::Arc;
use std::time::Duration;

use artel_domain::{
    ArtifactId, Document, DocumentId, DocumentPassage, DocumentState, Readers, SessionId, Timestamp, UserId,
};
use artel_words::Query;
use uuid::Uuid;

use super::world::{LAPSE, LEASE, SHORT_LEASE, World, at_once, now, uuid};
use crate::documents::MOST_ATTACHED;
use crate::{
    ArtifactEnd, ArtifactStart, AttachOutcome, DocumentChange, DocumentFilter, DocumentPatch, DocumentStart,
    FoundPassage, NewArtifact, NewDocument, Page, ReadingClaim, ReadingEnd, Store, StoredBytes, Viewer,
};

const ALL: Page = Page { limit: 100, offset: 0 };

fn only(users: &[UserId]) -> Readers {
    Readers::Users(users.to_vec())
}

fn new(world: &World, title: &str, sha256: &str, readers: Readers) -> NewDocument {
    NewDocument {
        id: DocumentId(uuid()),
        tenant_id: world.tenant,
        owner_id: world.user,
        artifact_id: ArtifactId(uuid()),
        title: title.to_owned(),
        tags: Vec::new(),
        readers,
        bytes: 7,
        sha256: sha256.to_owned(),
        at: now(),
    }
}

/// The bytes are there, as an upload leaves them.
async fn stores(world: &World, document: &NewDocument) {
    let artifact = NewArtifact {
        id: document.artifact_id,
        tenant_id: world.tenant,
        owner_id: world.user,
        session_id: None,
        kind: "document".to_owned(),
        is_ephemeral: false,
        at: now(),
    };
    assert_eq!(world.store.begin_artifact(artifact).await.unwrap(), ArtifactStart::Store);
    let stored = StoredBytes {
        attempt: uuid(),
        title: None,
        media_type: "text/plain".to_owned(),
        bytes: document.bytes,
        sha256: document.sha256.clone(),
        at: now(),
        most_of_tenant: None,
    };
    let end = world.store.finish_artifact(world.tenant, document.artifact_id, stored, world.audit("a")).await.unwrap();
    assert!(matches!(end, ArtifactEnd::Stored(_)), "{end:?}");
}

async fn starts(world: &World, document: NewDocument) -> DocumentStart {
    world.store.create_document(document, world.audit("document.create")).await.unwrap()
}

async fn makes(world: &World, document: NewDocument) -> Document {
    match starts(world, document).await {
        DocumentStart::New(made) => *made,
        other => panic!("{other:?}"),
    }
}

async fn claims(world: &World, lease: Duration) -> Option<ReadingClaim> {
    world.store.claim_document(lease).await.unwrap()
}

fn passage(ordinal: u32, heading: &str, text: &str) -> DocumentPassage {
    let heading = (!heading.is_empty()).then(|| heading.to_owned());
    DocumentPassage { ordinal, page: Some(ordinal + 1), heading, text: text.to_owned() }
}

fn ready() -> ReadingEnd {
    let outline = vec!["One".to_owned()];
    ReadingEnd::Ready { kind: "pdf".to_owned(), pages: Some(3), language: Some("ru".to_owned()), outline }
}

fn failed(reason: &str) -> ReadingEnd {
    ReadingEnd::Failed { kind: None, reason: reason.to_owned() }
}

/// A document with these passages (heading, text) that is ready.
async fn reads(world: &World, document: NewDocument, passages: &[(&str, &str)]) -> DocumentId {
    let made = makes(world, document).await;
    let claim = claims(world, LEASE).await.unwrap();
    assert_eq!(claim.document.id, made.id);
    let all = passages.iter().zip(0..).map(|((heading, text), n)| passage(n, heading, text)).collect();
    assert!(world.store.add_passages(&claim, all, 500).await.unwrap());
    assert!(world.store.finish_document(&claim, ready()).await.unwrap());
    made.id
}

async fn finds(world: &World, viewer: &Viewer, document: DocumentId) -> Option<Document> {
    world.store.find_document(viewer, document).await.unwrap()
}

async fn found_by(world: &World, viewer: &Viewer, query: &str, within: Option<&[DocumentId]>) -> Vec<FoundPassage> {
    let Some(query) = Query::read(query) else { return Vec::new() };
    world.store.search_passages(viewer, &query, within, 100).await.unwrap()
}

async fn found(world: &World, query: &str) -> Vec<String> {
    let found = found_by(world, &world.viewer(), query, None).await;
    found.into_iter().map(|found| found.passage.text).collect()
}

async fn titles(world: &World, viewer: &Viewer, filter: DocumentFilter) -> Vec<String> {
    let (documents, total) = world.store.list_documents(viewer, &filter, ALL).await.unwrap();
    assert_eq!(total, i64::try_from(documents.len()).unwrap());
    documents.into_iter().map(|document| document.title).collect()
}

fn colleague(world: &World) -> World {
    World { user: UserId(uuid()), ..world.clone() }
}

fn administrator(world: &World) -> Viewer {
    Viewer::user(world.tenant, UserId(uuid())).as_administrator(world.audit("document.access"))
}

pub async fn a_file_is_read_and_found(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let made = makes(&ada, new(&ada, "Договор", "aa", Readers::All)).await;
    assert_eq!((made.state.as_str(), made.kind.as_deref(), made.readers.users()), ("processing", None, None));
    let claim = claims(&ada, LEASE).await.unwrap();
    assert_eq!((claim.document.id, claim.attempts), (made.id, 1));
    assert_eq!(claims(&ada, LEASE).await, None, "it is being read");
    let texts = [passage(0, "Оплата", "Срок оплаты — 10 дней."), passage(1, "", "Артикул АБ-123/4")];
    assert!(ada.store.add_passages(&claim, texts.to_vec(), 400).await.unwrap());
    let state = finds(&ada, &ada.viewer(), made.id).await.unwrap().state;
    assert_eq!(state, DocumentState::Processing { progress: 400 });
    assert_eq!(found(&ada, "срок").await, Vec::<String>::new(), "it is not ready");
    let listed = ada.store.list_passages(&ada.viewer(), made.id, ALL).await.unwrap().unwrap();
    assert_eq!(listed, (Vec::new(), 0), "it is not ready");
    assert!(ada.store.finish_document(&claim, ready()).await.unwrap());
    let document = finds(&ada, &ada.viewer(), made.id).await.unwrap();
    assert_eq!(
        (&document.state, document.kind.as_deref(), document.pages),
        (&DocumentState::Ready, Some("pdf"), Some(3))
    );
    assert_eq!((document.language.as_deref(), document.outline), (Some("ru"), vec!["One".to_owned()]));
    assert_eq!(found(&ada, "сроков").await, ["Срок оплаты — 10 дней."]);
    assert_eq!(found(&ada, "аб123/4").await, ["Артикул АБ-123/4"]);
    let hit = found_by(&ada, &ada.viewer(), "оплата", None).await.remove(0);
    assert_eq!((hit.document_id, hit.title.as_str()), (made.id, "Договор"));
    assert_eq!((hit.passage.page, hit.passage.heading.as_deref()), (Some(1), Some("Оплата")));
    let second = ada.store.list_passages(&ada.viewer(), made.id, Page { limit: 1, offset: 1 }).await.unwrap();
    assert_eq!(second, Some((vec![texts[1].clone()], 2)));
    assert_eq!(ada.store.list_passages(&ada.viewer(), DocumentId(uuid()), ALL).await.unwrap(), None);
    assert_eq!(claims(&ada, LEASE).await, None);
}

pub async fn the_same_file_again_is_the_same_document(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let bob = colleague(&ada);
    let first = new(&ada, "One", "aa", Readers::All);
    stores(&ada, &first).await;
    let made = makes(&ada, first.clone()).await;
    let retried = NewDocument { artifact_id: ArtifactId(uuid()), ..first.clone() };
    assert_eq!(starts(&ada, retried.clone()).await, DocumentStart::Same(Box::new(made.clone())), "a retry");
    let other = NewDocument { sha256: "bb".to_owned(), ..retried };
    assert_eq!(starts(&ada, other).await, DocumentStart::Taken, "the id has another file");

    let again = new(&bob, "Two", "aa", only(&[]));
    stores(&bob, &again).await;
    assert_eq!(starts(&bob, again.clone()).await, DocumentStart::Same(Box::new(made.clone())), "bob reads ada's");
    let condemned = store.condemn_artifacts(now(), 10).await.unwrap();
    assert_eq!(condemned, [(ada.tenant, again.artifact_id)], "the bytes that came twice go");

    let private = makes(&ada, new(&ada, "Secret", "cc", only(&[]))).await;
    let own = makes(&bob, new(&bob, "Also", "cc", Readers::All)).await;
    assert_ne!(own.id, private.id, "bob is not told of what he does not read");
    let shared = DocumentPatch { readers: Some(only(&[bob.user])), ..DocumentPatch::default() };
    store.change_document(&ada.viewer(), private.id, shared, ada.audit("u")).await.unwrap();
    let elsewhere = World::new(&store).await;
    makes(&elsewhere, new(&elsewhere, "Theirs", "aa", Readers::All)).await;

    for _ in 0..4 {
        let claim = claims(&ada, LEASE).await.unwrap();
        assert!(store.finish_document(&claim, failed("damaged")).await.unwrap());
    }
    let state = finds(&ada, &ada.viewer(), made.id).await.unwrap().state;
    assert_eq!(state, DocumentState::Failed { reason: "damaged".to_owned() });
    let DocumentStart::Same(again) = starts(&bob, new(&bob, "x", "aa", Readers::All)).await else { panic!("another") };
    assert_eq!((again.id, again.state.as_str()), (made.id, "processing"), "what failed is read again");
    assert_eq!(claims(&ada, LEASE).await.map(|claim| (claim.document.id, claim.attempts)), Some((made.id, 1)));

    let wanted = (0..8).map(|_| new(&ada, "Race", "dd", Readers::All));
    let started = at_once(wanted.map(|document| {
        let ada = ada.clone();
        async move { starts(&ada, document).await }
    }))
    .await;
    assert_eq!(started.iter().filter(|start| matches!(start, DocumentStart::New(_))).count(), 1, "{started:?}");
    let rows = store.audit_chain(ada.tenant, 0, 100).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "document.create").count(), 4, "one for each document");
}

pub async fn readers_alone_find_a_document(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (bob, eve, elsewhere) = (colleague(&ada), colleague(&ada), World::new(&store).await);
    let text = [("", "пароль от склада")];
    let secret = reads(&ada, new(&ada, "Пароли", "aa", only(&[bob.user])), &text).await;
    let open = reads(&ada, new(&ada, "Склад", "bb", Readers::All), &text).await;
    let foreign = reads(&elsewhere, new(&elsewhere, "Чужое", "aa", Readers::All), &text).await;
    let viewers = [
        (ada.viewer(), vec![secret, open]),
        (bob.viewer(), vec![secret, open]),
        (eve.viewer(), vec![open]),
        (administrator(&ada), vec![secret, open]),
        (Viewer::service(ada.tenant), vec![secret, open]),
        (elsewhere.viewer(), vec![foreign]),
        (Viewer::user(elsewhere.tenant, ada.user), vec![foreign]),
        (administrator(&elsewhere), vec![foreign]),
    ];
    let session = SessionId("s".to_owned());
    for (viewer, seen) in viewers {
        for document in [secret, open, foreign] {
            let is_seen = seen.contains(&document);
            assert_eq!(finds(&ada, &viewer, document).await.is_some(), is_seen, "{viewer:?}");
            let passages = store.list_passages(&viewer, document, ALL).await.unwrap();
            assert_eq!(passages.map(|(_, total)| total), is_seen.then_some(1), "{viewer:?}");
            let within = found_by(&ada, &viewer, "пароль", Some(&[document])).await;
            assert_eq!(within.len(), usize::from(is_seen), "{viewer:?}");
            let attached = store.attach_documents(&viewer, &session, &[document], now()).await.unwrap();
            assert_eq!(matches!(attached, AttachOutcome::Done(_)), is_seen, "{viewer:?} {attached:?}");
        }
        let mut hits: Vec<_> = found_by(&ada, &viewer, "пароль", None).await;
        hits.sort_by_key(|hit| seen.iter().position(|id| *id == hit.document_id));
        assert_eq!(hits.iter().map(|hit| hit.document_id).collect::<Vec<_>>(), seen, "{viewer:?}");
        let filter = DocumentFilter::default();
        assert_eq!(titles(&ada, &viewer, filter).await.len(), seen.len(), "{viewer:?}");
        let filter = DocumentFilter { title: Query::read("пароли"), ..DocumentFilter::default() };
        assert_eq!(titles(&ada, &viewer, filter).await.len(), usize::from(seen.contains(&secret)), "{viewer:?}");
        let attached = store.attached_documents(&viewer, std::slice::from_ref(&session)).await.unwrap();
        assert!(attached.iter().all(|document| seen.contains(&document.id)), "{viewer:?}");
    }
    let closed = DocumentPatch { readers: Some(only(&[])), ..DocumentPatch::default() };
    store.change_document(&ada.viewer(), secret, closed, ada.audit("u")).await.unwrap();
    assert_eq!(finds(&ada, &bob.viewer(), secret).await, None, "from the change on");
    assert_eq!(found_by(&ada, &bob.viewer(), "пароль", None).await.len(), 1);
    assert_eq!(store.attached_documents(&bob.viewer(), &[session]).await.unwrap().len(), 1, "attached or not");
}

pub async fn documents_are_listed_by_filter(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
    for (title, tags, second) in
        [("Договор аренды", vec!["право"], 1), ("Прайс-лист", vec!["цены", "склад"], 2), ("Rent contracts", vec![], 3)]
    {
        let tags = tags.into_iter().map(str::to_owned).collect();
        let document = NewDocument { tags, at: at(second), ..new(&ada, title, title, Readers::All) };
        makes(&ada, document).await;
    }
    let claim = claims(&ada, LEASE).await.unwrap();
    assert!(store.finish_document(&claim, ready()).await.unwrap());
    let none = DocumentFilter::default;
    let filters = [
        (none(), vec!["Rent contracts", "Прайс-лист", "Договор аренды"]),
        (DocumentFilter { title: Query::read("договора"), ..none() }, vec!["Договор аренды"]),
        (DocumentFilter { title: Query::read("contract цена"), ..none() }, vec!["Rent contracts"]),
        (DocumentFilter { tag: Some("склад".to_owned()), ..none() }, vec!["Прайс-лист"]),
        (DocumentFilter { tag: Some("скла".to_owned()), ..none() }, vec![]),
        (DocumentFilter { kind: Some("pdf".to_owned()), ..none() }, vec!["Договор аренды"]),
        (DocumentFilter { state: Some("processing".to_owned()), ..none() }, vec!["Rent contracts", "Прайс-лист"]),
        (DocumentFilter { after: Some(at(2)), ..none() }, vec!["Rent contracts", "Прайс-лист"]),
        (DocumentFilter { before: Some(at(2)), ..none() }, vec!["Договор аренды"]),
        (DocumentFilter { after: Some(at(2)), before: Some(at(3)), ..none() }, vec!["Прайс-лист"]),
    ];
    for (filter, expected) in filters {
        assert_eq!(titles(&ada, &ada.viewer(), filter.clone()).await, expected, "{filter:?}");
    }
    let page = Page { limit: 1, offset: 1 };
    let (documents, total) = store.list_documents(&ada.viewer(), &none(), page).await.unwrap();
    assert_eq!((documents.len(), documents[0].title.as_str(), total), (1, "Прайс-лист", 3));
}

pub async fn a_document_is_changed_and_deleted_by_its_owner(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let (bob, eve) = (colleague(&ada), colleague(&ada));
    let upload = new(&ada, "Old", "aa", only(&[bob.user]));
    stores(&ada, &upload).await;
    let document = reads(&ada, upload.clone(), &[("", "чай")]).await;
    let patch =
        DocumentPatch { title: Some("Новое имя".to_owned()), tags: Some(vec!["t".to_owned()]), readers: None };
    let change = |viewer: Viewer, patch: DocumentPatch| {
        let (store, audit) = (store.clone(), ada.audit("document.update"));
        async move { store.change_document(&viewer, document, patch, audit).await.unwrap() }
    };
    assert_eq!(change(bob.viewer(), patch.clone()).await, DocumentChange::NotTheirs);
    assert_eq!(change(eve.viewer(), patch.clone()).await, DocumentChange::Missing);
    let DocumentChange::Done(changed) = change(ada.viewer(), patch).await else { panic!("not changed") };
    assert_eq!((changed.title.as_str(), changed.tags.len(), changed.readers), ("Новое имя", 1, only(&[bob.user])));
    let named = DocumentFilter { title: Query::read("имена"), ..DocumentFilter::default() };
    assert_eq!(titles(&ada, &ada.viewer(), named).await, ["Новое имя"]);
    let before = DocumentFilter { title: Query::read("old"), ..DocumentFilter::default() };
    assert_eq!(titles(&ada, &ada.viewer(), before).await, Vec::<String>::new());
    let DocumentChange::Done(_) = change(administrator(&ada), DocumentPatch::default()).await else {
        panic!("refused")
    };

    let session = SessionId("s".to_owned());
    store.attach_documents(&ada.viewer(), &session, &[document], now()).await.unwrap();
    let delete = |viewer: Viewer| {
        let (store, audit) = (store.clone(), ada.audit("document.delete"));
        async move { store.delete_document(&viewer, document, audit).await.unwrap() }
    };
    assert_eq!(delete(bob.viewer()).await, DocumentChange::NotTheirs);
    assert_eq!(delete(eve.viewer()).await, DocumentChange::Missing);
    assert!(matches!(delete(ada.viewer()).await, DocumentChange::Done(_)));
    assert_eq!(delete(ada.viewer()).await, DocumentChange::Missing);
    assert_eq!(finds(&ada, &Viewer::service(ada.tenant), document).await, None);
    assert_eq!(found(&ada, "чай").await, Vec::<String>::new());
    assert_eq!(store.attached_documents(&ada.viewer(), &[session]).await.unwrap(), []);
    assert_eq!(starts(&ada, upload.clone()).await, DocumentStart::Taken, "an id never comes back");
    assert_eq!(store.condemn_artifacts(now(), 10).await.unwrap(), [(ada.tenant, upload.artifact_id)]);
    assert_eq!(store.sweep_documents(100).await.unwrap(), 2, "a passage and the document");
    assert_eq!(store.sweep_documents(100).await.unwrap(), 0);
}

pub async fn a_reading_is_held_by_its_lease(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let made = makes(&ada, new(&ada, "One", "aa", Readers::All)).await;
    let dead = claims(&ada, SHORT_LEASE).await.unwrap();
    assert!(store.add_passages(&dead, vec![passage(0, "", "старое")], 10).await.unwrap());
    tokio::time::sleep(LAPSE).await;
    let claim = claims(&ada, SHORT_LEASE).await.unwrap();
    assert_eq!((claim.document.id, claim.attempts), (made.id, 2));
    assert!(!store.renew_document(&dead, LEASE).await.unwrap());
    assert!(!store.add_passages(&dead, vec![passage(1, "", "мёртвое")], 10).await.unwrap());
    assert_eq!(store.clear_passages(&dead, 10).await.unwrap(), None);
    assert!(!store.finish_document(&dead, ready()).await.unwrap());
    assert!(!store.give_back_document(&dead, true).await.unwrap());
    assert!(store.renew_document(&claim, LEASE).await.unwrap());
    tokio::time::sleep(LAPSE).await;
    assert_eq!(claims(&ada, LEASE).await, None, "it was renewed");
    assert_eq!(store.clear_passages(&claim, 10).await.unwrap(), Some(1), "what the dead one left");
    assert_eq!(store.clear_passages(&claim, 10).await.unwrap(), Some(0));
    assert!(store.give_back_document(&claim, false).await.unwrap());
    assert!(!store.renew_document(&claim, LEASE).await.unwrap());
    let claim = claims(&ada, LEASE).await.unwrap();
    assert_eq!(claim.attempts, 2, "one that was broken off counts as none");
    assert!(store.add_passages(&claim, vec![passage(0, "", "новое")], 10).await.unwrap());
    assert!(store.finish_document(&claim, ready()).await.unwrap());
    assert!(!store.finish_document(&claim, failed("late")).await.unwrap());
    assert_eq!((found(&ada, "новое").await, found(&ada, "старое").await), (vec!["новое".to_owned()], vec![]));

    let deleted = makes(&ada, new(&ada, "Two", "bb", Readers::All)).await;
    let claim = claims(&ada, LEASE).await.unwrap();
    store.delete_document(&ada.viewer(), deleted.id, ada.audit("d")).await.unwrap();
    assert!(!store.add_passages(&claim, vec![passage(0, "", "x")], 10).await.unwrap(), "it is gone");
    assert!(!store.finish_document(&claim, ready()).await.unwrap());
}

pub async fn documents_are_claimed_once_and_tenants_take_turns(store: Arc<dyn Store>) {
    let (ada, bob) = (World::new(&store).await, World::new(&store).await);
    for n in 0..6 {
        makes(&ada, new(&ada, "Flood", &format!("{n}"), Readers::All)).await;
    }
    let lone = makes(&bob, new(&bob, "Lone", "aa", Readers::All)).await;
    claims(&ada, LEASE).await.unwrap();
    assert_eq!(claims(&ada, LEASE).await.unwrap().document.id, lone.id, "the flood of one does not starve another");
    let claimed = at_once((0..8).map(|_| {
        let ada = ada.clone();
        async move { claims(&ada, LEASE).await.map(|claim| claim.document.id) }
    }))
    .await;
    let mut claimed: Vec<Uuid> = claimed.into_iter().flatten().map(|id| id.0).collect();
    while let Some(claim) = claims(&ada, LEASE).await {
        claimed.push(claim.document.id.0);
    }
    claimed.sort();
    claimed.dedup();
    assert_eq!(claimed.len(), 5);
}

pub async fn the_passage_that_says_more_comes_first(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let supply = [("Оплата", "Покупатель платит за товар в течение десяти дней."), ("Сроки", "Товар везут неделю.")];
    let supply = reads(&ada, new(&ada, "Договор поставки", "aa", Readers::All), &supply).await;
    let rent = [("Оплата", "Арендатор платит за склад до пятого числа."), ("Сроки", "Договор на один год.")];
    let rent = reads(&ada, new(&ada, "Договор аренды", "bb", Readers::All), &rent).await;
    let first = async |query: &str| {
        let hit = found_by(&ada, &ada.viewer(), query, None).await.into_iter().next().unwrap();
        (hit.document_id, hit.passage.heading.unwrap())
    };
    assert_eq!(first("кто платит за товар").await, (supply, "Оплата".to_owned()), "more words before fewer");
    assert_eq!(first("оплата аренды").await, (rent, "Оплата".to_owned()), "the title says which of two");
    assert_eq!(first("сроки поставки").await, (supply, "Сроки".to_owned()));
    assert_eq!(found_by(&ada, &ada.viewer(), "оплата", Some(&[])).await, []);
    let limited = ada.store.search_passages(&ada.viewer(), &Query::read("платит").unwrap(), None, 1).await.unwrap();
    assert_eq!(limited.len(), 1);
    for query in ["\"", "*", "NEAR(a b, 2)", "heading:чай", "a:*", "\0", "'чай':1A", "😀", ""] {
        found(&ada, query).await;
    }
}

pub async fn a_session_keeps_its_documents(store: Arc<dyn Store>) {
    let ada = World::new(&store).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(makes(&ada, new(&ada, &format!("{n}"), &format!("{n}"), Readers::All)).await.id);
    }
    let [one, two] = ["one", "two"].map(|name| SessionId(name.to_owned()));
    let attach = async |session: &SessionId, documents: &[DocumentId]| {
        store.attach_documents(&ada.viewer(), session, documents, now()).await.unwrap()
    };
    let AttachOutcome::Done(attached) = attach(&one, &[ids[2], ids[0]]).await else { panic!("not attached") };
    assert_eq!(attached.iter().map(|document| document.id).collect::<Vec<_>>(), [ids[2], ids[0]]);
    let absent = DocumentId(uuid());
    assert_eq!(attach(&one, &[ids[1], absent]).await, AttachOutcome::Missing(absent), "all or none");
    let attached = async |sessions: &[SessionId]| {
        let found = store.attached_documents(&ada.viewer(), sessions).await.unwrap();
        found.into_iter().map(|document| document.id).collect::<Vec<_>>()
    };
    assert_eq!(attached(std::slice::from_ref(&one)).await, [ids[2], ids[0]]);
    attach(&one, &[ids[0], ids[2]]).await;
    attach(&two, &[ids[1], ids[0]]).await;
    assert_eq!(attached(std::slice::from_ref(&one)).await, [ids[2], ids[0]], "attached again stays where it was");
    assert_eq!(attached(&[one.clone(), two]).await, [ids[2], ids[0], ids[1]]);
    assert_eq!(attached(&[SessionId("three".to_owned())]).await, []);
    let mut many = Vec::new();
    for n in 0..MOST_ATTACHED - 1 {
        many.push(makes(&ada, new(&ada, "m", &format!("m{n}"), Readers::All)).await.id);
    }
    assert_eq!(attach(&one, &many).await, AttachOutcome::Full);
    assert!(matches!(attach(&one, &many[1..]).await, AttachOutcome::Done(_)));
}
